/** What every command of the tree has in common: two examples first, and after a mistake the way to them. */
import { type Command } from 'commander';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import { usageText } from './usage-text.ts';

/** Runs one command's work with the context, and keeps its exit code. */
export type Start = (work: (context: Context) => Promise<ExitCode>) => Promise<void>;

export type Examples = readonly [string, string];

const examplesOf = new WeakMap<Command, Examples>();

/** Without the `./baton` before them. */
export const examplesFor = (command: Command): readonly string[] => examplesOf.get(command) ?? [];

/** As a person types it after `./baton`: `runs list`; empty for the program itself. */
export const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();

/** Gives a command its examples, and mistakes with it the four parts that every message has. */
export function describe(command: Command, output: Output, examples: Examples): Command {
  examplesOf.set(command, examples);
  const shown = examples.map((example) => `  $ ./baton ${example}`).join('\n');
  return command
    .helpOption('-h, --help', 'show help')
    .addHelpText('before', `Examples:\n${shown}\n`)
    .configureOutput({
      writeOut: (text) => output.data(text.replace(/\n$/, '')),
      writeErr: (text) => output.problem(text.replace(/\n$/, '')),
      outputError: (text, write) => write(usageText(command, pathOf(command), text)),
    });
}

/** For options that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

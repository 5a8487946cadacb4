/** Commander's words for a mistake on the command line, in the four parts that every message of Baton has. */
import { type Command } from 'commander';
import { shownUsage } from './problem.ts';

/** `error[USAGE]: what went wrong`, what was expected, and how to fix it, a line each. */
export function usageText(command: Command, path: string, text: string): string {
  const [, what = text, near] =
    /^(?:error: )?([^]*?)(?:\n\(Did you mean (?:one of )?([^]*)\?\))?\s*$/.exec(text) ?? [];
  const [, kind, given = ''] = /^unknown (command|option) '([^]*)'$/.exec(what) ?? [];
  const likeliest = near === undefined ? undefined : likeliestOf(given, near.split(', '));
  const help = `./baton ${path === '' ? '' : `${path} `}--help shows what it takes, with examples`;
  return [
    `error[USAGE]: ${shownUsage(what)}`,
    `expected: ${expectedOf(command, path, { what, kind })}`,
    `help: ${likeliest === undefined ? help : `did you mean '${likeliest}'? ${help}`}`,
    '',
  ].join('\n');
}

interface Mistake {
  readonly what: string;
  readonly kind: string | undefined;
}

function expectedOf(command: Command, path: string, { what, kind }: Mistake): string {
  if (kind === 'command') return `one of ${visible(command).join(', ')}`;
  if (kind === 'option') return `one of ${optionsOf(command).join(', ')}`;
  const [, flags] = /^option '([^']*)' argument missing$/.exec(what) ?? [];
  if (flags !== undefined) return `a value after it: ${withoutShort(flags)}`;
  return ['./baton', path, mandatory(command), takes(command)].filter((part) => part !== '').join(' ');
}

/** Letters changed round are the commonest slip: `rusn` means `runs`, not `run`. */
function likeliestOf(given: string, near: readonly string[]): string | undefined {
  const letters = (word: string): string => [...word].sort().join('');
  return (
    near.find((word) => letters(word) === letters(given)) ??
    near.find((word) => word.length === given.length) ??
    near[0]
  );
}

const visible = (command: Command): readonly string[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((child) => child.name());

/** Its own and those of the program, which stand after a command as well. */
function optionsOf(command: Command): readonly string[] {
  const own = command
    .createHelp()
    .visibleOptions(command)
    .map((option) => option.long ?? option.flags);
  return [...new Set([...own, ...(command.parent === null ? [] : optionsOf(command.parent))])];
}

const withoutShort = (flags: string): string => flags.replace(/^-\w, /, '');

const mandatory = (command: Command): string =>
  command.options
    .filter((option) => option.mandatory)
    .map((option) => withoutShort(option.flags))
    .join(' ');

const takes = (command: Command): string =>
  command.registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    })
    .join(' ');

/** The page docs/reference/cli.md, from the tree of commands itself. */
import { type Command, type Option } from 'commander';
import { examplesFor, pathOf } from '#cli/command.ts';
import { createOutput } from '#cli/output.ts';
import { buildProgram } from '#cli/program.ts';
import { schemaFileOf, shapes } from '#cli/shapes/shapes.ts';

const exits: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done; of a run: it completed'],
  [1, 'the run failed or was cancelled; an agent failed; a promise was broken in a simulation'],
  [2, 'the command line, a file or an input is wrong'],
  [3, 'the run is not over, and nobody here works on it'],
  [4, 'the environment, the data folder or the disk cannot be used'],
  [130, 'interrupted'],
];

/** Markdown. `note`: the comment that says where it comes from. */
export function cliPage(note: string): string {
  const program = buildProgram(createOutput({}), async () => undefined);
  return [
    note,
    '',
    '# Command line',
    '',
    'Results go to stdout, everything else to stderr: a terminal gets a live view, a pipe plain lines. Errors say what went wrong, what was expected and how to fix it. `NO_COLOR`, `CI` and `TERM=dumb` switch colours off, `FORCE_COLOR` on. A run is named by its id, the beginning of it that only it has, or `@last`. Ctrl-C stops gently, a second one at once; a run is not lost by it.',
    '',
    '| exit code | meaning |',
    '| --- | --- |',
    ...exits.map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    'These options go with every command:',
    '',
    ...optionTable(program.options),
    ...leavesOf(program).flatMap(section),
  ].join('\n');
}

/** Commands that do something, in the order of the help. */
const leavesOf = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help')
    .flatMap((child) => (child.commands.length === 0 ? [child] : leavesOf(child)));

function section(command: Command): readonly string[] {
  const path = pathOf(command);
  const shape = shapes[path];
  return [
    `## ${path}`,
    '',
    command.description(),
    '',
    '```sh',
    ...examplesFor(command).map((example) => `./baton ${example}`),
    '```',
    '',
    `Usage: \`./baton ${path}${usage(command)}\``,
    '',
    ...optionTable(command.options),
    ...(shape === undefined
      ? []
      : [`With \`--json\`: ${shape.description} [Schema](../../schemas/cli/${schemaFileOf(path)}).`, '']),
  ];
}

const usage = (command: Command): string => {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? ` <${name}>` : ` [${name}]`;
  });
  return `${command.options.length > 0 ? ' [options]' : ''}${words.join('')}`;
};

function optionTable(options: readonly Option[]): readonly string[] {
  if (options.length === 0) return [];
  const rows = options.map(({ flags, description, defaultValue }) => {
    const standard = typeof defaultValue === 'string' ? ` (default ${defaultValue})` : '';
    return `| \`${flags}\` | ${`${description}${standard}`.replaceAll('|', '\\|')} |`;
  });
  return ['| option | what it does |', '| --- | --- |', ...rows, ''];
}

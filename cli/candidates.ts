/**
 * What may stand at a place of the command line, read from the tree of commands itself: a placeholder's name
 * (`<workflow>`, `<run>`, `<agent>`…) says what it takes, so a new command completes without a line here.
 * Nothing here fails: who presses Tab wants no message.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type Option } from 'commander';
import { type Platform } from '#adapters/platform.ts';
import { type Context } from './context.ts';

export interface Candidate {
  /** `:files`: the shell offers files. */
  readonly text: string;
  readonly says?: string;
}

export interface Typed {
  /** The words before the one that is being typed. */
  readonly before: readonly string[];
  readonly last: string;
}

export async function candidatesFor(
  context: Context,
  program: Command,
  { before, last }: Typed,
): Promise<readonly Candidate[]> {
  const { command, words } = walk(program, before);
  const open = optionTaking(command, words.at(-1));
  if (open !== undefined) return values(context, placeholderOf(open), words);
  if (last.startsWith('-')) return optionsOf(command);
  if (command.commands.length > 0) return commandsOf(command);
  const given = positionals(command, words);
  const argument = command.registeredArguments[given] ?? command.registeredArguments.at(-1);
  const more = argument !== undefined && (given < command.registeredArguments.length || argument.variadic);
  return more ? values(context, argument.name(), words) : optionsOf(command);
}

/** The command the words lead to, and those of them that it gets. */
function walk(
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly words: readonly string[] } {
  let command = program;
  let from = 0;
  for (const [index, word] of words.entries()) {
    if (word.startsWith('-')) continue;
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) break;
    command = child;
    from = index + 1;
  }
  return { command, words: words.slice(from) };
}

const everyOption = (command: Command): readonly Option[] => [
  ...command.options,
  ...(command.parent === null ? [] : everyOption(command.parent)),
];

/** An option without a short form has `undefined` for it, which no word is. */
const optionTaking = (command: Command, word: string | undefined): Option | undefined =>
  word === undefined
    ? undefined
    : everyOption(command).find(
        (option) => (option.required || option.optional) && (option.long === word || option.short === word),
      );

const placeholderOf = (option: Option): string => /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '';

function positionals(command: Command, words: readonly string[]): number {
  const isValue = (index: number): boolean =>
    index > 0 && optionTaking(command, words[index - 1]) !== undefined;
  return words.filter((word, index) => !word.startsWith('-') && !isValue(index)).length;
}

const commandsOf = (command: Command): readonly Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((child) => ({ text: child.name(), says: child.summary() || child.description() }));

const optionsOf = (command: Command): readonly Candidate[] => [
  ...everyOption(command).flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ text: long, says: description }],
  ),
  { text: '--help', says: 'show help' },
];

const files: Candidate = { text: ':files' };

/** By the name of the placeholder. */
async function values(
  context: Context,
  placeholder: string,
  words: readonly string[],
): Promise<readonly Candidate[]> {
  switch (placeholder) {
    case 'workflow':
      return [...(await import('./workflow-files.ts')).workflowNames().map((text) => ({ text })), files];
    case 'file':
    case 'files':
      return [files];
    case 'run':
      return runs(context);
    case 'step':
      return awaited(context, words);
    case 'agent':
      return agents();
    case 'function':
      return functions();
    case 'topic':
      return [
        ...['request', 'command', 'response', 'output', 'dlq'].map((text) => ({ text })),
        ...(await agents()),
      ];
    case 'shell':
      return ['bash', 'zsh', 'fish'].map((text) => ({ text }));
    case 'status':
      return ['running', 'waiting', 'completed', 'failed', 'cancelled', 'quarantined'].map((text) => ({
        text,
      }));
    case 'format':
      return ['text', 'json', 'github', 'sarif'].map((text) => ({ text }));
    case 'level':
      return ['debug', 'info', 'warn', 'error'].map((text) => ({ text }));
    case 'letter':
    case 'letters':
      return [{ text: '@last', says: 'the newest dead letter' }];
    default:
      return [];
  }
}

async function agents(): Promise<readonly Candidate[]> {
  const { manifests } = await import('#agents/manifests.ts');
  return manifests.map(({ name, description }) => ({ text: name, says: description }));
}

async function functions(): Promise<readonly Candidate[]> {
  const [{ manifests }, { topologyOf }] = await Promise.all([
    import('#agents/manifests.ts'),
    import('#infra/topology.ts'),
  ]);
  return topologyOf(manifests).functions.map(({ name }) => ({ text: name }));
}

const shownRuns = 20;

/** The newest ones. */
async function runs(context: Context): Promise<readonly Candidate[]> {
  const last: Candidate = { text: '@last', says: 'the newest run' };
  const found = await fromStore(context, async ({ store }) => store.runs.list({ limit: shownRuns }));
  return [
    last,
    ...(found ?? []).map(({ runId, workflow, status }) => ({ text: runId, says: `${workflow}, ${status}` })),
  ];
}

/** The steps of the run before them that wait for a decision. */
async function awaited(context: Context, words: readonly string[]): Promise<readonly Candidate[]> {
  const run = words.find((word) => !word.startsWith('-'));
  if (run === undefined) return [];
  const found = await fromStore(context, async ({ store }) => {
    const [{ resolveRun }, { awaitedIn }] = await Promise.all([
      import('./run-ids.ts'),
      import('./awaited.ts'),
    ]);
    return awaitedIn(await store.commits.history((await resolveRun(store.runs, run, '')).runId));
  });
  return (found ?? []).map(({ step, approval }) => ({ text: step, says: approval.prompt }));
}

/** Undefined where there is no data folder yet, or it cannot be read. */
async function fromStore<T>(
  { env, output }: Context,
  read: (platform: Platform) => Promise<T>,
): Promise<T | undefined> {
  try {
    const { readConfig } = await import('#adapters/config.ts');
    const config = readConfig(env);
    // A completion must not wait for a database far away.
    if (
      !config.ok ||
      config.value.backend.type !== 'embedded' ||
      !existsSync(join(config.value.dataDir, 'baton.db'))
    )
      return undefined;
    const { readPlatform } = await import('./open.ts');
    return await readPlatform({ output, env, interactive: false }, read);
  } catch {
    return undefined;
  }
}

/** `logs`: the log lines of all functions, from the files that hosts keep in the data folder, or of a deployment. */
import { manifests } from '#agents/manifests.ts';
import { type LogLevel } from '#adapters/config.ts';
import { type RunId } from '#core/ids.ts';
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { topologyOf } from '#infra/topology.ts';
import { type Context } from '../context.ts';
import { deployedOnly, type DeployedLines, openDeployedLines, sinceOf } from '../deployed-logs.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followLines, lastLines } from '../follow-lines.ts';
import { from, levels } from '../host-log.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { catchInterruption } from '../interruption.ts';
import { parseLimit } from '../limit.ts';
import { logFiles } from '../log-file.ts';
import { levelColour, withoutStacks } from '../log-line.ts';
import { configOf, placeOf, readPlatform } from '../open.ts';
import { type Output } from '../output.ts';
import { typed, usageError } from '../problem.ts';
import { oneLine } from '../record-text.ts';
import { type MeantRun, resolveMeantRun } from '../run-ids.ts';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly function?: string;
  readonly run?: string;
  readonly since?: string;
  readonly level: string;
  readonly limit: string;
  readonly json?: boolean;
}

export async function logsCommand(context: Context, options: LogsOptions): Promise<ExitCode> {
  const { output } = context;
  const limit = parseLimit(options.limit, 'lines');
  const config = configOf(context);
  const deployed = config.backend.type === 'deployed';
  const run = options.run === undefined ? undefined : await meantRun(context, options.run);
  const ofFunction = byFunction(options.function, deployed ? deployedOnly : []);
  const tests = [ofFunction.test, byLevel(options.level), byRun(run?.runId)];
  const wanted = (line: string): JsonObject | undefined => {
    const fields = parse(line);
    return fields !== undefined && tests.every((test) => test(fields)) ? fields : undefined;
  };
  const show = (fields: JsonObject): void =>
    output.data(options.json === true ? JSON.stringify(fields) : textOf(fields, output));
  if (config.backend.type === 'deployed') {
    const since = sinceOf(options.since, Date.now(), run?.row?.startedAt);
    const about = run === undefined ? {} : { about: run.runId };
    const { profile } = config.backend;
    const source = openDeployedLines({ profile, since, fits: ofFunction.fits, ...about });
    return showDeployed(context, source, { options, limit, tests, show });
  }
  const files = logFiles(config.dataDir);
  const { lines, position } = await lastLines(files, wanted, limit);
  lines.forEach(show);
  if (isUnhosted(config))
    output.note(
      lines.length === 0 ? `No log line yet: ${startHostHint}.` : `Nobody hosts now: ${startHostHint}.`,
    );
  if (options.follow !== true) return exitCodes.ok;
  output.note('Following; end with Ctrl-C.');
  const interruption = catchInterruption();
  try {
    const signal = AbortSignal.any([interruption.signal, output.closed]);
    for await (const line of followLines(files[1], position, signal)) {
      const fields = wanted(line);
      if (fields !== undefined) show(fields);
    }
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    interruption.dispose();
  }
}

interface Showing {
  readonly options: LogsOptions;
  readonly limit: number;
  readonly tests: readonly Test[];
  readonly show: (fields: JsonObject) => void;
}

async function showDeployed(
  { output }: Context,
  source: DeployedLines,
  { options, limit, tests, show }: Showing,
): Promise<ExitCode> {
  const isWanted = (fields: JsonObject): boolean => tests.every((test) => test(fields));
  const interruption = catchInterruption();
  try {
    const lines = (await source.first()).filter(isWanted).slice(-limit);
    lines.forEach(show);
    if (lines.length === 0) output.note('No such log line since then: --since 1d goes further back.');
    if (options.follow !== true) return exitCodes.ok;
    output.note('Following; end with Ctrl-C.');
    for await (const fields of source.more(AbortSignal.any([interruption.signal, output.closed])))
      if (isWanted(fields)) show(fields);
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    source.close();
    interruption.dispose();
  }
}

type Test = (fields: JsonObject) => boolean;
const all: Test = () => true;

interface FunctionTest {
  readonly test: Test;
  /** Whether a function of this name may have such lines. */
  readonly fits: (name: string) => boolean;
}

/** A function by its name, by its agent's, or by its kind: `agent-kafka-expert`, `kafka-expert`, `http-bridge`. */
function byFunction(asked: string | undefined, others: readonly string[]): FunctionTest {
  if (asked === undefined) return { test: all, fits: () => true };
  const names = [...topologyOf(manifests).functions.map(({ name }) => name), ...others];
  const fits = (name: string): boolean =>
    name === asked || name.endsWith(`-${asked}`) || name.startsWith(`${asked}-`);
  if (names.some(fits))
    return {
      test: ({ function: name, agent }) => (typeof name === 'string' && fits(name)) || agent === asked,
      fits,
    };
  const near = nearest(asked, [...names, ...manifests.map(({ name }) => name)]);
  throw usageError('FUNCTION_UNKNOWN', `there is no function ${typed(asked)}`, {
    expected: `one of ${names.join(', ')}`,
    hint: near === undefined ? 'for example --function orchestrator' : `did you mean '${near}'?`,
  });
}

function byLevel(asked: string): Test {
  const least = levels.find((level) => level === asked && level !== 'silent');
  if (least === undefined)
    throw usageError('USAGE', `--level ${typed(asked)} is not a level`, {
      expected: 'debug, info, warn or error',
      hint: 'for example --level warn',
    });
  const isWanted = from(least);
  return ({ level }) => isWanted(levels.find((known): known is LogLevel => known === level) ?? 'error');
}

const meantRun = (context: Context, asked: string): Promise<MeantRun> =>
  readPlatform(context, ({ store }, config) => resolveMeantRun(store.runs, asked, placeOf(config)));

/** Lines name their run as `run` or `runId`, or as the beginning of an invocation's id. */
function byRun(runId: RunId | undefined): Test {
  if (runId === undefined) return all;
  return ({ run, runId: id, invocation }) =>
    run === runId || id === runId || (typeof invocation === 'string' && invocation.startsWith(`${runId}:`));
}

function parse(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const plain = (value: Json | undefined): string =>
  oneLine(typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** `time level function message field=value …`; in a terminal the time of day alone. */
function textOf(line: JsonObject, output: Output): string {
  const colours = output.dataColours;
  const { time, level, function: name, message, ...fields } = withoutStacks(line);
  const paint = levelColour(plain(level), colours);
  const rest = Object.entries(fields).map(([field, value]) => `${field}=${plain(value)}`);
  const when = output.columns() === undefined ? plain(time) : plain(time).slice(11, 23);
  const head = [colours.dim(when), paint(plain(level).padEnd(5)), plain(name ?? 'host')];
  return [head.join(' '), plain(message), ...rest].join('  ');
}

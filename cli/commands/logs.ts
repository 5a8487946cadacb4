/** `logs`: the log lines of all functions, from the files that hosts keep in the data folder. */
import { manifests } from '#agents/manifests.ts';
import { type LogLevel } from '#adapters/config.ts';
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { topologyOf } from '#infra/topology.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followLines, lastLines } from '../follow-lines.ts';
import { from, levels } from '../host-log.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { catchInterruption } from '../interruption.ts';
import { parseLimit } from '../limit.ts';
import { logFiles } from '../log-file.ts';
import { withoutStacks } from '../log-line.ts';
import { configOf, withPlatform } from '../open.ts';
import { type Output } from '../output.ts';
import { typed, usageError } from '../problem.ts';
import { oneLine } from '../record-text.ts';
import { resolveMeantRun } from '../run-ids.ts';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly function?: string;
  readonly run?: string;
  readonly level: string;
  readonly limit: string;
  readonly json?: boolean;
}

export async function logsCommand(context: Context, options: LogsOptions): Promise<ExitCode> {
  const { output } = context;
  const limit = parseLimit(options.limit, 'lines');
  const config = configOf(context);
  const tests = [byFunction(options.function), byLevel(options.level), await byRun(context, options.run)];
  const wanted = (line: string): JsonObject | undefined => {
    const fields = parse(line);
    return fields !== undefined && tests.every((test) => test(fields)) ? fields : undefined;
  };
  const show = (fields: JsonObject): void =>
    output.data(options.json === true ? JSON.stringify(fields) : textOf(fields, output));
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

type Test = (fields: JsonObject) => boolean;
const all: Test = () => true;

/** A function by its name, by its agent's, or by its kind: `agent-kafka-expert`, `kafka-expert`, `http-bridge`. */
function byFunction(asked: string | undefined): Test {
  if (asked === undefined) return all;
  const names = topologyOf(manifests).functions.map(({ name }) => name);
  const fits = (name: string): boolean =>
    name === asked || name.endsWith(`-${asked}`) || name.startsWith(`${asked}-`);
  if (names.some(fits))
    return ({ function: name, agent }) => (typeof name === 'string' && fits(name)) || agent === asked;
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

/** Lines name their run as `run` or `runId`, or as the beginning of an invocation's id. */
async function byRun(context: Context, asked: string | undefined): Promise<Test> {
  if (asked === undefined) return all;
  const { runId } = await withPlatform(context, ({ store }) => resolveMeantRun(store.runs, asked));
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
  const paint = level === 'error' ? colours.red : level === 'warn' ? colours.yellow : colours.cyan;
  const rest = Object.entries(fields).map(([field, value]) => `${field}=${plain(value)}`);
  const when = output.columns() === undefined ? plain(time) : plain(time).slice(11, 23);
  const head = [colours.dim(when), paint(plain(level).padEnd(5)), plain(name ?? 'host')];
  return [head.join(' '), plain(message), ...rest].join('  ');
}

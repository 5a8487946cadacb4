/** The log lines of a deployment's functions, from CloudWatch Logs, as `logs` shows those of a data folder. */
import { setTimeout as pause } from 'node:timers/promises';
import { functionLine } from '#adapters/aws/function-line.ts';
import { type LogReader, openLogReader } from '#adapters/aws/read-logs.ts';
import { parseDuration } from '#core/workflow/duration.ts';
import { type JsonObject } from '#core/json.ts';
import { deployedName, deployedTopology } from './deployed.ts';
import { typed, usageError } from './problem.ts';

/** Functions of a deployment that are not in the topology, because only a deployment has them. */
export const deployedOnly: readonly string[] = ['operator', 'setup'];

export interface DeployedLines {
  /** Those of the groups so far, oldest first. */
  first(): Promise<readonly JsonObject[]>;
  /** Those to come, until `signal` aborts. */
  more(signal: AbortSignal): AsyncGenerator<JsonObject, void, void>;
  close(): void;
}

export interface LinesWanted {
  readonly profile: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Which functions. */
  readonly fits: (name: string) => boolean;
  /** Lines with this text alone; the run they are about. */
  readonly about?: string;
}

export function openDeployedLines(wanted: LinesWanted): DeployedLines {
  const logs = openLogReader();
  const names = [...deployedTopology(wanted.profile).functions.map(({ name }) => name), ...deployedOnly];
  const seen = new Set<string>();
  let since = wanted.since;
  const read = async (): Promise<readonly JsonObject[]> => {
    const found: Found[] = [];
    for (const name of names.filter(wanted.fits)) found.push(...(await newOf(logs, name, wanted, since, seen)));
    // What a function wrote may arrive a while after its time.
    since = Math.max(since, ...found.map(({ at }) => at - lateMs));
    return found.toSorted((a, b) => a.at - b.at).map(({ line }) => line);
  }; // prettier-ignore
  return {
    first: read,
    async *more(signal) {
      while (!signal.aborted) {
        await pause(followEveryMs, undefined, { signal }).catch(() => undefined);
        if (!signal.aborted) yield* await read();
      }
    },
    close: () => logs.close(),
  };
}

const followEveryMs = 2_000;
const lateMs = 30_000;

interface Found {
  readonly at: number;
  readonly line: JsonObject;
}

/** What is not seen yet in one group; one without lines yet, or without a group, has none. */
async function newOf(
  logs: LogReader,
  name: string,
  { profile, about }: LinesWanted,
  since: number,
  seen: Set<string>,
): Promise<readonly Found[]> {
  const group = `/aws/lambda/${deployedName(profile, { name })}`;
  const events = await logs.events({ group, since, ...(about !== undefined && { pattern: `"${about}"` }) });
  return (events ?? []).flatMap((event) => {
    const id = `${name} ${event.id}`;
    if (seen.has(id)) return [];
    seen.add(id);
    const line = functionLine(name, event);
    return line === undefined ? [] : [{ at: event.at, line }];
  });
}

/** Where to begin. Throws `CliError`. */
export function sinceOf(asked: string | undefined, now: number, runStartedAt: number | undefined): number {
  if (asked === undefined) return runStartedAt === undefined ? now - 3_600_000 : runStartedAt - 60_000;
  const ms = parseDuration(asked);
  if (ms !== undefined) return now - ms;
  throw usageError('USAGE', `--since ${typed(asked)} is no duration`, {
    expected: 'a number and ms, s, m, h or d',
    hint: 'for example --since 2h',
  });
}

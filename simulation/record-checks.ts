/**
 * What must become of records:
 * I15 an offset is committed only once what its record asks for is durable · I26 what was forged changes nothing · C10
 * what nobody can take up is set aside with its bytes, and its partition goes on · I2 a command for a run that never
 * comes is answered, and leaves nothing behind.
 */
import { deadLetterHeaders } from '#core/dead-letter.ts';
import { topics } from '#core/event-catalog.ts';
import { parseRunId, runIdOf } from '#core/ids.ts';
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { type LogRecord } from '#core/ports.ts';
import { attemptStands } from '#core/run/absorb.ts';
import { causeKey } from '#core/run/evolve.ts';
import { placeOf } from './broker.ts';
import { type Checks } from './checks.ts';
import { type MemoryLog } from './memory/log.ts';
import { type MemoryStore } from './memory/store.ts';

export interface RecordChecks {
  /** The records whose offsets are being committed. */
  passed(records: readonly LogRecord[]): void;
  /** A record that must change nothing. `answered`: it has to end as a dead letter. */
  intruded(record: LogRecord, end: 'answered' | 'dropped'): void;
  /** The id of a run that nobody starts. */
  stranger(runId: string): void;
  /** Everything has converged. `lost`: records of tasks and responses may have been lost. */
  ended(lost: boolean): void;
}

export interface RecordChecksOptions {
  readonly now: () => number;
  /** Run ids follow from the identity of starts: no definition declares an idempotency key. */
  readonly plainStarts: boolean;
}

/** The clocks of sandboxes differ by so much, at most. */
const skewMs = 2_000;

export function createRecordChecks(
  store: MemoryStore,
  log: MemoryLog,
  checks: Checks,
  options: RecordChecksOptions,
): RecordChecks {
  const eventIn = reading();
  const letters = createLetters(log);
  const responses = createResponses(log);
  const intruders: { readonly record: LogRecord; readonly end: 'answered' | 'dropped' }[] = [];
  const strangers = new Set<string>();
  const handled = (record: LogRecord): boolean => {
    const event = eventIn(record);
    if (event === undefined) return false;
    if (record.topic === topics.request) return !options.plainStarts || hasRun(checks, event);
    if (record.topic === topics.command) return commandTaken(store, checks, event);
    const attempt = attemptOf(event);
    if (attempt === undefined) return false;
    if (record.topic === topics.response) return standing(checks, attempt) === 'answered';
    const expired = Date.parse(textOf(event['expirytime'])) <= options.now() + skewMs;
    return expired || standing(checks, attempt) !== 'open' || responses.has(idOf(attempt));
  };
  return {
    passed(records) {
      for (const record of records)
        if (!handled(record) && !letters.holds(record) && !letters.holdsCopy(record))
          checks.violate(`I15: ${placeOf(record)} was committed, and nothing stored or sent answers it`);
    },
    intruded: (record, end) => void intruders.push({ record, end }),
    stranger: (runId) => void strangers.add(runId),
    ended(lost) {
      const causes = causesOf(store, checks);
      for (const { record, end } of intruders) {
        const place = placeOf(record);
        if (causes.has(place)) checks.violate(`I26: ${place} was to change nothing, and caused a commit`);
        const mayBeLost = lost && record.topic.startsWith('workflow.step.');
        // A kept command is answered under the place at which it came again.
        const held = record.topic === topics.command && record.value !== null && record.value.length > 0;
        if (
          end === 'answered' &&
          !mayBeLost &&
          !letters.holds(record) &&
          !(held && letters.holdsCopy(record))
        )
          checks.violate(`C10: ${place} was not set aside with its bytes`);
      }
      checkStrangers(store, strangers, checks);
    },
  };
}

function checkStrangers(store: MemoryStore, strangers: ReadonlySet<string>, checks: Checks): void {
  for (const runId of strangers) {
    const id = parseRunId(runId);
    if (id === undefined) continue;
    if (store.commits.history(id).length > 0 || store.runs.get(id) !== undefined)
      checks.violate(`I26: something was stored of ${runId}, a run that nobody started`);
  }
  for (const { source, id } of store.inbox.entries())
    checks.violate(`I2: the command ${source} ${id} was never answered`);
}

/** The places of all records that caused something. */
const causesOf = (store: MemoryStore, checks: Checks): ReadonlySet<string> =>
  new Set(
    checks
      .runIds()
      .flatMap((runId) => parseRunId(runId) ?? [])
      .flatMap((runId) => store.commits.history(runId))
      .flatMap(({ causes }) => causes.map(placeOf)),
  );

// ---------------------------------------------------------------- what a record asks for

function hasRun(checks: Checks, event: JsonObject): boolean {
  const [source, id] = [textOf(event['source']), textOf(event['id'])];
  return checks.run(runIdOf({ tenant: 'default', source, id })).status !== 'absent';
}

function commandTaken(store: MemoryStore, checks: Checks, event: JsonObject): boolean {
  const run = checks.run(textOf(event['runid']));
  const [source, id] = [textOf(event['source']), textOf(event['id'])];
  if (event['type'] === 'dev.baton.run.wake.v1') {
    const data = event['data'];
    const sentAt = isJsonObject(data) ? Number(data['wakeSentAt']) : NaN;
    // Whoever read an older state puts the row off instead: it wakes the run all the same.
    const again = run.status === 'running' && store.runs.get(run.runId)?.wakeAt !== undefined;
    return run.status !== 'running' || run.wokenAt >= sentAt || again;
  }
  if (run.status === 'finished') return true;
  if (run.status === 'running' && run.consumed.includes(causeKey(source, id))) return true;
  return store.inbox.entries().some((entry) => entry.source === source && entry.id === id);
}

interface Attempt {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
}

function attemptOf(event: JsonObject): Attempt | undefined {
  const { runid, stepid, attempt } = event;
  if (typeof runid !== 'string' || typeof stepid !== 'string' || typeof attempt !== 'number')
    return undefined;
  return { runId: runid, step: stepid, attempt };
}

function standing(checks: Checks, { runId, step, attempt }: Attempt): string {
  const run = checks.run(runId);
  return run.status === 'absent' ? 'unknown' : attemptStands(run, step, attempt);
}

const idOf = ({ runId, step, attempt }: Attempt): string => `${runId}:${step}:${attempt}`;

/** Offsets go back, and records are passed again: each is parsed once. */
function reading(): (record: LogRecord) => JsonObject | undefined {
  const read = new Map<LogRecord, JsonObject | undefined>();
  return (record) => {
    if (!read.has(record)) read.set(record, parse(record.value));
    return read.get(record);
  };
}

function parse(value: Uint8Array | null): JsonObject | undefined {
  try {
    const root = JSON.parse(text.decode(value ?? undefined)) as Json;
    return isJsonObject(root) ? root : undefined;
  } catch {
    return undefined;
  }
}

const text = new TextDecoder();

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

// ---------------------------------------------------------------- what the log holds

/** Reads a topic on, from where it was left. */
function reader(log: MemoryLog, topic: string, take: (record: LogRecord) => void): () => void {
  const next = Array.from({ length: log.partitions(topic) }, () => 0);
  return () => {
    for (const [partition, from] of next.entries()) {
      const records = log.records(topic, partition);
      for (const record of records.slice(from)) take(record);
      next[partition] = records.length;
    }
  };
}

interface Letters {
  /** A dead letter names this record's place, and has its bytes. */
  holds(record: LogRecord): boolean;
  /** A dead letter has its bytes: two copies of a task may have one end. */
  holdsCopy(record: LogRecord): boolean;
}

function createLetters(log: MemoryLog): Letters {
  const held = new Map<string, string>();
  const bytes = new Set<string>();
  const read = reader(log, topics.deadLetter, ({ headers, value }) => {
    const header = (name: string): string => text.decode(headers.findLast(([other]) => other === name)?.[1]);
    const { topic, partition, offset } = deadLetterHeaders;
    held.set(`${header(topic)}-${header(partition)}-${header(offset)}`, bytesOf(value));
    bytes.add(bytesOf(value));
  });
  return {
    holds(record) {
      read();
      return held.get(placeOf(record)) === bytesOf(record.value);
    },
    holdsCopy(record) {
      read();
      return bytes.has(bytesOf(record.value));
    },
  };
}

const bytesOf = (value: Uint8Array | null): string => Buffer.from(value ?? []).toString('latin1');

function createResponses(log: MemoryLog): { has(id: string): boolean } {
  const ids = new Set<string>();
  const read = reader(log, topics.response, ({ value }) => {
    ids.add(/"id":"([^"]+)"/.exec(bytesOf(value))?.[1] ?? '');
  });
  return {
    has(id) {
      read();
      return ids.has(id);
    },
  };
}

/** What is done to the system between its own events: freezing, copies, rewinds, forgeries, lost records. */
import { topics } from '#core/event-catalog.ts';
import { encodeEvent } from '#core/cloud-event.ts';
import { type Json } from '#core/json.ts';
import { type LogRecord } from '#core/ports.ts';
import { type ScheduleOptions } from './schedule.ts';
import { startEvent, type System } from './system.ts';
import { type FaultKind } from './faults.ts';
import { type Sandbox, type World } from './world.ts';

export interface Hostilities {
  /** One opportunity for each of them, before this event. */
  next(event: number): void;
  /** Faults stop; what is frozen thaws, or is given up. */
  end(): void;
  /** What an operator would do before hours pass: thaw what is frozen longest, or recover what the log lost. */
  readonly relieve: () => boolean;
}

export function hostilities(world: World, system: System, options: ScheduleOptions): Hostilities {
  const frozen: Sandbox[] = [];
  let cancelled = options.cancel !== true;
  const thaw = (sandbox: Sandbox | undefined): void => {
    if (sandbox?.status !== 'frozen') return;
    sandbox.status = 'running';
    world.note('thaw', sandbox.name);
  };
  const hits = (kind: FaultKind): boolean => world.choices.chance((world.rates[kind] ?? 0) / 4);
  let recovered = 0;
  const recover = (): boolean => {
    const lost = world.met.get('lostLog') ?? 0;
    if (lost === recovered) return false;
    recovered = lost;
    system.recover();
    return true;
  };
  return {
    next(event) {
      if (hits('freeze')) freeze(world, system, frozen);
      if (frozen.length > 0 && world.choices.chance(0.05)) thaw(frozen.shift());
      if (hits('duplicate')) copy(world, system);
      if (hits('rewind')) system.broker.rewind();
      if (hits('lostLog')) system.broker.lose();
      if (hits('forged')) forge(world, system);
      if (hits('reused')) reuse(world, system, options);
      if (event === options.cancelAt) cancel(world, system);
      if (!cancelled && world.choices.chance(0.02)) cancelled = cancel(world, system);
    },
    end() {
      world.hostile = false;
      for (const sandbox of frozen.splice(0)) thaw(sandbox);
      recover();
    },
    relieve() {
      const [sandbox] = frozen.splice(0, 1);
      thaw(sandbox);
      return sandbox !== undefined || recover();
    },
  };
}

/** The input of a start that comes again under its id with another payload. */
export const otherPayload: Json = { another: 'payload' };

/** Its batch comes again elsewhere; what it was about to do, it does after it has thawed. */
function freeze(world: World, system: System, frozen: Sandbox[]): void {
  const running = system.sandboxes.filter(({ status, name }) => status === 'running' && name !== 'timer');
  if (running.length < 2) return;
  const sandbox = running[world.choices.pick(running.length)];
  if (sandbox === undefined) return;
  sandbox.status = 'frozen';
  frozen.push(sandbox);
  system.broker.abandon(sandbox);
  world.note('freeze', sandbox.name);
}

function copy(world: World, system: System): void {
  const record = anyRecord(world, system, [topics.request, topics.command, topics.response]);
  if (record === undefined) return;
  append(system, record, record.value ?? new Uint8Array());
  world.note('duplicate', record.topic);
}

/** A real response with one character of its capability changed, or for another attempt. */
function forge(world: World, system: System): void {
  const record = anyRecord(world, system, [topics.response]);
  if (record === undefined || record.value === null) return;
  const text = new TextDecoder().decode(record.value);
  const forged = world.choices.chance(0.5)
    ? text.replace(
        /"capability":"([^"]*)(.)"/,
        (_all, rest: string, last: string) => `"capability":"${rest}${last === 'A' ? 'B' : 'A'}"`,
      )
    : text.replace(/"attempt":(\d+)/, (_all, attempt: string) => `"attempt":${Number(attempt) + 1}`);
  append(system, record, new TextEncoder().encode(forged));
  world.note('forged');
}

function reuse(world: World, system: System, options: ScheduleOptions): void {
  const run = options.runs[world.choices.pick(options.runs.length)];
  if (run === undefined) return;
  const event = startEvent(run.id, run.workflow, otherPayload, run.source);
  system.log.append([{ topic: topics.request, key: run.id, ...encodeEvent(event) }]);
  world.note('reused');
}

function cancel(world: World, system: System): boolean {
  const ids = system.checks.runIds;
  const runId = ids[world.choices.pick(ids.length)];
  if (runId === undefined) return false;
  system.command(runId, `cancel-${runId}`);
  world.note('cancel', runId);
  return true;
}

function anyRecord(world: World, system: System, from: readonly string[]): LogRecord | undefined {
  const topic = from[world.choices.pick(from.length)] ?? topics.request;
  const partition = world.choices.pick(system.log.partitions(topic));
  const records = system.log.records(topic, partition);
  return records[world.choices.pick(records.length)];
}

const append = (system: System, { topic, key, headers }: LogRecord, value: Uint8Array): void => {
  system.log.append([{ topic, key, value, headers }]);
};

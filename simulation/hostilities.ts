/** What is done to the system between its own events: freezing, copies, rewinds, forgeries, lost records. */
import { topics } from '#core/event-catalog.ts';
import { encodeEvent } from '#core/cloud-event.ts';
import { type Json } from '#core/json.ts';
import { runIdOf } from '#core/ids.ts';
import { type LogRecord } from '#core/ports.ts';
import { leaseMs } from '#functions/agent/invocation-lease.ts';
import { functionTimeMs } from './broker.ts';
import { type ScheduleOptions } from './schedule.ts';
import { defaultSource, startEvent, type System } from './system.ts';
import { type FaultKind } from './faults.ts';
import { forge, poison, stranger } from './intruders.ts';
import { nextVersionOf } from './next-version.ts';
import { type Sandbox, type World } from './world.ts';

export interface Hostilities {
  /** One opportunity for each of them, before this event. */
  next(event: number): void;
  /** Faults stop; what is frozen thaws, or is given up. */
  end(): void;
  /** What an operator would do before hours pass: thaw what is frozen longest, or recover what the log lost. */
  readonly relieve: () => boolean;
}

type Hostility = readonly [kind: FaultKind, happen: (kind: FaultKind) => unknown];

interface Frozen {
  readonly sandbox: Sandbox;
  readonly since: number;
}

/** Calls of the store that meet a failover, one after the other. */
const failoverCalls = 4;

export function hostilities(world: World, system: System, options: ScheduleOptions): Hostilities {
  const frozen: Frozen[] = [];
  let cancelled = options.cancel !== true;
  let activated = false;
  const rare = new Map<FaultKind, number>();
  const thaw = (one: Frozen | undefined): void => {
    if (one?.sandbox.status !== 'frozen') return;
    one.sandbox.status = 'running';
    world.note('thaw', one.sandbox.name);
    if (world.now - one.since > leaseMs) world.note('thaw past a lease');
    if (world.now - one.since > functionTimeMs) world.note('thaw past the time of its function');
  };
  const hits = (kind: FaultKind): boolean => world.choices.chance((world.rates[kind] ?? 0) / 4);
  /** What takes many events to get over, no more often than this in one history. */
  const seldom = (kind: FaultKind, most: number): boolean => {
    const times = rare.get(kind) ?? 0;
    if (times >= most || !hits(kind)) return false;
    rare.set(kind, times + 1);
    return true;
  };
  const recover = (isNeeded = system.misses()): boolean => {
    if (!isNeeded) return false;
    system.recover();
    return true;
  };
  const possible: readonly Hostility[] = [
    ['duplicate', (kind) => hits(kind) && copy(world, system)],
    ['rewind', (kind) => hits(kind) && system.broker.rewind()],
    ['lostLog', (kind) => hits(kind) && system.broker.lose()],
    ['forged', (kind) => hits(kind) && forge(world, system)],
    ['reused', (kind) => hits(kind) && reuse(world, system, options)],
    ['failover', (kind) => seldom(kind, 1) && failOver(world)],
    ['poison', (kind) => seldom(kind, 2) && poison(world, system)],
    ['stranger', (kind) => seldom(kind, 1) && stranger(world, system)],
    [
      'activated',
      (kind) => {
        if (!activated && hits(kind)) activated = activate(world, system, options);
      },
    ],
  ];
  // Few of them have a rate in any one schedule.
  const drawn = possible.filter(([kind]) => (world.rates[kind] ?? 0) > 0);
  return {
    next(event) {
      if (hits('freeze')) freeze(world, system, frozen);
      if (frozen.length > 0 && world.choices.chance(0.05)) thaw(frozen.shift());
      for (const [kind, happen] of drawn) happen(kind);
      if (system.misses() && world.choices.chance(0.05)) recover(); // somebody saw it
      if (event === options.cancelAt) cancel(world, system, options);
      if (!cancelled && world.choices.chance(0.02)) cancelled = cancel(world, system, options);
    },
    end() {
      world.hostile = false;
      world.failover = 0;
      for (const one of frozen.splice(0)) thaw(one);
      recover();
    },
    relieve() {
      const [one] = frozen.splice(0, 1);
      thaw(one);
      // A run that stands still although it was recovered is recovered again.
      return one !== undefined || recover(system.misses() || system.isOutrun());
    },
  };
}

/** The input of a start that comes again under its id with another payload. */
export const otherPayload: Json = { another: 'payload' };

/** Its batch comes again elsewhere; what it was about to do, it does after it has thawed. */
function freeze(world: World, system: System, frozen: Frozen[]): void {
  const running = system.sandboxes().filter(({ status, name }) => status === 'running' && name !== 'timer');
  if (running.length < 2) return;
  const sandbox = running[world.choices.pick(running.length)];
  if (sandbox === undefined) return;
  sandbox.status = 'frozen';
  frozen.push({ sandbox, since: world.now });
  system.broker.abandon(sandbox);
  world.note('freeze', sandbox.name);
}

function copy(world: World, system: System): void {
  const record = anyRecord(world, system, [topics.request, topics.command, topics.response]);
  if (record === undefined) return;
  append(system, record, record.value ?? new Uint8Array());
  world.note('duplicate', record.topic);
}

function reuse(world: World, system: System, options: ScheduleOptions): void {
  const run = options.runs[world.choices.pick(options.runs.length)];
  if (run === undefined) return;
  const event = startEvent(run.id, run.workflow, otherPayload, run.source);
  system.log.append([{ topic: topics.request, key: run.id, ...encodeEvent(event) }]);
  world.note('reused');
}

function failOver(world: World): void {
  world.failover = failoverCalls;
  world.note('failover');
}

/** Once every run has begun: which version a start finds is not what is looked at here. */
function activate(world: World, system: System, { definitions, runs }: ScheduleOptions): boolean {
  if (system.checks.runIds().length < runs.length) return false;
  for (const next of definitions.flatMap((definition) => nextVersionOf(definition) ?? [])) {
    system.store.definitions.put(next, { activate: true });
    system.checks.events.know(next);
    world.note('activated', `${next.name} ${next.version}`);
  }
  return true;
}

/** At times before the run is there: the cancel is kept until it is. */
function cancel(world: World, system: System, { definitions, runs }: ScheduleOptions): boolean {
  const plain = definitions.every(({ idempotencyKey }) => idempotencyKey === undefined);
  const ids = plain
    ? runs.map(({ id, source = defaultSource }) => runIdOf({ tenant: 'default', source, id }))
    : system.checks.runIds();
  const runId = ids[world.choices.pick(ids.length)];
  if (runId === undefined) return false;
  system.command(runId, `cancel-${runId}`);
  world.note('cancel', runId);
  if (system.checks.run(runId).status === 'absent') world.note('cancel before its run');
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

/**
 * One schedule: a system, its choices, and the events between the first request and the end of every run.
 * SC1. Safety throughout: the checks look after every event.
 * SC2. Liveness in the end: faults stop, what is frozen thaws, and all must converge within a stated number of events.
 */
import { type Json } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseDefinition } from '#core/workflow/parse-definition.ts';
import { deciders, type SaidDecision } from './approvals.ts';
import { type SimulatedAgent } from './agents.ts';
import { type Choices } from './choices.ts';
import { allFaults, drawRates, type FaultKind, type FaultRates } from './faults.ts';
import { hostilities } from './hostilities.ts';
import { createSystem, type System, type SystemOptions } from './system.ts';
import { createWorld, drain, type CrashPlan, type World } from './world.ts';

/** A start request; `source` is `/simulated` unless given. */
export interface SimulatedStart {
  readonly id: string;
  readonly workflow: string;
  readonly input: Json;
  readonly source?: string;
}

export interface ScheduleOptions extends Omit<
  SystemOptions,
  'partitions' | 'snapshotEvery' | 'partialResponses'
> {
  readonly agent: SimulatedAgent;
  readonly runs: readonly SimulatedStart[];
  readonly faults?: readonly FaultKind[];
  /** Instead of rates that are drawn. */
  readonly rates?: FaultRates;
  /** Cancels a run at a moment of the schedule's choice. */
  readonly cancel?: boolean;
  /** Cancels the first run that has begun, before this event (from 0); for histories without choices. */
  readonly cancelAt?: number;
  readonly journal?: boolean;
  readonly crashes?: CrashPlan;
}

export interface ScheduleResult {
  readonly violations: readonly string[];
  /** How each run ended, by run id. */
  readonly runs: ReadonlyMap<string, RunState>;
  /** The commits of each run, by run id. */
  readonly histories: ReadonlyMap<string, readonly Commit[]>;
  /** Definitions that were stored, by digest. */
  readonly definition: (digest: string) => Definition | undefined;
  /** What people decided, by the id of their event. */
  readonly said: ReadonlyMap<string, SaidDecision>;
  /** Faults met and events seen, with how often. */
  readonly met: ReadonlyMap<string, number>;
  readonly events: number;
  readonly journal: readonly string[];
  readonly choices: readonly number[];
}

/** Events under fire, at least: long runs are under fire for as much of their way as short ones. */
const hostileEvents = 150;
const hostileEventsPerStep = 6;
/** Time that passes between two looks of the timer, at least. */
const lookMs = 10;
const longPauseMs = 60_000;
/** Events from the last fault to the end of everything, per step of the definitions; far above what is ever needed. */
const convergeEvents = 20_000;
const begin = Date.parse('2026-01-01T00:00:00Z');

export async function runSchedule(options: ScheduleOptions, choices: Choices): Promise<ScheduleResult> {
  const rates = options.rates ?? drawRates(choices, options.faults ?? allFaults);
  const world = createWorld(choices, rates, {
    now: begin,
    journal: options.journal ?? false,
    ...(options.crashes && { crashes: options.crashes }),
  });
  const snapshotEvery = choices.chance(0.5) ? 2 : 50;
  const partialResponses = choices.chance(0.5);
  const system = createSystem(world, { ...options, partitions: 2, snapshotEvery, partialResponses });
  for (const { id, workflow, input, source } of options.runs) system.start(id, workflow, input, source);
  const hostility = hostilities(world, system, options);
  const people = deciders(world, system, options.definitions);
  const hostileUntil = Math.max(hostileEvents, hostileEventsPerStep * longest(options));
  let events = 0;
  for (; system.checks.violations.length === 0; events += 1) {
    if (world.hostile && events >= hostileUntil) hostility.end();
    if (world.hostile) hostility.next(events);
    if (world.hostile) people.next();
    await drain();
    if (!next(world, system, () => hostility.relieve() || people.settle())) {
      if (!world.hostile) break;
      hostility.end();
    }
    if (events > hostileUntil + convergeEvents) system.checks.violate(`I27: no end after ${events} events`);
  }
  await drain();
  if (system.checks.violations.length === 0) {
    system.checks.ended(system.broker.deliveries, system.recoveries(), system.wakes());
    system.records.ended(world.met.has('lostLog'));
  }
  for (const [type, times] of system.checks.events.seen) world.met.set(`event ${type}`, times);
  return {
    violations: [
      ...system.checks.violations,
      ...(world.met.has('violation') ? ['A4: another error escaped a handler'] : []),
    ],
    runs: new Map(system.checks.runIds().map((runId) => [runId, system.checks.run(runId)])),
    histories: new Map(system.checks.runIds().map((runId) => [runId, system.checks.history(runId)])),
    said: people.said,
    definition: (digest) => definitionIn(system, options.definitions, digest),
    met: world.met,
    events,
    journal: world.journal ?? [],
    choices: choices.made,
  };
}

const longest = ({ definitions }: ScheduleOptions): number =>
  Math.max(...definitions.map(({ steps }) => steps.length));

/** One that was stored later is read from the store, as the engine does. */
function definitionIn(system: System, given: readonly Definition[], digest: string): Definition | undefined {
  const known = given.find((definition) => definition.digest === digest);
  const stored = known === undefined ? system.store.definitions.byDigest(digest) : undefined;
  if (stored === undefined) return known;
  const parsed = parseDefinition(stored.source);
  return parsed.ok ? parsed.value : undefined;
}

/** Lets one thing happen. False where nothing can, and nothing will by waiting. */
function next(world: World, system: System, relieve: () => boolean): boolean {
  const calls = world.ready();
  const mappings = system.broker.deliverable();
  const choice = world.choices.pick(calls + mappings.length);
  if (choice < calls) {
    world.step(choice);
    return true;
  }
  const mapping = mappings[choice - calls];
  if (mapping !== undefined && mapping.sandboxes().length > 0) {
    system.broker.deliver(mapping);
    return true;
  }
  return passTime(world, system, relieve);
}

function passTime(world: World, system: System, relieve: () => boolean): boolean {
  if (system.broker.idle()) system.checks.quiet(world.now, system.pending());
  const timer = world.nextTimerAt() ?? Infinity;
  const wake = system.timerDueAt() ?? Infinity;
  const at = Math.min(timer, wake);
  // A pause outlasts leases, but nobody waits for a frozen sandbox, or a person, until every deadline has passed.
  if (at > world.now + longPauseMs && relieve()) return true;
  if (at === Infinity) return false;
  // However the clocks differ, time goes on while somebody looks at it.
  world.now = Math.max(at, world.now + lookMs);
  world.runTimers();
  if (wake <= world.now) system.tick();
  return true;
}

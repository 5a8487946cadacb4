/**
 * The simulated system: the real handlers in several sandboxes, on ports that the world delays, fails and loses.
 * SY1. Nothing of the engine is replaced: handlers, codecs, decide and evolve are those that are deployed.
 */
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { type Json } from '#core/json.ts';
import { type AgentCatalog, type AgentFacts, type OutgoingRecord } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { recoverRuns } from '#functions/orchestrator/recover.ts';
import { createTimer, type Timer } from '#functions/timer/handler.ts';
import { type SimulatedAgent } from './agents.ts';
import { createBroker, type Broker, type Mapping } from './broker.ts';
import { createChecks, type Checks } from './checks.ts';
import { createRecordChecks, type RecordChecks } from './record-checks.ts';
import { createMemoryLog, type MemoryLog } from './memory/log.ts';
import { asStore } from './memory/store-port.ts';
import { createMemoryStore, type MemoryStore } from './memory/store.ts';
import {
  agentHandler,
  createHost,
  keys,
  orchestratorHandler,
  portsOf,
  silent,
  storeRetentionMs,
  type Host,
  type Shared,
} from './sandboxes.ts';
import { type Sandbox, type World } from './world.ts';

export interface SystemOptions {
  readonly definitions: readonly Definition[];
  readonly agents: readonly AgentFacts[];
  readonly agent: SimulatedAgent;
  readonly snapshotEvery: number;
  readonly partitions: number;
  /** Whether the agents' mappings take an answer that names failed records. */
  readonly partialResponses: boolean;
}

export interface System {
  readonly store: MemoryStore;
  readonly log: MemoryLog;
  readonly broker: Broker;
  readonly checks: Checks;
  readonly records: RecordChecks;
  readonly mappings: readonly Mapping[];
  sandboxes(): readonly Sandbox[];
  /** Milliseconds since 1970 at which the timer has something to do. */
  timerDueAt(): number | undefined;
  tick(): void;
  /** A start request of the given workflow, from `/simulated` unless another source is given. */
  start(id: string, workflow: string, input: Json, source?: string): void;
  command(runId: string, id: string): void;
  /** Whether records were lost since the last recovery: until the next one nobody knows. */
  misses(): boolean;
  /** Whether something will come again that is in no partition: what was lost, or a command that is kept. */
  pending(): boolean;
  recover(): void;
  /**
   * Whether commits came after the last recovery. One may be of an input that was lost while somebody was at it: if its
   * effects were not sent, only another recovery sends them.
   */
  isOutrun(): boolean;
  readonly recoveries: () => number;
  /** How often wakes were handed out. */
  readonly wakes: () => number;
}

export const wakeResendMs = 10_000;
/** The timer looks at kept commands no more often. */
const inboxLookMs = 1_000;
export function createSystem(world: World, options: SystemOptions): System {
  const store = createMemoryStore();
  const log = createMemoryLog({ now: () => world.now });
  const checks = createChecks(store, options.definitions);
  const catalog: AgentCatalog = new Map(options.agents.map((agent) => [agent.name, agent]));
  for (const definition of options.definitions) store.definitions.put(definition, { activate: true });
  const agentTopics = options.agents.map(({ name }) => topics.step(name));
  const names = [
    topics.request,
    topics.command,
    topics.response,
    topics.output,
    topics.deadLetter,
    ...agentTopics,
  ];
  log.createTopics(names.map((name) => ({ name, partitions: options.partitions })));

  const shared: Shared = { world, store, log, checks, catalog, options };
  const orchestrators = [0, 1].map((index) =>
    createHost(shared, `orchestrator-${index}`, orchestratorHandler),
  );
  const hosts = [0, 1].map((index) => createHost(shared, `agents-${index}`, agentHandler));
  const timer = createHost(shared, 'timer', () => async () => ({ batchItemFailures: [] }));
  let clock: Timer | undefined;
  let ticking = false;
  let tickedAt = 0;
  let recoveries = 0;
  let mended = 0;
  let recoveredAt = 0;
  const commits = (): number => checks.runIds().reduce((sum, runId) => sum + checks.history(runId).length, 0);
  const losses = (): number => world.met.get('lostLog') ?? 0;
  const misses = (): boolean => losses() > mended;

  const mapping = (topic: string, from: readonly Host[], partial: boolean): Mapping => ({
    topic,
    partial,
    sandboxes: () => from.map((host) => host.current()).filter(({ status }) => status === 'running'),
  });
  const mappings = [
    mapping(topics.request, orchestrators, true),
    mapping(topics.response, orchestrators, false),
    mapping(topics.command, orchestrators, true),
    ...agentTopics.map((topic) => mapping(topic, hosts, options.partialResponses)),
  ];
  const plainStarts = options.definitions.every(({ idempotencyKey }) => idempotencyKey === undefined);
  const records = createRecordChecks(store, log, checks, { now: () => world.now, plainStarts });
  const broker = createBroker(world, log, mappings, (passed) => records.passed(passed));
  world.whenKilled((sandbox) => {
    broker.abandon(sandbox);
    if (sandbox.name === 'timer') ticking = false;
    for (const host of [...orchestrators, ...hosts, timer]) host.replace(sandbox);
    if (sandbox.name === 'timer') clock = undefined;
  });

  return {
    store,
    log,
    broker,
    checks,
    records,
    mappings,
    sandboxes: () => [...orchestrators, ...hosts, timer].map((host) => host.current()),
    timerDueAt() {
      if (ticking) return undefined;
      const resend = Math.min(...store.inbox.entries().map(({ retryAt }) => retryAt));
      const due = Math.min(
        store.runs.nextDue(wakeResendMs) ?? Infinity,
        Math.max(resend, tickedAt + inboxLookMs),
      );
      return due === Infinity ? undefined : due - timer.current().skewMs;
    },
    tick() {
      if (ticking) return;
      ticking = true;
      tickedAt = world.now + timer.current().skewMs;
      const sandbox = timer.current();
      clock ??= createTimer({ ...portsOf(shared, sandbox), storeRetentionMs });
      const done = (): void => {
        if (sandbox.status !== 'dead') ticking = false;
      };
      clock.tick().then(done, done);
    },
    start: (id, workflow, input, source) => {
      const event = startEvent(id, workflow, input, source);
      log.append([{ topic: topics.request, key: id, ...encodeEvent(event) }]);
    },
    command: (runId, id) => {
      const event = {
        id,
        source: '/simulated',
        type: 'dev.baton.run.cancel.v1',
        subject: runId,
        runid: runId,
        data: { by: 'somebody' },
      };
      log.append([{ topic: topics.command, key: runId, ...encodeEvent(event) }]);
    },
    recoveries: () => recoveries,
    wakes: () =>
      [...broker.deliveries].reduce(
        (sum, [place, times]) => sum + (place.startsWith(topics.command) ? times : 0),
        0,
      ),
    misses,
    isOutrun: () => recoveries > 0 && commits() > recoveredAt,
    pending: () => misses() || store.inbox.entries().length > 0,
    recover() {
      recoveries += 1;
      mended = losses();
      recoveredAt = commits();
      // An operator repeats the command until it has succeeded: that it fails now and then needs no schedule.
      const publish = async (records: readonly OutgoingRecord[]): Promise<void> => {
        log.append(records);
        checks.published(records);
      };
      const clocks = { now: () => world.now };
      void recoverRuns({ log: { publish }, store: asStore(store), clock: clocks, logger: silent, keys });
    },
  };
}

export const defaultSource = '/simulated';

export const startEvent = (id: string, workflow: string, input: Json, source = defaultSource) => ({
  id,
  source,
  type: 'dev.baton.workflow.requested.v1',
  data: { workflow, input },
});

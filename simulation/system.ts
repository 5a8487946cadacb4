/**
 * The simulated system: the real handlers in several sandboxes, on ports that the world delays, fails and loses.
 * SY1. Nothing of the engine is replaced: handlers, codecs, decide and evolve are those that are deployed.
 */
import { type CapabilityKeys } from '#core/capability.ts';
import { decodeEvent, encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { type Json } from '#core/json.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { type AgentCatalog, type AgentFacts, type Logger, type Store } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { createTaskHandler } from '#functions/agent/host-batch.ts';
import { type CallEnd } from '#functions/agent/host.ts';
import { createHandler } from '#functions/orchestrator/handler.ts';
import { recoverRuns } from '#functions/orchestrator/recover.ts';
import { createTimer, type Timer } from '#functions/timer/handler.ts';
import { type SimulatedAgent } from './agents.ts';
import { createBroker, type Broker, type HostingSandbox, type Mapping } from './broker.ts';
import { createChecks, type Checks } from './checks.ts';
import { createMemoryLog, type MemoryLog } from './memory/log.ts';
import { asStore } from './memory/store-port.ts';
import { createMemoryStore, type MemoryStore } from './memory/store.ts';
import { type Around } from './memory/around.ts';
import { staleLoad } from './stale.ts';
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
  readonly sandboxes: readonly Sandbox[];
  /** Milliseconds since 1970 at which the timer has something to do. */
  timerDueAt(): number | undefined;
  tick(): void;
  /** A start request of the given workflow. */
  start(id: string, workflow: string, input: Json): void;
  command(runId: string, id: string): void;
  recover(): void;
  readonly recoveries: () => number;
  /** How often wakes were handed out. */
  readonly wakes: () => number;
}

const keys: CapabilityKeys = [{ id: 'sim', secret: new Uint8Array(32).fill(1) }];
const storeRetentionMs = 365 * 24 * 3600_000;
export const wakeResendMs = 10_000;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
function nothing(): void {}

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
  let recoveries = 0;

  const mapping = (topic: string, from: readonly Host[], partial: boolean): Mapping => ({
    topic,
    partial,
    sandboxes: () => from.map((host) => host.current()).filter(({ status }) => status === 'running'),
  });
  const broker = createBroker(world, log, [
    mapping(topics.request, orchestrators, true),
    mapping(topics.response, orchestrators, false),
    mapping(topics.command, orchestrators, true),
    ...agentTopics.map((topic) => mapping(topic, hosts, options.partialResponses)),
  ]);
  world.onKill = (sandbox) => {
    broker.abandon(sandbox);
    if (sandbox.name === 'timer') ticking = false;
    for (const host of [...orchestrators, ...hosts, timer]) host.replace(sandbox);
    if (sandbox.name === 'timer') clock = undefined;
  };

  return {
    store,
    log,
    broker,
    checks,
    get sandboxes() {
      return [...orchestrators, ...hosts, timer].map((host) => host.current());
    },
    timerDueAt() {
      const due = ticking ? undefined : store.runs.nextDue(wakeResendMs);
      return due === undefined ? undefined : due - timer.current().skewMs;
    },
    tick() {
      if (ticking) return;
      ticking = true;
      const sandbox = timer.current();
      clock ??= createTimer({ ...portsOf(shared, sandbox), storeRetentionMs });
      const done = (): void => {
        if (sandbox.status !== 'dead') ticking = false;
      };
      clock.tick().then(done, done);
    },
    start: (id, workflow, input) => {
      log.append([{ topic: topics.request, key: id, ...encodeEvent(startEvent(id, workflow, input)) }]);
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
    recover() {
      recoveries += 1;
      void recoverRuns({ ...portsOf(shared, timer.current()), store: asStore(store), keys });
    },
  };
}

export const startEvent = (id: string, workflow: string, input: Json) => ({
  id,
  source: '/simulated',
  type: 'dev.baton.workflow.requested.v1',
  data: { workflow, input },
});

interface Shared {
  readonly world: World;
  readonly store: MemoryStore;
  readonly log: MemoryLog;
  readonly checks: Checks;
  readonly catalog: AgentCatalog;
  readonly options: SystemOptions;
}

interface Host {
  current(): HostingSandbox;
  /** A sandbox that is gone is followed by a fresh one, with nothing in memory. */
  replace(gone: Sandbox): void;
}

function createHost(
  shared: Shared,
  name: string,
  handlerOf: (shared: Shared, sandbox: Sandbox) => KafkaHandler,
): Host {
  const { world } = shared;
  const fresh = (): HostingSandbox => {
    const skewed = world.hostile && world.choices.chance(world.rates.skew ?? 0);
    if (skewed) world.note('skew', name);
    const sandbox: Sandbox = {
      name,
      status: 'running',
      skewMs: skewed ? ([-2000, 2000][world.choices.pick(2)] ?? 0) : 0,
    };
    return Object.assign(sandbox, { handler: handlerOf(shared, sandbox) });
  };
  let sandbox = fresh();
  return {
    current: () => sandbox,
    replace: (gone) => {
      if (gone === sandbox) sandbox = fresh();
    },
  };
}

/** The ports as one sandbox sees them. */
function portsOf({ world, store, log, checks }: Shared, sandbox: Sandbox) {
  const around: Around = (method, args, apply) =>
    world.call(
      sandbox,
      {
        type: readMethods.has(method) ? 'read' : 'write',
        label: method,
        ...(method === 'commits.load' ? { stale: () => staleLoad(apply, world.choices) } : {}),
      },
      method === 'commits.insert' ? () => inserted(store, checks, args, apply) : apply,
    );
  const ports: Store = asStore(store, around);
  return {
    store: ports,
    log: {
      publish: (records: Parameters<MemoryLog['append']>[0] & Parameters<Checks['published']>[0]) =>
        world.call(sandbox, { type: 'write', label: 'log.publish' }, () => {
          log.append(records);
          checks.published(records);
        }),
    },
    clock: { now: () => world.now + sandbox.skewMs },
    random: { next: () => world.choices.pick(1000) / 1000, id: () => `${sandbox.name}-${owners++}` },
    logger: silent,
  };
}
let owners = 0;

const readMethods: ReadonlySet<string> = new Set([
  'commits.load',
  'commits.history',
  'runs.get',
  'runs.list',
  'runs.nextDue',
  'definitions.byDigest',
  'definitions.active',
  'definitions.list',
  'blobs.get',
]);

/** What an insert really stored goes to the checks, whatever its caller is told. */
function inserted<T>(store: MemoryStore, checks: Checks, args: readonly unknown[], apply: () => T): T {
  const commits = args[0] as Parameters<MemoryStore['commits']['insert']>[0];
  const before = commits.map(({ runId }) => store.commits.history(runId).length);
  const outcomes = apply();
  commits.forEach((commit, index) => {
    if (store.commits.history(commit.runId).length > (before[index] ?? 0)) checks.stored(commit);
  });
  return outcomes;
}

function orchestratorHandler(shared: Shared, sandbox: Sandbox): KafkaHandler {
  return createHandler({
    ...portsOf(shared, sandbox),
    keys,
    agents: shared.catalog,
    storeRetentionMs,
    snapshotEvery: shared.options.snapshotEvery,
  });
}

function agentHandler(shared: Shared, sandbox: Sandbox): KafkaHandler {
  const { world, checks, options } = shared;
  const { store, ...ports } = portsOf(shared, sandbox);
  const hosted = options.agents.map((facts) => {
    const manifest = {
      name: facts.name,
      timeoutMs: facts.timeoutMs ?? 300_000,
      onRedelivery: facts.onRedelivery,
    };
    return [
      facts.name,
      {
        manifest,
        call: (call: Parameters<CallOf>[0]) => callOf(world, checks, options, sandbox, facts, call),
      },
    ] as const;
  });
  return createTaskHandler(
    {
      ...ports,
      invocations: store.invocations,
      blobs: store.blobs,
      timers: { after: (ms, run) => world.after(sandbox, ms, run), soon: (run) => queueMicrotask(run) },
      partialResponses: options.partialResponses,
    },
    new Map(hosted),
  );
}

type CallOf = (call: {
  readonly task: { readonly id: string; readonly step: string; readonly attempt: number };
  readonly input: Json;
}) => Promise<CallEnd>;

function callOf(
  world: World,
  checks: Checks,
  options: SystemOptions,
  sandbox: Sandbox,
  facts: AgentFacts,
  call: Parameters<CallOf>[0],
): Promise<CallEnd> {
  const { id, step, attempt } = call.task;
  world.note('agent called', id);
  if (facts.onRedelivery === 'once') checks.called(id);
  const { delayMs, outcome } = options.agent({ agent: facts.name, step, attempt, input: call.input });
  return new Promise((resolve, reject) => {
    if (outcome === 'silent') return;
    world.after(sandbox, delayMs, () => {
      if (outcome === 'throws') reject(new Error('simulated: the agent broke its host'));
      else resolve({ type: 'outcome', outcome });
    });
  });
}

export { decodeEvent };

/**
 * Sandboxes: the real handlers, each with memory of its own, on ports that the world delays, fails and loses.
 * SB1. A sandbox that is killed is followed by a fresh one, with nothing in memory.
 */
import { type CapabilityKeys } from '#core/capability.ts';
import { type Json } from '#core/json.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import {
  type AgentCatalog,
  type AgentFacts,
  type Commit,
  type Logger,
  type OutgoingRecord,
  type RunWrite,
  type Store,
} from '#core/ports.ts';
import { createTaskHandler } from '#functions/agent/host-batch.ts';
import { type CallEnd } from '#functions/agent/host.ts';
import { createHandler } from '#functions/orchestrator/handler.ts';
import { type HostingSandbox } from './broker.ts';
import { type Checks } from './checks.ts';
import { type Around } from './memory/around.ts';
import { type MemoryLog } from './memory/log.ts';
import { asStore } from './memory/store-port.ts';
import { type MemoryStore } from './memory/store.ts';
import { watchCall } from './call-watch.ts';
import { partOf } from './part.ts';
import { staleLoad } from './stale.ts';
import { type SystemOptions } from './system.ts';
import { type CallKind, type Sandbox, type World } from './world.ts';

export const keys: CapabilityKeys = [{ id: 'sim', secret: new Uint8Array(32).fill(1) }];
export const storeRetentionMs = 365 * 24 * 3600_000;
export const silent: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silent,
};
function nothing(): void {}

/** What all sandboxes of one schedule share. */
export interface Shared {
  readonly world: World;
  readonly store: MemoryStore;
  readonly log: MemoryLog;
  readonly checks: Checks;
  readonly catalog: AgentCatalog;
  readonly options: SystemOptions;
}

/** A place for sandboxes, one after the other. */
export interface Host {
  current(): HostingSandbox;
  /** A sandbox that is gone is followed by a fresh one, with nothing in memory. */
  replace(gone: Sandbox): void;
}

export function createHost(
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
export function portsOf(shared: Shared, sandbox: Sandbox) {
  const { world, store, log, checks } = shared;
  const around: Around = (method, args, apply) =>
    world.call(
      sandbox,
      {
        type: readMethods.has(method) ? 'read' : 'write',
        label: method,
        stale: method === 'commits.load' ? () => staleLoad(apply, world.choices) : undefined,
        part: partWrite(shared, method, args),
      },
      watched(store, checks, method, args, apply),
    );
  const ports: Store = asStore(store, around);
  const append = (records: Outgoing): void => {
    log.append(records);
    checks.published(records);
  };
  return {
    store: ports,
    log: {
      publish: (records: Outgoing) => {
        const apply = (): void =>
          append(partOf(records, ({ topic, key }) => `${topic} ${key}`, world.choices));
        const part = records.length < 2 ? undefined : ({ fault: 'partPublish', apply } as const);
        const kind: CallKind = { type: 'write', label: 'log.publish', stale: undefined, part };
        return world.call(sandbox, kind, () => append(records));
      },
    },
    clock: { now: () => world.now + sandbox.skewMs },
    random: { next: () => world.choices.pick(1000) / 1000, id: () => `${sandbox.name}-${owners++}` },
    logger: silent,
  };
}
let owners = 0;

type Outgoing = readonly OutgoingRecord[];

/** The writes of several commits, and of several rows, are each done for itself, in no order. */
function partWrite(shared: Shared, method: string, args: readonly unknown[]): CallKind['part'] {
  const given = args[0];
  if (!Array.isArray(given) || given.length < 2) return undefined;
  const { store, checks, world } = shared;
  const fault = 'partWrite';
  if (method === 'commits.insert') {
    const apply = (): void => {
      const some = partOf(given as readonly Commit[], ({ runId }) => runId, world.choices);
      watched(store, checks, method, [some], () => store.commits.insert(some))();
    };
    return { fault, apply };
  }
  if (method !== 'runs.write') return undefined;
  const runOf = (write: RunWrite): string => ('row' in write ? write.row.runId : write.runId);
  const apply = (): void => store.runs.write(partOf(given as readonly RunWrite[], runOf, world.choices));
  return { fault, apply };
}

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

/** What a call really stored goes to the checks, whatever its caller is told. */
function watched<T>(
  store: MemoryStore,
  checks: Checks,
  method: string,
  args: readonly unknown[],
  apply: () => T,
): () => T {
  if (method === 'commits.insert') return () => inserted(store, checks, args, apply);
  if (method === 'invocations.finish') return () => finished(checks, args, apply);
  return apply;
}

function finished<T>(checks: Checks, args: readonly unknown[], apply: () => T): T {
  const results = args[0] as Parameters<MemoryStore['invocations']['finish']>[0];
  const kept = apply();
  results.forEach(({ id }, index) => {
    if ((kept as readonly boolean[])[index] === true) checks.recorded(id);
  });
  return kept;
}

function inserted<T>(store: MemoryStore, checks: Checks, args: readonly unknown[], apply: () => T): T {
  const commits = args[0] as Parameters<MemoryStore['commits']['insert']>[0];
  const before = commits.map(({ runId }) => store.commits.history(runId).length);
  const outcomes = apply();
  commits.forEach((commit, index) => {
    if (store.commits.history(commit.runId).length > (before[index] ?? 0)) checks.stored(commit);
  });
  return outcomes;
}

export function orchestratorHandler(shared: Shared, sandbox: Sandbox): KafkaHandler {
  return createHandler({
    ...portsOf(shared, sandbox),
    keys,
    agents: shared.catalog,
    storeRetentionMs,
    snapshotEvery: shared.options.snapshotEvery,
  });
}

export function agentHandler(shared: Shared, sandbox: Sandbox): KafkaHandler {
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
  readonly signal: AbortSignal;
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
  const { delayMs, outcome } = options.agent({ agent: facts.name, step, attempt, input: call.input });
  // An agent that never answers is let go at its deadline: its caller is not at it to the end.
  const stillAtIt = outcome === 'silent' ? () => false : watchCall(world, sandbox, delayMs, call.signal);
  if (facts.onRedelivery === 'once') checks.called(id, stillAtIt);
  return new Promise((resolve, reject) => {
    if (outcome === 'silent') return;
    world.after(sandbox, delayMs, () => {
      if (outcome === 'throws') reject(new Error('simulated: the agent broke its host'));
      else resolve({ type: 'outcome', outcome });
    });
  });
}

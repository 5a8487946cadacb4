/**
 * The one description of the system: topics, functions, mappings, permissions, settings; computed from the agents'
 * manifests and plain data. The local invoker, the CDK app and every other form of deployment read it.
 * T1. Nothing is listed twice: an agent folder adds its topic, function, mapping and permissions by being there.
 * T2. Orchestrator mappings retry for ever: an outage never pushes accepted inputs aside. Agents' mappings are
 *     bounded: the attempt's deadline turns a dropped task into a retried one.
 * T3. A mapping asks for nothing that its pollers silently ignore.
 * T4. Who hosts or calls agents has calls and blobs in the database, and nothing else.
 * Source: AWS Lambda Developer Guide, "Event source mapping parameters (Amazon MSK)".
 */
import { type AgentManifest } from '#core/agent/contract.ts';
import { groups, topicRetentionDays, topics } from '#core/event-catalog.ts';

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

/** Settings of an event source mapping, in AWS's words. -1 is "for ever". */
export interface MappingSpec {
  readonly topic: string;
  readonly group: string;
  /** Records, at most. */
  readonly batchSize: number;
  readonly batchWindowMs: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  /** The function's answer names failed records (`ReportBatchItemFailures`); else the whole batch is one thing. */
  readonly partialResponses: boolean;
  /** Only provisioned pollers know retries, record age and partial responses; others are told and do not listen (T3). */
  readonly pollers: 'provisioned' | 'on-demand';
}

export type FunctionKind =
  | 'orchestrator'
  | 'agent'
  | 'http-agent'
  | 'http-bridge'
  | 'local-agents'
  | 'timer'
  | 'output-logger'
  | 'setup'
  | 'operator';

export interface FunctionSpec {
  /** Unique, e.g. `agent-kafka-expert`. */
  readonly name: string;
  readonly kind: FunctionKind;
  /** Module that exports `create` and `handler`. */
  readonly entry: string;
  readonly timeoutMs: number;
  /** What the composition root is told: which agents it hosts or calls. */
  readonly agents: readonly string[];
  readonly mappings: readonly MappingSpec[];
  /** Called over HTTP (Function URL on AWS, a port on loopback locally). */
  readonly http: boolean;
  /** Started every minute and looping inside. */
  readonly scheduled: boolean;
  readonly access: {
    readonly read: readonly string[];
    readonly write: readonly string[];
    /** What it may do in the database, by collection (T4). */
    readonly collections: StoreAccess;
  };
}

/** In the words of MongoDB's privileges. */
export type StoreAction = 'find' | 'insert' | 'update' | 'remove';
export type StoreAccess = Readonly<Record<string, readonly StoreAction[]>>;

export interface Topology {
  readonly topics: readonly TopicSpec[];
  readonly functions: readonly FunctionSpec[];
  readonly storeRetentionMs: number;
}

export interface TopologyOptions {
  readonly partitions?: number;
  /** Default `provisioned`. */
  readonly pollers?: MappingSpec['pollers'];
}

const day = 24 * 60 * 60 * 1000;
const minute = 60 * 1000;
const recordBytes = 1_048_576;

export function topologyOf(manifests: readonly AgentManifest[], options: TopologyOptions = {}): Topology {
  const pollers = options.pollers ?? 'provisioned';
  const topic = (name: string, maxMessageBytes = recordBytes): TopicSpec => ({
    name,
    partitions: options.partitions ?? 8,
    retentionMs: topicRetentionDays * day,
    maxMessageBytes,
  });
  const locals = manifests.filter((manifest) => manifest.transport === 'local');
  return {
    topics: [
      topic(topics.request),
      topic(topics.command),
      topic(topics.response),
      topic(topics.output),
      topic(topics.deadLetter, 2 * recordBytes),
      ...manifests.map((manifest) => topic(topics.step(manifest.name))),
    ],
    functions: [
      orchestrator(manifests, pollers),
      ...manifests.flatMap((manifest) => agentFunctions(manifest, pollers)),
      ...(locals.length > 0 ? [localAgents(locals, pollers)] : []),
      timer(),
      outputLogger(pollers),
    ],
    storeRetentionMs: 30 * day,
  };
}

type Pollers = MappingSpec['pollers'];

/** T3. On-demand pollers retry whole batches for ever; what is poison goes to our own dead letters in either mode. */
const errorHandling = (
  pollers: Pollers,
  bounds: { readonly retries: number; readonly ageSeconds: number },
): Pick<
  MappingSpec,
  'pollers' | 'maximumRetryAttempts' | 'maximumRecordAgeSeconds' | 'partialResponses'
> => ({
  pollers,
  maximumRetryAttempts: pollers === 'provisioned' ? bounds.retries : -1,
  maximumRecordAgeSeconds: pollers === 'provisioned' ? bounds.ageSeconds : -1,
  partialResponses: pollers === 'provisioned',
});

function orchestrator(manifests: readonly AgentManifest[], pollers: Pollers): FunctionSpec {
  const mapping = (from: string, group: string): MappingSpec => ({
    topic: from,
    group,
    batchSize: 100,
    batchWindowMs: 0,
    ...errorHandling(pollers, { retries: -1, ageSeconds: -1 }),
  });
  return {
    name: 'orchestrator',
    kind: 'orchestrator',
    entry: 'functions/orchestrator/index.ts',
    timeoutMs: minute,
    agents: manifests.map((manifest) => manifest.name),
    mappings: [
      mapping(topics.request, groups.request),
      mapping(topics.command, groups.command),
      mapping(topics.response, groups.response),
    ],
    http: false,
    scheduled: false,
    access: {
      read: [topics.request, topics.command, topics.response],
      write: [...manifests.map((manifest) => topics.step(manifest.name)), topics.output, topics.deadLetter],
      collections: {
        commits: ['find', 'insert'],
        runs: ['find', 'insert', 'update'],
        snapshots: ['find', 'insert', 'update'],
        definitions: ['find'],
        active_definitions: ['find'],
        inbox: ['find', 'insert', 'update', 'remove'],
        blobs: ['find', 'insert', 'update'],
        // Marks of calls that were cancelled or took too long.
        invocations: ['find', 'insert', 'update'],
      },
    },
  };
}

function agentFunctions(manifest: AgentManifest, pollers: Pollers): readonly FunctionSpec[] {
  switch (manifest.transport) {
    case 'kafka':
      return [taskFunction('agent', `agent-${manifest.name}`, [manifest], pollers)];
    case 'http': {
      const bridge = taskFunction('http-bridge', `http-bridge-${manifest.name}`, [manifest], pollers);
      return manifest.endpoint === undefined ? [bridge, httpAgent(manifest)] : [bridge];
    }
    case 'local':
      return [];
  }
}

const localAgents = (manifests: readonly AgentManifest[], pollers: Pollers): FunctionSpec =>
  taskFunction('local-agents', 'local-agents', manifests, pollers);

/** A function fed by the request topics of the agents it hosts or calls. */
function taskFunction(
  kind: 'agent' | 'http-bridge' | 'local-agents',
  name: string,
  manifests: readonly AgentManifest[],
  pollers: Pollers,
): FunctionSpec {
  const requests = manifests.map((manifest) => topics.step(manifest.name));
  return {
    name,
    kind,
    entry: `functions/${kind}/index.ts`,
    timeoutMs: Math.min(14 * minute, Math.max(...manifests.map((manifest) => manifest.timeoutMs)) + minute),
    agents: manifests.map((manifest) => manifest.name),
    mappings: manifests.map((manifest) => ({
      topic: topics.step(manifest.name),
      group: groups.agent(manifest.name),
      // Model calls are slow: few to an invocation. Cheap agents take many.
      batchSize: manifest.model === undefined ? 100 : 10,
      batchWindowMs: 0,
      ...errorHandling(pollers, { retries: 100, ageSeconds: 24 * 60 * 60 }),
    })),
    http: false,
    scheduled: false,
    access: {
      read: requests,
      write: [topics.response, topics.deadLetter],
      // A claim that comes to nothing is given back.
      collections: {
        invocations: ['find', 'insert', 'update', 'remove'],
        blobs: ['find', 'insert', 'update'],
      },
    },
  };
}

const httpAgent = (manifest: AgentManifest): FunctionSpec => ({
  name: `http-agent-${manifest.name}`,
  kind: 'http-agent',
  entry: 'functions/http-agent/index.ts',
  timeoutMs: Math.min(14 * minute, manifest.timeoutMs),
  agents: [manifest.name],
  mappings: [],
  http: true,
  scheduled: false,
  access: { read: [], write: [], collections: {} },
});

const timer = (): FunctionSpec => ({
  name: 'timer',
  kind: 'timer',
  entry: 'functions/timer/index.ts',
  timeoutMs: minute,
  agents: [],
  mappings: [],
  http: false,
  scheduled: true,
  access: {
    read: [],
    write: [topics.command],
    // Wakes and what waits are marked; what is past its retention goes.
    collections: {
      runs: ['find', 'update', 'remove'],
      inbox: ['find', 'update', 'remove'],
      commits: ['find', 'remove'],
      snapshots: ['find', 'remove'],
      invocations: ['find', 'remove'],
      blobs: ['find', 'remove'],
    },
  },
});

const outputLogger = (pollers: Pollers): FunctionSpec => ({
  name: 'output-logger',
  kind: 'output-logger',
  entry: 'functions/output-logger/index.ts',
  timeoutMs: minute,
  agents: [],
  mappings: [
    {
      topic: topics.output,
      group: groups.outputLogger,
      batchSize: 100,
      batchWindowMs: 0,
      ...errorHandling(pollers, { retries: 10, ageSeconds: 24 * 60 * 60 }),
    },
  ],
  http: false,
  scheduled: false,
  access: { read: [topics.output], write: [topics.deadLetter], collections: {} },
});

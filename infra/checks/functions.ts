/** Times, sizes and names that the topology may ask for and AWS would refuse, or take and break. */
import { type AgentManifest } from '#core/agent/contract.ts';
import { functionName } from '../constructs/baton-function.ts';
import { type Profile } from '../profiles.ts';
import { type FunctionSpec, type Topology } from '../topology.ts';
import { type Problem } from './problem.ts';

const minute = 60 * 1000;
const day = 24 * 60 * minute;
/** Above it, an event source mapping of Kafka may hold a batch longer than its group allows. */
const longestMs = 14 * minute;
/** Of a function's time, kept to store and publish; as `answerMarginMs` of `functions/agent/host-batch.ts`. */
const marginMs = 5_000;
/** Calls of a model that one invocation makes at once: more and the provider's limits decide. */
const modelCalls = 10;
const nameLimit = 64;
const seconds = (ms: number): string => `${ms / 1000} s`;

export interface FunctionChecks {
  readonly topology: Topology;
  readonly profile: Profile;
  readonly manifests: readonly AgentManifest[];
}

export const checkFunctions = ({ topology, profile, manifests }: FunctionChecks): readonly Problem[] => [
  ...topology.functions.flatMap((spec) => [
    ...tooLong(spec),
    ...tooShort(spec, manifests),
    ...batches(spec, manifests),
    ...names(spec, profile),
  ]),
  ...topicNames(topology),
  ...retention(topology),
  ...clusterNetwork(profile),
];

/** Rules between groups of two networks are refused when they are deployed, after most of the rest was made. */
const clusterNetwork = ({ name, kafka, network }: Profile): readonly Problem[] =>
  kafka.type !== 'msk-existing' || network !== undefined
    ? []
    : [
        {
          at: `profile ${name}`,
          what: 'the cluster stands in a network that is not told',
          got: `${kafka.clusterArn} and a new VPC`,
          expected: "network: the cluster's VPC, its zones and private subnets",
          fix: 'Put the object into the context of cdk.json beside kafka, as in infra/profiles.ts.',
        },
      ];

const tooLong = ({ name, mappings, timeoutMs }: FunctionSpec): readonly Problem[] =>
  mappings.length === 0 || timeoutMs <= longestMs
    ? []
    : [
        {
          at: name,
          what: 'the function may run longer than a mapping allows',
          got: seconds(timeoutMs),
          expected: `at most ${seconds(longestMs)}`,
          fix: 'Lower its time in infra/topology.ts.',
        },
      ];

/** The tasks of a batch run at once, so the longest attempt decides, not their sum. */
function tooShort(spec: FunctionSpec, manifests: readonly AgentManifest[]): readonly Problem[] {
  const called = spec.mappings.length === 0 ? [] : manifests.filter(({ name }) => hosts(spec, name));
  return called
    .filter(({ timeoutMs }) => timeoutMs + marginMs > spec.timeoutMs)
    .map(({ name, timeoutMs }) => ({
      at: spec.name,
      what: `an attempt of ${name} may take longer than its function runs`,
      got: `${seconds(timeoutMs)} of ${seconds(spec.timeoutMs)}`,
      expected: `at most ${seconds(spec.timeoutMs - marginMs)}`,
      fix: `Lower the timeout in agents/${name}/agent.yaml.`,
    }));
}

function batches(spec: FunctionSpec, manifests: readonly AgentManifest[]): readonly Problem[] {
  const asksModel = manifests.some(({ name, model }) => model !== undefined && hosts(spec, name));
  return spec.mappings
    .filter(({ batchSize }) => asksModel && batchSize > modelCalls)
    .map(({ batchSize, topic }) => ({
      at: `${spec.name}, ${topic}`,
      what: 'one batch asks the model too often at once',
      got: `${batchSize} records`,
      expected: `at most ${modelCalls}`,
      fix: 'Lower batchSize in infra/topology.ts.',
    }));
}

const hosts = (spec: FunctionSpec, agent: string): boolean =>
  spec.kind !== 'orchestrator' && spec.agents.includes(agent);

function names(spec: FunctionSpec, profile: Profile): readonly Problem[] {
  const name = functionName(profile, spec);
  return name.length <= nameLimit
    ? []
    : [
        {
          at: spec.name,
          what: 'the name of the function is too long',
          got: `${name} (${name.length} characters)`,
          expected: `at most ${nameLimit}`,
          fix: 'Give the agent a shorter name: its folder in agents/.',
        },
      ];
}

const topicNames = ({ topics }: Topology): readonly Problem[] =>
  topics
    .filter(({ name }) => !/^[A-Za-z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    .map(({ name }) => ({
      at: `topic ${name.slice(0, 80)}`,
      what: 'Kafka refuses the name of the topic',
      got: `${name.length} characters`,
      expected: '1 to 249 letters, digits, dots, underscores and hyphens',
      fix: 'Correct it in core/event-catalog.ts, or the name of the agent it is for.',
    }));

/** A start that is delivered again after its run was forgotten would start it a second time. */
const retention = ({ topics, storeRetentionMs }: Topology): readonly Problem[] =>
  topics
    .filter(({ retentionMs }) => retentionMs > storeRetentionMs || retentionMs < 1)
    .map(({ name, retentionMs }) => ({
      at: `topic ${name}`,
      what: 'records outlive the runs they belong to',
      got: retentionMs < 1 ? 'no end' : `${retentionMs / day} days`,
      expected: `at most the store's ${storeRetentionMs / day} days`,
      fix: 'Raise storeRetentionMs, or lower the topic’s retention, in infra/topology.ts.',
    }));

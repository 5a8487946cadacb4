/** Each check: nothing to say of the shipped system, and one problem, in four parts, where something is wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { CfnDBInstance } from 'aws-cdk-lib/aws-docdb';
import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { manifests } from '#agents/manifests.ts';
import { agentNamed, buildTestSystem, type Built, type Wanted } from '../fixtures/system.ts';
import { dev, prod } from '../profiles.ts';
import { type FunctionSpec, type MappingSpec } from '../topology.ts';
import { problemsOf } from './check-system.ts';
import { problemText } from './problem.ts';

const check = (system: Built, { profile = dev, manifests: agents = manifests }: Wanted = {}) =>
  problemsOf(system.app, { topology: system.topology, profile, manifests: agents }).map(problemText);

const mappings = (system: Built): readonly CfnEventSourceMapping[] =>
  system.app.node.findAll().filter((node) => node instanceof CfnEventSourceMapping);

const mappingOf = (system: Built, topic: string): CfnEventSourceMapping => {
  const found = mappings(system).find(({ topics }) => topics?.[0] === topic);
  assert.ok(found, topic);
  return found;
};

const alterFunction = (name: string, change: (spec: FunctionSpec) => FunctionSpec): Wanted => ({
  alter: (topology) => ({
    ...topology,
    functions: topology.functions.map((spec) => (spec.name === name ? change(spec) : spec)),
  }),
});
const alterMappings = (name: string, change: Partial<MappingSpec>): Wanted =>
  alterFunction(name, (spec) => ({
    ...spec,
    mappings: spec.mappings.map((mapping) => ({ ...mapping, ...change })),
  }));

interface Case {
  readonly name: string;
  readonly wanted?: Wanted;
  readonly spoil?: (system: Built) => void;
  readonly says: RegExp;
}

const request = 'workflow.request';
const agentTopic = 'workflow.step.kafka-expert.request';

const cases: readonly Case[] = [
  {
    name: 'retries without provisioned pollers',
    spoil: (system) => void (mappingOf(system, agentTopic).maximumRetryAttempts = 5),
    says: /maximumRetryAttempts is ignored by pollers on demand: got 5, expected provisionedPollerConfig/,
  },
  {
    name: 'partial answers without provisioned pollers',
    spoil: (system) => void (mappingOf(system, agentTopic).functionResponseTypes = ['ReportBatchItemFailures']), // prettier-ignore
    says: /functionResponseTypes is ignored by pollers on demand: got \["ReportBatchItemFailures"\]/,
  },
  {
    name: 'an orchestrator that gives up',
    wanted: { profile: prod },
    spoil: (system) => void (mappingOf(system, request).maximumRetryAttempts = 10),
    says: /the orchestrator's mapping gives up: got 10 attempts, expected -1/,
  },
  {
    name: 'an on-failure destination on the orchestrator',
    spoil: (system) => void (mappingOf(system, request).destinationConfig = { onFailure: { destination: 'arn:aws:sqs:eu-central-1:123456789012:q' } }), // prettier-ignore
    says: /the orchestrator's mapping has an on-failure destination: got one, expected none/,
  },
  {
    name: 'an agent that is tried for ever',
    wanted: { profile: prod, ...alterMappings('agent-kafka-expert', { maximumRetryAttempts: -1 }) },
    says: /an agent's mapping retries for ever: got -1, expected a number/,
  },
  {
    name: 'a window',
    spoil: (system) => void (mappingOf(system, request).maximumBatchingWindowInSeconds = undefined),
    says: /the batching window delays every record: got nothing, which is AWS's 500 ms, expected 0/,
  },
  {
    name: 'LATEST',
    spoil: (system) => void (mappingOf(system, request).startingPosition = 'LATEST'),
    says: /can lose records that come while it is made: got LATEST, expected TRIM_HORIZON/,
  },
  {
    name: 'a shared group',
    wanted: alterMappings('orchestrator', { group: 'baton.shared' }),
    says: /two mappings share a consumer group: got baton.shared, as .* has, expected a group for each/,
  },
  {
    name: 'a mapping of a topic that nobody makes',
    wanted: alterMappings('output-logger', { topic: 'workflow.unknown' }),
    says: /the mapping may be made before its topic: got .*, expected a dependency on workflow.unknown/,
  },
  {
    name: 'a function that runs for a quarter of an hour',
    wanted: alterFunction('orchestrator', (spec) => ({ ...spec, timeoutMs: 15 * 60_000 })),
    says: /may run longer than a mapping allows: got 900 s, expected at most 840 s/,
  },
  {
    name: 'an attempt longer than its function',
    wanted: { manifests: [...manifests, agentNamed('slow', { timeoutMs: 14 * 60_000 })] },
    says: /an attempt of slow may take longer than its function runs: got 840 s of 840 s, expected at most 835 s/,
  },
  {
    name: 'a large batch for a model',
    wanted: alterMappings('agent-kafka-expert', { batchSize: 100 }),
    says: /one batch asks the model too often at once: got 100 records, expected at most 10/,
  },
  {
    name: 'a store that forgets before its topics',
    wanted: { alter: (topology) => ({ ...topology, storeRetentionMs: 24 * 60 * 60_000 }) },
    says: /records outlive the runs they belong to: got 7 days, expected at most the store's 1 days/,
  },
  {
    name: 'a cluster that is there, and no word of its network',
    wanted: { profile: { ...dev, kafka: { type: 'msk-existing', clusterArn: 'arn:aws:kafka:eu-central-1:123456789012:cluster/shared/0123-1', serverless: false, securityGroupId: 'sg-0123456789abcdef0' } } }, // prettier-ignore
    says: /the cluster stands in a network that is not told: got arn:.* and a new VPC, expected network/,
  },
  {
    name: 'a name that Kafka refuses',
    wanted: { alter: (topology) => ({ ...topology, topics: topology.topics.map((topic, index) => (index === 0 ? { ...topic, name: 'workflow request' } : topic)) }) }, // prettier-ignore
    says: /Kafka refuses the name of the topic: got 16 characters, expected 1 to 249 letters/,
  },
  {
    name: 'a database without an instance',
    spoil: ({ data }) => {
      const instance = data.node.findAll().find((node) => node instanceof CfnDBInstance);
      assert.ok(instance?.node.scope);
      instance.node.scope.node.tryRemoveChild(instance.node.id);
    },
    says: /the database has no instance and will answer nobody: got a cluster alone, expected at least one/,
  },
  {
    name: 'a wildcard',
    spoil: ({ orchestration }) => {
      const [host] = orchestration.functions;
      assert.ok(host);
      host.function.addToRolePolicy(new iam.PolicyStatement({ actions: ['kafka-cluster:ReadData'], resources: ['arn:aws:kafka:eu-central-1:123456789012:topic/baton/*'] })); // prettier-ignore
    },
    says: /a permission on Kafka holds for more than it names: got "arn.*\/\*", expected actions and the ARNs/,
  },
  {
    name: 'data that goes with its stack in prod',
    wanted: { profile: prod },
    spoil: ({ messaging }) => {
      const cluster = messaging?.node.findChild('Cluster');
      assert.ok(CfnResource.isCfnResource(cluster));
      cluster.applyRemovalPolicy(RemovalPolicy.DESTROY);
    },
    says: /data would be deleted with its stack: got DeletionPolicy Delete, expected RETAIN/,
  },
];

describe('the checks at synth', () => {
  for (const profile of [dev, prod])
    it(`have nothing to say of the shipped system in ${profile.name}`, () => {
      assert.deepEqual(check(buildTestSystem({ profile }), { profile }), []);
    });

  for (const { name, wanted = {}, spoil, says } of cases)
    it(`refuse ${name}`, () => {
      const system = buildTestSystem(wanted);
      spoil?.(system);
      const problems = check(system, wanted);
      assert.ok(
        problems.some((text) => says.test(text)),
        problems.join('\n') || 'no problem was found',
      );
    });

  it('fail synth with what they found', () => {
    const system = buildTestSystem();
    mappingOf(system, request).startingPosition = 'LATEST';
    assert.throws(() => system.app.synth(), /can lose records.*expected TRIM_HORIZON/);
  });
});

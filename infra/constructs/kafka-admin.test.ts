import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Template } from 'aws-cdk-lib/assertions';
import { buildTestSystem } from '../fixtures/system.ts';
import { dev, type Profile } from '../profiles.ts';
import { sourceHash } from '../source-hash.ts';

type Properties = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, { readonly Properties: Properties }>>;

const root = join(import.meta.dirname, '..', '..');
const serverless: Profile = { ...dev, kafka: { type: 'msk-serverless' } };

/** What a permission of topics is for: calls of kafkajs. */
const used: Readonly<Record<string, readonly string[]>> = {
  'kafka-cluster:CreateTopic': ['createTopics'],
  'kafka-cluster:DescribeTopic': ['fetchTopicMetadata', 'fetchTopicOffsets'],
  'kafka-cluster:AlterTopic': ['createPartitions'],
  'kafka-cluster:DescribeTopicDynamicConfiguration': ['describeConfigs'],
  'kafka-cluster:AlterTopicDynamicConfiguration': ['alterConfigs'],
};

const statementsOf = (template: Template) =>
  Object.values(template.findResources('AWS::IAM::Policy') as Resources).flatMap(({ Properties: { PolicyDocument } }) => (PolicyDocument as { Statement: readonly { Action: string | string[]; Resource: unknown; Condition?: unknown }[] }).Statement); // prettier-ignore

describe('a cluster that has no topics as resources', () => {
  it('is asked for its brokers from inside the VPC, by a function that may do that, and make and change these topics', () => {
    const { topology, templateOf } = buildTestSystem({ profile: serverless });
    const template = templateOf('messaging');
    template.resourceCountIs('Custom::KafkaBrokers', 1);
    const statements = statementsOf(template).filter(({ Action }) => /"kafka/.test(JSON.stringify(Action)));
    const resourcesOf = (action: string) =>
      statements.filter(({ Action }) => [Action].flat().includes(action)).flatMap(({ Resource }) => Resource);
    assert.deepEqual(
      [...new Set(statements.flatMap(({ Action }) => Action))].sort(),
      [...Object.keys(used), 'kafka-cluster:Connect', 'kafka:GetBootstrapBrokers'].sort(),
    );
    for (const action of Object.keys(used)) {
      const text = JSON.stringify(resourcesOf(action));
      for (const { name } of topology.topics) assert.ok(text.includes(`/${name}"`), name);
    }
    assert.doesNotMatch(JSON.stringify(statements), /\*/);
  });

  it('has its topics changed by the calls that its function may make', () => {
    const source = ['topics.ts', 'topic-changes.ts'].map((file) => readFileSync(join(root, 'adapters/kafka', file), 'utf8')).join('\n'); // prettier-ignore
    assert.deepEqual(
      new Set([...source.matchAll(/\badmin\.(\w+)\(/g)].map(([, call]) => call)),
      new Set([...Object.values(used).flat(), 'connect']),
    );
  });

  it('is called again where a topic is to be another, or the code that changes topics is', () => {
    const propertiesOf = (profile: Profile): readonly Properties[] => Object.values(buildTestSystem({ profile }).templateOf('messaging').findResources('Custom::KafkaTopic') as Resources).map(({ Properties: each }) => each); // prettier-ignore
    const more = { ...serverless, topology: { ...dev.topology, partitions: 12 } };
    const [before, after] = [propertiesOf(serverless), propertiesOf(more)];
    for (const [index, { Topic, Made }] of before.entries()) {
      assert.notDeepEqual(Topic, after[index]?.Topic);
      assert.equal(Made, sourceHash('adapters/kafka/topic-settings.ts', 'adapters/kafka/topic-changes.ts'));
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHandler, type CustomResourceEvent, type TopicSettings } from './handler.ts';

const clusterArn = 'arn:aws:kafka:eu-central-1:123456789012:cluster/baton/0123';
const brokers = 'b-1.example.org:9098,b-2.example.org:9098';
// As CloudFormation sends it: every number is text.
const Topic = {
  name: 'workflow.request',
  partitions: '3',
  retentionMs: '604800000',
  maxMessageBytes: '1048576',
};

function open() {
  const made: TopicSettings[] = [];
  const handler = createHandler({
    brokersOf: (arn) => (arn === clusterArn ? Promise.resolve(brokers) : Promise.reject(new Error(arn))),
    bringTopics: ({ bootstrapServers, topics }) => {
      assert.equal(bootstrapServers, brokers);
      made.push(...topics);
      return Promise.resolve();
    },
  });
  return { handler, made };
}

const event = (more: Partial<CustomResourceEvent>): CustomResourceEvent => ({
  RequestType: 'Create',
  ResourceType: 'Custom::KafkaTopic',
  ResourceProperties: { ClusterArn: clusterArn, Topic },
  ...more,
});

describe('the custom resources of a Kafka cluster', () => {
  it('tell the addresses of the brokers', async () => {
    const { handler } = open();
    assert.deepEqual(await handler(event({ ResourceType: 'Custom::KafkaBrokers' })), {
      PhysicalResourceId: clusterArn,
      Data: { BootstrapServers: brokers },
    });
  });

  it('bring a topic to what is wanted, with numbers, under an id that stays', async () => {
    const { handler, made } = open();
    const created = await handler(event({}));
    const ResourceProperties = { ClusterArn: clusterArn, Topic: { ...Topic, partitions: '6' } };
    const updated = await handler(event({ RequestType: 'Update', PhysicalResourceId: created.PhysicalResourceId, ResourceProperties })); // prettier-ignore
    assert.equal(updated.PhysicalResourceId, created.PhysicalResourceId);
    const spec = {
      name: 'workflow.request',
      partitions: 3,
      retentionMs: 604800000,
      maxMessageBytes: 1048576,
    };
    assert.deepEqual(made, [spec, { ...spec, partitions: 6 }]);
  });

  it('delete nothing', async () => {
    const { handler, made } = open();
    await handler(event({ RequestType: 'Delete' }));
    await handler(event({ RequestType: 'Delete', ResourceType: 'Custom::KafkaBrokers' }));
    assert.deepEqual(made, []);
  });

  it('say what is wrong with their properties', async () => {
    const { handler } = open();
    const of = (properties: CustomResourceEvent['ResourceProperties']) => handler(event({ ResourceProperties: properties })); // prettier-ignore
    await assert.rejects(of({}), /ClusterArn cannot be used: got nothing, expected the ARN of a cluster/);
    await assert.rejects(
      of({ ClusterArn: clusterArn, Topic: { ...Topic, partitions: 'many' } }),
      /Topic.partitions cannot be used: got "many", expected a whole number from 1/,
    );
  });
});

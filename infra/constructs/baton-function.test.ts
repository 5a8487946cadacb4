import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agentNamed, buildTestSystem } from '../fixtures/system.ts';
import { dev } from '../profiles.ts';

describe('a function that a clock starts', () => {
  const { topology, templateOf } = buildTestSystem();
  const template = templateOf('orchestration');

  it('is not started again by Lambda for a minute that is over', () => {
    const scheduled = topology.functions.filter((spec) => spec.scheduled);
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', scheduled.length);
    for (const { name } of scheduled) {
      const [id] = Object.keys(
        template.findResources('AWS::Lambda::Function', {
          Properties: { FunctionName: `baton-dev-${name}` },
        }),
      );
      assert.ok(id !== undefined, name);
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: id },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      });
    }
  });
});

describe('the operator', () => {
  it('may describe every topic: brokers list no other, and what is not listed looks missing', () => {
    const { topology, templateOf } = buildTestSystem({
      profile: { ...dev, kafka: { type: 'msk-serverless' } },
    });
    const policies = Object.entries(templateOf('orchestration').findResources('AWS::IAM::Policy'));
    const [, policy] = policies.find(([id]) => id.startsWith('operatorFunction')) ?? [];
    const { Properties: properties } = policy as { Properties: { PolicyDocument: { Statement: readonly { Action: string | string[]; Resource: unknown }[] } } }; // prettier-ignore
    const described = JSON.stringify(
      properties.PolicyDocument.Statement.filter(({ Action }) =>
        [Action].flat().includes('kafka-cluster:DescribeTopic'),
      ),
    );
    for (const { name } of topology.topics) assert.ok(described.includes(`/${name}"`), name);
  });
});

describe('a function of the private network', () => {
  it('gets out to the addresses that it is told of, whatever their port', () => {
    const profile = { ...dev, otlpEndpoint: 'http://collector.internal:4318', openaiBaseUrl: 'https://models.example.org:8443/v1' }; // prettier-ignore
    const theirs = agentNamed('theirs', { transport: 'http', endpoint: 'https://agents.example.org:9443/' });
    const { templateOf } = buildTestSystem({ profile, manifests: [theirs] });
    const groups = templateOf('network').findResources('AWS::EC2::SecurityGroup') as Readonly<Record<string, { Properties: { GroupDescription: string; SecurityGroupEgress: readonly { FromPort: number }[] } }>>; // prettier-ignore
    const clients = Object.values(groups).filter(({ Properties: { GroupDescription } }) => /^functions that/.test(GroupDescription)); // prettier-ignore
    assert.equal(clients.length, 2);
    for (const {
      Properties: { SecurityGroupEgress: rules },
    } of clients)
      // prettier-ignore
      assert.deepEqual(rules.map(({ FromPort }) => FromPort).sort((a, b) => a - b), [443, 4318, 8443, 9443]);
  });
});

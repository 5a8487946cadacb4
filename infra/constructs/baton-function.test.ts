import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agentNamed, buildTestSystem } from '../fixtures/system.ts';
import { dev, profileOf, type Profile } from '../profiles.ts';

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

  it('gets out to a given database by the port that it is told, once', () => {
    const uriSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:database-AbCdEf';
    const given = (port?: string) => profileOf((key) => ({ mongodbUriSecretArn: uriSecretArn, mongodbPort: port })[key]); // prettier-ignore
    const portsOf = (profile: Profile): readonly number[] => {
      const groups = buildTestSystem({ profile }).templateOf('network').findResources('AWS::EC2::SecurityGroup', { Properties: { GroupDescription: 'functions that use the database' } }); // prettier-ignore
      const [group] = Object.values(groups as Readonly<Record<string, { Properties: { SecurityGroupEgress: readonly { FromPort: number }[] } }>>); // prettier-ignore
      return (group?.Properties.SecurityGroupEgress ?? []).map(({ FromPort }) => FromPort).sort((a, b) => a - b); // prettier-ignore
    };
    assert.deepEqual(portsOf(given()), [443, 27017]);
    assert.deepEqual(portsOf(given('27018')), [443, 27018]);
    assert.deepEqual(portsOf(given('443')), [443]);
    assert.throws(() => given('high'), /port of the database cannot be used: got 'high', expected a number/);
    assert.throws(() => profileOf((key) => (key === 'mongodbPort' ? 27018 : undefined)), /got '27018' and no mongodbUriSecretArn, expected/); // prettier-ignore
  });
});

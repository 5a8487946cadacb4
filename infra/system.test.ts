import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { settings } from '#adapters/settings.ts';
import { deployedName } from '#cli/deployed.ts';
import { agentNamed, buildTestSystem } from './fixtures/system.ts';
import { runbookPage } from './constructs/function-alarms.ts';
import { manifests } from '#agents/manifests.ts';
import { dev, prod, profileOf } from './profiles.ts';

type Properties = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, { readonly Properties: Properties }>>;

const development = buildTestSystem();
const production = buildTestSystem({ profile: prod });
const root = join(import.meta.dirname, '..');

const mappingsOf = (system: typeof development): readonly Properties[] =>
  Object.values(
    system.templateOf('orchestration').findResources('AWS::Lambda::EventSourceMapping') as Resources,
  ).map(({ Properties }) => Properties);

describe('mappings', () => {
  it('read each topic once, from its beginning, at once, as a group of their own', () => {
    const mappings = mappingsOf(development);
    const expected = development.topology.functions.flatMap((spec) => spec.mappings);
    assert.deepEqual(
      mappings.map(({ Topics }) => (Topics as readonly string[])[0]).sort(),
      expected.map(({ topic }) => topic).sort(),
    );
    for (const mapping of mappings) {
      assert.equal(mapping.StartingPosition, 'TRIM_HORIZON');
      assert.equal(mapping.MaximumBatchingWindowInSeconds, 0);
    }
    const groups = mappings.map(
      ({ AmazonManagedKafkaEventSourceConfig: config }) =>
        (config as { ConsumerGroupId: string }).ConsumerGroupId,
    );
    assert.equal(new Set(groups).size, mappings.length);
  });

  it('ask pollers on demand for nothing that they ignore', () => {
    for (const mapping of mappingsOf(development))
      for (const name of ['MaximumRetryAttempts', 'FunctionResponseTypes', 'ProvisionedPollerConfig'])
        assert.equal(mapping[name], undefined, name);
  });

  it('share provisioned pollers in prod; the orchestrator tries for ever, agents do not', () => {
    for (const mapping of mappingsOf(production)) {
      const [topic = ''] = mapping.Topics as readonly string[];
      const forever = ['workflow.request', 'workflow.command', 'workflow.step.response'].includes(topic);
      assert.equal(Number(mapping.MaximumRetryAttempts) < 0, forever, topic);
      assert.deepEqual(mapping.FunctionResponseTypes, ['ReportBatchItemFailures']);
      assert.equal(mapping.DestinationConfig, undefined);
      assert.deepEqual(mapping.ProvisionedPollerConfig, {
        MinimumPollers: 1,
        MaximumPollers: 20,
        PollerGroupName: 'baton-prod',
      });
    }
  });

  it('come after the policy that lets them read', () => {
    const mappings = development
      .templateOf('orchestration')
      .findResources('AWS::Lambda::EventSourceMapping') as Readonly<
      Record<string, { readonly DependsOn?: readonly string[] }>
    >;
    for (const [id, { DependsOn = [] }] of Object.entries(mappings))
      assert.ok(
        DependsOn.some((name) => name.includes('ServiceRoleDefaultPolicy')),
        id,
      );
    const { orchestration, messaging } = development;
    assert.ok(messaging && orchestration.dependencies.includes(messaging), 'topics come first');
  });
});

describe('permissions', () => {
  const template = development.templateOf('orchestration');
  const statementsOf = (name: string): readonly { Action: string | string[]; Resource: unknown }[] => {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy') as Resources);
    const [, policy] = policies.find(([id]) => id.startsWith(`${name}Function`)) ?? [];
    assert.ok(policy, name);
    return (policy.Properties.PolicyDocument as { Statement: [] }).Statement;
  };
  const targets = (name: string, action: string): readonly string[] =>
    statementsOf(name)
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => [Resource].flat())
      .map((resource) => /(?:topic|group)\/.*"\/([\w.-]+)"/.exec(JSON.stringify(resource))?.[1] ?? '?');

  it('let an agent read its own topic, and write responses and dead letters', () => {
    const name = 'agentkafkaexpert';
    assert.deepEqual(targets(name, 'kafka-cluster:ReadData'), ['workflow.step.kafka-expert.request']);
    assert.deepEqual(targets(name, 'kafka-cluster:AlterGroup'), ['baton.agent.kafka-expert']);
    assert.deepEqual([...targets(name, 'kafka-cluster:WriteData')].sort(), [
      'workflow.dlq',
      'workflow.step.response',
    ]);
  });

  it('let the timer write commands, and read nothing', () => {
    assert.deepEqual(targets('timer', 'kafka-cluster:WriteData'), ['workflow.command']);
    assert.deepEqual(targets('timer', 'kafka-cluster:ReadData'), []);
  });

  it('let the operator write what people write, and read no topic', () => {
    const written = [...targets('operator', 'kafka-cluster:WriteData')].sort();
    assert.deepEqual(written, ['workflow.command', 'workflow.request']);
    assert.deepEqual(targets('operator', 'kafka-cluster:ReadData'), []);
  });

  it('give the capability keys to the orchestrator alone, and no database to who has no collections', () => {
    const environments = Object.values(template.findResources('AWS::Lambda::Function') as Resources).map(
      ({ Properties }) =>
        (Properties.Environment as { Variables: Readonly<Record<string, unknown>> }).Variables,
    );
    const having = (name: string) =>
      environments
        .filter((variables) => JSON.stringify(variables.BATON_SECRETS_FROM ?? '').includes(`${name}=`))
        .map((variables) => variables.BATON_FUNCTION);
    assert.deepEqual(having('BATON_CAPABILITY_KEYS'), ['orchestrator']);
    const withStore = development.topology.functions.filter(
      ({ access }) => Object.keys(access.collections).length > 0,
    );
    assert.deepEqual(
      having('MONGODB_URI').sort(),
      [...withStore.map(({ name }) => name), 'operator', 'setup'].sort(),
    );
  });

  it('have the names by which the command line asks for them', () => {
    for (const spec of development.topology.functions)
      template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: deployedName('dev', spec) });
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'baton-dev-operator' });
  });

  it('tell functions only settings that there are', () => {
    for (const [id, { Properties }] of Object.entries(
      template.findResources('AWS::Lambda::Function') as Resources,
    )) {
      const { Variables } = Properties.Environment as { Variables: Readonly<Record<string, unknown>> };
      for (const name of Object.keys(Variables).filter((key) => key.startsWith('BATON_')))
        assert.ok(Object.hasOwn(settings, name), `${id} is told ${name}`);
    }
  });

  it('let the bridge alone call the agent behind its Function URL', () => {
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
    const callers = Object.entries(template.findResources('AWS::IAM::Policy') as Resources).filter(
      ([, policy]) => JSON.stringify(policy).includes('lambda:InvokeFunctionUrl'),
    );
    assert.deepEqual(
      callers.map(([id]) => /^(\w+?)Function/.exec(id)?.[1]),
      ['httpbridgeappdesigner'],
    );
  });
});

describe('adding an agent', () => {
  it('adds its topic, function, mapping, permissions, alarms and log group, and nothing else changes', () => {
    const more = buildTestSystem({ manifests: [...manifests, agentNamed('word-count')] });
    const counts = (system: typeof more) => ({
      topics: system.templateOf('messaging').findResources('AWS::MSK::Topic'),
      functions: system.templateOf('orchestration').findResources('AWS::Lambda::Function'),
      mappings: system.templateOf('orchestration').findResources('AWS::Lambda::EventSourceMapping'),
      policies: system.templateOf('orchestration').findResources('AWS::IAM::Policy'),
      logs: system.templateOf('orchestration').findResources('AWS::Logs::LogGroup'),
      alarms: system.templateOf('observability').findResources('AWS::CloudWatch::Alarm'),
    });
    const [before, after] = [counts(development), counts(more)];
    const added = Object.entries(after).map(([kind, resources]) => [
      kind,
      Object.keys(resources).length - Object.keys(before[kind as keyof typeof before]).length,
    ]);
    assert.deepEqual(Object.fromEntries(added), {
      topics: 1,
      functions: 1,
      mappings: 1,
      policies: 1,
      logs: 1,
      alarms: 4,
    });
    more.templateOf('messaging').hasResourceProperties('AWS::MSK::Topic', {
      TopicName: 'workflow.step.word-count.request',
    });
    for (const [kind, resources] of Object.entries(before))
      for (const id of Object.keys(resources))
        assert.ok(Object.hasOwn(after[kind as keyof typeof after], id), `${kind}: ${id} is the same one`);
  });
});

describe('topics', () => {
  it('keep what the topology says, in the time of the brokers', () => {
    const topics = development.templateOf('messaging').findResources('AWS::MSK::Topic') as Resources;
    assert.equal(Object.keys(topics).length, development.topology.topics.length);
    for (const { Properties } of Object.values(topics)) {
      const spec = development.topology.topics.find(({ name }) => name === Properties.TopicName);
      assert.ok(spec, String(Properties.TopicName));
      assert.deepEqual(JSON.parse(Buffer.from(String(Properties.Configs), 'base64').toString()), {
        'retention.ms': String(spec.retentionMs),
        'max.message.bytes': String(spec.maxMessageBytes),
        'message.timestamp.type': 'LogAppendTime',
        'compression.type': 'uncompressed',
      });
    }
  });

  it('are custom resources where a cluster has none of its own', () => {
    const serverless = buildTestSystem({ profile: { ...dev, kafka: { type: 'msk-serverless' } } });
    const template = serverless.templateOf('messaging');
    template.resourceCountIs('AWS::MSK::Topic', 0);
    template.resourceCountIs('Custom::KafkaTopic', serverless.topology.topics.length);
    template.resourceCountIs('AWS::MSK::ServerlessCluster', 1);
  });
});

describe('given services', () => {
  const network = {
    vpcId: 'vpc-0123456789abcdef0',
    zones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  };
  const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:kafka-AbCdEf';

  it('of Kafka elsewhere are read with user name and password', () => {
    const kafka = { type: 'self-managed', bootstrapServers: ['b1.example.org:9096'], secretArn } as const;
    const system = buildTestSystem({ profile: { ...dev, network, kafka } });
    const mappings = mappingsOf(system);
    assert.ok(mappings.length > 0);
    for (const { SelfManagedEventSource: source, EventSourceArn: arn } of mappings)
      assert.deepEqual([source, arn], [{ Endpoints: { KafkaBootstrapServers: ['b1.example.org:9096'] } }, undefined]); // prettier-ignore
    const text = JSON.stringify(system.templateOf('orchestration').toJSON());
    assert.ok(text.includes(`BATON_KAFKA_PASSWORD=${secretArn}#password`));
  });

  it('of a database make no cluster', () => {
    const system = buildTestSystem({
      profile: profileOf((key) => ({ mongodbUriSecretArn: secretArn })[key]),
    });
    system.templateOf('data').resourceCountIs('AWS::DocDB::DBCluster', 0);
    assert.ok(
      JSON.stringify(system.templateOf('orchestration').toJSON()).includes(`MONGODB_URI=${secretArn}`),
    );
  });
});

describe('profiles', () => {
  it('give a serverless database its instance', () => {
    development.templateOf('data').hasResourceProperties('AWS::DocDB::DBInstance', {
      DBInstanceClass: 'db.serverless',
    });
  });

  it('keep data in prod, and leave nothing that costs in dev', () => {
    const policies = (system: typeof development) =>
      [
        ...Object.values(system.templateOf('data').findResources('AWS::DocDB::DBCluster')),
        ...Object.values(system.templateOf('messaging').findResources('AWS::MSK::Cluster')),
      ].map((resource) => (resource as { DeletionPolicy?: string }).DeletionPolicy);
    assert.deepEqual(policies(production), ['RetainExceptOnCreate', 'RetainExceptOnCreate']);
    assert.deepEqual(policies(development), ['Delete', 'Delete']);
  });

  it('encrypt, and let nobody in from outside', () => {
    for (const system of [development, production]) {
      system.templateOf('data').hasResourceProperties('AWS::DocDB::DBCluster', { StorageEncrypted: true });
      system.templateOf('messaging').hasResourceProperties('AWS::MSK::Cluster', {
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
        ClientAuthentication: { Unauthenticated: { Enabled: false } },
      });
      const rules = JSON.stringify(
        system.templateOf('network').findResources('AWS::EC2::SecurityGroupIngress'),
      );
      assert.doesNotMatch(rules, /0\.0\.0\.0/);
    }
  });

  it('take from an object of the context what it tells, and the rest from the profile', () => {
    const of = (context: Readonly<Record<string, unknown>>) =>
      profileOf((key) => ({ profile: 'prod', ...context })[key]);
    assert.deepEqual(of({ kafka: { brokers: 4 } }).kafka, { ...prod.kafka, brokers: 4 });
    assert.deepEqual(of({ database: { instances: 1 } }).database, { ...prod.database, instances: 1 });
    assert.deepEqual(of({ kafka: { type: 'msk-serverless' } }).kafka, { type: 'msk-serverless' });
    assert.throws(
      () => of({ kafka: { bootstrapServers: ['b'] } }),
      /got bootstrapServers, expected type, brokers, .*"type"/,
    );
    assert.throws(() => of({ kafka: ['b1:9092'] }), /got 0, expected type, /);
  });

  it('that nobody knows are refused with the known ones', () => {
    assert.throws(() => profileOf(() => 'production'), /got 'production', expected one of dev, prod/);
  });
});

describe('alarms', () => {
  it('name a section of the runbook that is there', () => {
    const page = existsSync(join(root, runbookPage)) ? readFileSync(join(root, runbookPage), 'utf8') : '';
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/ /g, '-')); // prettier-ignore
    const alarms = Object.values(
      production.templateOf('observability').findResources('AWS::CloudWatch::Alarm') as Resources,
    );
    assert.ok(alarms.length > 20);
    for (const { Properties } of alarms) {
      const [, section = ''] = /answer-an-alarm\.md#(.*)$/.exec(String(Properties.AlarmDescription)) ?? [];
      assert.ok(headings.includes(section), `'${section}' is a heading of ${runbookPage}`);
    }
  });

  it('are sent where somebody is named', () => {
    const system = buildTestSystem({ profile: { ...dev, alarmEmail: 'on-call@example.org' } });
    const template = system.templateOf('observability');
    template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'on-call@example.org' });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.anyValue() });
  });
});

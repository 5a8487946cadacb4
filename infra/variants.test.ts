import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { manifests } from '#agents/manifests.ts';
import { problemsOf } from './checks/check-system.ts';
import { buildTestSystem } from './fixtures/system.ts';
import { dev, prod, type Profile } from './profiles.ts';
import { counted } from './stacks/observability.ts';

type Properties = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, { readonly Properties: Properties }>>;

const root = join(import.meta.dirname, '..');
const clusterArn = 'arn:aws:kafka:eu-central-1:123456789012:cluster/shared/0123-1';
const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:kafka-AbCdEf';
const network = {
  vpcId: 'vpc-0123456789abcdef0',
  zones: ['eu-central-1a', 'eu-central-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};
const existing = (serverless: boolean): Profile => ({
  ...dev,
  network,
  kafka: { type: 'msk-existing', clusterArn, serverless, securityGroupId: 'sg-0123456789abcdef0' },
});
const elsewhere: Profile = {
  ...dev,
  network,
  kafka: { type: 'self-managed', bootstrapServers: ['b1.example.org:9096'], secretArn },
};

/** Rules of security groups in all stacks; a group is told by its name in the stack of the network, wherever it is meant. */
const rulesOf = ({ app }: ReturnType<typeof buildTestSystem>): readonly string[] =>
  app.synth().stacks.flatMap(({ template }) => {
    const { Resources: resources = {} } = template as { Resources?: Readonly<Record<string, { Type: string; Properties: Properties }>> }; // prettier-ignore
    return Object.values(resources)
      .filter(({ Type }) => /^AWS::EC2::SecurityGroup(?:In|E)gress$/.test(Type))
      .map(
        ({ Type, Properties: { Description: _, ...rule } }) =>
        [Type, JSON.stringify(rule).replace(/\{"Fn::ImportValue":"[\w-]+:ExportsOutputFnGetAtt(\w+?)GroupId[0-9A-F]{8}"\}/g, '{"Fn::GetAtt":["$1","GroupId"]}')].join(' '), // prettier-ignore
      );
  });

describe('a cluster that is there already', () => {
  const provisioned = buildTestSystem({ profile: existing(false) });
  const serverless = buildTestSystem({ profile: existing(true) });

  it('gets its topics as resources where it is provisioned, and by a custom resource where it is serverless', () => {
    const count = provisioned.topology.topics.length;
    const native = provisioned.templateOf('messaging');
    native.resourceCountIs('AWS::MSK::Topic', count);
    native.allResourcesProperties('AWS::MSK::Topic', { ClusterArn: clusterArn });
    native.resourceCountIs('Custom::KafkaTopic', 0);
    const custom = serverless.templateOf('messaging');
    custom.resourceCountIs('AWS::MSK::Topic', 0);
    custom.resourceCountIs('Custom::KafkaTopic', count);
    for (const template of [native, custom])
      for (const made of ['AWS::MSK::Cluster', 'AWS::MSK::ServerlessCluster'])
        template.resourceCountIs(made, 0);
  });

  it('opens its security group to what publishes and to pollers', () => {
    const rules = provisioned
      .templateOf('network')
      .findResources('AWS::EC2::SecurityGroupIngress') as Resources;
    const opened = Object.values(rules).filter(({ Properties: { GroupId } }) => GroupId === 'sg-0123456789abcdef0'); // prettier-ignore
    assert.equal(opened.length, 2);
    for (const { Properties: rule } of opened) assert.deepEqual([rule.FromPort, rule.ToPort], [9098, 9098]);
  });
});

describe('Kafka elsewhere', () => {
  it('leaves nothing to make: a stack without resources is refused by CloudFormation', () => {
    const { app, messaging } = buildTestSystem({ profile: elsewhere });
    assert.equal(messaging, undefined);
    for (const { template, stackName } of app.synth().stacks) {
      const { Resources = {} } = template as { Resources?: object };
      assert.ok(Object.keys(Resources).length > 0, stackName);
    }
  });

  it('is read inside the private subnets, with the login that a secret holds', () => {
    const mappings = buildTestSystem({ profile: elsewhere })
      .templateOf('orchestration')
      .findResources('AWS::Lambda::EventSourceMapping') as Resources;
    for (const { Properties: mapping } of Object.values(mappings)) {
      const access = mapping.SourceAccessConfigurations as readonly { Type: string; URI: unknown }[];
      assert.deepEqual(
        access.map(({ Type }) => Type),
        ['SASL_SCRAM_512_AUTH', 'VPC_SUBNET', 'VPC_SUBNET', 'VPC_SECURITY_GROUP'],
      );
      assert.equal(access[0]?.URI, secretArn);
      assert.ok((mapping.SelfManagedKafkaEventSourceConfig as Properties).ConsumerGroupId);
    }
  });
});

describe('Kafka elsewhere, whose certificates an authority of its own signed', () => {
  const caSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:authority-AbCdEf';
  const kafka = { ...elsewhere.kafka, caSecretArn } as Profile['kafka'];
  const template = buildTestSystem({ profile: { ...elsewhere, kafka } }).templateOf('orchestration');

  it('is trusted by pollers and functions alike, by one secret', () => {
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      SourceAccessConfigurations: Match.arrayWith([{ Type: 'SERVER_ROOT_CA_CERTIFICATE', URI: caSecretArn }]),
    });
    const functions = template.findResources('AWS::Lambda::Function') as Readonly<Record<string, { Properties: { FunctionName?: string; Environment?: { Variables: Properties } } }>>; // prettier-ignore
    for (const {
      Properties: { FunctionName = '', Environment },
    } of Object.values(functions)) {
      // prettier-ignore
      const { KAFKA_BOOTSTRAP_SERVERS: brokers, BATON_SECRETS_FROM: from = '' } = Environment?.Variables ?? {};
      const trusts = JSON.stringify(from).includes(`BATON_KAFKA_CA=${caSecretArn}#certificate`);
      assert.equal(trusts, brokers === 'b1.example.org:9096', FunctionName);
    }
  });

  it('is read by whoever may read the login', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy') as Resources).map((policy) => JSON.stringify(policy)); // prettier-ignore
    const reading = policies.filter((policy) => policy.includes(secretArn));
    assert.ok(reading.length > 4 && reading.every((policy) => policy.includes(caSecretArn)));
  });
});

describe('a cluster that is made here', () => {
  it('is measured as much as MSK does for nothing', () => {
    for (const profile of [dev, prod])
      buildTestSystem({ profile }).templateOf('messaging').hasResourceProperties('AWS::MSK::Cluster', {
        EnhancedMonitoring: 'DEFAULT',
      }); // prettier-ignore
  });
});

describe('a database', () => {
  it('of instances has as many as the profile says, a serverless one has one that scales', () => {
    const instances = buildTestSystem({ profile: prod }).templateOf('data');
    instances.resourceCountIs('AWS::DocDB::DBInstance', 3);
    instances.allResourcesProperties('AWS::DocDB::DBInstance', { DBInstanceClass: 'db.r6g.large' });
    const serverless = buildTestSystem().templateOf('data');
    serverless.resourceCountIs('AWS::DocDB::DBInstance', 1);
    serverless.hasResourceProperties('AWS::DocDB::DBCluster', {
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 2 },
    });
  });

  it('is kept in prod with all that it stands on: AWS deletes nothing that is used, and the stack would be stuck', () => {
    const serverless: Profile = { ...prod, database: dev.database };
    for (const profile of [prod, serverless])
      for (const [part, types] of [
        [
          'data',
          ['DBCluster', 'DBInstance', 'DBSubnetGroup', 'DBClusterParameterGroup'].map(
            (type) => `AWS::DocDB::${type}`,
          ),
        ],
        ['messaging', ['AWS::MSK::Cluster', 'AWS::MSK::Configuration']],
      ] as const)
        // prettier-ignore
        for (const type of types)
          buildTestSystem({ profile }).templateOf(part).allResources(type, { DeletionPolicy: 'RetainExceptOnCreate' });
  });

  it('has its password rotated once there is an instance to log in to', () => {
    for (const profile of [dev, prod]) {
      const template = buildTestSystem({ profile }).templateOf('data');
      const [application] = Object.values(template.findResources('AWS::Serverless::Application') as Readonly<Record<string, { DependsOn?: readonly string[] }>>); // prettier-ignore
      for (const id of Object.keys(template.findResources('AWS::DocDB::DBInstance')))
        assert.ok(application?.DependsOn?.includes(id), id);
    }
  });

  it('has a password that is rotated', () => {
    for (const profile of [dev, prod])
      buildTestSystem({ profile }).templateOf('data').hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
        RotationRules: { ScheduleExpression: `rate(${profile.rotationDays} days)` },
      }); // prettier-ignore
  });
});

describe('every variant', () => {
  const variants: Readonly<Record<string, Profile>> = {
    'MSK Serverless': { ...dev, kafka: { type: 'msk-serverless' } },
    'a provisioned cluster that is there': existing(false),
    'a serverless cluster that is there': existing(true),
    'Kafka elsewhere': elsewhere,
    'Kafka elsewhere, with an authority of its own': { ...elsewhere, kafka: { ...elsewhere.kafka, caSecretArn: secretArn } as Profile['kafka'] }, // prettier-ignore
    'a database of instances in dev': { ...dev, database: prod.database },
    'a database elsewhere': { ...dev, network, database: { type: 'existing', uriSecretArn: secretArn } },
  };
  for (const [name, profile] of Object.entries(variants))
    it(`passes the checks at synth: ${name}`, () => {
      const { app, topology } = buildTestSystem({ profile });
      assert.deepEqual(problemsOf(app, { topology, profile, manifests }), []);
    });

  for (const [name, profile] of Object.entries({ dev, prod, ...variants }))
    it(`opens each port once: EC2 refuses a rule that is there: ${name}`, () => {
      const rules = rulesOf(buildTestSystem({ profile }));
      assert.deepEqual(
        rules.filter((rule, at) => rules.indexOf(rule) !== at),
        [],
      );
    });
});

describe('alarms', () => {
  const system = buildTestSystem({ profile: prod });
  const metrics = Object.values(
    system.templateOf('observability').findResources('AWS::CloudWatch::Alarm') as Resources,
  ).map(({ Properties: { MetricName } }) => String(MetricName));
  const count = (metric: string) => metrics.filter((name) => name === metric).length;

  it('watch errors and throttles of all, duration of what does not loop, lag of what is fed', () => {
    const { functions } = system.topology;
    assert.equal(count('Errors'), functions.length);
    assert.equal(count('Throttles'), functions.length);
    assert.equal(count('Duration'), functions.filter(({ scheduled }) => !scheduled).length);
    assert.equal(count('OffsetLag'), functions.filter(({ mappings }) => mappings.length > 0).length);
  });

  it('reach who asked for them: the topic lets CloudWatch publish, and nobody without TLS', () => {
    const template = buildTestSystem({ profile: { ...dev, alarmEmail: 'on-call@example.org' } }).templateOf('observability'); // prettier-ignore
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.anyValue() });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
          }),
        ]),
      },
    });
  });

  it('know functions by name: an export of one that is watched would keep its agent from being removed', () => {
    const { Outputs = {} } = system.templateOf('orchestration').toJSON() as { Outputs?: object };
    assert.deepEqual(Object.keys(Outputs), []);
    assert.ok(system.observability.dependencies.includes(system.orchestration));
    const names = Object.values(
      system.templateOf('orchestration').findResources('AWS::Lambda::Function') as Resources,
    ).map(({ Properties: { FunctionName } }) => FunctionName);
    const alarms = system.templateOf('observability').findResources('AWS::CloudWatch::Alarm') as Resources;
    for (const {
      Properties: { Dimensions = [] },
    } of Object.values(alarms))
      // prettier-ignore
      for (const { Name, Value } of Dimensions as readonly { Name: string; Value: unknown }[])
        assert.ok(Name !== 'FunctionName' || names.includes(Value), JSON.stringify(Value));
  });

  it('look at the disk of each broker: MSK measures no other', () => {
    const alarms = system.templateOf('observability').findResources('AWS::CloudWatch::Alarm', {
      Properties: { MetricName: 'KafkaDataLogsDiskUsed' },
    }) as Resources;
    assert.deepEqual(
      Object.values(alarms).map(({ Properties: { Dimensions } }) => Dimensions),
      ['1', '2', '3'].map((broker) => [
        { Name: 'Broker ID', Value: broker },
        { Name: 'Cluster Name', Value: 'baton-prod' },
      ]),
    );
  });

  it('watch log lines that functions write', () => {
    const files = globSync('functions/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
    const source = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    for (const [metric, { message }] of Object.entries(counted)) {
      assert.equal(count(metric), 1);
      assert.ok(source.includes(`'${message}'`), `some function logs '${message}'`);
    }
  });

  it('come with approvals: as soon as a step can wait for one, runs that wait are watched', () => {
    const language = readFileSync(join(root, 'core/workflow/language.ts'), 'utf8');
    assert.match(language, /\bapproval\b/);
    const reserved = /\bapproval: later\(/.test(language);
    assert.equal(reserved, false);
    assert.equal(Object.hasOwn(counted, 'WaitingApprovals'), !reserved);
    const template = system.templateOf('observability');
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'WaitingApprovals',
      Statistic: 'Maximum',
      EvaluationPeriods: 12,
      AlarmDescription: Match.stringLikeRegexp('answer-an-alarm.md#waiting-approvals$'),
    });
    template.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ $.message = "runs wait for a decision" }',
      MetricTransformations: [{ MetricName: 'WaitingApprovals', MetricValue: '$.waiting' }],
    });
    assert.match(JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard')), /wait for a decision/);
  });
});

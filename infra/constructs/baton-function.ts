/**
 * One function of the topology with all that belongs to it: code, settings, mappings, permissions, logs.
 * BF1. Permissions and settings follow from the function's spec: what it may not reach, it is not told of.
 * BF2. A mapping comes after its topic and after the permission to read it; else its first polls fail, and it stays so.
 * BF3. What a clock starts is not started again for a minute that is over: Lambda keeps what it could not start for six
 *      hours, and runs what failed twice more, unless it is told otherwise; the rule's own policy ends where it hands over.
 */
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Bundle } from '../bundles.ts';
import { consumeStatements, produceStatements, type KafkaSource } from '../kafka-source.ts';
import { type Profile } from '../profiles.ts';
import { decryptStatement } from '../secrets-key.ts';
import { type DataStack } from '../stacks/data.ts';
import { type NetworkStack } from '../stacks/network.ts';
import { type FunctionSpec, type MappingSpec } from '../topology.ts';
import { acknowledge } from './acknowledge.ts';
import { batonEnvironment, secretsOf } from './environment.ts';
import { logGroup } from './kafka-admin.ts';

export interface BatonFunctionProps {
  readonly spec: FunctionSpec;
  readonly bundle: Bundle;
  readonly profile: Profile;
  readonly network: NetworkStack;
  readonly data: DataStack;
  readonly kafka: KafkaSource;
  readonly storeRetentionDays: number;
}

export class BatonFunction extends Construct {
  readonly spec: FunctionSpec;
  readonly function: lambda.Function;
  readonly mappings: readonly lambda.CfnEventSourceMapping[];
  /** Answers over HTTP, to callers with permission. */
  readonly url: lambda.FunctionUrl | undefined;

  constructor(scope: Construct, id: string, props: BatonFunctionProps) {
    super(scope, id);
    const { spec, profile } = props;
    this.spec = spec;
    const name = functionName(profile, spec);
    this.function = new lambda.Function(this, 'Function', {
      functionName: name,
      description: `Baton: ${spec.kind}${spec.agents.length === 1 ? ` for ${spec.agents.join()}` : ''}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.bundle.folder),
      handler: 'index.handler',
      timeout: cdk.Duration.millis(spec.timeoutMs),
      memorySize: profile.memoryMb,
      environment: batonEnvironment(props),
      logGroup: logGroup(this, 'Logs', profile, logGroupName(profile, spec)),
      loggingFormat: lambda.LoggingFormat.JSON,
      ...(spec.scheduled ? { retryAttempts: 0, maxEventAge: cdk.Duration.minutes(1) } : {}), // BF3
      ...this.reading(props),
      ...networkOf(props),
    });
    this.grant(props);
    this.mappings = spec.mappings.map((mapping) => this.map(mapping, props));
    this.url = spec.http
      ? this.function.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.AWS_IAM })
      : undefined;
    acknowledge(this.function, 'managedPolicies');
    if (spec.mappings.length > 0) acknowledge(this.function, 'describeNetwork');
  }

  /** AWS's extension fetches secrets on the function's behalf: no SDK in the bundle, nothing secret in the template. */
  private reading(props: BatonFunctionProps): Pick<lambda.FunctionProps, 'paramsAndSecrets'> {
    if (secretsOf(props).length === 0) return {};
    const version = lambda.ParamsAndSecretsVersions.V1_0_103;
    return {
      paramsAndSecrets: lambda.ParamsAndSecretsLayerVersion.fromVersion(version, {
        logLevel: lambda.ParamsAndSecretsLogLevel.WARN,
      }),
    };
  }

  private grant(props: BatonFunctionProps): void {
    for (const { secret } of secretsOf(props)) secret.grantRead(this.function);
    this.grantKey(props);
    const { clusterArn } = props.kafka;
    if (clusterArn === undefined) return;
    for (const statement of produceStatements(clusterArn, props.spec.access.write))
      this.function.addToRolePolicy(statement);
  }

  /** Lambda's pollers log in with a secret as this role, too. */
  private grantKey({ profile: { secretsKeyArn }, ...props }: BatonFunctionProps): void {
    const given = secretsOf(props).filter(({ secret }) => props.data.givenSecrets.has(secret));
    if (secretsKeyArn === undefined || given.length === 0) return;
    const arns = new Set(given.map(({ secret }) => secret.secretArn));
    this.function.addToRolePolicy(decryptStatement(secretsKeyArn, [...arns]));
  }

  private map(mapping: MappingSpec, { kafka, profile }: BatonFunctionProps): lambda.CfnEventSourceMapping {
    const resource = new lambda.CfnEventSourceMapping(this, `Mapping-${mapping.topic}`, {
      functionName: this.function.functionName,
      topics: [mapping.topic],
      startingPosition: 'TRIM_HORIZON',
      batchSize: mapping.batchSize,
      maximumBatchingWindowInSeconds: mapping.batchWindowMs / 1000,
      ...kafka.eventSource(mapping.group),
      ...pollingOf(mapping, profile),
    });
    const topic = kafka.topics.get(mapping.topic);
    if (topic !== undefined) resource.node.addDependency(topic); // BF2
    for (const statement of this.readStatements(mapping, kafka)) {
      const { policyDependable } = this.function.grantPrincipal.addToPrincipalPolicy(statement);
      if (policyDependable !== undefined) resource.node.addDependency(policyDependable);
    }
    return resource;
  }

  private readStatements(mapping: MappingSpec, kafka: KafkaSource): readonly iam.PolicyStatement[] {
    const interfaces = new iam.PolicyStatement({
      actions: ['ec2:DescribeSecurityGroups', 'ec2:DescribeVpcs'],
      resources: ['*'],
    });
    return kafka.clusterArn === undefined
      ? [interfaces]
      : [interfaces, ...consumeStatements(kafka.clusterArn, mapping)];
  }
}

/** Only provisioned pollers know retries, age and partial answers; others would be told and not listen. */
function pollingOf(mapping: MappingSpec, profile: Profile): Partial<lambda.CfnEventSourceMappingProps> {
  if (mapping.pollers === 'on-demand') return {};
  return {
    provisionedPollerConfig: {
      minimumPollers: profile.pollers.minimum,
      maximumPollers: profile.pollers.maximum,
      // Mappings of one group share what is paid for.
      pollerGroupName: `baton-${profile.name}`,
    },
    maximumRetryAttempts: mapping.maximumRetryAttempts,
    maximumRecordAgeInSeconds: mapping.maximumRecordAgeSeconds,
    bisectBatchOnFunctionError: false,
    ...(mapping.partialResponses ? { functionResponseTypes: ['ReportBatchItemFailures'] } : {}),
  };
}

/** Inside the VPC only where something inside is reached. */
function networkOf({
  spec,
  network,
}: BatonFunctionProps): Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  const securityGroups: ec2.ISecurityGroup[] = [
    ...(usesLog(spec) ? [network.logClient] : []),
    ...(usesStore(spec) ? [network.storeClient] : []),
  ];
  if (securityGroups.length === 0) return {};
  const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
  return { vpc: network.vpc, vpcSubnets, securityGroups };
}

export const usesLog = ({ access }: FunctionSpec): boolean => access.write.length + access.read.length > 0;
export const usesStore = ({ access }: FunctionSpec): boolean => Object.keys(access.collections).length > 0;

/** At most 64 characters, AWS says; agents' names leave room for it. */
export const functionName = (profile: Profile, spec: FunctionSpec): string =>
  `baton-${profile.name}-${spec.name}`;

export const logGroupName = (profile: Profile, spec: FunctionSpec): string =>
  `/aws/lambda/${functionName(profile, spec)}`;

/**
 * Rules that do not fit here, each with its reason. `infra/synth.test.ts` counts how often each is used: one more is a
 * decision, not an accident.
 */
import { Validations } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

interface Acknowledgement {
  /** As cdk-nag or CDK's own validation names it; a finding in brackets is the only one that is meant. */
  readonly rules: readonly string[];
  readonly reason: string;
}

const managedPolicy = (name: string): string =>
  `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`;

export const acknowledgements = {
  managedPolicies: {
    rules: [managedPolicy('AWSLambdaBasicExecutionRole'), managedPolicy('AWSLambdaVPCAccessExecutionRole')],
    reason:
      "AWS's managed policies say what a function needs for its logs and network interfaces; a copy of them would age.",
  },
  describeNetwork: {
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason:
      'Pollers ask EC2 for the VPC they run in, and ec2:Describe* knows no resources: EC2 takes only *.',
  },
  capabilityKeyRotation: {
    rules: ['AwsSolutions-SMG4'],
    reason:
      'A key is retired only after the last task it signed: docs/how-to/deploy-to-aws.md says how it is changed by hand.',
  },
  loginRotation: {
    rules: ['AwsSolutions-SMG4'],
    reason:
      "It is rotated, from the orchestration's stack: its user is made by the setup there. The rule looks into one stack.",
  },
  databasePort: {
    rules: ['AwsSolutions-DOC2'],
    reason: 'Security groups keep others out, not an unusual port.',
  },
  databaseUser: {
    rules: ['AwsSolutions-DOC3'],
    reason: 'The rule cannot read what Secrets Manager generates: user and password are references.',
  },
  databaseLogs: {
    rules: ['authenticate', 'createIndex', 'dropCollection'].map(
      (event) => `AwsSolutions-DOC5[LogExport::${event}]`,
    ),
    reason: 'DocumentDB exports two logs, audit and profiler; both are on, and audit holds these events.',
  },
  serverlessInstance: {
    rules: ['CloudFormation-Validate::E3620'],
    reason: 'db.serverless is the class of serverless instances; the list of the validation is older.',
  },
  providerRuntime: {
    rules: ['AwsSolutions-L1'],
    reason: "The runtime of CDK's own provider framework is chosen by CDK.",
  },
} as const satisfies Readonly<Record<string, Acknowledgement>>;

export function acknowledge(
  construct: IConstruct,
  ...names: readonly (keyof typeof acknowledgements)[]
): void {
  for (const name of names) {
    const { rules, reason } = acknowledgements[name];
    for (const id of rules) Validations.of(construct).acknowledge({ id, reason });
  }
}

/** The provider framework invokes one function in any of its versions: `<arn>:*`. */
export function acknowledgeVersions(construct: IConstruct, functionLogicalId: string): void {
  Validations.of(construct).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${functionLogicalId}.Arn>:*]`,
    reason: "CDK's provider framework invokes one function: the wildcard stands for its versions alone.",
  });
}

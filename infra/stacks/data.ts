/**
 * What must not be lost: the database and the secrets. A stack of its own, so that no other change can replace it.
 * DS1. A serverless cluster has its instance: CDK would make one of no instances, which answers nobody.
 * DS2. Each kind of work has a user of its own in the database, and that user's login a secret of its own.
 * DS3. What a kept cluster stands on is kept with it: AWS refuses to delete it, and the stack would be stuck.
 */
import * as cdk from 'aws-cdk-lib';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.ts';
import { type DatabaseProfile, type Profile } from '../profiles.ts';
import { storeUserName, storeUserOf } from '../store-users.ts';
import { type FunctionSpec } from '../topology.ts';
import { type NetworkStack } from './network.ts';

export interface DataProps extends cdk.StackProps {
  readonly profile: Profile;
  readonly network: NetworkStack;
  /** Users of the database, as `storeUsersOf` names them. */
  readonly storeUsers: Iterable<string>;
}

/** A password stands in an address, and in AWS's own function that changes it. */
export const passwordExcludes = '"@/:?#[]%&=+$,; \'\\';

type NewDatabase = Exclude<DatabaseProfile, { readonly type: 'existing' }>;

export class DataStack extends cdk.Stack {
  /** Either a URI as text, or what DocumentDB keeps of the user who may do everything. */
  readonly databaseSecret: secrets.ISecret;
  /** By user; none where the database is given. */
  readonly databaseLogins: ReadonlyMap<string, secrets.ISecret>;
  /** `{"id": …, "key": …}`: signs the capabilities of tasks. */
  readonly capabilityKeys: secrets.ISecret;
  readonly openaiKey: secrets.ISecret | undefined;
  /** User name and password of a Kafka cluster that asks for them. */
  readonly kafkaLogin: secrets.ISecret | undefined;
  /** Who signed the certificates of its brokers, as Lambda's pollers read it. */
  readonly kafkaAuthority: secrets.ISecret | undefined;
  /** Of those above: what was made elsewhere, perhaps under a key that is not AWS's. */
  readonly givenSecrets: ReadonlySet<secrets.ISecret>;
  /** Absent where the database is given. */
  readonly cluster: docdb.DatabaseCluster | undefined;

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id, props);
    const { profile } = props;
    const { database, kafka, openaiSecretArn } = profile;
    this.capabilityKeys = this.newCapabilityKeys(profile);
    this.openaiKey = this.given('OpenAiKey', openaiSecretArn);
    const elsewhere = kafka.type === 'self-managed' ? kafka : undefined;
    this.kafkaLogin = this.given('KafkaLogin', elsewhere?.secretArn);
    this.kafkaAuthority = this.given('KafkaAuthority', elsewhere?.caSecretArn);
    if (database.type === 'existing') {
      this.databaseSecret = secrets.Secret.fromSecretCompleteArn(this, 'DatabaseUri', database.uriSecretArn);
      this.databaseLogins = new Map();
    } else {
      this.cluster = this.newDatabase(database, props);
      const { secret } = this.cluster;
      if (secret === undefined) throw new Error('the database has no secret: its master user was given one.');
      this.databaseSecret = secret;
      const { cluster } = this;
      this.databaseLogins = new Map(
        [...props.storeUsers].map((user) => [user, this.newLogin(user, cluster, profile)]),
      );
    }
    const uri = database.type === 'existing' ? this.databaseSecret : undefined;
    this.givenSecrets = new Set(
      [this.openaiKey, this.kafkaLogin, this.kafkaAuthority, uri].filter((secret) => secret !== undefined),
    );
  }

  /** What a function logs in with. Where the database is given, all have its one secret. */
  loginOf(spec: FunctionSpec): secrets.ISecret {
    const user = storeUserOf(spec);
    if (user === undefined || this.databaseLogins.size === 0) return this.databaseSecret;
    const login = this.databaseLogins.get(user);
    if (login !== undefined) return login;
    throw new Error(
      `a function has no user in the database: got ${[...this.databaseLogins.keys()].join(', ')}, expected '${user}' for ${spec.name}. Give its spec to storeUsersOf: infra/system.ts.`,
    );
  }

  /** DS2. The setup of the store makes the user; `LoginRotation` changes its password. */
  private newLogin(user: string, cluster: docdb.DatabaseCluster, profile: Profile): secrets.ISecret {
    const id = `DatabaseLogin${user[0]?.toUpperCase() ?? ''}${user.slice(1)}`;
    const secret = new docdb.DatabaseSecret(this, id, {
      username: storeUserName(user),
      masterSecret: this.databaseSecret,
      excludeCharacters: passwordExcludes,
    });
    pin(secret, id);
    acknowledge(secret, 'loginRotation');
    secret.applyRemovalPolicy(removalOf(profile));
    return secret.attach(cluster);
  }

  private given(id: string, arn: string | undefined): secrets.ISecret | undefined {
    return arn === undefined ? undefined : secrets.Secret.fromSecretCompleteArn(this, id, arn);
  }

  private newCapabilityKeys(profile: Profile): secrets.ISecret {
    const secret = new secrets.Secret(this, 'CapabilityKeys', {
      description: 'Signs the capabilities of tasks; read by the orchestrator alone.',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ id: 'k1' }),
        generateStringKey: 'key',
        // Letters and digits are base64 as they are; 64 of them are 48 bytes.
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: removalOf(profile),
    });
    pin(secret, 'CapabilityKeys');
    acknowledge(secret, 'capabilityKeyRotation');
    // CDK's own types disagree about optional members here.
    return secret as secrets.ISecret;
  }

  private newDatabase(database: NewDatabase, { profile, network }: DataProps): docdb.DatabaseCluster {
    const dbClusterName = `baton-${profile.name}`;
    const logGroups = this.logGroups(dbClusterName, profile);
    const cluster = new docdb.DatabaseCluster(this, 'Database', {
      dbClusterName,
      masterUser: { username: 'baton', excludeCharacters: passwordExcludes },
      engineVersion: '5.0.0',
      vpc: network.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      // By id: what rotation opens in it is then part of this stack, not of the network's.
      securityGroup: ec2.SecurityGroup.fromSecurityGroupId(this, 'Role', network.database.securityGroupId),
      storageEncrypted: true,
      parameterGroup: this.parameters(profile),
      exportAuditLogsToCloudWatch: true,
      exportProfilerLogsToCloudWatch: true,
      backup: { retention: cdk.Duration.days(profile.backupDays) },
      deletionProtection: profile.keepsData,
      removalPolicy: removalOf(profile),
      copyTagsToSnapshot: true,
      ...sizeOf(database),
    });
    pin(cluster, 'Database');
    acknowledge(cluster, 'databasePort', 'databaseUser', 'databaseLogs');
    cluster.node.addDependency(...logGroups);
    // A cluster that stays is of no use to whoever has lost its password.
    const login = cluster.node.findChild('Secret');
    if (login instanceof secrets.Secret) login.applyRemovalPolicy(removalOf(profile));
    if (database.type === 'documentdb-serverless') this.addServerlessInstance(cluster); // DS1
    this.keep(cluster, profile);
    this.rotate(cluster, profile);
    return cluster;
  }

  /** DS3. CDK keeps the instances that it makes itself, and none of these. */
  private keep(cluster: docdb.DatabaseCluster, profile: Profile): void {
    for (const part of [cluster.node.findChild('Subnets'), this.node.tryFindChild('Instance')])
      if (cdk.CfnResource.isCfnResource(part)) part.applyRemovalPolicy(removalOf(profile));
  }

  /** The password is changed as soon as its schedule is there, by a function that logs in: not before somebody answers. */
  private rotate(cluster: docdb.DatabaseCluster, { rotationDays }: Profile): void {
    const instances = this.node.findAll().filter((node) => node instanceof docdb.CfnDBInstance);
    cluster.addRotationSingleUser(cdk.Duration.days(rotationDays)).node.addDependency(...instances);
  }

  /** Made before the cluster: those that it would make itself are kept, and paid, for ever. */
  private logGroups(cluster: string, profile: Profile): logs.LogGroup[] {
    return ['audit', 'profiler'].map(
      (kind) =>
        new logs.LogGroup(this, `Log-${kind}`, {
          logGroupName: `/aws/docdb/${cluster}/${kind}`,
          retention: profile.logRetentionDays,
          removalPolicy: cdk.RemovalPolicy.DESTROY,
        }),
    );
  }

  private parameters(profile: Profile): docdb.ClusterParameterGroup {
    const group = new docdb.ClusterParameterGroup(this, 'Parameters', {
      family: 'docdb5.0',
      description: 'TLS only; who did what is logged; slow operations too',
      parameters: {
        tls: 'enabled',
        audit_logs: 'enabled',
        profiler: 'enabled',
        profiler_threshold_ms: '200',
      },
    });
    group.applyRemovalPolicy(removalOf(profile)); // DS3
    return group;
  }

  private addServerlessInstance(cluster: docdb.DatabaseCluster): void {
    const instance = new docdb.CfnDBInstance(this, 'Instance', {
      dbClusterIdentifier: cluster.clusterIdentifier,
      dbInstanceClass: 'db.serverless',
      autoMinorVersionUpgrade: true,
    });
    acknowledge(instance, 'serverlessInstance');
    instance.addMetadata('cfn-lint', { config: { ignore_checks: ['E3620'] } });
  }
}

type Size = Pick<
  docdb.DatabaseClusterProps,
  'serverlessV2ScalingConfiguration' | 'instances' | 'instanceType'
>;

const sizeOf = (database: NewDatabase): Size =>
  database.type === 'documentdb-serverless'
    ? {
        serverlessV2ScalingConfiguration: {
          minCapacity: database.minCapacity,
          maxCapacity: database.maxCapacity,
        },
      }
    : { instances: database.instances, instanceType: new ec2.InstanceType(database.instanceType) };

/** In `dev`, `cdk destroy` leaves nothing that costs money. */
export const removalOf = ({ keepsData }: Profile): cdk.RemovalPolicy =>
  keepsData ? cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : cdk.RemovalPolicy.DESTROY;

/** A stateful resource whose logical id changes is replaced: its id is fixed, wherever the construct moves. */
export function pin(construct: Construct, id: string): void {
  const { defaultChild } = construct.node;
  if (!cdk.CfnResource.isCfnResource(defaultChild)) throw new Error(`${construct.node.path} is no resource`);
  defaultChild.overrideLogicalId(id);
}

/** Where everything runs: a VPC with private subnets, and one security group for each role. */
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { type AgentManifest } from '#core/agent/contract.ts';
import { type Profile } from '../profiles.ts';

export const kafkaIamPort = 9098;
export const databasePort = 27017;

export interface NetworkProps extends cdk.StackProps {
  readonly profile: Profile;
  /** What they say of agents elsewhere: where these listen. */
  readonly manifests: readonly AgentManifest[];
}

/**
 * Roles: `kafka` (the brokers; also what Lambda's pollers run under), `database`, `logClient` (functions that publish),
 * `storeClient` (functions with collections). A function has the roles its part of the topology asks for.
 */
export class NetworkStack extends cdk.Stack {
  readonly vpc: ec2.IVpc;
  readonly kafka: ec2.ISecurityGroup;
  readonly database: ec2.SecurityGroup;
  readonly logClient: ec2.SecurityGroup;
  readonly storeClient: ec2.SecurityGroup;
  /** @default - as many zones of the region as the profile asks for, from the first on */
  private readonly zones: readonly string[];

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id, props);
    const { profile } = props;
    this.zones = profile.availabilityZones ?? firstZones(profile.zones);
    this.vpc = profile.network === undefined ? this.newVpc(profile) : this.existingVpc(profile.network);
    this.kafka =
      profile.kafka.type === 'msk-existing'
        ? ec2.SecurityGroup.fromSecurityGroupId(this, 'Kafka', profile.kafka.securityGroupId)
        : this.role('Kafka', 'brokers, and the pollers of event source mappings');
    this.database = this.role('Database', 'the database');
    this.logClient = this.role('LogClient', 'functions that publish to Kafka');
    this.storeClient = this.role('StoreClient', 'functions that use the database');
    this.openPorts(props);
  }

  /** A stack without a fixed region would have two zones, whatever the region has. */
  override get availabilityZones(): string[] {
    return [...this.zones];
  }

  private newVpc(profile: Profile): ec2.IVpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: profile.zones,
      natGateways: profile.natGateways,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      // Traffic to S3 takes no NAT gateway, which is paid by the gigabyte.
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    const group = new logs.LogGroup(this, 'FlowLogs', {
      retention: profile.logRetentionDays,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    vpc.addFlowLog('Refused', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(group),
      // What passed is the work itself; what was refused tells a wrong security group or an intruder.
      trafficType: ec2.FlowLogTrafficType.REJECT,
    });
    // CDK's own types disagree about optional members here.
    return vpc as ec2.IVpc;
  }

  private existingVpc({ vpcId, zones, privateSubnetIds }: NonNullable<Profile['network']>): ec2.IVpc {
    return ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones: [...zones],
      privateSubnetIds: [...privateSubnetIds],
    });
  }

  private role(id: string, description: string): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  private openPorts({ profile, manifests }: NetworkProps): void {
    const { kafka, database } = profile;
    const named = namedPorts(profile, manifests);
    const brokers = kafka.type === 'self-managed' ? kafka.bootstrapServers.map(portOf) : [];
    const given = database.type === 'existing' ? [database.port ?? databasePort] : [];
    letOut(this.logClient, named, 'Kafka brokers', brokers);
    letOut(this.storeClient, named, 'the database, wherever its URI says', given);
    if (kafka.type !== 'self-managed') {
      const iam = ec2.Port.tcp(kafkaIamPort);
      this.kafka.connections.allowFrom(this.logClient, iam, 'functions publish');
      this.kafka.connections.allowInternally(iam, 'pollers of event source mappings run under this group');
      this.kafka.connections.allowTo(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'pollers reach Lambda and STS');
    }
    const mongo = ec2.Port.tcp(databasePort);
    if (database.type !== 'existing')
      this.database.connections.allowFrom(this.storeClient, mongo, 'functions with collections');
  }
}

const firstZones = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => cdk.Fn.select(index, cdk.Fn.getAzs()));

/** To any address, by each port once: EC2 refuses a rule that is there. */
function letOut(
  client: ec2.SecurityGroup,
  named: ReadonlySet<number>,
  reason: string,
  ports: readonly number[],
): void {
  const reasons = new Map([...ports].map((port): [number, string] => [port, reason]));
  for (const port of named) reasons.set(port, 'an address of the profile or of an agent');
  reasons.set(443, 'AWS APIs, model providers, agents elsewhere');
  for (const [port, why] of reasons) client.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), why);
}

/** Of addresses that are called and do not listen at 443: the model, the collector of spans, agents elsewhere. */
function namedPorts(profile: Profile, manifests: readonly AgentManifest[]): ReadonlySet<number> {
  const addresses = [
    profile.openaiBaseUrl,
    profile.otlpEndpoint,
    ...manifests.map(({ endpoint }) => endpoint),
  ];
  const urls = addresses.flatMap((address) => (address === undefined ? [] : (URL.parse(address) ?? [])));
  const ports = urls.map(({ port, protocol }) => Number(port) || (protocol === 'http:' ? 80 : 443));
  return new Set(ports.filter((port) => port !== 443));
}

const portOf = (server: string): number => Number(server.split(':').at(-1));

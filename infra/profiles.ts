/**
 * What differs between deployments, as data. `-c profile=dev` (the default) is the smallest honest one; `prod` is for
 * work that matters. `docs/reference/cost.md` says what each costs. Context keys replace single parts (`profileOf`).
 */
import { type TopologyOptions } from './topology.ts';

export type KafkaProfile =
  | {
      readonly type: 'msk-provisioned';
      /** Brokers in all; a multiple of the zones. */
      readonly brokers: number;
      readonly instanceType: string;
      /** MSK's name of a version; those that end in `.kraft` need kafka.m5 or larger. Topics as resources need 3.6. */
      readonly version: string;
      /** GiB for each broker. */
      readonly volume: number;
    }
  | { readonly type: 'msk-serverless' }
  | {
      readonly type: 'msk-existing';
      readonly clusterArn: string;
      /** Serverless clusters have no topics as resources, provisioned ones do. */
      readonly serverless: boolean;
      /** The cluster's security group: opened to what reads and writes. */
      readonly securityGroupId: string;
    }
  | {
      readonly type: 'self-managed';
      readonly bootstrapServers: readonly string[];
      /** Secrets Manager: `{"username": …, "password": …}` for SASL/SCRAM-512. */
      readonly secretArn: string;
      /** Secrets Manager: `{"certificate": "-----BEGIN CERTIFICATE-----…"}`. Absent: a public authority signed them. */
      readonly caSecretArn?: string;
    };

export type DatabaseProfile =
  | { readonly type: 'documentdb-serverless'; readonly minCapacity: number; readonly maxCapacity: number }
  | { readonly type: 'documentdb-instances'; readonly instanceType: string; readonly instances: number }
  | {
      readonly type: 'existing';
      /** Secrets Manager: the text is a MongoDB URI. */
      readonly uriSecretArn: string;
      /** Where the URI's hosts listen, which no template can read from a secret. Default: 27017. */
      readonly port?: number;
    };

/** A VPC that is there already, for clusters and databases that are. Its private subnets need a way out. */
export interface ExistingNetwork {
  readonly vpcId: string;
  readonly zones: readonly string[];
  readonly privateSubnetIds: readonly string[];
}

export interface Profile {
  readonly name: string;
  readonly zones: number;
  /** Names of the zones, as many. Absent: the first of the region, of which MSK may not know every one. */
  readonly availabilityZones?: readonly string[];
  readonly natGateways: number;
  readonly network?: ExistingNetwork;
  readonly kafka: KafkaProfile;
  readonly database: DatabaseProfile;
  readonly topology: Required<TopologyOptions>;
  /** Each is 5 MB/s or 5 invocations at a time. Unused where pollers are on demand. */
  readonly pollers: { readonly minimum: number; readonly maximum: number };
  readonly replicationFactor: number;
  readonly memoryMb: number;
  readonly logRetentionDays: number;
  /** Data outlives its stack: RETAIN, deletion protection, longer backups. */
  readonly keepsData: boolean;
  /** Days between rotations of the database's password. */
  readonly rotationDays: number;
  readonly backupDays: number;
  /** Gets the alarms; absent: they only show. */
  readonly alarmEmail?: string;
  /** Secrets Manager: the text is the key of the model provider. Absent: the scripted model answers. */
  readonly openaiSecretArn?: string;
  readonly openaiBaseUrl?: string;
  /** KMS key of the secrets that are given (above, and `secretArn`, `caSecretArn`, `uriSecretArn`). Absent: Secrets Manager's own. */
  readonly secretsKeyArn?: string;
  /** OTLP over HTTP; absent: no spans leave the functions. */
  readonly otlpEndpoint?: string;
}

/**
 * Two brokers are the fewest MSK sells, and t3.small the smallest; it cannot run KRaft. Pollers on demand cost nothing
 * and look at the lag once a minute, so a burst after a quiet hour begins late.
 */
export const dev: Profile = {
  name: 'dev',
  zones: 2,
  natGateways: 1,
  kafka: {
    type: 'msk-provisioned',
    brokers: 2,
    instanceType: 'kafka.t3.small',
    version: '3.8.x',
    volume: 10,
  },
  database: { type: 'documentdb-serverless', minCapacity: 0.5, maxCapacity: 2 },
  topology: { partitions: 3, pollers: 'on-demand' },
  pollers: { minimum: 1, maximum: 1 },
  replicationFactor: 2,
  memoryMb: 512,
  logRetentionDays: 7,
  keepsData: false,
  rotationDays: 30,
  backupDays: 7,
};

/** Three zones for all: one may be lost. Provisioned pollers share their capacity as one group. */
export const prod: Profile = {
  name: 'prod',
  zones: 3,
  natGateways: 3,
  kafka: {
    type: 'msk-provisioned',
    brokers: 3,
    instanceType: 'kafka.m7g.large',
    version: '3.8.x.kraft',
    volume: 100,
  },
  database: { type: 'documentdb-instances', instanceType: 'r6g.large', instances: 3 },
  topology: { partitions: 8, pollers: 'provisioned' },
  pollers: { minimum: 1, maximum: 20 },
  replicationFactor: 3,
  memoryMb: 1024,
  logRetentionDays: 90,
  keepsData: true,
  rotationDays: 30,
  backupDays: 14,
};

/** Reads a context key; what `cdk -c key=value` sets. */
export type ReadContext = (key: string) => unknown;

const profiles: Readonly<Record<string, Profile>> = { dev, prod };

/**
 * The profile that the context asks for. Single values: `alarmEmail`, `openaiSecretArn`, `openaiBaseUrl`,
 * `otlpEndpoint`, `secretsKeyArn`. Whole parts, as in the types above: `kafka`, `database`, `network` (objects in cdk.json or
 * cdk.context.json), or their short forms `-c kafka=msk-serverless`, `-c mongodbUriSecretArn=…` and
 * with that `-c mongodbPort=…`. Zones: `-c availabilityZones=us-west-1a,us-west-1c`.
 */
export function profileOf(context: ReadContext): Profile {
  const name = textOf(context('profile')) ?? 'dev';
  const base = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (base === undefined)
    throw new Error(
      `there is no such profile: got '${name}', expected one of ${Object.keys(profiles).join(', ')}. Correct -c profile=…, or add it to infra/profiles.ts.`,
    );
  const network = part<ExistingNetwork>(context('network'));
  const secretsKeyArn = keyArnOf(textOf(context('secretsKeyArn')));
  const single = (key: 'alarmEmail' | 'openaiSecretArn' | 'openaiBaseUrl' | 'otlpEndpoint') => {
    const value = textOf(context(key));
    return value === undefined ? {} : { [key]: value };
  };
  return {
    ...base,
    ...zonesOf(context('availabilityZones'), base),
    kafka: kafkaOf(context('kafka'), base.kafka),
    database: databaseOf(context, base.database),
    ...(network === undefined ? {} : { network }),
    ...(secretsKeyArn === undefined ? {} : { secretsKeyArn }),
    ...single('alarmEmail'),
    ...single('openaiSecretArn'),
    ...single('openaiBaseUrl'),
    ...single('otlpEndpoint'),
  };
}

/** As a list, or as text with commas. A NAT gateway stands in a zone: there are no more of them. */
function zonesOf(
  value: unknown,
  { natGateways }: Profile,
): Partial<Pick<Profile, 'availabilityZones' | 'zones' | 'natGateways'>> {
  const listed = Array.isArray(value) ? value.map(String) : (textOf(value)?.split(',') ?? []);
  const availabilityZones = listed.map((zone) => zone.trim());
  const zones = availabilityZones.length;
  return zones === 0 ? {} : { availabilityZones, zones, natGateways: Math.min(natGateways, zones) };
}

function kafkaOf(value: unknown, otherwise: KafkaProfile): KafkaProfile {
  if (value === 'msk-serverless') return { type: 'msk-serverless' };
  if (typeof value === 'string')
    throw new Error(
      `the context's kafka cannot be used: got '${value}', expected msk-serverless, or an object as in infra/profiles.ts. Correct -c kafka=…, or put the object into cdk.json.`,
    );
  return completed(value, otherwise);
}

function databaseOf(context: ReadContext, otherwise: DatabaseProfile): DatabaseProfile {
  const uriSecretArn = textOf(context('mongodbUriSecretArn'));
  const given = context('mongodbPort');
  const wanted = typeof given === 'number' ? String(given) : textOf(given);
  if (wanted === undefined)
    return uriSecretArn === undefined
      ? completed(context('database'), otherwise)
      : { type: 'existing', uriSecretArn };
  const port = Number(wanted);
  if (uriSecretArn !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535)
    return { type: 'existing', uriSecretArn, port };
  throw new Error(
    `the port of the database cannot be used: got '${wanted}'${uriSecretArn === undefined ? ' and no mongodbUriSecretArn' : ''}, expected a number from 1 to 65535, of a database that is given. Correct -c mongodbPort=…, or give -c mongodbUriSecretArn=… with it.`,
  );
}

/** IAM knows a key by its own ARN alone: a permission that names an alias allows nothing. */
function keyArnOf(value: string | undefined): string | undefined {
  if (value === undefined || /^arn:[\w-]+:kms:[\w-]+:\d+:key\/[\w-]+$/.test(value)) return value;
  throw new Error(
    `the key of the given secrets cannot be used: got '${value}', expected the ARN of a key, arn:aws:kms:…:key/…, and of no alias. Correct -c secretsKeyArn=…; aws kms describe-key --key-id … tells it.`,
  );
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** An object of the context: what it leaves out is as the profile has it, where it is of the same type. */
function completed<T extends { readonly type: string }>(value: unknown, otherwise: T): T {
  const told: Partial<T> = part(value) ?? {};
  if (told.type !== undefined && told.type !== otherwise.type) return told as T;
  const strange = Object.keys(told).filter((key) => !Object.hasOwn(otherwise, key));
  if (strange.length > 0)
    throw new Error(
      `an object of the context cannot be used: got ${strange.join(', ')}, expected ${Object.keys(otherwise).join(', ')}, as the profile has it. Correct it, or give its "type" where it is of another one than ${otherwise.type}.`,
    );
  return { ...otherwise, ...told };
}

/** Context is what the deploying engineer wrote; CloudFormation and the checks at synth see what is wrong in it. */
const part = <T>(value: unknown): T | undefined =>
  typeof value === 'object' && value !== null ? (value as T) : undefined;

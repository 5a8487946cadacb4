/**
 * Where log and store live: embedded, on Kafka and MongoDB, or in a deployment on AWS. Part of `Config`; see there.
 * Kafka and MongoDB come together: a log that outlives its store, or the other way round, helps nobody.
 * What is set for a way of talking to Kafka that is not the one asked for is refused: who names a user or an authority
 * and nothing else would otherwise talk in plain text, and not know it.
 */
import { type KafkaSecurity } from './kafka/options.ts';
import * as parse from './setting-values.ts';
import { type SettingName } from './settings.ts';

export type Backend =
  | { readonly type: 'embedded' }
  /** Brokers and database are private: the command line asks a function of the deployment, by its profile's name. */
  | { readonly type: 'deployed'; readonly profile: string }
  | {
      readonly type: 'services';
      readonly kafka: {
        /** `host:port` each. */
        readonly brokers: readonly string[];
        readonly security: KafkaSecurity;
        /** Of topics that `setup` creates; absent: the brokers' default. */
        readonly replicationFactor?: number;
      };
      readonly mongo: { readonly uri: string; readonly caFile?: string; readonly poolSize?: number };
    };

/** What goes together and does not. */
export interface BackendConflict {
  readonly name: SettingName;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly hint: string;
}

export type Read = <T>(name: SettingName, parser: parse.Parser<T>) => T | undefined;

export function readBackend(
  read: Read,
  isSet: (name: SettingName) => boolean,
  conflict: (problem: BackendConflict) => void,
): Backend {
  const brokers = read('KAFKA_BOOTSTRAP_SERVERS', parse.brokers);
  const uri = read('MONGODB_URI', parse.mongoUri);
  const security = readSecurity(read, isSet, conflict);
  const replicationFactor = read('BATON_KAFKA_REPLICATION', parse.small);
  const caFile = read('BATON_MONGODB_CA_FILE', parse.path);
  const poolSize = read('BATON_MONGODB_POOL', parse.small);
  const kafka = isSet('KAFKA_BOOTSTRAP_SERVERS');
  const profile = read('BATON_AWS_STACK', parse.deployment);
  if (kafka !== isSet('MONGODB_URI')) conflict(onlyOne(kafka));
  if (profile !== undefined) {
    if (kafka) conflict(twoPlaces(profile));
    return { type: 'deployed', profile };
  }
  if (brokers === undefined || uri === undefined) return { type: 'embedded' };
  return {
    type: 'services',
    kafka: { brokers, security, ...(replicationFactor !== undefined && { replicationFactor }) },
    mongo: { uri, ...(caFile !== undefined && { caFile }), ...(poolSize !== undefined && { poolSize }) },
  };
}

function onlyOne(kafka: boolean): BackendConflict {
  const [present, absent] = kafka
    ? (['KAFKA_BOOTSTRAP_SERVERS', 'MONGODB_URI'] as const)
    : (['MONGODB_URI', 'KAFKA_BOOTSTRAP_SERVERS'] as const);
  return {
    name: absent,
    what: `${present} is set and ${absent} is not.`,
    got: `only ${present}`,
    expected: 'both (Kafka with MongoDB) or neither (everything embedded in BATON_DATA_DIR)',
    hint: `Set ${absent}, or unset ${present}.`,
  };
}

const twoPlaces = (profile: string): BackendConflict => ({
  name: 'BATON_AWS_STACK',
  what: 'A deployment on AWS is asked for, and KAFKA_BOOTSTRAP_SERVERS names another place.',
  got: `BATON_AWS_STACK (or --aws) ${profile} beside KAFKA_BOOTSTRAP_SERVERS`,
  expected: 'one place for log and store',
  hint: 'Unset KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI, or leave --aws and BATON_AWS_STACK out.',
});

const twoAuthorities = (caFile: string): BackendConflict => ({
  name: 'BATON_KAFKA_CA',
  what: 'Who signed the certificates of the brokers is told twice.',
  got: `BATON_KAFKA_CA beside BATON_KAFKA_CA_FILE ${caFile}`,
  expected: 'one of the two',
  hint: 'Unset one of them.',
});

type Security = (typeof parse.kafkaSecurities)[number];

/** What would be read for another way of talking to Kafka. */
function unused(kind: Security, tls: boolean): readonly SettingName[] {
  const login = ['BATON_KAFKA_USERNAME', 'BATON_KAFKA_PASSWORD'] as const;
  const authorities = ['BATON_KAFKA_CA', 'BATON_KAFKA_CA_FILE'] as const;
  switch (kind) {
    case 'plaintext':
    case 'msk-iam':
      return [...login, 'BATON_KAFKA_TLS', ...authorities];
    case 'tls':
      return [...login, 'BATON_KAFKA_TLS'];
    case 'scram-sha-256':
    case 'scram-sha-512':
      return tls ? [] : authorities;
  }
}

const leftOver = (name: SettingName, kind: Security): BackendConflict => ({
  name,
  what: `${name} is set and would not be used.`,
  got: kind.startsWith('scram')
    ? 'BATON_KAFKA_TLS false'
    : `BATON_KAFKA_SECURITY ${kind}, the default being plaintext`,
  expected:
    'settings that belong together: user and password with scram-sha-256 or -512, an authority with TLS',
  hint: `Set BATON_KAFKA_SECURITY to what the brokers speak, or unset ${name}.`,
});

function readSecurity(
  read: Read,
  isSet: (name: SettingName) => boolean,
  conflict: (problem: BackendConflict) => void,
): KafkaSecurity {
  const kind = read('BATON_KAFKA_SECURITY', parse.kafkaSecurity) ?? 'plaintext';
  const caFile = read('BATON_KAFKA_CA_FILE', parse.path);
  const ca = read('BATON_KAFKA_CA', parse.pem);
  const username = read('BATON_KAFKA_USERNAME', parse.text);
  const password = read('BATON_KAFKA_PASSWORD', parse.text);
  const region = read('AWS_REGION', parse.token);
  const tls = read('BATON_KAFKA_TLS', parse.flag) ?? true;
  if (isSet('KAFKA_BOOTSTRAP_SERVERS'))
    for (const name of unused(kind, tls).filter(isSet)) conflict(leftOver(name, kind));
  const authority = { ...(caFile !== undefined && { caFile }), ...(ca !== undefined && { ca }) };
  if (caFile !== undefined && ca !== undefined) conflict(twoAuthorities(caFile));
  const missing = (name: SettingName): KafkaSecurity => {
    conflict({
      name,
      what: `BATON_KAFKA_SECURITY is ${kind} and ${name} is not set.`,
      got: 'nothing',
      expected: `${name} beside it`,
      hint: `Set ${name}, or choose another BATON_KAFKA_SECURITY.`,
    });
    return { type: 'plaintext' };
  };
  switch (kind) {
    case 'plaintext':
      return { type: 'plaintext' };
    case 'tls':
      return { type: 'tls', ...authority };
    case 'msk-iam':
      return region === undefined ? missing('AWS_REGION') : { type: 'msk-iam', region };
    case 'scram-sha-256':
    case 'scram-sha-512':
      if (username === undefined) return missing('BATON_KAFKA_USERNAME');
      if (password === undefined) return missing('BATON_KAFKA_PASSWORD');
      return { type: 'scram', mechanism: kind, username, password, tls, ...authority };
  }
}

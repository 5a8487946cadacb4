/**
 * The settings of a function, as `adapters/settings.ts` lists them, from its spec.
 * FE1. No secret is a value here: a reference says where it is kept, and the function asks when it first works.
 * FE2. What a function may not reach has an address that leads nowhere (`none.invalid`), not the real one.
 */
import type * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { type BatonFunctionProps, usesLog, usesStore } from './baton-function.ts';

export interface SecretSetting {
  /** The setting it becomes. */
  readonly name: string;
  readonly secret: secrets.ISecret;
  /** Of a secret that is JSON. */
  readonly member?: string;
}

type Settings = Readonly<Record<string, string>>;

export function batonEnvironment(props: BatonFunctionProps): Record<string, string> {
  const { spec, profile, kafka } = props;
  const references = secretsOf(props).map(
    ({ name, secret, member }) => `${name}=${secret.secretArn}${member === undefined ? '' : `#${member}`}`,
  );
  return {
    BATON_FUNCTION: spec.name,
    OTEL_SERVICE_NAME: `baton-${spec.name}`,
    NODE_OPTIONS: '--enable-source-maps',
    KAFKA_BOOTSTRAP_SERVERS: usesLog(spec) ? kafka.bootstrapServers : 'none.invalid:9092', // FE2
    ...(usesLog(spec) ? { BATON_KAFKA_SECURITY: kafka.security } : {}),
    ...storeSettings(props),
    ...(references.length > 0 ? { BATON_SECRETS_FROM: references.join(',') } : {}), // FE1
    ...agentSettings(props),
    ...(spec.mappings.some(({ partialResponses }) => partialResponses)
      ? { BATON_PARTIAL_RESPONSES: 'true' }
      : {}),
    ...(profile.otlpEndpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: profile.otlpEndpoint }),
  };
}

function storeSettings({ spec, profile, storeRetentionDays }: BatonFunctionProps): Settings {
  if (!usesStore(spec)) return { MONGODB_URI: 'mongodb://none.invalid/' }; // FE2
  return {
    BATON_STORE_RETENTION_DAYS: String(storeRetentionDays),
    // Few connections for each sandbox: the smallest DocumentDB takes 250 in all.
    BATON_MONGODB_POOL: '2',
    // Lambda's runtime carries Amazon's certificate authorities, and Node does not read them unasked.
    ...(profile.database.type === 'existing' ? {} : { BATON_MONGODB_CA_FILE: '/var/runtime/ca-cert.pem' }),
  };
}

function agentSettings({ spec, profile }: BatonFunctionProps): Settings {
  if (spec.agents.length === 0 || spec.kind === 'orchestrator') return {};
  return {
    BATON_AGENTS: spec.agents.join(','),
    ...(hostsAgents(spec) && profile.openaiBaseUrl !== undefined
      ? { OPENAI_BASE_URL: profile.openaiBaseUrl }
      : {}),
  };
}

const hostsAgents = ({ kind }: BatonFunctionProps['spec']): boolean =>
  kind === 'agent' || kind === 'http-agent' || kind === 'local-agents';

/** The secrets a function reads, and it alone. */
export function secretsOf({
  spec,
  data,
  kafka,
}: Pick<BatonFunctionProps, 'spec' | 'data' | 'kafka'>): readonly SecretSetting[] {
  const { capabilityKeys, openaiKey, kafkaLogin, kafkaAuthority } = data;
  const found: SecretSetting[] = [];
  if (usesStore(spec)) found.push({ name: 'MONGODB_URI', secret: data.loginOf(spec) });
  if (spec.kind === 'orchestrator') found.push({ name: 'BATON_CAPABILITY_KEYS', secret: capabilityKeys });
  if (hostsAgents(spec) && openaiKey !== undefined) found.push({ name: 'OPENAI_API_KEY', secret: openaiKey });
  if (usesLog(spec) && kafka.security === 'scram-sha-512' && kafkaLogin !== undefined)
    found.push(
      { name: 'BATON_KAFKA_USERNAME', secret: kafkaLogin, member: 'username' },
      { name: 'BATON_KAFKA_PASSWORD', secret: kafkaLogin, member: 'password' },
    );
  if (usesLog(spec) && kafkaAuthority !== undefined)
    found.push({ name: 'BATON_KAFKA_CA', secret: kafkaAuthority, member: 'certificate' });
  return found;
}

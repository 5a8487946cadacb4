/**
 * Deploys an assembly into the account: what CloudFormation makes of the templates, in the order they ask for. Every
 * function runs from its asset; every mapping is fed by the invoker of `local/`, as the template set it.
 * DP1. A function's environment is the template's, each variable resolved; where local services differ, a value is
 *      replaced. No variable is added but those that Lambda sets itself.
 */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { systemClock } from '#adapters/clock.ts';
import { type KafkaBatchResponse } from '#core/lambda-kafka.ts';
import { type Mapping, startMapping } from '#local/invoker.ts';
import { keepingLogger } from '#local/memory-log.fixture.ts';
import { type Account, type Login } from './account.ts';
import { type Assembly, mappingOf, ofType, only, type Resource } from './assembly.ts';
import { hostFunction, type HostedFunction } from './function-host.ts';
import { account as accountId, region, resolver, type Resolver } from './resolve.ts';

export interface DeploymentOptions {
  /** Values in place of the template's, by variable; only for functions whose template has it. */
  readonly values?: Readonly<Record<string, string>>;
  /** Secrets that the template only names, by ARN. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface Deployment {
  /** The one whose name ends so. */
  readonly host: (name: string) => HostedFunction;
  readonly hosts: readonly HostedFunction[];
  /** What the setup of the store answers, each time that CloudFormation asks for it. */
  readonly setUp: () => Promise<{ readonly Data: { readonly Workflows: string } }>;
  /** Of the mappings. */
  readonly log: ReturnType<typeof keepingLogger>;
  close(): Promise<void>;
}

export async function deploy(
  assembly: Assembly,
  account: Account,
  options: DeploymentOptions = {},
): Promise<Deployment> {
  const resolve = resolver(assembly, ({ type }, attribute) =>
    type === 'Custom::KafkaBrokers' && attribute === 'BootstrapServers' ? account.broker.tls : undefined,
  );
  keepSecrets(assembly, resolve, account, options);
  await makeTopics(assembly, account);
  const log = keepingLogger();
  const hosts = new Map(
    ofType(assembly, 'AWS::Lambda::Function')
      .filter(({ properties }) => properties.Handler === 'index.handler')
      .map((resource) => [resource, hostOf(resource, { assembly, resolve, account, options })]),
  );
  const hostAt = (resource: Resource, value: unknown): HostedFunction => {
    const found = hosts.get(resolve.target(resource, value));
    assert.ok(found, `${resource.id} leads to no function of ours`);
    return found;
  };
  serveUrls(assembly, resolve, account, hostAt);
  const setUp = (): ReturnType<Deployment['setUp']> => setUpStore(assembly, resolve, hostAt);
  await setUp();
  const mappings = await startMappings(assembly, { resolve, account, hostAt, log });
  const stopSchedules = startSchedules(assembly, hostAt);
  return {
    hosts: [...hosts.values()],
    host: (name) =>
      only(
        [...hosts.values()].filter((host) => host.name.endsWith(name)),
        name,
      ),
    setUp,
    log,
    async close() {
      stopSchedules();
      await Promise.all(mappings.map((mapping) => mapping.stop({ graceMs: 0 })));
      await Promise.all([...hosts.values()].map((host) => host.close()));
    },
  };
}

interface Making {
  readonly assembly: Assembly;
  readonly resolve: Resolver;
  readonly account: Account;
  readonly options: DeploymentOptions;
}

type HostAt = (resource: Resource, value: unknown) => HostedFunction;

/**
 * As Secrets Manager generates them. The database is at another address here than AWS would say, so what functions log
 * in with is a whole address (`addressOf`); the logins themselves are there too, for the setup that makes the users.
 */
function keepSecrets(
  assembly: Assembly,
  resolve: Resolver,
  account: Account,
  { secrets = {} }: DeploymentOptions,
): void {
  for (const secret of ofType(assembly, 'AWS::SecretsManager::Secret')) {
    const made = secret.properties.GenerateSecretString as Generated | undefined;
    if (made === undefined) continue;
    const value = randomBytes(made.PasswordLength).toString('hex').slice(0, made.PasswordLength);
    const text = JSON.stringify({
      ...(JSON.parse(resolve.text(secret, made.SecretStringTemplate)) as object),
      [made.GenerateStringKey]: value,
    });
    account.secrets.secrets.set(resolve.text(secret, { Ref: secret.id }), text);
  }
  for (const attached of ofType(assembly, 'AWS::SecretsManager::SecretTargetAttachment')) {
    const arn = resolve.text(attached, { Ref: attached.id });
    const login = account.secrets.secrets.get(resolve.text(attached, attached.properties.SecretId)) ?? '';
    const { masterarn, ...user } = JSON.parse(login) as Login & { readonly masterarn?: string };
    account.secrets.secrets.set(arn, login);
    // The one without a master is what the database was created with.
    account.secrets.secrets.set(addressOf(arn), account.storeUri(masterarn === undefined ? undefined : user));
  }
  for (const [arn, text] of Object.entries(secrets)) account.secrets.secrets.set(arn, text);
}

const addressOf = (arn: string): string => `${arn}-address`;

async function makeTopics(assembly: Assembly, { broker }: Account): Promise<void> {
  const admin = new Kafka({ brokers: [broker.plaintext], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: ofType(assembly, 'AWS::MSK::Topic').map(({ properties }) => {
      const { TopicName, PartitionCount, Configs } = properties as unknown as TopicProperties;
      const settings = JSON.parse(Buffer.from(Configs, 'base64').toString()) as Record<string, string>;
      return {
        topic: TopicName,
        numPartitions: PartitionCount,
        replicationFactor: 1,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      };
    }),
  });
  await admin.disconnect();
}

function hostOf(resource: Resource, { assembly, resolve, account, options }: Making): HostedFunction {
  const { properties } = resource as unknown as { readonly properties: FunctionProperties };
  const name = properties.FunctionName ?? resource.id;
  const asset = assembly.assets.get(properties.Code.S3Key);
  assert.ok(asset, `${name} has no asset`);
  assert.match(properties.Runtime, /^nodejs24\./);
  return hostFunction({
    name,
    timeoutMs: properties.Timeout * 1_000,
    handler: properties.Handler,
    asset,
    env: { ...variables(resource, resolve, account, options), ...lambdaSets(name, account) },
    files: [account.caFile],
    urlPort: account.urls.port,
  });
}

/** DP1. */
function variables(
  resource: Resource,
  resolve: Resolver,
  account: Account,
  { values = {} }: DeploymentOptions,
): Record<string, string> {
  const { Variables = {} } = (resource.properties.Environment ?? {}) as { Variables?: object };
  const resolved = resolve.value(resource, Variables) as Record<string, string>;
  const from = resolved.BATON_SECRETS_FROM;
  const local: Readonly<Record<string, string>> = {
    // The broker has no IAM; TLS it has.
    BATON_KAFKA_SECURITY: 'tls',
    BATON_MONGODB_CA_FILE: account.caFile,
    ...(from !== undefined && {
      BATON_SECRETS_FROM: from.replace(/(?<=MONGODB_URI=)arn:[^,#]+/, addressOf),
    }),
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(account.secrets.port),
    ...values,
  };
  const replaced = Object.entries(local).filter(([name]) => Object.hasOwn(resolved, name));
  return { ...resolved, ...Object.fromEntries(replaced) };
}

/** Source: AWS Lambda Developer Guide, "Defined runtime environment variables". */
const lambdaSets = (name: string, { signer, caFile }: Account): Record<string, string> => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_ACCESS_KEY_ID: signer.accessKeyId,
  AWS_SECRET_ACCESS_KEY: signer.secretAccessKey,
  AWS_SESSION_TOKEN: signer.sessionToken,
  TZ: ':UTC',
  // Amazon's own authorities are among those that Node knows.
  NODE_EXTRA_CA_CERTS: caFile,
});

function serveUrls(assembly: Assembly, resolve: Resolver, { urls }: Account, hostAt: HostAt): void {
  for (const url of ofType(assembly, 'AWS::Lambda::Url')) {
    const host = hostAt(url, url.properties.TargetFunctionArn);
    urls.serve(resolve.text(url, { 'Fn::GetAtt': [url.id, 'FunctionUrl'] }), {
      signed: url.properties.AuthType === 'AWS_IAM',
      invoke: (event) => host.invoke(event),
    });
  }
}

/** As CDK's provider framework hands CloudFormation's request on to the function behind it. */
async function setUpStore(
  assembly: Assembly,
  resolve: Resolver,
  hostAt: HostAt,
): ReturnType<Deployment['setUp']> {
  const store = only(ofType(assembly, 'Custom::BatonStore'), 'Custom::BatonStore');
  const provider = resolve.target(store, store.properties.ServiceToken);
  const { Variables } = provider.properties.Environment as { Variables: Record<string, unknown> };
  const answer = await hostAt(provider, Variables.USER_ON_EVENT_FUNCTION_ARN).invoke({
    RequestType: 'Create',
    RequestId: randomUUID(),
    StackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${store.stack}/${randomUUID()}`,
    LogicalResourceId: store.id,
    ResourceType: store.type,
    ResourceProperties: resolve.value(store, store.properties),
  });
  return answer as Awaited<ReturnType<Deployment['setUp']>>;
}

interface Feeding {
  readonly resolve: Resolver;
  readonly account: Account;
  readonly hostAt: HostAt;
  readonly log: ReturnType<typeof keepingLogger>;
}

const startMappings = (
  assembly: Assembly,
  { resolve, account, hostAt, log }: Feeding,
): Promise<readonly Mapping[]> =>
  Promise.all(
    ofType(assembly, 'AWS::Lambda::EventSourceMapping').map(async (resource) => {
      const host = hostAt(resource, resource.properties.FunctionName);
      const mapping = mappingOf(resource);
      return startMapping({
        mapping,
        consumer: await account.kafka.log.consumer(mapping),
        handler: async (event, context) =>
          (await host.invoke(event, Date.now() + context.getRemainingTimeInMillis())) as KafkaBatchResponse,
        functionName: host.name,
        timeoutMs: host.timeoutMs,
        clock: systemClock,
        logger: log,
        bootstrapServers: account.broker.tls,
        eventSourceArn: resolve.text(resource, resource.properties.EventSourceArn),
      });
    }),
  );

/** EventBridge: at once, and then every minute. What fails is not tried again. */
function startSchedules(assembly: Assembly, hostAt: HostAt): () => void {
  const timers = ofType(assembly, 'AWS::Events::Rule').map((rule) => {
    assert.equal(rule.properties.ScheduleExpression, 'rate(1 minute)');
    const target = only(rule.properties.Targets as readonly { readonly Arn: unknown }[], 'targets');
    const host = hostAt(rule, target.Arn);
    const tick = (): void => void host.invoke(scheduled(rule.id)).catch(() => undefined);
    tick();
    return setInterval(tick, 60_000);
  });
  return () => timers.forEach((timer) => clearInterval(timer));
}

const scheduled = (rule: string): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: new Date().toISOString(),
  region,
  resources: [`arn:aws:events:${region}:${accountId}:rule/${rule}`],
  detail: {},
});

interface Generated {
  readonly PasswordLength: number;
  readonly GenerateStringKey: string;
  readonly SecretStringTemplate: unknown;
}

interface TopicProperties {
  readonly TopicName: string;
  readonly PartitionCount: number;
  readonly Configs: string;
}

interface FunctionProperties {
  readonly FunctionName?: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Timeout: number;
  readonly Code: { readonly S3Key: string };
}

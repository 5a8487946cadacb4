/**
 * Opens what a configuration asks for. Adapters are loaded when they are needed, so that commands that need none of
 * them, `--help` first of all, load none.
 */
import { assertNever } from '#core/assert-never.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { type Logger, type LogRecord } from '#core/ports.ts';
import { systemClock, systemRandom } from './clock.ts';
import { type Config } from './config.ts';
import { openModels } from './llm/open-model.ts';
import { createLogger } from './logger.ts';
import { type Platform } from './platform.ts';
import { noTelemetry, startTelemetry, type Telemetry } from './telemetry/telemetry.ts';

export interface PlatformOptions {
  /** Called after each flush of the embedded database to the disk. */
  readonly onSync?: () => void;
  /** Takes each log line, without its line break. Default: stderr. */
  readonly logSink?: (line: string) => void;
  /** Only reads: a data folder that is missing is not made. */
  readonly reading?: boolean;
  /** Instead of what is configured. `off`: for commands that only read. */
  readonly telemetry?: 'off' | ((logger: Logger) => Telemetry);
}

/** The platform, with what its hosts and its upkeep need beside it. */
export interface OpenPlatform extends Platform {
  readonly telemetry: Telemetry;
  /** As the events of mappings name the brokers. */
  readonly bootstrapServers: string;
  /** What only a log and store in the data folder can do. */
  readonly embedded?: EmbeddedUpkeep;
}

export interface EmbeddedUpkeep {
  /** Flushes to the disk so far. */
  readonly syncs: () => number;
  /** What a group has not committed of a topic; looks only. Nothing where the topic is missing. */
  readonly unread: (of: { readonly topic: string; readonly group: string }) => AsyncIterable<LogRecord>;
  /** Deletes log records older than `before` (ms since 1970) that every group has passed; tells how many. */
  readonly trimLog: (before: number) => Promise<number>;
  /** Ends every lease on a call. Only for the holder of the host lock, which proves that their owners are dead. */
  readonly endLeases: () => Promise<void>;
}

export type OpenBackend = Pick<
  OpenPlatform,
  'log' | 'store' | 'joint' | 'bootstrapServers' | 'prepareStore' | 'embedded' | 'close'
>;

/** Throws `InfrastructureError` where the data folder cannot be used. Kafka and MongoDB are first asked when they are used. */
export async function openPlatform(config: Config, options: PlatformOptions = {}): Promise<OpenPlatform> {
  const logger = createLogger({
    level: config.logLevel,
    clock: systemClock,
    secrets: knownSecrets(config),
    ...(options.logSink && { sink: options.logSink }),
  });
  const backend = await openBackend(config, options, logger);
  const { readCapabilityKeyFile } = await import('./capability-key-file.ts');
  let keys: CapabilityKeys | undefined = config.capabilityKeys;
  const models = openModels(config.model);
  const telemetry = await telemetryOf(config, options, logger);
  return {
    ...backend,
    clock: systemClock,
    random: systemRandom,
    logger,
    telemetry,
    capabilityKeys: () => (keys ??= readCapabilityKeyFile(config.dataDir)),
    model: models.model,
    modelName: models.name,
    allowedHosts: config.allowedHosts,
    ...(config.aws !== undefined && { aws: config.aws }),
    secret: (name) => (Object.hasOwn(config.secrets, name) ? config.secrets[name] : undefined),
    close: async () => {
      // Spans of what is still going on there leave before the connections do.
      await telemetry.shutdown();
      await backend.close();
    },
  };
}

async function openBackend(
  { backend, dataDir }: Config,
  { onSync, reading = false }: PlatformOptions,
  logger: Logger,
): Promise<OpenBackend> {
  switch (backend.type) {
    case 'embedded': {
      const { openEmbedded } = await import('./embedded/open.ts');
      const embedded = openEmbedded({
        folder: dataDir,
        clock: systemClock,
        reading,
        ...(onSync && { onSync }),
      });
      const { log, store, joint } = embedded;
      const prepareStore = (): Promise<void> => Promise.resolve();
      return {
        log,
        store,
        joint,
        bootstrapServers: 'embedded:9092',
        prepareStore,
        embedded: {
          syncs: () => embedded.syncs(),
          unread: (of) => embedded.unread(of),
          trimLog: (before) => embedded.trimLog(before),
          endLeases: () => embedded.endLeases(),
        },
        close: () => embedded.close(),
      };
    }
    case 'services':
      return openServices(backend, logger);
    case 'deployed':
      return (await import('./aws/deployed.ts')).openDeployed(backend.profile);
    default:
      return assertNever(backend);
  }
}

async function openServices(
  { kafka, mongo }: Extract<Config['backend'], { type: 'services' }>,
  logger: Logger,
): Promise<OpenBackend> {
  const [{ openKafka }, { openMongo }] = await Promise.all([
    import('./kafka/open.ts'),
    import('./mongo/open.ts'),
  ]);
  const log = openKafka({ ...kafka, clientId: 'baton', logger });
  const store = openMongo({
    uri: mongo.uri,
    logger,
    clock: systemClock,
    ...(mongo.caFile !== undefined && { tlsCaFile: mongo.caFile }),
    ...(mongo.poolSize !== undefined && { maxPoolSize: mongo.poolSize }),
  });
  return {
    log: log.log,
    store: store.store,
    bootstrapServers: log.bootstrapServers,
    prepareStore: async (users = []) => {
      await store.ensureIndexes();
      if (users.length > 0) await store.ensureUsers(users);
    },
    close: async () => {
      // The log first: what it still holds back must find the store open.
      await log.close();
      await store.close();
    },
  };
}

async function telemetryOf(
  config: Config,
  { telemetry }: PlatformOptions,
  logger: Logger,
): Promise<Telemetry> {
  if (telemetry === 'off') return noTelemetry;
  return telemetry === undefined ? startTelemetry(config.telemetry, logger) : telemetry(logger);
}

/** Shorter ones are words of log lines as well, such as the key `ollama` of a model on this machine. */
const shortest = 8;

/** Every value that must not be seen, by the name shown instead. What is shorter than that cannot be hidden. */
export function knownSecrets(config: Config): Readonly<Record<string, string>> {
  const keys = (config.capabilityKeys ?? []).map((key) => [
    `capability-key-${key.id}`,
    Buffer.from(key.secret).toString('base64'),
  ]);
  const { backend } = config;
  const all: Readonly<Record<string, string>> = {
    ...config.secrets,
    ...(config.aws !== undefined && { AWS_SECRET_ACCESS_KEY: config.aws.secretAccessKey }),
    ...(config.aws?.sessionToken !== undefined && { AWS_SESSION_TOKEN: config.aws.sessionToken }),
    ...(backend.type === 'services' && { MONGODB_URI: backend.mongo.uri }),
    ...(backend.type === 'services' &&
      backend.kafka.security.type === 'scram' && { BATON_KAFKA_PASSWORD: backend.kafka.security.password }),
    ...(config.model.apiKey !== undefined && { OPENAI_API_KEY: config.model.apiKey }),
    ...(Object.fromEntries(keys) as Record<string, string>),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value.length >= shortest));
}

/**
 * Opens what a configuration asks for. Adapters are loaded when they are needed, so that commands that need none of
 * them, `--help` first of all, load none.
 */
import { type CapabilityKeys } from '#core/capability.ts';
import { systemClock, systemRandom } from './clock.ts';
import { type Config } from './config.ts';
import { openModels } from './llm/open-model.ts';
import { createLogger } from './logger.ts';
import { type Platform } from './platform.ts';

export interface PlatformOptions {
  /** Called after each flush of the embedded database to the disk. */
  readonly onSync?: () => void;
  /** Takes each log line, without its line break. Default: stderr. */
  readonly logSink?: (line: string) => void;
}

/** The platform, with what only the embedded one can do. */
export interface OpenPlatform extends Platform {
  /** Flushes to the disk so far. */
  syncs(): number;
  /** Deletes log records older than `before` (ms since 1970) that every group has passed; tells how many. */
  trimLog(before: number): Promise<number>;
  /** Ends every lease on a call. Only for the holder of the host lock, which proves that their owners are dead. */
  endLeases(): Promise<void>;
}

/** Throws `InfrastructureError` where the data folder cannot be used. */
export async function openPlatform(config: Config, options: PlatformOptions = {}): Promise<OpenPlatform> {
  const folder = config.backend.dataDir;
  const { openEmbedded } = await import('./embedded/open.ts');
  const embedded = openEmbedded({
    folder,
    clock: systemClock,
    ...(options.onSync && { onSync: options.onSync }),
  });
  const { readCapabilityKeyFile } = await import('./capability-key-file.ts');
  let keys: CapabilityKeys | undefined = config.capabilityKeys;
  const models = openModels(config.model);
  return {
    log: embedded.log,
    store: embedded.store,
    clock: systemClock,
    random: systemRandom,
    logger: createLogger({
      level: config.logLevel,
      clock: systemClock,
      secrets: knownSecrets(config),
      ...(options.logSink && { sink: options.logSink }),
    }),
    capabilityKeys: () => (keys ??= readCapabilityKeyFile(folder)),
    model: models.model,
    modelName: models.name,
    allowedHosts: config.allowedHosts,
    secret: (name) => (Object.hasOwn(config.secrets, name) ? config.secrets[name] : undefined),
    syncs: () => embedded.syncs(),
    trimLog: (before) => embedded.trimLog(before),
    endLeases: () => embedded.endLeases(),
    close: () => embedded.close(),
  };
}

/** Every value that must not be seen, by the name shown instead. */
export function knownSecrets(config: Config): Readonly<Record<string, string>> {
  const keys = (config.capabilityKeys ?? []).map((key) => [
    `capability-key-${key.id}`,
    Buffer.from(key.secret).toString('base64'),
  ]);
  return {
    ...config.secrets,
    ...(config.model.apiKey !== undefined && { OPENAI_API_KEY: config.model.apiKey }),
    ...(Object.fromEntries(keys) as Record<string, string>),
  };
}

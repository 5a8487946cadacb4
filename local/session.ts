/**
 * How the commands of a machine share log and store. In a data folder many may append and read, and one hosts; on Kafka
 * and MongoDB anybody may host beside others, and who only asks for a run never does.
 * SE1. Who holds the folder's lock hosts; the lock is free again when its holder ends, however it ends.
 * SE2. A host is stopped before its lock is given back: two never run at once.
 */
import { type HostHolder, type HostLock, readHostHolder, tryHostLock } from '#adapters/embedded/host-lock.ts';
import { type Config } from '#adapters/config.ts';
import { openPlatform, type OpenPlatform, type PlatformOptions } from '#adapters/open-platform.ts';
import { endsWithin } from '#adapters/timers.ts';
import { type Log } from '#core/ports.ts';
import { refusal } from '#core/refusal.ts';
import { type Topology, topologyOf } from '#infra/topology.ts';
import { type Host, type HostOptions, startHost } from './host.ts';
import { type LoadFunction } from './load-function.ts';
import { pause, systemTimers } from './timers.ts';

export interface SessionOptions extends PlatformOptions {
  /** `try`: hosts at once if nobody does. `never`: only appends and reads, unless asked to host later. */
  readonly host: 'try' | 'never';
  /** Default: computed from the agents' manifests. */
  readonly topology?: Topology;
  readonly load?: LoadFunction;
  readonly hosting?: Pick<HostOptions, 'endpoints' | 'address' | 'development'>;
}

export interface Session {
  readonly platform: OpenPlatform;
  readonly topology: Topology;
  /** What this process hosts, if it does. */
  host(): Host | undefined;
  /** Hosts, if the lock is free; `undefined` while another process holds it. Asked again, it gives the same host. */
  becomeHost(): Promise<Host | undefined>;
  /** Keeps trying until this process hosts, or `signal` aborts (`undefined`). Looks twice a second. */
  takeOver(signal: AbortSignal): Promise<Host | undefined>;
  /** Who holds the lock, as far as is known; for messages only. */
  holder(): HostHolder | undefined;
  /** Stops hosting (ten seconds at most), gives the lock back, closes log and store. */
  close(): Promise<void>;
}

const takeOverEveryMs = 500;
/** A host that is still starting is waited for no longer: a group may take half a minute to let a member in. */
const startingMs = 500;

/** Locks of this process. Kept here because a lock whose object is collected as garbage is a free one. */
const held = new Set<HostLock>();

/** Opens log and store; in a data folder it makes sure that the topics are there. Throws `InfrastructureError`. */
export async function openSession(config: Config, options: SessionOptions): Promise<Session> {
  const platform = await openPlatform(config, options);
  try {
    const topology = withRetention(options.topology ?? (await ownTopology()), config.storeRetentionMs);
    if (platform.embedded !== undefined) await ensureTopics(platform.log, topology);
    const session = createSession(config, options, platform, topology);
    if (options.host === 'try') await session.becomeHost();
    return session;
  } catch (error) {
    await platform.close();
    throw error;
  }
}

async function ownTopology(): Promise<Topology> {
  const { manifests } = await import('#agents/manifests.ts');
  return topologyOf(manifests);
}

/** With the retention that the environment asks for. A run must outlive the records that may name it. */
function withRetention(topology: Topology, storeRetentionMs = topology.storeRetentionMs): Topology {
  const day = 24 * 60 * 60 * 1000;
  const longest = Math.max(...topology.topics.map(({ retentionMs }) => retentionMs));
  if (storeRetentionMs >= longest) return { ...topology, storeRetentionMs };
  throw refusal({
    code: 'CONFIG_CONFLICT',
    what: 'ended runs would be forgotten before the records of their topics',
    got: `a retention of ${storeRetentionMs / day} days`,
    expected: `at least the ${longest / day} days that the topics keep their records`,
    fix: 'raise BATON_STORE_RETENTION_DAYS, or unset it',
  });
}

/** The embedded log belongs to whoever opens it, so opening it is the explicit command that creates its topics. */
async function ensureTopics(log: Log, topology: Topology): Promise<void> {
  const there = new Set((await log.topics()).map((topic) => topic.name));
  const missing = topology.topics.filter((topic) => !there.has(topic.name));
  if (missing.length > 0) await log.createTopics(missing);
}

/** Gives what gives it back; `undefined` where somebody else hosts. Members of a Kafka group need no lock. */
function claimHosting(platform: OpenPlatform, folder: string): (() => void) | undefined {
  if (platform.embedded === undefined) return () => undefined;
  const lock = tryHostLock(folder);
  if (lock === undefined) return undefined;
  held.add(lock);
  return () => {
    lock.release();
    held.delete(lock);
  };
}

function createSession(
  config: Config,
  options: SessionOptions,
  platform: OpenPlatform,
  topology: Topology,
): Session {
  const folder = config.dataDir;
  let hosting: { readonly host: Host; readonly release: () => void } | undefined;
  let becoming: Promise<Host | undefined> | undefined;
  let closed = false;

  const become = async (): Promise<Host | undefined> => {
    if (hosting !== undefined) return hosting.host;
    const release = closed ? undefined : claimHosting(platform, folder);
    if (release === undefined) return undefined;
    try {
      await platform.embedded?.endLeases();
      const host = await startHost({
        platform,
        topology,
        bootstrapServers: platform.bootstrapServers,
        ...(platform.embedded && { trimLog: platform.embedded.trimLog }),
        ...(options.load && { load: options.load }),
        ...options.hosting,
      });
      if (closed) {
        await host.stop();
        release();
        return undefined;
      }
      hosting = { host, release };
      return host;
    } catch (error) {
      release();
      throw error;
    }
  };
  const becomeHost = (): Promise<Host | undefined> =>
    (becoming ??= become().finally(() => {
      becoming = undefined;
    }));

  return {
    platform,
    topology,
    host: () => hosting?.host,
    becomeHost,
    takeOver: async (signal) => {
      // Whoever hosts on Kafka was started to host.
      while (platform.embedded !== undefined && !signal.aborted && !closed) {
        const host = await becomeHost();
        if (host !== undefined) return host;
        await pause(systemTimers, takeOverEveryMs, signal);
      }
      return undefined;
    },
    holder: () => readHostHolder(folder),
    close: async () => {
      closed = true;
      const starting = becoming?.catch(() => undefined);
      if (starting !== undefined) await endsWithin(systemTimers, startingMs, starting);
      try {
        await hosting?.host.stop();
      } finally {
        hosting?.release();
        hosting = undefined;
        await platform.close();
      }
    },
  };
}

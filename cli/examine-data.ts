/** What `doctor` says of log and store, and of the data folder they may lie in. */
import { type HostHolder } from '#adapters/embedded/host-lock.ts';
import { liveStatuses } from '#core/row-status.ts';
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config } from '#adapters/config.ts';
import { openPlatform, type OpenPlatform } from '#adapters/open-platform.ts';
import { type Platform } from '#adapters/platform.ts';
import { manifests } from '#agents/manifests.ts';
import { InfrastructureError } from '#core/failure.ts';
import { findLetters } from '#functions/redrive.ts';
import { topologyOf } from '#infra/topology.ts';
import { counted } from './counted.ts';
import { broken, fine, type Finding, warning } from './finding.ts';
import { presentHost } from './host-presence.ts';
import { changedAgentFile, staleHint, staleText } from './stale-host.ts';
import { hasDeadLetters, topicStates } from './topics.ts';
import { countWaitingStarts } from './waiting-starts.ts';

export async function examineData(config: Config): Promise<readonly Finding[]> {
  const { dataDir, backend } = config;
  if (backend.type === 'services') return await examineContent(config, []);
  const place = placeFindings(dataDir);
  // A look must not make the folder.
  if (!existsSync(join(dataDir, 'baton.db'))) {
    if (place.some(({ state }) => state === 'broken')) return place;
    return [...place, fine('data', 'nothing has been run here yet: ./baton run design-and-provision')];
  }
  return await examineContent(config, place);
}

async function examineContent(config: Config, place: readonly Finding[]): Promise<readonly Finding[]> {
  try {
    const platform = await openPlatform(config, { telemetry: 'off' });
    try {
      return [...place, ...(await contentFindings(config, platform))];
    } finally {
      await platform.close();
    }
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error;
    // The message itself ends with how to fix it.
    const [, says = error.message, mend = 'see the message'] =
      /^([^]*?)\s*Fix: ([^]*?)\.?$/.exec(error.message) ?? [];
    return [...place, broken('data', says, mend)];
  }
}

const scarceBytes = 256 * 1024 * 1024;

function placeFindings(dataDir: string): readonly Finding[] {
  const nearest = firstExisting(dataDir);
  const elsewhere = 'set BATON_DATA_DIR to a folder that you may write';
  if (!statSync(nearest).isDirectory()) return [broken('data folder', `${nearest} is no folder`, elsewhere)];
  try {
    accessSync(nearest, constants.W_OK);
  } catch {
    return [broken('data folder', `${nearest} may not be written`, elsewhere)];
  }
  const { bavail, bsize } = statfsSync(nearest);
  const free = bavail * bsize;
  const megabytes = `${Math.floor(free / (1024 * 1024))} MB free`;
  return free < scarceBytes
    ? [warning('data folder', `${dataDir}: only ${megabytes}`, `free some space, or ${elsewhere}`)]
    : [fine('data folder', `${dataDir}, ${megabytes}`)];
}

const firstExisting = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : firstExisting(dirname(path));

/** Whoever has more need not know how many. */
const mostCounted = 100;

async function contentFindings(config: Config, platform: OpenPlatform): Promise<readonly Finding[]> {
  const { log, store } = platform;
  const missing = (await topicStates(log, topologyOf(manifests))).filter(({ state }) => state === 'missing');
  const open = await openLetters(platform);
  const quarantined = await store.runs.list({ status: 'quarantined', limit: mostCounted });
  const live = (
    await Promise.all(liveStatuses.map((status) => store.runs.list({ status, limit: mostCounted })))
  ).flat();
  const host = presentHost(config);
  const embedded = config.backend.type === 'embedded';
  const unbegun = host === undefined ? await countWaitingStarts(platform, mostCounted) : 0;
  return [
    missing.length === 0
      ? fine('topics', 'all there')
      : broken(
          'topics',
          `missing: ${missing.map(({ topic }) => topic).join(', ')}`,
          embedded ? './baton topics create' : './baton setup',
        ),
    ...(embedded ? [hostFinding(host, live.length + unbegun)] : [await registeredFinding(platform)]),
    quarantined.length === 0
      ? fine('quarantine', 'no run is set aside')
      : warning(
          'quarantine',
          `${counted(quarantined.length, 'run', mostCounted)} ${quarantined.length === 1 ? 'is' : 'are'} set aside: ${quarantined[0]?.error?.code ?? 'unknown'}`,
          `./baton recover ${quarantined[0]?.runId ?? '<run>'}`,
        ),
    open === 0
      ? fine('dead letters', 'none that was not sent again')
      : warning('dead letters', `${open} not sent again`, './baton dlq list --open'),
  ];
}

async function registeredFinding({ store }: Platform): Promise<Finding> {
  const active = (await store.definitions.list()).filter((stored) => stored.active).length;
  return active > 0
    ? fine('workflows', `${active} registered and active`)
    : warning('workflows', 'none is registered', './baton setup');
}

function hostFinding(host: HostHolder | undefined, waiting: number): Finding {
  if (host !== undefined) {
    const says = `process ${host.pid} works on this folder`;
    const changed = changedAgentFile(host.since);
    return changed === undefined
      ? fine('host', says)
      : warning('host', `${says}, but ${staleText(changed)}`, staleHint);
  }
  if (waiting === 0) return fine('host', 'nobody hosts, and no run waits for it');
  const count = counted(Math.min(waiting, mostCounted), 'run', mostCounted);
  return warning('host', `nobody hosts, and ${count} ${waiting === 1 ? 'waits' : 'wait'}`, './baton dev');
}

async function openLetters({ log }: Platform): Promise<number> {
  let open = 0;
  if (await hasDeadLetters(log))
    for await (const { redriven } of findLetters(log, () => true)) if (redriven === undefined) open += 1;
  return open;
}

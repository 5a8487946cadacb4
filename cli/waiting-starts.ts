/**
 * Runs that were asked for and have not begun: their starts lie unread in the log of a data folder, for a host to come.
 * On Kafka that is for workers alone to know.
 */
import { type OpenPlatform } from '#adapters/open-platform.ts';
import { decodeEvent } from '#core/cloud-event.ts';
import { groups, topics } from '#core/event-catalog.ts';
import { type RunId } from '#core/ids.ts';
import { runIdOfStart } from './send.ts';

type Looked = Pick<OpenPlatform, 'embedded' | 'store'>;

/** Oldest first. Which records were read is written down a moment later: a run that is there has begun. */
export async function* waitingStarts({ embedded, store }: Looked): AsyncGenerator<RunId, void, void> {
  if (embedded === undefined) return;
  for await (const record of embedded.unread({ topic: topics.request, group: groups.request })) {
    const decoded = decodeEvent(record);
    if (!decoded.ok || decoded.value.type !== 'dev.baton.workflow.requested.v1') continue;
    const runId = await runIdOfStart(store, decoded.value);
    if ((await store.runs.get(runId)) === undefined) yield runId;
  }
}

/** `most` where there are as many or more. Starts of one run count once. */
export async function countWaitingStarts(platform: Looked, most: number): Promise<number> {
  const found = new Set<RunId>();
  for await (const runId of waitingStarts(platform)) if (found.add(runId).size >= most) break;
  return found.size;
}

export async function isStartWaiting(platform: Looked, wanted: RunId): Promise<boolean> {
  for await (const runId of waitingStarts(platform)) if (runId === wanted) return true;
  return false;
}

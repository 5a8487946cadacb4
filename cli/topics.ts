/** The topics that are there, beside those that the topology wants. */
import { topics } from '#core/event-catalog.ts';
import { type Log } from '#core/ports.ts';
import { type Topology } from '#infra/topology.ts';

export interface TopicState {
  readonly topic: string;
  readonly partitions: number;
  readonly state: 'there' | 'missing';
}

/** Those of the topology and whatever else is there, by name. */
export async function topicStates(
  log: Pick<Log, 'topics'>,
  topology: Topology,
): Promise<readonly TopicState[]> {
  const there = await log.topics();
  const names = new Set(there.map(({ name }) => name));
  const missing = topology.topics.filter(({ name }) => !names.has(name));
  return [
    ...there.map(({ name, partitions }): TopicState => ({ topic: name, partitions, state: 'there' })),
    ...missing.map(({ name, partitions }): TopicState => ({ topic: name, partitions, state: 'missing' })),
  ].sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** A folder that was never hosted has no topics, and so no dead letters. */
export const hasDeadLetters = async (log: Pick<Log, 'topics'>): Promise<boolean> =>
  (await log.topics()).some(({ name }) => name === topics.deadLetter);

/** `topics list` and `topics create`: the topics of the topology, and what of them is missing. */
import { manifests } from '#agents/manifests.ts';
import { topologyOf } from '#infra/topology.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readPlatform, withPlatform } from '../open.ts';
import { topicStates } from '../topics.ts';

export interface TopicsOptions {
  readonly json?: boolean;
}

export async function topicsListCommand(context: Context, options: TopicsOptions): Promise<ExitCode> {
  return readPlatform(context, async ({ log }) => {
    const { output } = context;
    const states = await topicStates(log, topologyOf(manifests));
    if (options.json === true) output.data(JSON.stringify(states));
    else
      for (const { topic, partitions, state } of states)
        output.data(`${topic}  ${partitions} partitions${state === 'missing' ? '  missing' : ''}`);
    if (states.some(({ state }) => state === 'missing'))
      output.note('./baton topics create creates those that are missing.');
    return exitCodes.ok;
  });
}

/** Creates what is missing and changes nothing else. */
export async function topicsCreateCommand(context: Context, options: TopicsOptions): Promise<ExitCode> {
  return withPlatform(context, async ({ log }) => {
    const { output } = context;
    const topology = topologyOf(manifests);
    const before = await topicStates(log, topology);
    await log.createTopics(topology.topics);
    const created = before.filter(({ state }) => state === 'missing').length;
    if (options.json === true)
      output.data(
        JSON.stringify(
          before.map(({ state, ...topic }) => ({
            ...topic,
            state: state === 'missing' ? 'created' : 'there',
          })),
        ),
      );
    else for (const { topic, partitions } of before) output.data(`${topic}  ${partitions} partitions`);
    output.note(created === 0 ? 'Every topic was there already.' : `${created} created.`);
    return exitCodes.ok;
  });
}

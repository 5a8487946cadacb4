/** `topics create`: creates the topics of the topology that are missing, and changes nothing else. */
import { openSession } from '#local/session.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { configOf } from '../open.ts';

export async function topicsCreateCommand(context: Context): Promise<ExitCode> {
  const session = await openSession(configOf(context), { host: 'never' });
  try {
    await session.platform.log.createTopics(session.topology.topics);
    for (const { name, partitions } of await session.platform.log.topics()) {
      context.output.data(`${name}  ${partitions} partitions`);
    }
    return exitCodes.ok;
  } finally {
    await session.close();
  }
}

/** On Lambda the timer is started every minute and looks once a second until its time is nearly up. */
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { type Timer } from './handler.ts';

const everyMs = 1_000;
const marginMs = 3_000;

/** Resolves when the next scheduled start is about to take over. `wait` resolves after that many milliseconds. */
export async function runSchedule(
  timer: Timer,
  context: Pick<InvocationContext, 'getRemainingTimeInMillis'>,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  do {
    await timer.tick();
    if (context.getRemainingTimeInMillis() < marginMs + everyMs) return;
    await wait(everyMs);
  } while (context.getRemainingTimeInMillis() > marginMs);
}

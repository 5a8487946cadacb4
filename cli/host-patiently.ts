/** Hosting on Kafka and MongoDB begins when they answer: a worker that starts before its broker needs no second start. */
import { setTimeout as pause } from 'node:timers/promises';
import { InfrastructureError } from '#core/failure.ts';
import { type Host } from '#local/host.ts';
import { type Session } from '#local/session.ts';
import { type Output } from './output.ts';
import { infrastructureParts, renderCliProblem } from './problem.ts';

const firstMs = 500;
const longestMs = 5_000;
/** No waiting mends these. */
const lasting: ReadonlySet<string> = new Set([
  'TOPIC_MISSING',
  'KAFKA_AUTH',
  'KAFKA_FORBIDDEN',
  'KAFKA_TLS',
  'STORE_AUTH',
]);

/** `undefined` where another process hosts the data folder, or `signal` aborted. Throws what waiting does not mend. */
export async function hostPatiently(
  session: Session,
  output: Output,
  signal: AbortSignal,
): Promise<Host | undefined> {
  const told = new Set<string>();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  for (let waitMs = firstMs; !signal.aborted; waitMs = Math.min(longestMs, waitMs * 1.5)) {
    try {
      return await Promise.race([session.becomeHost(), aborted]);
    } catch (error) {
      if (!(error instanceof InfrastructureError) || session.platform.embedded !== undefined) throw error;
      const problem = infrastructureParts(error.message);
      if (lasting.has(problem.code)) throw error;
      // Once each: a broker that is away for an hour fills no log.
      if (!told.has(problem.code))
        output.problem(`${renderCliProblem(problem)}\nTrying again until it works.`);
      told.add(problem.code);
    }
    await pause(waitMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

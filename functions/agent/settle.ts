/**
 * Stores results and publishes responses, many at a time.
 * S1. A result is stored, journaled, before its response is published.
 * S2. Whoever does not own the call any more publishes nothing.
 * S3. One flush at a time: what arrives meanwhile goes with the next. Alone, nothing waits for company.
 */
import { type FinishedCall, type JointWrites } from '#core/joint-writes.ts';
import { type Logger } from '#core/ports.ts';
import { type Timers } from './timers.ts';

/** `lost`: another owner has the call, or it was cancelled; nothing was stored or published. */
export type Settled = 'settled' | 'lost';
export type Settle = (call: FinishedCall) => Promise<Settled>;

interface Waiting {
  readonly call: FinishedCall;
  readonly resolve: (settled: Settled) => void;
  readonly reject: (reason: unknown) => void;
}

export interface SettleDeps {
  readonly finishAndSend: JointWrites['finishAndSend'];
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Rejects with what the store or the log threw: it is then unknown whether the response was published. */
export function createSettle(deps: SettleDeps): Settle {
  let waiting: Waiting[] = [];
  let busy = false;
  const schedule = (): void => {
    if (busy || waiting.length === 0) return;
    busy = true;
    // Whatever is ready in this turn of the event loop comes along: answers that arrived together are stored together.
    deps.timers.soon(() => void flush());
  };
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      await settleAll(deps, batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    busy = false;
    schedule();
  };
  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject });
      schedule();
    });
}

async function settleAll(deps: SettleDeps, batch: readonly Waiting[]): Promise<void> {
  const counts = await deps.finishAndSend(
    batch.map(({ call }) => call),
    (id) => deps.logger.info({ invocation: id }, 'result recorded'),
  );
  batch.forEach(({ resolve }, index) => resolve(counts[index] === true ? 'settled' : 'lost'));
}

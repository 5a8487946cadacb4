/**
 * Stores results and publishes responses, many at a time.
 * S1. A result is stored, journaled, before its response is published.
 * S2. Whoever does not own the call any more publishes nothing.
 * S3. One flush at a time: what arrives meanwhile goes with the next. Alone, nothing waits for company.
 */
import { type InvocationStore, type Logger, type LogProducer, type OutgoingRecord } from '#core/ports.ts';
import { type Timers } from './timers.ts';

type Outcome = Parameters<InvocationStore['finish']>[0][number]['outcome'];

export interface Settlement {
  /** The owned call to finish; absent where none is kept (`repeat`) or it is finished already. */
  readonly finish?: { readonly id: string; readonly owner: string; readonly outcome: Outcome };
  /** Absent where an agent answers later. */
  readonly response?: OutgoingRecord;
}

/** `lost`: another owner has the call, or it was cancelled; nothing was stored or published. */
export type Settled = 'settled' | 'lost';
export type Settle = (settlement: Settlement) => Promise<Settled>;

interface Waiting {
  readonly settlement: Settlement;
  readonly resolve: (settled: Settled) => void;
  readonly reject: (reason: unknown) => void;
}

export interface SettleDeps {
  readonly invocations: InvocationStore;
  readonly log: LogProducer;
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
  return (settlement) =>
    new Promise((resolve, reject) => {
      waiting.push({ settlement, resolve, reject });
      schedule();
    });
}

async function settleAll(deps: SettleDeps, batch: readonly Waiting[]): Promise<void> {
  const owned = batch.flatMap(({ settlement }) =>
    settlement.finish === undefined ? [] : [settlement.finish],
  );
  const kept = owned.length === 0 ? [] : await deps.invocations.finish(owned);
  owned.forEach(({ id }, index) => {
    if (kept[index] === true) deps.logger.info({ invocation: id }, 'result recorded');
  });
  let next = 0;
  const settled = batch.map(({ settlement }) => settlement.finish === undefined || kept[next++] === true);
  const responses = batch.flatMap(({ settlement }, index) =>
    settled[index] === true && settlement.response !== undefined ? [settlement.response] : [],
  );
  if (responses.length > 0) await deps.log.publish(responses);
  batch.forEach(({ resolve }, index) => resolve(settled[index] === true ? 'settled' : 'lost'));
}

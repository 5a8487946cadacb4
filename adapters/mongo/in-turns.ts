/**
 * Group commit. One write is under way at a time; what is asked for meanwhile goes along with the next one, so that a
 * busy process makes few large writes and an idle one waits for nothing.
 * GC1. A call is answered when the write that held its items was, with the answers of its own items, in their order.
 * GC2. A write of several calls that fails is made again for each of them alone, so that a call fails for its own sake
 *      only; unless nothing was sent at all, which holds for all of them.
 * GC3. Nobody waits longer than `patienceMs` for another's write: one that hangs holds up nothing but itself.
 */
export interface InTurns<T, A> {
  /** Writes all of `items`; an answer for each. What it writes may be written again with the same effect. */
  readonly write: (items: readonly T[]) => Promise<readonly A[]>;
  readonly sizeOf: (item: T) => number;
  /** The error says that nothing was sent. */
  readonly isNeverSent: (error: unknown) => boolean;
}

interface Call<T, A> {
  readonly items: readonly T[];
  readonly done: (answers: readonly A[]) => void;
  readonly failed: (error: unknown) => void;
}

/** Items and their sizes in one write, at most, unless a call alone has more. */
const mostItems = 1_000;
const mostSize = 8 * 1024 * 1024;
const patienceMs = 50;

export function inTurns<T, A>(options: InTurns<T, A>): (items: readonly T[]) => Promise<readonly A[]> {
  const waiting: Call<T, A>[] = [];
  let underWay = 0;
  let patience: NodeJS.Timeout | undefined;

  const next = (): void => {
    clearTimeout(patience);
    patience = undefined;
    if (waiting.length === 0) return;
    underWay += 1;
    void writeTogether(options, takeCalls(waiting, options)).then(() => {
      underWay -= 1;
      next();
    });
    if (waiting.length > 0) wait();
  };
  const wait = (): void => {
    patience ??= setTimeout(next, patienceMs); // GC3
  };
  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, done: resolve, failed: reject });
      if (underWay === 0) next();
      else wait();
    });
}

/** From the oldest call on. */
function takeCalls<T, A>(waiting: Call<T, A>[], { sizeOf }: InTurns<T, A>): readonly Call<T, A>[] {
  let count = 0;
  let size = 0;
  let calls = 0;
  for (const { items } of waiting) {
    count += items.length;
    size += items.reduce((sum, item) => sum + sizeOf(item), 0);
    if (calls > 0 && (count > mostItems || size > mostSize)) break;
    calls += 1;
  }
  return waiting.splice(0, calls);
}

/** Never rejects. */
async function writeTogether<T, A>(options: InTurns<T, A>, calls: readonly Call<T, A>[]): Promise<void> {
  try {
    const answers = await options.write(calls.flatMap(({ items }) => items));
    let at = 0;
    for (const { items, done } of calls) done(answers.slice(at, (at += items.length)));
  } catch (error) {
    if (calls.length === 1 || options.isNeverSent(error)) for (const { failed } of calls) failed(error);
    else await Promise.all(calls.map((call) => writeTogether(options, [call]))); // GC2
  }
}

/** Whether memory stays flat over very many runs in one process. */
import { openHostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf } from './chain.ts';

export interface Memory {
  /** Runs so far → bytes of heap in use after a collection. */
  readonly samples: readonly (readonly [runs: number, bytes: number])[];
}

export async function measureMemory(quick: boolean): Promise<Memory> {
  if (globalThis.gc === undefined)
    throw new Error(
      'memory is measured after collections, which Node was not told to allow. Expected --expose-gc. Run: NODE_OPTIONS= ./scripts/with-node node --expose-gc bench/run.ts memory',
    );
  const runs = quick ? 5_000 : 100_000;
  const engine = await openHostedEngine({
    workflows: [chainOf(1)],
    agents: { worker: (input) => input },
    onRedelivery: 'repeat',
  });
  const samples: (readonly [number, number])[] = [];
  try {
    let started = 0;
    const until = async (count: number): Promise<void> => {
      while (started < count) await engine.submit(`memory-${(started += 1)}`, { text: 'x' }, 'chain-1');
    };
    for (let count = runs / 10; count <= runs; count += runs / 10) {
      await Promise.all(Array.from({ length: 50 }, () => until(count)));
      engine.results.seen.length = 0;
      globalThis.gc();
      samples.push([started, process.memoryUsage().heapUsed]);
    }
    return { samples };
  } finally {
    await engine.close();
  }
}

export const memoryText = ({ samples }: Memory): string =>
  [
    'memory: runs so far     heap in use',
    ...samples.map(
      ([runs, bytes]) => `${String(runs).padEnd(20)} ${(bytes / 1024 / 1024).toFixed(1).padStart(8)} MB`,
    ),
    '',
  ].join('\n');

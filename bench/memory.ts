/**
 * Whether memory, and what a run costs, stay flat over very many runs in one process that all stay in its store: the
 * host, its functions, log and store in the data folder.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openHostedEngine, type HostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf } from './chain.ts';
import { ms } from './numbers.ts';

export interface Memory {
  readonly samples: readonly MemorySample[];
}

/** Bytes after a collection. Processor time is that of the whole process, callers included, since the last sample. */
export interface MemorySample {
  readonly runs: number;
  readonly heap: number;
  /** Buffers and the like, outside the heap. */
  readonly external: number;
  readonly resident: number;
  readonly cpuMsPerRun: number;
}

const callers = 50;

export async function measureMemory(quick: boolean): Promise<Memory> {
  const runs = quick ? 5_000 : 100_000;
  const engine = await openHostedEngine({
    workflows: [chainOf(1)],
    agents: { worker: (input) => input },
  });
  const collect = collector();
  const samples: MemorySample[] = [];
  try {
    for (let done = 0; done < runs;) {
      const until = done + runs / 10;
      const cpu = process.cpuUsage();
      await submit(engine, done, until);
      const { user, system } = process.cpuUsage(cpu);
      // What the bench itself keeps of them.
      engine.results.seen.length = 0;
      collect();
      const { heapUsed: heap, external, rss: resident } = process.memoryUsage();
      samples.push({ runs: until, heap, external, resident, cpuMsPerRun: (user + system) / 1000 / (until - done) }); // prettier-ignore
      done = until;
    }
    return { samples };
  } finally {
    await engine.close();
  }
}

async function submit(engine: HostedEngine, from: number, until: number): Promise<void> {
  let next = from;
  const caller = async (): Promise<void> => {
    while (next < until) {
      next += 1;
      const result = await engine.submit(`memory-${next}`, { text: 'x' }, 'chain-1');
      if (result.type !== 'dev.baton.run.completed.v1') throw new Error(JSON.stringify(result.data));
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Node gives the collector only to who asks for it before the context is made. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1).padStart(9);

export const memoryText = ({ samples }: Memory): string =>
  [
    'memory: runs so far   heap MB  external MB  resident MB   CPU ms a run',
    ...samples.map(
      ({ runs, heap, external, resident, cpuMsPerRun }) =>
        `${String(runs).padEnd(20)} ${megabytes(heap).slice(1)}    ${megabytes(external)}    ${megabytes(resident)}       ${ms(cpuMsPerRun)}`,
    ),
    '',
  ].join('\n');

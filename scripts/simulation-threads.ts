/** A thread for each processor, which take parts of a simulation in turn: the first that is free takes the next one. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Part, type Played } from './simulation-part.ts';

export interface SimulationThreads {
  /** Rejects where the part cannot be played at all; a broken promise is in what it gives. */
  play(part: Part): Promise<Played>;
  close(): Promise<void>;
}

interface Job {
  readonly part: Part;
  readonly resolve: (played: Played) => void;
  readonly reject: (error: unknown) => void;
}

export function openThreads(count = availableParallelism()): SimulationThreads {
  const waiting: Job[] = [];
  const free: Worker[] = [];
  const running = new Map<Worker, Job>();
  const next = (worker: Worker): void => {
    const job = waiting.shift();
    if (job === undefined) {
      free.push(worker);
      return;
    }
    running.set(worker, job);
    worker.postMessage(job.part);
  };
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./simulation-part.ts', import.meta.url));
    worker.on('message', (played: Played) => {
      running.get(worker)?.resolve(played);
      next(worker);
    });
    worker.on('error', (error) => running.get(worker)?.reject(error));
    return worker;
  });
  free.push(...workers);
  return {
    play: (part) =>
      new Promise((resolve, reject) => {
        waiting.push({ part, resolve, reject });
        const worker = free.pop();
        if (worker !== undefined) next(worker);
      }),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

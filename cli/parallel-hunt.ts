/**
 * Hunts with every processor of the machine.
 * PH1. The result is that of hunting through the same seeds one after the other: counts stop at the first seed that
 *      breaks a promise, whichever thread finds another one sooner.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type FaultKind } from '#simulation/faults.ts';
import { type HuntResult } from '#simulation/hunt.ts';
import { huntRecipe, type Recipe } from './hunt-recipe.ts';

export interface ParallelHuntOptions {
  readonly from: number;
  readonly schedules: number;
  readonly faults?: readonly FaultKind[];
  /** Schedules done so far; never falls. */
  readonly onProgress?: (done: number) => void;
  /** As many threads; all processors unless given. */
  readonly threads?: number;
}

/** Schedules handed to a thread at a time. */
const rangeSize = 100;
/** Fewer are played in this thread: others take half a second to begin. */
const worthThreads = 400;

type Answer = { readonly result: HuntResult } | { readonly problem: string };

export async function parallelHunt(recipe: Recipe, options: ParallelHuntOptions): Promise<HuntResult> {
  const { threads = availableParallelism(), ...hunting } = options;
  if (threads < 2 || options.schedules < worthThreads) return huntRecipe(recipe, hunting);
  const { from, schedules, faults, onProgress } = hunting;
  const ranges = Array.from({ length: Math.ceil(schedules / rangeSize) }, (_, index) => ({
    from: from + index * rangeSize,
    schedules: Math.min(rangeSize, schedules - index * rangeSize),
    ...(faults && { faults }),
  }));
  const results: (HuntResult | undefined)[] = ranges.map(() => undefined);
  let next = 0;
  let done = 0;
  const work = async (worker: Worker): Promise<void> => {
    for (let index = next++; index < ranges.length; index = next++) {
      const result = await ask(worker, ranges[index]);
      results[index] = result;
      done += result.schedules;
      onProgress?.(done);
      if (result.found !== undefined) next = ranges.length; // PH1: lower ranges are all under way already
    }
  };
  const workers = Array.from(
    { length: Math.min(threads, ranges.length) },
    () => new Worker(new URL('./hunt-worker.ts', import.meta.url), { workerData: recipe }),
  );
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return joined(results);
}

async function ask(worker: Worker, range: unknown): Promise<HuntResult> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const ended = (): void => reject(new Error('a thread of the hunt ended early'));
    worker.once('error', reject);
    worker.once('exit', ended);
    worker.once('message', (message: Answer) => {
      worker.off('error', reject);
      worker.off('exit', ended);
      resolve(message);
    });
    worker.postMessage(range);
  });
  if ('problem' in answer) throw new Error(answer.problem);
  return answer.result;
}

/** The ranges in order, up to the first that found something. */
function joined(results: readonly (HuntResult | undefined)[]): HuntResult {
  const met = new Map<string, number>();
  const outcomes = new Map<string, number>();
  let schedules = 0;
  let events = 0;
  for (const result of results) {
    if (result === undefined) continue;
    schedules += result.schedules;
    events += result.events;
    add(met, result.met);
    add(outcomes, result.outcomes);
    if (result.found !== undefined) return { schedules, events, found: result.found, met, outcomes };
  }
  return { schedules, events, found: undefined, met, outcomes };
}

function add(to: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [name, times] of from) to.set(name, (to.get(name) ?? 0) + times);
}

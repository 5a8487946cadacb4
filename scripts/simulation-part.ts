/** A worker thread of `simulate.ts`: plays the parts it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { huntGenerated } from '#simulation/generated-hunt.ts';
import { hunt, type HuntResult } from '#simulation/hunt.ts';
import { type Plan } from '#simulation/plan.ts';
import { scenarios } from '#simulation/scenarios.ts';

/** So many schedules from a seed on. */
export interface Part {
  /** One of ours by its name; absent: a generated definition for each seed. */
  readonly scenario?: string;
  readonly from: number;
  readonly schedules: number;
}

/** `plan`: the generated definition that broke a promise. */
export type Played = HuntResult & { readonly plan?: Plan };

Error.stackTraceLimit = 0; // simulated faults are errors, thousands a second
// A failure ends the thread: `simulation-threads.ts` hears of it.
parentPort?.on('message', (part: Part) => void play(part).then((played) => parentPort?.postMessage(played)));

async function play({ scenario: name, ...options }: Part): Promise<Played> {
  if (name === undefined) return huntGenerated(options);
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return hunt(scenario, options);
}

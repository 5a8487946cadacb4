/**
 * What grows with what: the hundredth step of a run beside its first ones, a run in a store that holds many others, a
 * step of a definition of 10 to 2,000. Ratios: 1 means that it does not grow.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseRunId, runIdOf, type RunId } from '#core/ids.ts';
import { type RunWrite } from '#core/ports.ts';
import { sampleCommit } from '#tests/contract/samples.ts';
import { type HostedEngine, openHostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf } from './chain.ts';
import { ms, ratio } from './numbers.ts';
import { quantiles } from './quantiles.ts';

export interface Growth {
  /** Median time between two calls of the agent, late in runs of 100 steps over early in them. */
  readonly lateOverEarlyStep: number;
  /** p50 of a run of 3 steps, ms: in an empty store, and beside so many finished and as many waiting runs. */
  readonly others: number;
  readonly emptyStore: number;
  readonly fullStore: number;
  /** The timer's look for the next run that is due, in the full store, ms. */
  readonly nextDue: number;
  /** Processor time of a host that has nothing to do, ms a second: beside none, and beside all of them. */
  readonly idleEmpty: number;
  readonly idleFull: number;
  /** Steps of a definition → processor time of a step of it, ms: what waits for the disk does not depend on it. */
  readonly perStep: readonly (readonly [steps: number, ms: number])[];
}

const text = 'x'.repeat(380);
const lengths = [10, 100, 1000, 2000];

export async function measureGrowth(quick: boolean): Promise<Growth> {
  const calledAt: number[] = [];
  const engine = await openHostedEngine({
    workflows: [3, ...lengths].map(chainOf),
    agents: {
      worker: (input) => {
        calledAt.push(performance.now());
        return input;
      },
    },
  });
  try {
    const seconds = quick ? 2 : 10;
    const emptyStore = await p50(engine, 3, quick ? 100 : 300);
    // After the first runs, so that what is compared has been compiled and has collected its garbage in both.
    const idleEmpty = await idleMs(seconds);
    const lateOverEarlyStep = await stepGrowth(engine, calledAt, quick ? 10 : 40);
    const perStep: (readonly [number, number])[] = [];
    for (const steps of lengths) perStep.push([steps, await cpuMs(engine, steps, quick ? 2 : 5)]);
    const others = quick ? 10_000 : 100_000;
    await fill(engine, others);
    const idleFull = await idleMs(seconds);
    const fullStore = await p50(engine, 3, quick ? 100 : 300);
    return {
      lateOverEarlyStep,
      others,
      idleEmpty,
      idleFull,
      emptyStore,
      fullStore,
      nextDue: await lookMs(engine),
      perStep,
    };
  } finally {
    await engine.close();
  }
}

let ticket = 0;

async function submit(engine: HostedEngine, steps: number): Promise<void> {
  const result = await engine.submit(`growth-${(ticket += 1)}`, { text }, `chain-${steps}`);
  if (result.type !== 'dev.baton.run.completed.v1') throw new Error(JSON.stringify(result.data));
}

async function p50(engine: HostedEngine, steps: number, runs: number): Promise<number> {
  for (let warm = 0; warm < Math.ceil(runs / 3); warm += 1) await submit(engine, steps);
  const taken: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const begun = performance.now();
    await submit(engine, steps);
    taken.push(performance.now() - begun);
  }
  return quantiles(taken).p50;
}

async function cpuMs(engine: HostedEngine, steps: number, runs: number): Promise<number> {
  await submit(engine, steps);
  const before = process.cpuUsage();
  for (let run = 0; run < runs; run += 1) await submit(engine, steps);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / runs / steps;
}

/** One run alone at a time: the n-th call of the agent is the n-th step. */
async function stepGrowth(engine: HostedEngine, calledAt: number[], runs: number): Promise<number> {
  const gaps = { early: [] as number[], late: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    calledAt.length = 0;
    await submit(engine, 100);
    for (let step = 1; step < 100; step += 1) {
      const gap = (calledAt[step] ?? NaN) - (calledAt[step - 1] ?? NaN);
      if (step <= 10) gaps.early.push(gap);
      if (step >= 90) gaps.late.push(gap);
    }
  }
  return quantiles(gaps.late).p50 / quantiles(gaps.early).p50;
}

/** So many ended and as many parked, due in a month; each with a row and a commit, the bulk of which is its start. */
async function fill(engine: HostedEngine, others: number): Promise<void> {
  const { store, clock } = engine.session.platform;
  const now = clock.now();
  for (let from = 0; from < 2 * others; from += 1000) {
    const runIds = Array.from({ length: Math.min(1000, 2 * others - from) }, (_, at) => idOf(from + at));
    await store.runs.write(
      runIds.map((runId, at): RunWrite => {
        const row = { runId, workflow: 'chain-3', startedAt: now, tenant: 'default' };
        return at % 2 === 0
          ? { type: 'begin', row: { ...row, wakeAt: now + 30 * 24 * 3600_000 } }
          : { type: 'end', row: { ...row, status: 'completed', version: 5, armedBy: 1, endedAt: now } };
      }),
    );
    await store.commits.insert(runIds.map((runId) => sampleCommit(runId, 1, text)));
  }
}

/** Nothing is asked of the host meanwhile: what it takes is its timer, and whoever polls. */
async function idleMs(seconds: number): Promise<number> {
  const before = process.cpuUsage();
  await pause(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / seconds;
}

function idOf(number: number): RunId {
  const id = parseRunId(runIdOf({ tenant: 'default', source: '/growth', id: String(number) }));
  if (id === undefined) throw new Error('no run id');
  return id;
}

async function lookMs(engine: HostedEngine): Promise<number> {
  const taken: number[] = [];
  for (let look = 0; look < 200; look += 1) {
    const begun = performance.now();
    await engine.session.platform.store.runs.nextDue(60_000);
    taken.push(performance.now() - begun);
  }
  return quantiles(taken).p50;
}

export function growthText(growth: Growth): string {
  const { lateOverEarlyStep, others, emptyStore, fullStore, nextDue, idleEmpty, idleFull, perStep } = growth;
  const line = (what: string, factor: number, more = ''): string =>
    `${what.padEnd(64)} ${ratio(factor)}${more === '' ? '' : `   ${more}`}`;
  return [
    'growth                                                              ratio',
    line('a step, 90 to 99 of a run over 1 to 10', lateOverEarlyStep),
    line(
      `a run of 3 steps, beside ${others} ended and ${others} waiting`,
      fullStore / emptyStore,
      `${ms(emptyStore).trim()} → ${ms(fullStore).trim()} ms; a look of the timer ${ms(nextDue).trim()} ms`,
    ),
    line(
      'a host with nothing to do, beside them',
      idleFull / idleEmpty,
      `${ms(idleEmpty).trim()} → ${ms(idleFull).trim()} ms of CPU a second`,
    ),
    ...perStep.map(([steps, each]) =>
      line(
        `a step of a definition of ${steps}`,
        each / (perStep[0]?.[1] ?? NaN),
        `${ms(each).trim()} ms of CPU`,
      ),
    ),
    '',
  ].join('\n');
}

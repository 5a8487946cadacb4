/**
 * A crash at every boundary of the ordinary history: one at a time, and in pairs.
 * CS1. Nothing else goes wrong and nothing is drawn: a crash is told by the number of the call, and can be had again.
 */
import { replayedChoices } from './choices.ts';
import { judgeOf } from './hunt.ts';
import { type Scenario } from './scenario.ts';
import { runSchedule, type ScheduleResult } from './schedule.ts';
import { type CrashPlan } from './world.ts';

export interface Crash {
  /** From 1, in the order in which calls take effect. */
  readonly call: number;
  readonly when: 'before' | 'after';
}

export interface Sweep {
  /** How many histories were played. */
  readonly played: number;
  /** How many of them had the crashes they were played for. */
  readonly crashed: number;
  readonly found?: { readonly crashes: readonly Crash[]; readonly violation: string };
}

export interface SweepOptions {
  /** Crash points that are left out between two that are played; 0 unless given: every one is played. */
  readonly skip?: number;
}

/** Each call of the ordinary history, before and after it took effect. Stops at the first violation. */
export async function sweepSingles(scenario: Scenario, options: SweepOptions = {}): Promise<Sweep> {
  const { calls } = await ordinaryOf(scenario);
  const points: Crash[][] = [];
  for (let call = 1; call <= calls; call += 1) points.push(...both(call).map((crash) => [crash]));
  return await sweep(scenario, points, options);
}

/** A crash, and another at any later call: those that only the recovery from the first one makes come as well. */
const callsOfRecovery = 5;

export async function sweepPairs(scenario: Scenario, options: SweepOptions = {}): Promise<Sweep> {
  const { calls } = await ordinaryOf(scenario);
  const points: Crash[][] = [];
  for (let first = 1; first <= calls; first += 1)
    for (let second = first + 1; second <= calls + callsOfRecovery; second += 1)
      for (const one of both(first)) for (const other of both(second)) points.push([one, other]);
  return await sweep(scenario, points, options);
}

const both = (call: number): readonly Crash[] => [
  { call, when: 'before' },
  { call, when: 'after' },
];

/** Where it begins depends on the scenario, so that many sampled sweeps do not leave out the same points. */
async function sweep(
  scenario: Scenario,
  points: readonly (readonly Crash[])[],
  { skip = 0 }: SweepOptions,
): Promise<Sweep> {
  const judge = await judgeOf(scenario);
  const { cancelAt } = await ordinaryOf(scenario);
  let played = 0;
  let crashed = 0;
  for (let at = numberOf(scenario.name) % (skip + 1); at < points.length; at += skip + 1) {
    const crashes = points[at] ?? [];
    const result = await play(
      scenario,
      cancelAt,
      (call) => crashes.find((crash) => crash.call === call)?.when,
    );
    const met = (result.met.get('crashBefore') ?? 0) + (result.met.get('crashAfter') ?? 0);
    played += 1;
    crashed += met === crashes.length ? 1 : 0;
    const violation = judge(result);
    if (violation !== undefined) return { played, crashed, found: { crashes, violation } };
  }
  return { played, crashed };
}

const numberOf = (name: string): number =>
  [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 0);

interface Ordinary {
  readonly calls: number;
  /** In the middle, where the scenario has a cancel. */
  readonly cancelAt: number | undefined;
}

async function ordinaryOf(scenario: Scenario): Promise<Ordinary> {
  let calls = 0;
  const count: CrashPlan = (call) => ((calls = call), undefined);
  const { events } = await play(scenario, undefined, count);
  if (scenario.cancel !== true) return { calls, cancelAt: undefined };
  const cancelAt = Math.floor(events / 2);
  await play(scenario, cancelAt, count);
  return { calls, cancelAt };
}

const play = (
  scenario: Scenario,
  cancelAt: number | undefined,
  crashes: CrashPlan,
): Promise<ScheduleResult> =>
  runSchedule(
    { ...scenario, cancel: false, faults: [], crashes, ...(cancelAt === undefined ? {} : { cancelAt }) },
    replayedChoices([]),
  );

/** For people: where the crashes were, and what broke. */
export const sweepText = ({ found }: Sweep): string =>
  found === undefined
    ? ''
    : `crash ${found.crashes.map(({ call, when }) => `${when} call ${call}`).join(' and ')}: ${found.violation}`;

/**
 * Makes a schedule that breaks a promise as plain as it can: fewer choices, and fewer that depart from the ordinary.
 * SH1. What is given back breaks the same promise (by its number) when it is played again.
 * SH2. At most `replays` schedules are played; shorter lists are better, then those with more zeros (CH2).
 */
import { replayedChoices } from './choices.ts';
import { type FaultKind } from './faults.ts';
import { judgeOf, type Found } from './hunt.ts';
import { type Scenario } from './scenario.ts';
import { runSchedule } from './schedule.ts';

export interface ShrinkOptions {
  /** As in the hunt that found it: the rates of a schedule are drawn for the faults asked for. */
  readonly faults?: readonly FaultKind[];
  /** Schedules to play at most; 400 unless told. */
  readonly replays?: number;
}

export interface Shrunk {
  /** Plays the schedule again, with `replayedChoices`. */
  readonly choices: readonly number[];
  readonly violation: string;
  readonly replays: number;
}

export async function shrink(
  scenario: Scenario,
  found: Pick<Found, 'choices' | 'violation'>,
  options: ShrinkOptions = {},
): Promise<Shrunk> {
  const attempt = await attempts(scenario, found, options);
  for (let progress = true; progress && attempt.left();) {
    const tail = await cutTail(attempt);
    progress = (await zeroChunks(attempt)) || tail;
  }
  return attempt.best();
}

interface Attempts {
  best(): Shrunk;
  left(): boolean;
  /** Plays a list; true, and it is the best so far, where it breaks the same promise. */
  try(choices: readonly number[]): Promise<boolean>;
}

async function attempts(
  scenario: Scenario,
  found: Pick<Found, 'choices' | 'violation'>,
  { faults, replays: most = 400 }: ShrinkOptions,
): Promise<Attempts> {
  const judge = await judgeOf(scenario);
  const promise = promiseOf(found.violation);
  let { choices, violation } = { choices: trimmed(found.choices), violation: found.violation };
  let replays = 0;
  return {
    best: () => ({ choices, violation, replays }),
    left: () => replays < most,
    async try(candidate) {
      replays += 1;
      const result = await runSchedule(
        { ...scenario, ...(faults && { faults }) },
        replayedChoices(candidate),
      );
      const broken = judge(result);
      if (broken === undefined || promiseOf(broken) !== promise) return false;
      choices = trimmed(candidate);
      violation = broken;
      return true;
    },
  };
}

const promiseOf = (violation: string): string => violation.split(':')[0] ?? '';

/** Zeros at the end go without saying. */
function trimmed(choices: readonly number[]): readonly number[] {
  return choices.slice(0, choices.findLastIndex((choice) => choice !== 0) + 1);
}

/** Cuts off as much of the end as can go, in pieces that halve. */
async function cutTail(attempt: Attempts): Promise<boolean> {
  let cut = false;
  for (let size = attempt.best().choices.length; size >= 1 && attempt.left();) {
    const { choices } = attempt.best();
    if (choices.length >= size && (await attempt.try(choices.slice(0, choices.length - size)))) cut = true;
    else size = Math.floor(size / 2);
  }
  return cut;
}

/** Makes choices ordinary, chunks of them at first, then smaller ones. */
async function zeroChunks(attempt: Attempts): Promise<boolean> {
  let zeroed = false;
  for (let size = Math.ceil(odd(attempt).length / 2); size >= 1; size = Math.floor(size / 2)) {
    // From the end: what comes later depends on what came before, seldom the other way round.
    for (let at = odd(attempt).length - size; at > -size && attempt.left(); at -= size) {
      const chunk = new Set(odd(attempt).slice(Math.max(0, at), at + size));
      const zeros = attempt.best().choices.map((choice, place) => (chunk.has(place) ? 0 : choice));
      if (chunk.size > 0 && (await attempt.try(zeros))) zeroed = true;
    }
  }
  return zeroed;
}

/** The places where something other than the ordinary was chosen. */
const odd = (attempt: Attempts): readonly number[] =>
  attempt.best().choices.flatMap((choice, place) => (choice === 0 ? [] : [place]));

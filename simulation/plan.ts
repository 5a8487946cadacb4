/**
 * Plans of workflows nobody wrote: steps, what they wait for, and what their agents do at each attempt.
 * PL1. A plan is plain data and a function of its seed alone.
 * PL2. Half of the plans leave nothing to a race, so that all their histories have to end alike.
 * PL3. Without any one of its steps, what is left of a plan is a plan.
 */
import { mulberry32 } from './choices.ts';

/** What an agent does with one attempt, after `delayMs`. */
export interface PlannedAttempt {
  readonly delayMs: number;
  /**
   * `again`, `other`: fails with AGAIN or OTHER, which may be tried again. `never`: fails for good. `silent`: does not
   * answer. `breaks`: its host meets what is no failure, and the attempt's deadline decides.
   */
  readonly does: 'answer' | 'answerBig' | 'again' | 'other' | 'never' | 'silent' | 'breaks';
}

export interface PlannedStep {
  readonly id: string;
  readonly agent: 'worker' | 'cheap';
  readonly needs: readonly string[];
  /** The step whose output it is given; one of `needs`. */
  readonly reads?: string;
  /** `completed`: that step completed. `output`: its output says so, which fails where it has none. `never`: no. */
  readonly if?: { readonly step: string; readonly says: 'completed' | 'output' | 'never' };
  readonly join?: { readonly atLeast: number; readonly cancelRest: boolean };
  readonly retry?: {
    readonly max: number;
    readonly delay: string;
    readonly jitter: 'none' | 'full';
    readonly on?: readonly string[];
  };
  readonly timeout?: string;
  readonly deadline?: string;
  readonly continueOnError: boolean;
  /** By attempt, from the first; the last one goes for all that follow. Never empty. */
  readonly attempts: readonly [PlannedAttempt, ...PlannedAttempt[]];
}

export interface Plan {
  readonly name: string;
  readonly steps: readonly PlannedStep[];
  /** How many runs are started. */
  readonly copies: number;
  /** Of the whole run. */
  readonly timeout?: string;
  /** One of the runs is cancelled at some moment. */
  readonly cancel: boolean;
}

export type PlanShape = 'small' | 'wide' | 'chain' | 'tangle';

const mostSteps = 12;
const widest = 10;
const longest = 100;
/** Long plans are rare: one costs as much as fifteen small ones. */
const shares: readonly (readonly [shape: PlanShape, below: number])[] = [
  ['chain', 0.004],
  ['tangle', 0.008],
  ['wide', 0.05],
];

/** A plan of this seed: 1 to 12 steps, 10 at once and joined, or 100, in a chain or a tangle. */
export function planOf(seed: number, wanted?: PlanShape): Plan {
  const dice = diceOf(seed);
  const drawn = dice.random();
  const shape = wanted ?? shares.find(([, below]) => drawn < below)?.[0] ?? 'small';
  const long = shape === 'chain' || shape === 'tangle';
  const racing = dice.chance(long ? 0.2 : 0.5);
  const ids = Array.from({ length: lengthOf(shape, dice) }, (_, at) => `s${at}`);
  return {
    name: `generated-${shape}-${seed}`,
    steps: ids.map((id, at) => stepOf(dice, id, needsOf(dice, shape, ids, at), { racing, long })),
    copies: shape === 'small' && dice.chance(0.3) ? 2 : 1,
    ...(racing && !long && dice.chance(0.2) ? { timeout: dice.one(['2s', '20s']) } : {}),
    cancel: racing && dice.chance(0.3),
  };
}

/** The plan with one step less: who needed it goes without. */
export function withoutStep(plan: Plan, id: string): Plan {
  const steps = plan.steps.filter((step) => step.id !== id).map((step) => released(step, id));
  return { ...plan, steps };
}

function released(step: PlannedStep, id: string): PlannedStep {
  if (!step.needs.includes(id)) return step;
  const { reads, if: condition, join, ...rest } = step;
  const needs = step.needs.filter((need) => need !== id);
  return {
    ...rest,
    needs,
    ...(reads === undefined || reads === id ? {} : { reads }),
    ...(condition === undefined || condition.step === id ? {} : { if: condition }),
    ...(join === undefined || join.atLeast > needs.length ? {} : { join }),
  };
}

interface Dice {
  random(): number;
  chance(probability: number): boolean;
  one<T>(of: readonly [T, ...T[]]): T;
  upTo(most: number): number;
}

function diceOf(seed: number): Dice {
  // Other numbers than the schedule draws from the same seed.
  const random = mulberry32(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  return {
    random,
    chance: (probability) => random() < probability,
    one: (of) => of[Math.floor(random() * of.length)] ?? of[0],
    upTo: (most) => Math.floor(random() * (most + 1)),
  };
}

function lengthOf(shape: PlanShape, dice: Dice): number {
  switch (shape) {
    case 'small':
      return 1 + Math.floor(mostSteps * dice.random() ** 2);
    case 'wide':
      return widest + 1;
    case 'chain':
    case 'tangle':
      return longest;
  }
}

/** Only steps before it, so that nothing goes in a circle. */
function needsOf(dice: Dice, shape: PlanShape, ids: readonly string[], at: number): readonly string[] {
  switch (shape) {
    case 'wide':
      return at === widest ? ids.slice(0, widest) : [];
    case 'chain':
      return ids.slice(Math.max(0, at - 1), at);
    case 'small':
    case 'tangle': {
      const near = ids.slice(Math.max(0, at - 8), at);
      const drawn = Array.from({ length: dice.upTo(3) }, () => near[dice.upTo(near.length - 1)]);
      return near.filter((id) => drawn.includes(id));
    }
  }
}

interface Kind {
  readonly racing: boolean;
  readonly long: boolean;
}

function stepOf(dice: Dice, id: string, needs: readonly string[], { racing, long }: Kind): PlannedStep {
  const [first] = needs;
  // Long plans come to their end only where few steps go wrong.
  const steady = dice.chance(long ? 0.97 : 0.7);
  const tries = steady ? 1 : 1 + dice.upTo(2);
  const short = racing && !long && dice.chance(0.2);
  return {
    id,
    agent: dice.one(['worker', 'cheap']),
    needs,
    ...(first !== undefined && dice.chance(0.5) ? { reads: dice.one([first, ...needs]) } : {}),
    ...(first !== undefined && dice.chance(long ? 0.03 : 0.15)
      ? {
          if: {
            step: dice.one([first, ...needs]),
            says: dice.one(['completed', 'completed', 'output', 'never']),
          },
        }
      : {}),
    ...(racing && needs.length > 1 && dice.chance(0.3)
      ? { join: { atLeast: 1 + dice.upTo(needs.length - 1), cancelRest: dice.chance(0.5) } }
      : {}),
    ...(steady && dice.chance(0.8) ? {} : { retry: retryOf(dice) }),
    ...(short ? { timeout: dice.one(['1s', '3s']) } : dice.chance(0.1) ? { timeout: '3h' } : {}),
    ...(racing && !long && dice.chance(0.1) ? { deadline: dice.one(['2s', '10s']) } : {}),
    continueOnError: dice.chance(steady ? 0.05 : 0.6),
    attempts: [
      attemptOf(dice, steady, short),
      ...Array.from({ length: tries - 1 }, () => attemptOf(dice, dice.chance(0.5), short)),
    ],
  };
}

function retryOf(dice: Dice): NonNullable<PlannedStep['retry']> {
  return {
    max: 1 + dice.upTo(2),
    delay: dice.one(['10ms', '1s']),
    jitter: dice.one(['none', 'full']),
    ...(dice.chance(0.3) ? { on: ['AGAIN', 'STEP_TIMEOUT'] } : {}),
  };
}

function attemptOf(dice: Dice, steady: boolean, short: boolean): PlannedAttempt {
  const delayMs = dice.one([5, 5, 5, 10, 10, 300, 1_000, 20_000]);
  if (steady) return { delayMs, does: dice.chance(0.07) ? 'answerBig' : 'answer' };
  // Whoever does not answer at all is called again until the attempt's deadline: cheap only where that is near.
  return {
    delayMs,
    does: dice.one(['again', 'again', 'other', 'never', 'breaks', short ? 'silent' : 'again']),
  };
}

/**
 * One process, no real time: every call of a port waits here until the schedule lets it happen.
 * W1. Between two scheduled things all code runs until it waits: nothing interleaves but where a call is made.
 * W2. A killed sandbox never hears of its calls again, and nothing it still does has an effect.
 * W3. Time moves only when nothing else can happen, or by a scheduled timer.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type Choices } from './choices.ts';
import { type FaultRates } from './faults.ts';

export interface Sandbox {
  readonly name: string;
  status: 'running' | 'frozen' | 'dead';
  /** Milliseconds that its clock is ahead. */
  readonly skewMs: number;
}

/** How a call may go wrong. */
export interface CallKind {
  readonly type: 'read' | 'write';
  readonly label: string;
  /** What a read may be answered instead, where older states are kept. */
  readonly stale?: (() => unknown) | undefined;
  /** Applies some of what a write is given, where it is given several things. */
  readonly part?: { readonly fault: 'partWrite' | 'partPublish'; readonly apply: () => void } | undefined;
}

interface Call {
  readonly sandbox: Sandbox;
  readonly kind: CallKind;
  readonly apply: () => unknown;
  /** When it was made. */
  readonly at: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Timer {
  readonly at: number;
  readonly sandbox: Sandbox;
  readonly run: () => void;
  cancelled: boolean;
}

/** Kills the sandbox of the n-th call (from 1), before or after it took effect: a crash at every boundary, one by one. */
export type CrashPlan = (call: number) => 'before' | 'after' | undefined;

export interface World {
  now: number;
  /** Faults still happen; false once the schedule has to converge. */
  hostile: boolean;
  readonly choices: Choices;
  readonly rates: FaultRates;
  /** Calls of the store that still meet the failover that is going on. */
  failover: number;
  /** Faults (`FaultKind`) and other events, by name. */
  readonly met: Map<string, number>;
  readonly journal: string[] | undefined;
  /** What a sandbox calls instead of the outside thing. */
  call<T>(sandbox: Sandbox, kind: CallKind, apply: () => T): Promise<T>;
  after(sandbox: Sandbox, ms: number, run: () => void): () => void;
  /** Milliseconds that the slowest of a sandbox's calls, done or not, has waited to happen. */
  slowest(sandbox: Sandbox): number;
  /** Calls that can happen now. */
  ready(): number;
  /** Lets one of them happen, as the choices say. */
  step(index: number): void;
  /** The next timer of a sandbox that lives, or undefined. */
  nextTimerAt(): number | undefined;
  runTimers(): void;
  kill(sandbox: Sandbox): void;
  /** Notes that something happened, for the counts and, in a replay, for the account. */
  note(what: string, detail?: string | (() => string)): void;
  /** Who is told of a killed sandbox. */
  whenKilled(listener: (sandbox: Sandbox) => void): void;
}

export function createWorld(
  choices: Choices,
  rates: FaultRates,
  options: { readonly now: number; readonly journal: boolean; readonly crashes?: CrashPlan },
): World {
  let calls: Call[] = [];
  let timers: Timer[] = [];
  const late: Call[] = [];
  const waited = new WeakMap<Sandbox, number>();
  const noteWait = ({ sandbox, at }: Call): void => {
    if (world.now > at) waited.set(sandbox, Math.max(waited.get(sandbox) ?? 0, world.now - at));
  };
  let count = 0;
  let killed = (_sandbox: Sandbox): void => undefined;
  const isReady = (call: Call): boolean => call.sandbox.status === 'running';

  const world: World = {
    now: options.now,
    hostile: true,
    choices,
    rates,
    failover: 0,
    met: new Map(),
    journal: options.journal ? [] : undefined,
    call: <T>(sandbox: Sandbox, kind: CallKind, apply: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (sandbox.status === 'dead') return; // W2
        const taken = resolve as (value: unknown) => void;
        calls.push({ sandbox, kind, apply, at: world.now, resolve: taken, reject });
      }),
    after(sandbox, ms, run) {
      const timer = { at: world.now + Math.max(0, ms), sandbox, run, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    slowest(sandbox) {
      for (const call of calls) if (call.sandbox === sandbox) noteWait(call);
      return waited.get(sandbox) ?? 0;
    },
    ready() {
      let count = late.length;
      for (const call of calls) if (isReady(call)) count += 1;
      return count;
    },
    step(index) {
      if (index < late.length) return applyLate(index);
      let at = index - late.length;
      const place = calls.findIndex((call) => isReady(call) && at-- === 0);
      const [call] = calls.splice(place, 1);
      if (call === undefined) return;
      noteWait(call);
      happen(call);
    },
    nextTimerAt: () => {
      timers = timers.filter((timer) => !timer.cancelled && timer.sandbox.status !== 'dead');
      return timers.length === 0 ? undefined : Math.min(...timers.map((timer) => timer.at));
    },
    runTimers() {
      const due = timers.filter((timer) => timer.at <= world.now && timer.sandbox.status === 'running');
      if (due.length === 0) return;
      timers = timers.filter((timer) => !due.includes(timer));
      for (const timer of due) if (!timer.cancelled && timer.sandbox.status !== 'dead') timer.run();
    },
    kill(sandbox) {
      sandbox.status = 'dead';
      calls = calls.filter((call) => call.sandbox !== sandbox);
      killed(sandbox);
    },
    whenKilled: (listener) => {
      killed = listener;
    },
    note(what, detail) {
      world.met.set(what, (world.met.get(what) ?? 0) + 1);
      if (world.journal === undefined) return;
      const told = typeof detail === 'function' ? detail() : detail;
      world.journal.push(`${String(world.now).padStart(8)} ${what}${told === undefined ? '' : ` ${told}`}`);
    },
  };

  // Read once: which of them there are is another matter in every schedule, and this is asked at every call.
  const {
    crashBefore = 0,
    callFails = 0,
    staleRead = 0,
    appliedLate = 0,
    crashAfter = 0,
    ackLost = 0,
  } = rates;
  const { partWrite = 0, partPublish = 0 } = rates;
  const hits = (rate: number): boolean => rate > 0 && world.hostile && choices.chance(rate);

  function happen(call: Call): void {
    const { sandbox, kind, apply, resolve, reject } = call;
    const where = (): string => `${sandbox.name}: ${kind.label}`;
    const plan = options.crashes?.((count += 1));
    if (plan === 'before' || hits(crashBefore)) {
      world.note('crashBefore', where);
      world.kill(sandbox);
      return;
    }
    if (hits(callFails)) {
      world.note('callFails', where);
      reject(new InfrastructureError(`simulated: ${kind.label} failed`));
      return;
    }
    const failing = world.failover > 0 && !kind.label.startsWith('log.');
    if (failing) world.failover -= 1;
    if (kind.type === 'read' && kind.stale !== undefined && (failing || hits(staleRead))) {
      if (failing) world.note('failover of a read');
      world.note('staleRead', where);
      resolve(kind.stale());
      return;
    }
    if (kind.type === 'write' && hits(appliedLate)) {
      world.note('appliedLate', where);
      late.push({ ...call, resolve: () => undefined, reject: () => undefined });
      reject(new InfrastructureError(`simulated: ${kind.label} timed out`));
      return;
    }
    if (kind.part !== undefined && hits(kind.part.fault === 'partWrite' ? partWrite : partPublish)) {
      world.note(kind.part.fault, where);
      kind.part.apply();
      reject(new InfrastructureError(`simulated: ${kind.label} failed halfway`));
      return;
    }
    world.journal?.push(`${String(world.now).padStart(8)} ${where()}`);
    const value = apply();
    if (plan === 'after' || hits(crashAfter)) {
      world.note('crashAfter', where);
      world.kill(sandbox);
      return;
    }
    if (kind.type === 'write' && (failing || hits(ackLost))) {
      if (failing) world.note('failover of a write');
      world.note('ackLost', where);
      reject(new InfrastructureError(`simulated: the answer to ${kind.label} was lost`));
      return;
    }
    resolve(value);
  }

  function applyLate(index: number): void {
    const [call] = late.splice(index, 1);
    if (call === undefined) return;
    world.journal?.push(`${String(world.now).padStart(8)} late ${call.sandbox.name}: ${call.kind.label}`);
    call.apply();
  }

  return world;
}

/** Resolves when everything that could run has run: all promise jobs come before the next turn's `nextTick`. */
export const drain = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

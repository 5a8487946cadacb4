/** Watches one call of an agent: whether whoever made it is still at it, and has been all the time. */
import { type FaultKind } from './faults.ts';
import { type Sandbox, type World } from './world.ts';

/** Faults that may keep a healthy caller from renewing its lease. */
const excuses: readonly FaultKind[] = ['callFails', 'appliedLate', 'skew'];
const beatMs = 2_500;
/** Below the time between two renewals: a pause as short as this loses no lease. */
const pauseMs = 4_000;
/** A lease is told from when the call is made, and the next renewal is due once it is answered: the wait counts twice. */
const slowCallMs = 2_500;

/** Tells whether this call is under way, and its caller had every means to keep its lease. */
export function watchCall(
  world: World,
  sandbox: Sandbox,
  delayMs: number,
  signal: AbortSignal,
): () => boolean {
  const endsAt = world.now + delayMs;
  const excused = (): number => excuses.reduce((sum, kind) => sum + (world.met.get(kind) ?? 0), 0);
  const before = excused();
  let lastBeat = world.now;
  let paused = world.met.has('skew');
  const beat = (): void => {
    paused ||= world.now - lastBeat > pauseMs;
    lastBeat = world.now;
    if (world.now + beatMs < endsAt) world.after(sandbox, beatMs, beat);
  };
  beat();
  return () =>
    sandbox.status === 'running' &&
    world.now < endsAt &&
    // Its host has let go of it: the next delivery may call again.
    !signal.aborted &&
    !paused &&
    world.now - lastBeat <= pauseMs &&
    world.slowest(sandbox) <= slowCallMs &&
    excused() === before;
}

/** What can go wrong, and how often: each schedule draws its own subset and its own rates. */
import { type Choices } from './choices.ts';

/** Each fault with what it is. */
export const faultKinds = {
  callFails: 'a call of the store or the log fails and had no effect',
  ackLost: 'a call took effect, and its answer was lost',
  appliedLate: 'a call was given up, and takes effect later',
  staleRead: 'a read was answered from an older state',
  crashBefore: 'a sandbox was killed before a call took effect',
  crashAfter: 'a sandbox was killed after a call took effect',
  freeze: 'a sandbox was frozen, its batch handed to another, and thawed',
  duplicate: 'a record was appended twice',
  redeliver: 'a batch that was done came again',
  rewind: 'a partition was read again from its beginning (rebalance)',
  deadline: 'a function was called with little time left',
  skew: 'the clocks of sandboxes differ',
  forged: 'a response was forged',
  reused: 'a start came again under its id with another payload',
  partWrite: 'a write of several things took effect in part, and failed',
  partPublish: 'of several records only some were appended, and the call failed',
  failover: 'the store failed over: older states are read and the answers to writes are lost, at once',
  activated: 'another version of the workflow became the active one in the middle of a run',
  stranger: 'a command or response came for a run that does not exist',
  poison: 'a record came that nobody can read',
  lostLog: 'records of the log were lost, and recovered from the store',
} as const;

export type FaultKind = keyof typeof faultKinds;
export const allFaults: readonly FaultKind[] = Object.keys(faultKinds).filter(isFaultKind);

export function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(faultKinds, name);
}

export type FaultRates = Readonly<Partial<Record<FaultKind, number>>>;

/** Probabilities per opportunity. Half of the faults asked for are off in any one schedule, so that rare ones meet. */
export function drawRates(choices: Choices, asked: readonly FaultKind[]): FaultRates {
  const rates: Partial<Record<FaultKind, number>> = {};
  for (const kind of asked) {
    if (choices.chance(0.3)) rates[kind] = choices.chance(0.25) ? 0.2 : 0.04;
  }
  return rates;
}

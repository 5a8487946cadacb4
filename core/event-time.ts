/**
 * Whether an event that asks for something still may: its own times against the time of its record.
 * ET1. Only the broker's timestamp counts, never the clock: the same record is judged alike whenever it comes again.
 */
import { type BatonEvent } from './cloud-event.ts';
import { shown, wireProblem, type WireProblem } from './wire-problem.ts';

/** How far the clock of a sender may be ahead, in milliseconds. */
const mostAheadMs = 24 * 60 * 60 * 1000;

/** `brokerTime`: milliseconds since 1970; negative where the record has none, and then nothing is said. */
export function timeProblem(
  { time, expirytime }: Pick<BatonEvent, 'time' | 'expirytime'>,
  brokerTime: number,
): WireProblem | undefined {
  if (brokerTime < 0) return undefined;
  const now = (): string => new Date(brokerTime).toISOString();
  if (expirytime !== undefined && Date.parse(expirytime) <= brokerTime)
    return wireProblem('CE_EXPIRED', {
      path: '/expirytime',
      got: shown(expirytime),
      expected: `a time after that of the record, ${now()}`,
      fix: 'send it again with a later expirytime, or without one',
    });
  if (time !== undefined && Date.parse(time) > brokerTime + mostAheadMs)
    return wireProblem('CE_TIME_SKEW', {
      path: '/time',
      got: shown(time),
      expected: `at most a day after the time of the record, ${now()}`,
      fix: 'set the clock of the sender and send it again',
    });
  return undefined;
}

/** Stored events in a word, and the run they lead to. */
import { runIdOf } from '../ids.ts';
import { type Payload } from '../payload.ts';
import { absent, evolve, type PresentRun } from './evolve.ts';
import { type RunEvent } from './types.ts';

export const outputs: Payload = { value: { done: true } };

type Of<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

/** A run of three steps that began at 100. */
export const started = (change: Partial<Of<'run.started'>> = {}): Of<'run.started'> => ({
  type: 'run.started',
  runId: runIdOf({ tenant: 'default', source: '/test', id: 'start' }),
  source: '/test',
  id: 'start',
  payloadDigest: 'sha256:one',
  asked: 'demo',
  steps: 3,
  input: { value: {} },
  at: 100,
  tenant: 'default',
  ...change,
});

export const dispatched = (
  step: string,
  attempt: number,
  change: Partial<Of<'step.dispatched'>> = {},
): Of<'step.dispatched'> => ({
  type: 'step.dispatched',
  step,
  attempt,
  agent: 'designer',
  input: { value: null },
  at: 100 + attempt,
  deadlineAt: 1000 + attempt,
  ...change,
});

export const completed = (step: string, attempt: number, value = 1): Of<'step.completed'> => ({
  type: 'step.completed',
  step,
  attempt,
  output: { value },
  at: 200,
});

export function runAfter(...events: readonly RunEvent[]): PresentRun {
  const run = events.reduce(evolve, absent);
  if (run.status === 'absent') throw new Error('the first event does not start a run');
  return run;
}

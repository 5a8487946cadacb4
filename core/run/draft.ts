/**
 * A decision in the making: the events so far and the state they lead to.
 * Local to one call of `decide`; it never escapes.
 */
import { type Evaluation } from '../workflow/scope.ts';
import { type BlobRef, type Payload } from '../payload.ts';
import { type Failure } from '../failure.ts';
import { evolve, type PresentRun } from './evolve.ts';
import { type RunEvent, type RunState } from './types.ts';

export interface Draft {
  run: PresentRun;
  readonly events: RunEvent[];
  /** Values an expression wants and that are claim checks still to be loaded. */
  readonly needs: BlobRef[];
  /** Tasks and outputs so far: one commit takes a bounded number. */
  effects: number;
  /** Ready work was left for the next commit. */
  more: boolean;
}

export const draftOf = (run: PresentRun): Draft => ({ run, events: [], needs: [], effects: 0, more: false });

export function emit(draft: Draft, event: RunEvent): void {
  const next = evolve(draft.run, event);
  if (next.status === 'absent') throw new Error('a present run became absent');
  draft.run = next;
  draft.events.push(event);
}

/** A draft that opens with the start of a run. */
export function draftFrom(run: RunState, first: RunEvent): Draft {
  const next = evolve(run, first);
  if (next.status === 'absent') throw new Error(`${first.type} does not start a run`);
  return { ...draftOf(next), events: [first] };
}

/** The value, the failure, or undefined after noting which claim checks must be loaded first. */
export function settle<T>(
  draft: Draft,
  evaluation: Evaluation<T>,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Failure } | undefined {
  if ('needs' in evaluation) {
    draft.needs.push(...evaluation.needs);
    return undefined;
  }
  return evaluation;
}

export const nothing: Payload = { value: null };

/** Decisions that a run waits for: told wherever a run is followed, and how to give them. */
import { type RunId } from '#core/ids.ts';
import { type JsonObject } from '#core/json.ts';
import { type Commit } from '#core/ports.ts';
import { onlyUndecided } from '#core/run/step-states.ts';
import { type ApprovalSummary, durationText, stepsOf } from '#core/run/timeline.ts';
import { type RunState } from '#core/run/types.ts';
import { cut, iso } from './record-text.ts';

export interface Awaited {
  readonly step: string;
  readonly approval: ApprovalSummary;
}

export const awaitedIn = (commits: readonly Commit[]): readonly Awaited[] =>
  stepsOf(commits).flatMap(({ step, status, approval }) =>
    status === 'undecided' && approval !== undefined ? [{ step, approval }] : [],
  );

/** Nothing goes on until somebody decides. */
export const onlyPeopleAwaited = (run: RunState): boolean =>
  run.status === 'running' && onlyUndecided(run.steps);

const shown = 5;

/** Who is asked what, and the commands that answer. */
export function awaitedLines(runId: RunId, awaited: readonly Awaited[], now: number): readonly string[] {
  const lines = awaited
    .slice(0, shown)
    .flatMap(({ step, approval: { to, prompt, deadlineAt } }) => [
      cut(`'${step}' waits for a decision of ${to.join(', ')}: ${prompt}`.replace(/\s+/g, ' '), 400),
      `  ./baton approve ${runId} ${step}   or: ./baton reject ${runId} ${step}   (within ${durationText(deadlineAt - now)})`,
    ]);
  return awaited.length > shown ? [...lines, `… and ${awaited.length - shown} more: ./baton runs get ${runId}`] : lines; // prettier-ignore
}

/** In place of a result: the last line of stdout where a run was left waiting. */
export const waitingJson = (runId: RunId, workflow: string, awaited: readonly Awaited[]): JsonObject => ({
  run: runId,
  workflow,
  status: 'waiting',
  approvals: awaited.map(({ step, approval: { to, prompt, deadlineAt } }) => ({
    ...{ step, to, prompt },
    deadlineAt: iso(deadlineAt),
  })),
});

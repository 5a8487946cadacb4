/**
 * A run's history as spans: what can be told of it without a trace. Attempts from their dispatch to their end; how
 * long they waited and what they did meanwhile is not in it.
 */
import { type TreeSpan } from '#adapters/telemetry/span-tree.ts';
import { type Commit } from '#core/ports.ts';
import { type RunEvent } from '#core/run/types.ts';

/** `now`: the end, so far, of what has not ended. */
export function historySpans(commits: readonly Commit[], now: number): readonly TreeSpan[] {
  const events = commits.flatMap((commit) => commit.events);
  const started = events.find((event) => event.type === 'run.started');
  if (started === undefined) return [];
  const end = events.find(isRunEnd);
  const ended = end?.at ?? now;
  const run: TreeSpan = {
    spanId: 'run',
    name: `run ${started.workflow?.name ?? started.asked}`,
    startAt: started.at,
    durationMs: Math.max(0, ended - started.at),
    ...(end?.type === 'run.failed' ? { error: end.failure.code } : {}),
    ...(end === undefined ? { note: 'not over' } : {}),
  };
  const attempts = events.flatMap((event) =>
    event.type === 'step.dispatched' ? [attemptSpan(event, events, ended)] : [],
  );
  return [run, ...attempts];
}

type Dispatched = Extract<RunEvent, { readonly type: 'step.dispatched' }>;
type RunEnd = Extract<RunEvent, { readonly type: 'run.completed' | 'run.failed' | 'run.cancelled' }>;

const isRunEnd = (event: RunEvent): event is RunEnd =>
  event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled';

function attemptSpan(sent: Dispatched, events: readonly RunEvent[], runEnd: number): TreeSpan {
  const { step, attempt, agent, at } = sent;
  const end = events.find(
    (event) =>
      (event.type === 'step.completed' ||
        event.type === 'attempt.failed' ||
        event.type === 'step.cancelled') &&
      event.step === step &&
      event.attempt === attempt,
  );
  const endAt = end !== undefined && 'at' in end ? end.at : runEnd;
  return {
    spanId: `${step}:${attempt}`,
    parentId: 'run',
    name: `step ${step}`,
    note: `attempt ${attempt}, ${agent}`,
    startAt: at,
    durationMs: Math.max(0, endAt - at),
    ...(end?.type === 'attempt.failed' ? { error: end.failure.code } : {}),
    ...(end?.type === 'step.cancelled' ? { error: 'cancelled' } : {}),
  };
}

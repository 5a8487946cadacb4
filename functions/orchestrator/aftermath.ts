/**
 * What follows a stored commit, beside its effects: the run's row, and marks on calls that are no longer wanted.
 * Done again when the record that caused the commit comes again, so each of these may be repeated.
 */
import { invocationId } from '#core/ids.ts';
import { type AgentCatalog, type Commit, type RunWrite } from '#core/ports.ts';
import { onlyUndecided, stepStateIn } from '#core/run/step-states.ts';
import { type FinishedRun, type RunEvent, type RunState } from '#core/run/types.ts';
import { effectsOf, type Effect } from '#core/run/effects.ts';
import { type PresentRun } from '#core/run/evolve.ts';

export interface Marks {
  readonly cancelled: readonly string[];
  readonly timeout: readonly string[];
}

/** Before the commit: the first row of a run, or an earlier wake-up. Nothing for a run that ends at once. */
export function writeBefore(before: RunState, after: PresentRun, version: number): RunWrite | undefined {
  if (after.status === 'finished') return undefined;
  const { wakeAt } = after;
  if (before.status === 'absent') {
    return {
      type: 'begin',
      row: {
        runId: after.runId,
        workflow: after.workflow?.name ?? after.asked,
        startedAt: after.startedAt,
        tenant: after.tenant,
        ...(after.workflow === undefined ? {} : { digest: after.workflow.digest }),
        ...(wakeAt === undefined ? {} : { wakeAt }),
        ...(after.labels === undefined ? {} : { labels: after.labels }),
      },
    };
  }
  if (wakeAt === undefined || wakeAt >= (before.wakeAt ?? Infinity)) return undefined;
  return { type: 'arm', runId: after.runId, wakeAt, version };
}

/** After the commit, from its own events: the end of the run, or the bound that a wake set. */
export function writeAfter(run: PresentRun, commit: Commit): RunWrite | undefined {
  // Only the commit that ended the run ends its row: until its output was sent, the row has to wake the run.
  if (run.status === 'finished') return effectsOf(commit).some(isOutput) ? endOf(run) : undefined;
  if (!commit.events.some((event) => event.type === 'wake.consumed')) return undefined;
  const armed = commit.events.findLast((event) => event.type === 'timer.armed');
  const wakeAt = armed?.wakeAt === undefined ? {} : { wakeAt: armed.wakeAt };
  return { type: 'rearm', runId: run.runId, version: commit.version, ...wakeAt };
}

/**
 * The status of a live run's row, where it may be another than before: `before` the commit only people were waited
 * for, and no more now, or the other way round. It is written again for whatever comes once more, and after a wake,
 * since who was to write it may have died first; for runs that never waited there is nothing to write.
 */
export function statusAfter(
  before: RunState | undefined,
  run: PresentRun,
  again: boolean,
): Extract<RunWrite, { readonly type: 'status' }> | undefined {
  if (run.status === 'finished' || !run.steps.everUndecided) return undefined;
  const waits = onlyUndecided(run.steps);
  const waited = before?.status === 'running' && onlyUndecided(before.steps);
  if (waits === waited && !again) return undefined;
  const status = waits ? 'waiting' : 'running';
  return { type: 'status', runId: run.runId, status, version: run.version };
}

const isOutput = ({ type }: Effect): boolean => type === 'output';

export const endOf = (run: FinishedRun): RunWrite => ({
  type: 'end',
  row: {
    runId: run.runId,
    workflow: run.workflow?.name ?? run.asked,
    status: run.outcome.status,
    version: run.version,
    armedBy: run.version,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    tenant: run.tenant,
    ...(run.workflow === undefined ? {} : { digest: run.workflow.digest }),
    ...(run.labels === undefined ? {} : { labels: run.labels }),
    ...(run.outcome.status === 'failed' ? { error: run.outcome.failure } : {}),
  },
});

/** Calls of `once` agents that a commit gave up: their hosts stop them, and publish nothing. */
export function marksOf(run: PresentRun, events: readonly RunEvent[], agents: AgentCatalog): Marks {
  const cancelled: string[] = [];
  const timeout: string[] = [];
  const once = (step: string): boolean => {
    const name = dispatchedTo(events, run, step);
    return name === undefined || agents.get(name)?.onRedelivery !== 'repeat';
  };
  for (const event of events) {
    if (event.type === 'step.cancelled' && event.attempt !== undefined && once(event.step)) {
      cancelled.push(invocationId(run.runId, event.step, event.attempt));
    }
    if (event.type === 'attempt.failed' && !event.answered && once(event.step)) {
      timeout.push(invocationId(run.runId, event.step, event.attempt));
    }
  }
  return { cancelled, timeout };
}

function dispatchedTo(events: readonly RunEvent[], run: PresentRun, step: string): string | undefined {
  for (const event of events) if (event.type === 'step.dispatched' && event.step === step) return event.agent;
  const state = stepStateIn(run.steps, step);
  return state !== undefined && 'agent' in state ? state.agent : undefined;
}

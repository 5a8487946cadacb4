/**
 * The history of a run as people read it: entries in order, and what became of each step.
 * TL1. From commits alone: command line, API and dashboard show the same for the same history.
 * TL2. The engine's own bookkeeping (wakes, armed timers) is left out.
 */
import { assertNever } from '../assert-never.ts';
import { type Failure } from '../failure.ts';
import { type Commit } from '../ports.ts';
import { type Payload } from '../payload.ts';
import { type ApprovalDecision, type RunEvent, type SkipReason, type StepState } from './types.ts';

type Bookkeeping = 'wake.consumed' | 'timer.armed';
type ShownEvent = Exclude<RunEvent, { readonly type: Bookkeeping }>;

export interface TimelineEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the commit that stored it. */
  readonly version: number;
  readonly type: ShownEvent['type'];
  /** What happened, as one line of plain text. */
  readonly text: string;
  readonly step?: string;
  readonly attempt?: number;
  /** Of an attempt since its dispatch, of a run since its start; milliseconds. */
  readonly durationMs?: number;
  readonly failure?: Failure;
}

export interface StepSummary {
  readonly step: string;
  readonly status: 'waiting' | StepState['status'];
  /** Attempts made so far. */
  readonly attempts: number;
  readonly agent?: string;
  /** Dispatch of the first attempt, and the end of the step; milliseconds since 1970. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** When the next attempt is due, while it backs off. */
  readonly retryAt?: number;
  /** The last one; of a step that completed after all, too. */
  readonly failure?: Failure;
  readonly skipped?: SkipReason;
  /** Of an approval: who is asked what, until when (milliseconds since 1970), and the decision. */
  readonly approval?: ApprovalSummary;
}

export interface ApprovalSummary {
  readonly to: readonly string[];
  readonly prompt: string;
  readonly deadlineAt: number;
  readonly decision?: ApprovalDecision;
  readonly by?: string;
  readonly comment?: string;
}

/** Commits in order of version, from the first. */
export function timelineOf(commits: readonly Commit[]): readonly TimelineEntry[] {
  const startedAt = new Map<string, number>();
  const entries: TimelineEntry[] = [];
  for (const commit of commits)
    for (const event of commit.events) {
      if (!isShown(event)) continue;
      if (event.type === 'run.started') startedAt.set('', event.at);
      if (event.type === 'step.dispatched' || event.type === 'approval.requested')
        startedAt.set(event.step, event.at);
      entries.push(entryOf(event, commit, startedAt));
    }
  return entries;
}

/** Every step named in `known` (those that have not begun are waiting), then any other the history names. */
export function stepsOf(commits: readonly Commit[], known: readonly string[] = []): readonly StepSummary[] {
  const steps = new Map<string, StepSummary>();
  for (const step of known) steps.set(step, { step, status: 'waiting', attempts: 0 });
  for (const event of commits.flatMap((commit) => commit.events)) {
    if (event.type === 'run.failed' || !('step' in event)) continue;
    const before = steps.get(event.step) ?? { step: event.step, status: 'waiting', attempts: 0 };
    steps.set(event.step, summaryAfter(before, event));
  }
  return [...steps.values()];
}

/** `340ms`, `2.3s`, `4m 12s`, `3h 5m`, `2d 4h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

export const skipText: Readonly<Record<SkipReason, string>> = {
  condition: 'its condition is false',
  needsSkipped: 'the steps it needs were skipped',
  needsFailed: 'a step it needs failed',
  joinUnsatisfied: 'too few of the steps it needs succeeded',
};

const isShown = (event: RunEvent): event is ShownEvent =>
  event.type !== 'wake.consumed' && event.type !== 'timer.armed';

function entryOf(event: ShownEvent, commit: Commit, startedAt: ReadonlyMap<string, number>): TimelineEntry {
  const at = 'at' in event ? event.at : commit.at;
  const since = startedAt.get(event.type.startsWith('run.') ? '' : 'step' in event ? (event.step ?? '') : '');
  const timed = endings.has(event.type) && since !== undefined ? { durationMs: Math.max(0, at - since) } : {};
  return {
    at,
    version: commit.version,
    type: event.type,
    text: textOf(event, timed.durationMs),
    ...('step' in event && event.step !== undefined ? { step: event.step } : {}),
    ...('attempt' in event && event.attempt !== undefined ? { attempt: event.attempt } : {}),
    ...timed,
    ...('failure' in event ? { failure: event.failure } : {}),
  };
}

const endings: ReadonlySet<string> = new Set([
  ...['step.completed', 'attempt.failed', 'step.cancelled'],
  ...['run.completed', 'run.failed', 'run.cancelled'],
]);

function textOf(event: ShownEvent, durationMs: number | undefined): string {
  const took = durationMs === undefined ? '' : ` after ${durationText(durationMs)}`;
  switch (event.type) {
    case 'run.started':
      return `run started: ${event.workflow === undefined ? event.asked : `${event.workflow.name} ${event.workflow.version}`}`;
    case 'step.dispatched':
      return `${event.step} asked of ${event.agent}${event.attempt > 1 ? ` (attempt ${event.attempt})` : ''}`;
    case 'step.completed':
      return event.reusedFrom === undefined
        ? `${event.step} completed${took}`
        : `${event.step} reused from run ${event.reusedFrom}`;
    case 'attempt.failed':
      return `${event.step} attempt ${event.attempt} failed${took}: ${failureText(event.failure)}`;
    case 'step.retryScheduled':
      return `${event.step} will be tried again (attempt ${event.attempt}) at ${clockText(event.retryAt)}`;
    case 'step.failed':
      return `${event.step} failed${event.caught ? ' and the run goes on' : ''}: ${failureText(event.failure)}`;
    case 'step.skipped':
      return `${event.step} skipped: ${skipText[event.reason]}`;
    case 'step.cancelled':
      return `${event.step} cancelled${took}`;
    case 'approval.requested':
      return `${event.step} waits for a decision of ${event.to.join(', ')}: ${promptText(event.prompt)}`;
    case 'approval.decided':
      return `${event.step} ${event.decision} by ${event.by}${reasonText(event.comment)}`;
    case 'approval.ignored':
      return `${event.step}: ${event.by} said ${event.decision} when no decision was awaited; nothing changed`;
    case 'response.late':
      return `${event.step} attempt ${event.attempt} answered too late: recorded, nothing changed`;
    case 'cancel.requested':
      return `cancel asked for by ${event.by}${reasonText(event.reason)}`;
    case 'start.conflicted':
      return `start ${event.id} from ${event.source} refused: the same id with another payload`;
    case 'run.completed':
      return `run completed${took}`;
    case 'run.failed':
      return `run failed${event.step === undefined ? '' : ` at ${event.step}`}${took}: ${failureText(event.failure)}`;
    case 'run.cancelled':
      return `run cancelled by ${event.by}${took}${reasonText(event.reason)}`;
    default:
      return assertNever(event);
  }
}

/** What is too long for the state is stored apart. */
const promptText = ({ value, refs = [] }: Payload): string =>
  refs.length > 0 ? '(a long text, stored apart)' : typeof value === 'string' ? value : JSON.stringify(value);

const failureText = (failure: Failure): string => `${failure.code}: ${failure.message}`;
const reasonText = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
/** `14:03:07.250Z`: the day is seldom of interest while somebody waits. */
const clockText = (at: number): string => new Date(at).toISOString().slice(11);

type StepEvent = Exclude<Extract<RunEvent, { readonly step: string }>, { readonly type: 'run.failed' }>;

function summaryAfter(before: StepSummary, event: StepEvent): StepSummary {
  const { retryAt: _past, ...rest } = before;
  switch (event.type) {
    case 'step.dispatched': {
      const begun = { startedAt: before.startedAt ?? event.at, attempts: event.attempt, agent: event.agent };
      return { ...rest, ...begun, status: 'running' };
    }
    case 'step.completed':
      return {
        ...rest,
        status: 'completed',
        attempts: Math.max(before.attempts, event.attempt),
        endedAt: event.at,
      };
    case 'attempt.failed':
      return { ...before, failure: event.failure };
    case 'step.retryScheduled':
      return { ...rest, status: 'backingOff', retryAt: event.retryAt };
    case 'step.failed':
      return { ...rest, status: 'failed', failure: event.failure, endedAt: event.at };
    case 'step.skipped':
      return { ...rest, status: 'skipped', skipped: event.reason, endedAt: event.at };
    case 'step.cancelled':
      return { ...rest, status: 'cancelled', endedAt: event.at };
    case 'approval.requested': {
      const { to, prompt, deadlineAt, at } = event;
      const approval = { to, prompt: promptText(prompt), deadlineAt };
      return { ...rest, status: 'undecided', startedAt: at, approval };
    }
    case 'approval.decided': {
      if (before.approval === undefined) return before;
      const { decision, by, comment } = event;
      const said = comment === undefined ? {} : { comment };
      return { ...before, approval: { ...before.approval, decision, by, ...said } };
    }
    case 'approval.ignored':
    case 'response.late':
      return before;
    default:
      return assertNever(event);
  }
}

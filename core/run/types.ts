/**
 * What a run is made of: its events (history, outbox and state change at once), its state and its inputs.
 * Every event and state here is plain JSON: what is stored is what is folded.
 */
import { type Failure } from '../failure.ts';
import { type RunId } from '../ids.ts';
import { type Json } from '../json.ts';
import { type Payload, type PlacedSecret } from '../payload.ts';

export interface WorkflowRef {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
}

export type SkipReason = 'condition' | 'needsSkipped' | 'needsFailed' | 'joinUnsatisfied';

export type ApprovalDecision = 'approved' | 'rejected';

/** Times are milliseconds since 1970 (UTC). */
export type RunEvent =
  | {
      readonly type: 'run.started';
      readonly runId: RunId;
      readonly source: string;
      readonly id: string;
      readonly payloadDigest: string;
      /** As asked for (`name` or `name@range`). */
      readonly asked: string;
      /** Absent where the definition could not be found: the next event is then `run.failed`. */
      readonly workflow?: WorkflowRef;
      readonly steps: number;
      readonly input: Payload;
      readonly at: number;
      readonly timeoutAt?: number;
      readonly tenant: string;
      readonly retryOf?: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly traceparent?: string;
    }
  | {
      readonly type: 'step.dispatched';
      readonly step: string;
      readonly attempt: number;
      readonly agent: string;
      readonly input: Payload;
      /** Where the definition refers to secrets; absent where it does not. */
      readonly secrets?: readonly PlacedSecret[];
      readonly at: number;
      readonly deadlineAt: number;
      /** Set at the first attempt where the step has a `deadline`. */
      readonly stepDeadlineAt?: number;
    }
  | {
      readonly type: 'step.completed';
      readonly step: string;
      readonly attempt: number;
      readonly output: Payload;
      readonly at: number;
      readonly usage?: Json;
      /** The run whose recorded result is used again. */
      readonly reusedFrom?: string;
    }
  | {
      /** One attempt ended badly; what follows is `step.retryScheduled` or `step.failed`. */
      readonly type: 'attempt.failed';
      readonly step: string;
      readonly attempt: number;
      readonly failure: Failure;
      /** The response arrived (`true`), or the engine gave up waiting (`false`). */
      readonly answered: boolean;
      readonly at: number;
    }
  | {
      readonly type: 'step.retryScheduled';
      readonly step: string;
      readonly attempt: number;
      readonly retryAt: number;
    }
  | {
      readonly type: 'step.failed';
      readonly step: string;
      readonly failure: Failure;
      readonly caught: boolean;
      readonly at: number;
      /** Of an approval that was rejected: the decision. */
      readonly output?: Payload;
    }
  | {
      /** An approval begins to wait. */
      readonly type: 'approval.requested';
      readonly step: string;
      readonly to: readonly string[];
      readonly prompt: Payload;
      readonly at: number;
      readonly deadlineAt: number;
    }
  | {
      /** The one decision that counts; without `source` and `id` it is that of the timeout. */
      readonly type: 'approval.decided';
      readonly step: string;
      readonly decision: ApprovalDecision;
      readonly by: string;
      readonly comment?: string;
      readonly source?: string;
      readonly id?: string;
      readonly at: number;
    }
  | {
      /** A decision for a step that does not wait, or no more: nothing changed. */
      readonly type: 'approval.ignored';
      readonly step: string;
      readonly decision: ApprovalDecision;
      readonly by: string;
      readonly source: string;
      readonly id: string;
      readonly at: number;
    }
  | { readonly type: 'step.skipped'; readonly step: string; readonly reason: SkipReason; readonly at: number }
  | {
      readonly type: 'step.cancelled';
      readonly step: string;
      /** The attempt that was in flight, where one was. */
      readonly attempt?: number;
      readonly at: number;
    }
  | { readonly type: 'response.late'; readonly step: string; readonly attempt: number; readonly at: number }
  | {
      readonly type: 'cancel.requested';
      readonly source: string;
      readonly id: string;
      readonly by: string;
      readonly reason?: string;
      readonly at: number;
    }
  | {
      readonly type: 'start.conflicted';
      readonly source: string;
      readonly id: string;
      readonly payloadDigest: string;
    }
  | { readonly type: 'wake.consumed'; readonly wakeSentAt: number }
  | {
      /** The bound of the next deadline as the timer index has it from this commit on; absent: none. */
      readonly type: 'timer.armed';
      readonly wakeAt?: number;
    }
  | { readonly type: 'run.completed'; readonly outputs: Payload; readonly at: number }
  | { readonly type: 'run.failed'; readonly failure: Failure; readonly step?: string; readonly at: number }
  | { readonly type: 'run.cancelled'; readonly by: string; readonly reason?: string; readonly at: number };

export type StepState =
  | {
      readonly status: 'running';
      readonly attempt: number;
      readonly agent: string;
      readonly startedAt: number;
      readonly deadlineAt: number;
      readonly stepDeadlineAt?: number;
    }
  | {
      readonly status: 'backingOff';
      /** The attempt to come. */
      readonly attempt: number;
      readonly agent: string;
      readonly retryAt: number;
      readonly stepDeadlineAt?: number;
    }
  | {
      /** An approval that waits for its decision. */
      readonly status: 'undecided';
      readonly startedAt: number;
      readonly deadlineAt: number;
    }
  | { readonly status: 'completed'; readonly attempt: number; readonly output: Payload }
  | {
      readonly status: 'failed';
      readonly attempt: number;
      readonly failure: Failure;
      readonly caught: boolean;
      readonly output?: Payload;
    }
  | { readonly status: 'skipped'; readonly reason: SkipReason }
  /** `attempt`: the last one that was dispatched; absent where none was. */
  | { readonly status: 'cancelled'; readonly attempt?: number };

/** By id; read and changed by `step-states.ts` alone. */
export interface StepStates {
  readonly earlier: ReadonlyMap<string, StepState>;
  /** These stand over `earlier`. */
  readonly recent: ReadonlyMap<string, StepState>;
  /** How many are running or backing off, and how many undecided. */
  readonly active: number;
  readonly undecided: number;
  /** Some step was undecided at some time: the run's row may have said so. */
  readonly everUndecided: boolean;
}

export interface RunFacts {
  readonly runId: RunId;
  /** Commits folded so far; the next commit has `version + 1`. */
  readonly version: number;
  readonly tenant: string;
  readonly start: { readonly source: string; readonly id: string; readonly payloadDigest: string };
  readonly asked: string;
  readonly workflow?: WorkflowRef;
  readonly input: Payload;
  readonly startedAt: number;
  readonly timeoutAt?: number;
  readonly retryOf?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly traceparent?: string;
  /** Only steps that have left `waiting`. */
  readonly steps: StepStates;
  /** Steps of the definition not settled yet: waiting, undecided, running or backing off. */
  readonly unsettled: number;
  /** `<step>:<attempt>` of attempts that ended unanswered (timeout, cancel) and whose late response has not come. */
  readonly unanswered: readonly string[];
  /** `<source> <id>` of consumed commands and conflicting starts, wakes apart. */
  readonly consumed: readonly string[];
  /** The highest `wakeSentAt` consumed; 0 before the first. */
  readonly wokenAt: number;
  /** The armed bound of the next deadline; absent: none. */
  readonly wakeAt?: number;
}

export type RunOutcome =
  | { readonly status: 'completed'; readonly outputs: Payload }
  | { readonly status: 'failed'; readonly failure: Failure; readonly step?: string }
  | { readonly status: 'cancelled'; readonly by: string; readonly reason?: string };

export interface LiveRun extends RunFacts {
  readonly status: 'running';
}
export interface FinishedRun extends RunFacts {
  readonly status: 'finished';
  readonly outcome: RunOutcome;
  readonly endedAt: number;
}
export type RunState = { readonly status: 'absent' } | LiveRun | FinishedRun;

type Plain<State> = State extends RunFacts
  ? Omit<State, 'steps'> & {
      readonly steps: Readonly<Record<string, StepState>>;
      readonly everUndecided?: true;
    }
  : State;
/** A state as JSON. */
export type SnapshotState = Plain<RunState>;

interface Identified {
  readonly source: string;
  readonly id: string;
}

/** What a run is asked to take in. Each carries the time and, where needed, the randomness to decide with. */
export type RunInput =
  | (Identified & {
      readonly type: 'start';
      readonly runId: RunId;
      readonly tenant: string;
      readonly payloadDigest: string;
      readonly asked: string;
      readonly input: Json;
      /** Why there is no definition, where there is none. */
      readonly problem?: Failure;
      readonly retry?: {
        readonly of: string;
        readonly results: Readonly<Record<string, Payload>>;
        readonly cancelled: readonly string[];
      };
      readonly labels?: Readonly<Record<string, string>>;
      readonly traceparent?: string;
    })
  | (Identified & {
      readonly type: 'response';
      readonly step: string;
      readonly attempt: number;
      readonly agent: string;
      readonly outcome:
        | { readonly status: 'completed'; readonly output: Payload; readonly usage?: Json }
        | { readonly status: 'failed'; readonly failure: Failure };
    })
  | (Identified & { readonly type: 'cancel'; readonly by: string; readonly reason?: string })
  | (Identified & {
      readonly type: 'decision';
      readonly step: string;
      readonly decision: ApprovalDecision;
      readonly by: string;
      readonly comment?: string;
    })
  | (Identified & { readonly type: 'wake'; readonly wakeSentAt: number })
  /** Work left over from a decision that had more to send than one commit takes. */
  | { readonly type: 'continue' };

/** Time (ms since 1970) and a number in [0, 1) for one decision. */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

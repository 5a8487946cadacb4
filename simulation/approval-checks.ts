/**
 * What must hold of approvals in the history of each run, told without `evolve`:
 * AC1 a wait is opened once, with the deadline of its definition · AC2 it is decided once, by a decision or by its rule
 * and then not early · AC3 the step ends as it was decided · AC4 a decision is taken in once, and is ignored only where
 * nothing waited.
 */
import { type RunEvent } from '#core/run/types.ts';
import { type ApprovalStep } from '#core/workflow/definition.ts';

type Event<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;
export type ApprovalEvent = Event<'approval.requested' | 'approval.decided' | 'approval.ignored'>;

export interface ApprovalHistory {
  readonly deadlineAt: number;
  decided?: 'approved' | 'rejected';
}

/** `settled`: whether the step has ended. What is wrong, in words. */
export function checkApproval(
  history: Map<string, ApprovalHistory>,
  event: ApprovalEvent,
  step: ApprovalStep | undefined,
  settled: boolean,
): string | undefined {
  if (step === undefined)
    return `I18: ${event.type} of ${event.step}, which is no approval of its definition`;
  const known = history.get(event.step);
  const open = known !== undefined && known.decided === undefined && !settled;
  switch (event.type) {
    case 'approval.requested':
      if (known !== undefined || settled) return `AC1: ${event.step} was asked again`;
      if (event.deadlineAt !== event.at + step.timeoutMs) return `AC1: ${event.step} has another deadline`;
      history.set(event.step, { deadlineAt: event.deadlineAt });
      return undefined;
    case 'approval.decided':
      if (!open) return `AC2: ${event.step} was decided and did not wait`;
      known.decided = event.decision;
      return event.source === undefined ? ruled(event, step, known.deadlineAt) : undefined;
    case 'approval.ignored':
      return open ? `AC4: a decision for ${event.step} was ignored while it waited` : undefined;
  }
}

function ruled(
  event: Event<'approval.decided'>,
  { onTimeout }: ApprovalStep,
  deadlineAt: number,
): string | undefined {
  if (event.at < deadlineAt) return `I10: ${event.step} was decided by its rule before its deadline`;
  const said = onTimeout === 'approve' ? 'approved' : onTimeout === 'reject' ? 'rejected' : 'nothing';
  return said === event.decision
    ? undefined
    : `AC2: ${event.step} was ${event.decision}, its rule says ${said}`;
}

/** AC3: of a step that completed or failed; undefined where it is right, or no approval. */
export function checkEnd(
  known: ApprovalHistory | undefined,
  event: Event<'step.completed' | 'step.failed'>,
  step: ApprovalStep | undefined,
): string | undefined {
  if (step === undefined || (event.type === 'step.completed' && event.reusedFrom !== undefined))
    return undefined;
  if (event.type === 'step.completed')
    return known?.decided === 'approved' ? undefined : `AC3: ${event.step} completed and was not approved`;
  const { code } = event.failure;
  if (code === 'APPROVAL_REJECTED')
    return known?.decided === 'rejected' ? undefined : `AC3: ${event.step} failed and was not rejected`;
  if (code !== 'APPROVAL_TIMEOUT') return undefined;
  if (step.onTimeout !== 'fail' || known?.decided !== undefined)
    return `AC3: ${event.step} timed out though it was decided, or had a rule`;
  return event.at < (known?.deadlineAt ?? Infinity) ? `I10: ${event.step} timed out early` : undefined;
}

/**
 * Decisions of approvals: by people, or by time.
 * AP1. The first decision settles its step, whoever made it; a second one changes nothing and is recorded once.
 * AP2. A decision names its step: several that wait at once never mix.
 * AP3. A step that waits has a deadline, and its rule for then; so it never waits for ever.
 * AP4. Who decided, and with which words, stands in the history.
 */
import { assertNever } from '../assert-never.ts';
import { failure, type Failure } from '../failure.ts';
import { type ApprovalStep, type Definition, type StepDefinition } from '../workflow/definition.ts';
import { graphOf, durationText } from '../workflow/graph.ts';
import { advance, failStep, stepState, type World } from './advance.ts';
import { emit, type Draft } from './draft.ts';
import { type ApprovalDecision, type RunEvent, type RunInput } from './types.ts';

export type DecisionInput = Extract<RunInput, { type: 'decision' }>;

interface Decided {
  readonly decision: ApprovalDecision;
  readonly by: string;
  readonly comment?: string;
  readonly source?: string;
  readonly id?: string;
}

/** Nothing at all where the definition has no such approval: the caller says so to whoever asked. */
export function takeDecision(draft: Draft, world: World, input: DecisionInput): void {
  const step = graphOf(world.definition).index.get(input.step);
  if (step?.kind !== 'approval') return;
  if (stepState(draft.run, step.id)?.status !== 'undecided') {
    emit(draft, ignored(input, world.moment.now)); // AP1
    return;
  }
  const { type: _type, step: _step, ...decided } = input;
  settleApproval(draft, step, decided, world.moment.now);
  advance(draft, world, [step.id]);
}

/** What still comes for a run that has ended. */
export const lateDecision = (
  definition: Definition | undefined,
  input: DecisionInput,
  at: number,
): readonly RunEvent[] =>
  definition !== undefined && isApproval(graphOf(definition).index.get(input.step))
    ? [ignored(input, at)]
    : [];

/** Its deadline has come (AP3). */
export function approvalOverdue(draft: Draft, step: ApprovalStep, at: number): void {
  switch (step.onTimeout) {
    case 'approve':
      return settleApproval(draft, step, { decision: 'approved', by: byTimeout }, at);
    case 'reject':
      return settleApproval(draft, step, { decision: 'rejected', by: byTimeout }, at);
    case 'fail':
      failStep(draft, step, overdue(step), at);
      return;
    default:
      assertNever(step.onTimeout);
  }
}

/** Who decided where the rule for the deadline did. */
const byTimeout = 'timeout';

const isApproval = (step: StepDefinition | undefined): boolean => step?.kind === 'approval';

function settleApproval(draft: Draft, step: ApprovalStep, decided: Decided, at: number): void {
  const { decision, by, comment } = decided;
  emit(draft, { type: 'approval.decided', step: step.id, ...decided, at }); // AP4
  const said = comment === undefined ? {} : { comment };
  const output = { value: { decision, by, ...said, at: new Date(at).toISOString() } };
  if (decision === 'approved')
    emit(draft, { type: 'step.completed', step: step.id, attempt: 0, output, at }); // no agent was asked
  else failStep(draft, step, rejected(step, by, comment), at, output);
}

function ignored({ step, decision, by, source, id }: DecisionInput, at: number): RunEvent {
  return { type: 'approval.ignored', step, decision, by, source, id, at };
}

const rejected = (step: ApprovalStep, by: string, comment: string | undefined): Failure =>
  failure(
    'APPROVAL_REJECTED',
    `step '${step.id}' was rejected by ${by}${comment === undefined ? '' : `: ${comment}`}. ` +
      'Change what was asked for and start again, or set `continueOnError` to go on after a rejection.',
  );

const overdue = (step: ApprovalStep): Failure =>
  failure(
    'APPROVAL_TIMEOUT',
    `nobody decided step '${step.id}' within ${durationText(step.timeoutMs)}; expected a decision of ` +
      `${step.to.join(', ')}. Raise \`timeout\`, or say what happens then: \`onTimeout\`.`,
  );

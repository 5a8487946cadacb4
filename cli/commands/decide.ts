/** `approve <run> [step]` and `reject <run> [step]`: gives a decision, and waits shortly to see it taken. */
import { type DecisionData } from '#core/approval-data.ts';
import { type RunId } from '#core/ids.ts';
import { type Commit, type Store } from '#core/ports.ts';
import { stepsOf } from '#core/run/timeline.ts';
import { type ApprovalDecision, type RunEvent } from '#core/run/types.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { openSession } from '#local/session.ts';
import { awaitedIn } from '../awaited.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { followRun } from '../follow.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { configOf, placeOf } from '../open.ts';
import { typed, usageError } from '../problem.ts';
import { resolveMeantRun } from '../run-ids.ts';
import { decisionEvent, sendEvents } from '../send.ts';
import { userName } from '../user-name.ts';

export interface DecideOptions {
  readonly comment?: string;
  readonly by?: string;
  readonly json?: boolean;
}

export interface Asked {
  readonly run: string;
  /** May be left out where exactly one step waits. */
  readonly step?: string;
  readonly decision: ApprovalDecision;
}

const waitMs = 5000;
const longest = 1024;

export async function decideCommand(
  context: Context,
  { run, step: asked, decision }: Asked,
  options: DecideOptions,
): Promise<ExitCode> {
  checkText('--comment', options.comment);
  checkText('--by', options.by);
  const config = configOf(context);
  const session = await openSession(config, { host: 'never' });
  try {
    const { log, store, random, clock } = session.platform;
    const { runId } = await resolveMeantRun(store.runs, run, placeOf(config));
    const step = stepMeant(runId, await store.commits.history(runId), asked);
    const by = options.by ?? userName();
    const said = options.comment === undefined ? {} : { comment: options.comment };
    const data: DecisionData = { step, decision, by, ...said };
    const event = decisionEvent(random, clock.now(), runId, data);
    await sendEvents(log, [event]);
    const hosted = !isUnhosted(config);
    const outcome = hosted ? await outcomeSoon(store, runId, event.id) : undefined;
    return say(context, options, { runId, data, outcome, hosted });
  } finally {
    await session.close();
  }
}

function checkText(option: string, text: string | undefined): void {
  if (text === undefined || (text.length <= longest && (option !== '--by' || text !== ''))) return;
  throw usageError('USAGE', text === '' ? `${option} is empty` : `${option} is too long`, {
    expected: `1 to ${longest} characters`,
    hint: text === '' ? 'say who decides, or leave it out' : 'say it shorter',
  });
}

/** The step that is decided. Throws `CliError`, exit 2, where that is not clear, or nothing waits there. */
function stepMeant(runId: RunId, commits: readonly Commit[], asked: string | undefined): string {
  const waiting = awaitedIn(commits).map(({ step }) => step);
  if (asked === undefined) {
    const [only] = waiting;
    if (only !== undefined && waiting.length === 1) return only;
    throw only === undefined
      ? usageError('NOT_WAITING', `run ${runId} waits for no decision`, seeRun(runId))
      : usageError('USAGE', `run ${runId} waits for ${waiting.length} decisions`, {
          expected: `one of ${waiting.slice(0, 20).join(', ')}`,
          hint: `say which: ./baton approve ${runId} ${only}`,
        });
  }
  // A run that has not begun here may wait in the log: the decision is kept for it.
  if (waiting.includes(asked) || commits.length === 0) return asked;
  const { approval } = stepsOf(commits).find(({ step }) => step === asked) ?? {};
  if (approval?.decision !== undefined)
    throw usageError('NOT_WAITING', `'${asked}' was ${approval.decision} by ${approval.by ?? ''} already`, seeRun(runId)); // prettier-ignore
  const near = nearest(asked, waiting);
  throw usageError('NOT_WAITING', `step ${typed(asked)} of run ${runId} waits for no decision`, {
    expected:
      waiting.length === 0 ? 'a step that waits; none does' : `one of ${waiting.slice(0, 20).join(', ')}`,
    hint: near === undefined ? `./baton runs get ${runId} shows its steps` : `did you mean '${near}'?`,
  });
}

const seeRun = (runId: RunId) => ({
  expected: 'a run that waits for one',
  hint: `./baton runs get ${runId} shows where it stands; ./baton runs list --status waiting shows those that wait`,
});

type Outcome = Extract<RunEvent, { type: 'approval.decided' | 'approval.ignored' }>;

/** What became of the decision with this id; undefined where it took too long. */
async function outcomeSoon(store: Store, runId: RunId, id: string): Promise<Outcome | undefined> {
  for await (const { commits } of followRun(store.commits, runId, { signal: AbortSignal.timeout(waitMs) }))
    for (const event of commits.flatMap(({ events }) => events))
      if ((event.type === 'approval.decided' || event.type === 'approval.ignored') && event.id === id)
        return event;
  return undefined;
}

interface Given {
  readonly runId: RunId;
  readonly data: DecisionData;
  readonly outcome: Outcome | undefined;
  readonly hosted: boolean;
}

function say({ output }: Context, options: DecideOptions, { runId, data, outcome, hosted }: Given): ExitCode {
  const { step, decision, by } = data;
  const status =
    outcome === undefined ? 'requested' : outcome.type === 'approval.decided' ? 'taken' : 'ignored';
  output.data(
    options.json === true
      ? JSON.stringify({ run: runId, step, decision, by, status })
      : `${runId}  ${step}  ${status === 'taken' ? decision : status}`,
  );
  if (status === 'taken') return exitCodes.ok;
  if (status === 'ignored') {
    output.problem(
      `It came too late: '${step}' does not wait any more. ./baton runs get ${runId} shows why.`,
    );
    return exitCodes.failed;
  }
  output.problem(
    hosted
      ? 'Nobody has taken it yet. It is kept, and counts as soon as the run is worked on.'
      : `Nobody works on it yet: ${startHostHint}.`,
  );
  return exitCodes.waiting;
}

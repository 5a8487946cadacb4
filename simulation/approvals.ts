/**
 * Somebody outside who decides approvals, at moments of the schedule's choice: at times before the wait began, twice,
 * against what was decided, or not at all until the deadline has come.
 */
import { decisionData } from '#core/approval-data.ts';
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { type ApprovalDecision } from '#core/run/types.ts';
import { stepStateIn } from '#core/run/step-states.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type System } from './system.ts';
import { type World } from './world.ts';

/** What was said, by the id of its event: nothing else may be found in a history. */
export interface SaidDecision {
  readonly step: string;
  readonly decision: ApprovalDecision;
  readonly by: string;
}

export interface Deciders {
  /** One opportunity, before an event. */
  next(): void;
  /** Decides what still waits, as somebody does in the end; false where nothing does. */
  settle(): boolean;
  readonly said: ReadonlyMap<string, SaidDecision>;
}

export const deciderSource = '/simulated/people';

/** Decisions of one schedule, at most: the histories stay small. */
const most = 12;

export function deciders(world: World, system: System, definitions: readonly Definition[]): Deciders {
  const approvals = definitions.flatMap(({ steps }) => steps).filter(({ kind }) => kind === 'approval');
  const said = new Map<string, SaidDecision>();
  const settled = new Set<string>();
  const say = (runId: string, step: string, decision: ApprovalDecision): void => {
    const id = `decision-${said.size}`;
    const by = `person-${said.size % 3}`;
    said.set(id, { step, decision, by });
    const event = { id, source: deciderSource, type: 'dev.baton.approval.decided.v1' } as const;
    const data = decisionData({ step, decision, by });
    const encoded = encodeEvent({ ...event, subject: runId, runid: runId, data });
    system.log.append([{ topic: topics.command, key: runId, ...encoded }]);
    world.note(`decision ${decision}`, step);
  };
  return {
    said,
    next() {
      if (approvals.length === 0 || said.size >= most || !world.choices.chance(0.04)) return;
      const ids = system.checks.runIds();
      const runId = ids[world.choices.pick(ids.length)];
      const step = approvals[world.choices.pick(approvals.length)]?.id;
      if (runId === undefined || step === undefined) return;
      say(runId, step, world.choices.chance(0.3) ? 'rejected' : 'approved');
    },
    settle() {
      for (const runId of approvals.length === 0 ? [] : system.checks.runIds()) {
        const run = system.checks.run(runId);
        if (run.status !== 'running') continue;
        const open = approvals.find(({ id }) => stepStateIn(run.steps, id)?.status === 'undecided');
        // Once for each wait: what is lost then is what its deadline is for.
        if (open === undefined || settled.has(`${runId} ${open.id}`)) continue;
        settled.add(`${runId} ${open.id}`);
        say(runId, open.id, world.choices.chance(0.2) ? 'rejected' : 'approved');
        return true;
      }
      return false;
    },
  };
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lateDecision } from './approval.ts';
import { fold, respond, response, start, types, world, type TestWorld } from './decide.fixtures.ts';
import { nextDeadline } from './deadline.ts';
import { effectsOf } from './effects.ts';
import { isSettled } from './evolve.ts';
import { ofSnapshot, toSnapshot } from './snapshot.ts';
import { onlyUndecided, stepStateIn } from './step-states.ts';
import { stepsOf, timelineOf } from './timeline.ts';
import { type ApprovalDecision, type RunEvent, type RunInput, type RunState } from './types.ts';

const flow = (steps: string, fields = '') => world(`name: f\nversion: "1.0.0"\n${fields}steps:\n${steps}`);
const approval = '{ to: [owner, lead], prompt: Go?, timeout: 2h }';
const decision = (
  step: string,
  said: ApprovalDecision = 'approved',
  more: Partial<Extract<RunInput, { type: 'decision' }>> = {},
): Extract<RunInput, { type: 'decision' }> => ({
  ...{ type: 'decision', source: '/test', id: `${step}-${said}`, step, decision: said, by: 'ada' },
  ...more,
});
const wake = (w: TestWorld, run: RunState, at: number) => {
  w.now = at;
  return fold(w, run, { type: 'wake', source: '/t', id: `w${at}`, wakeSentAt: at });
};
const stepIn = (run: RunState, step: string) => {
  assert.ok(run.status !== 'absent');
  return stepStateIn(run.steps, step);
};
const eventIn = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.find((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('an approval', () => {
  it('begins to wait: who is asked what, until when, and nothing is sent (AP3)', () => {
    const w = flow(`  a: { approval: ${approval} }\n`);
    const { run, events } = start(w, {});
    assert.deepEqual(types(events), ['run.started', 'approval.requested', 'timer.armed']);
    assert.deepEqual(eventIn(events, 'approval.requested'), {
      ...{ type: 'approval.requested', step: 'a', to: ['owner', 'lead'], prompt: { value: 'Go?' } },
      ...{ at: w.now, deadlineAt: w.now + 7_200_000 },
    });
    assert.deepEqual(effectsOf({ version: 1, at: 0, events }), []);
    assert.ok(run.status === 'running');
    assert.equal(run.wakeAt, w.now + 7_200_000, 'D6');
    assert.equal(nextDeadline(run), run.wakeAt);
    assert.equal(isSettled(stepIn(run, 'a')), false);
    assert.equal(onlyUndecided(run.steps), true);
  });

  it('asks with what came before', () => {
    const w = flow(
      '  a: { agent: designer }\n  b: { approval: { to: o, prompt: "${{ steps.a.output.cost }} euros?" } }\n',
    );
    const asked = respond(w, start(w, {}).run, 'a', 1, { cost: 7 });
    assert.deepEqual(eventIn(asked.events, 'approval.requested')?.prompt, { value: '7 euros?' });
  });

  it('fails where its prompt cannot be made', () => {
    const w = flow(
      '  a: { agent: designer }\n  b: { approval: { to: o, prompt: "${{ steps.a.output.cost }}" } }\n',
    );
    const asked = respond(w, start(w, {}).run, 'a', 1, {});
    assert.deepEqual(types(asked.events).slice(1), ['step.failed b', 'run.failed b EXPR_NO_SUCH_KEY']);
  });

  it('approved: its output says who, when and why, and the run goes on', () => {
    const w = flow(
      `  a: { approval: ${approval} }\n  b: { agent: designer, with: { by: "\${{ steps.a.output.by }}" } }\n`,
    );
    const waits = start(w, {});
    w.now += 1000;
    const { run, events } = fold(w, waits.run, decision('a', 'approved', { comment: 'fine' }));
    assert.deepEqual(types(events), [
      'approval.decided',
      'step.completed a 0',
      'step.dispatched b 1',
      'timer.armed',
    ]);
    assert.deepEqual(eventIn(events, 'approval.decided'), {
      ...{ type: 'approval.decided', step: 'a', decision: 'approved', by: 'ada', comment: 'fine' },
      ...{ source: '/test', id: 'a-approved', at: w.now },
    }, 'AP4'); // prettier-ignore
    assert.deepEqual(eventIn(events, 'step.completed')?.output, {
      value: { decision: 'approved', by: 'ada', comment: 'fine', at: new Date(w.now).toISOString() },
    });
    assert.deepEqual(eventIn(events, 'step.dispatched')?.input, { value: { by: 'ada' } });
    assert.ok(run.status === 'running' && !onlyUndecided(run.steps));
  });

  it('rejected: the step fails for good, and the run with it', () => {
    const w = flow(`  a: { approval: ${approval} }\n  b: { agent: designer, needs: a }\n`);
    const { events } = fold(w, start(w, {}).run, decision('a', 'rejected', { comment: 'too dear' }));
    assert.deepEqual(types(events), [
      ...[
        'approval.decided',
        'step.failed a',
        'step.skipped b needsFailed',
        'run.failed a APPROVAL_REJECTED',
      ],
    ]);
    const problem = eventIn(events, 'step.failed')?.failure;
    assert.equal(problem?.retryable, false);
    assert.match(problem.message, /^step 'a' was rejected by ada: too dear\. Change .* `continueOnError`/);
  });

  it('rejected and caught: the next step reads the decision', () => {
    const w = flow(
      `  a: { approval: ${approval}, continueOnError: true }\n` +
        '  b: { agent: designer, if: steps.a.output.decision == "rejected" && steps.a.error.code == "APPROVAL_REJECTED" }\n',
    );
    const { events } = fold(w, start(w, {}).run, decision('a', 'rejected'));
    assert.ok(types(events).includes('step.dispatched b 1'));
  });
});

describe('decisions', () => {
  it('of several that wait at once never mix (AP2)', () => {
    const w = flow(`  a: { approval: ${approval} }\n  b: { approval: ${approval} }\n`);
    const first = fold(w, start(w, {}).run, decision('b'));
    assert.equal(stepIn(first.run, 'a')?.status, 'undecided');
    assert.equal(stepIn(first.run, 'b')?.status, 'completed');
    assert.ok(first.run.status === 'running' && onlyUndecided(first.run.steps));
    const second = fold(w, first.run, decision('a', 'rejected'));
    assert.deepEqual(types(second.events).at(-1), 'run.failed a APPROVAL_REJECTED');
  });

  it('are taken once: the same again is absorbed, another is recorded and changes nothing (AP1)', () => {
    const w = flow(`  a: { approval: ${approval} }\n  b: { agent: designer, needs: a }\n`);
    const first = fold(w, start(w, {}).run, decision('a'));
    assert.equal(fold(w, first.run, decision('a')).absorbed, true);
    const second = fold(w, first.run, decision('a', 'rejected', { by: 'eve' }));
    assert.deepEqual(types(second.events), ['approval.ignored']);
    assert.equal(stepIn(second.run, 'a')?.status, 'completed');
    assert.equal(fold(w, second.run, decision('a', 'rejected', { by: 'eve' })).absorbed, true);
  });

  it('before the wait began and after the run ended change nothing and are recorded', () => {
    const w = flow(`  a: { agent: designer }\n  b: { approval: ${approval}, needs: a }\n`);
    const early = fold(w, start(w, {}).run, decision('b', 'approved', { id: 'early' }));
    assert.deepEqual(types(early.events), ['approval.ignored']);
    const waits = respond(w, early.run, 'a', 1, {});
    assert.equal(stepIn(waits.run, 'b')?.status, 'undecided');
    const ended = fold(w, waits.run, decision('b'));
    assert.equal(ended.run.status, 'finished');
    const late = fold(w, ended.run, decision('b', 'rejected'));
    assert.deepEqual([types(late.events), late.more], [['approval.ignored'], false]);
    assert.equal(fold(w, late.run, decision('b', 'rejected')).absorbed, true);
    assert.deepEqual(late.run.status === 'finished' && late.run.outcome, ended.run.status === 'finished' && ended.run.outcome); // prettier-ignore
  });

  it('for what is no approval of the definition give no event at all', () => {
    const w = flow(`  a: { agent: designer }\n  b: { approval: ${approval} }\n`);
    const { run } = start(w, {});
    for (const step of ['a', 'nowhere', '__proto__'])
      assert.deepEqual(fold(w, run, decision(step)).events, []);
    const ended = fold(w, run, { type: 'cancel', source: '/t', id: 'c', by: 'ada' });
    for (const step of ['a', 'nowhere']) assert.deepEqual(fold(w, ended.run, decision(step)).events, []);
    assert.deepEqual(lateDecision(undefined, decision('b'), w.now), [], 'a run whose workflow was not found');
    assert.deepEqual(fold(w, { status: 'absent' }, decision('b')).events, []);
  });

  it('are not given by responses: no attempt was opened', () => {
    const w = flow(`  a: { approval: ${approval} }\n`);
    assert.deepEqual(fold(w, start(w, {}).run, response('a', 1, {})).events, []);
  });
});

describe('the time of an approval', () => {
  const waiting = (rule: string, fields = '') =>
    flow(`  a: { approval: { to: [o, lead], prompt: p, timeout: 10s, onTimeout: ${rule} } }\n`, fields);

  it('fails it, where nothing else is said', () => {
    const w = waiting('fail');
    const { run } = start(w, {});
    assert.deepEqual(types(wake(w, run, w.now + 9_999).events), ['wake.consumed', 'timer.armed']);
    const over = wake(w, run, w.now + 10_000);
    assert.deepEqual(types(over.events), ['wake.consumed', 'step.failed a', 'run.failed a APPROVAL_TIMEOUT']);
    const failed = eventIn(over.events, 'step.failed');
    assert.match(failed?.failure.message ?? '', /^nobody decided step 'a' within 10s; expected a decision of o, lead\./); // prettier-ignore
    assert.ok(failed !== undefined && !('output' in failed));
  });

  it('approves or rejects it, as if somebody called timeout had', () => {
    const yes = waiting('approve');
    const approved = wake(yes, start(yes, {}).run, yes.now + 10_000);
    assert.deepEqual(types(approved.events), [
      'wake.consumed',
      'approval.decided',
      'step.completed a 0',
      'run.completed',
    ]);
    assert.equal(eventIn(approved.events, 'approval.decided')?.by, 'timeout');
    assert.equal(eventIn(approved.events, 'approval.decided')?.id, undefined);
    const no = waiting('reject');
    const rejected = wake(no, start(no, {}).run, no.now + 10_000);
    assert.deepEqual(types(rejected.events).at(-1), 'run.failed a APPROVAL_REJECTED');
    const said = { decision: 'rejected', by: 'timeout' };
    assert.deepEqual(eventIn(rejected.events, 'approval.decided'), {
      ...{ type: 'approval.decided', step: 'a', ...said, at: no.now },
    });
    const end = eventIn(rejected.events, 'step.failed');
    assert.deepEqual(end?.output, { value: { ...said, at: new Date(no.now).toISOString() } });
    assert.match(end.failure.message, /^step 'a' was rejected by timeout\. Change what was asked/);
  });

  it('is the bound of the run from when it begins to wait, where nothing is due before', () => {
    const w = flow(
      '  a: { agent: designer }\n  b: { approval: { to: o, prompt: p, timeout: 10s }, needs: a }\n',
    );
    const { run } = respond(w, start(w, {}).run, 'a', 1, {});
    assert.equal(run.status === 'running' && run.wakeAt, w.now + 10_000);
  });

  it('gives way to the timeout of the run, and to a cancel', () => {
    const w = waiting('approve', 'timeout: 5s\n');
    const { run } = start(w, {});
    const over = wake(w, run, w.now + 5_000);
    assert.deepEqual(types(over.events), ['wake.consumed', 'step.cancelled a', 'run.failed  RUN_TIMEOUT']);
    const cancelled = fold(w, run, { type: 'cancel', source: '/t', id: 'c', by: 'ada' });
    assert.deepEqual(types(cancelled.events), ['cancel.requested', 'step.cancelled a', 'run.cancelled']);
  });

  it('of the loser of a race is over: it is cancelled, and a decision for it is ignored', () => {
    const w = flow(
      `  a: { agent: designer }\n  b: { approval: ${approval} }\n` +
        `  c: { approval: ${approval}, needs: [a, b], join: { atLeast: 1, cancelRest: true } }\n`,
    );
    const won = respond(w, start(w, {}).run, 'a', 1, {});
    assert.equal(stepIn(won.run, 'b')?.status, 'cancelled');
    assert.equal(stepIn(won.run, 'c')?.status, 'undecided');
    assert.deepEqual(types(fold(w, won.run, decision('b')).events), ['approval.ignored']);
  });
});

describe('a run that waits for a decision', () => {
  it('comes back from its snapshot as it was, and remembers that it waited', () => {
    const w = flow(`  a: { approval: ${approval} }\n  b: { agent: designer, needs: a }\n`);
    const waits = start(w, {}).run;
    const decided = fold(w, waits, decision('a')).run;
    for (const run of [waits, decided]) {
      assert.ok(run.status !== 'absent');
      const back = ofSnapshot(JSON.parse(JSON.stringify(toSnapshot(run))) as ReturnType<typeof toSnapshot>);
      assert.ok(back.status !== 'absent');
      for (const count of ['active', 'undecided', 'everUndecided'] as const)
        assert.equal(back.steps[count], run.steps[count], count);
      assert.equal(nextDeadline(back), nextDeadline(run));
    }
  });

  it('is a retry of one that was rejected: who approved before is not asked again', () => {
    const w = flow(`  a: { approval: ${approval} }\n  b: { approval: ${approval}, needs: a }\n`);
    const results = { a: { value: { decision: 'approved', by: 'ada' } } };
    const again = fold(
      w,
      { status: 'absent' },
      { ...w.startInput({}), retry: { of: 'old', results, cancelled: [] } },
    );
    assert.deepEqual(types(again.events).slice(1), [
      'step.completed a 0',
      'approval.requested',
      'timer.armed',
    ]);
    assert.equal(stepIn(again.run, 'b')?.status, 'undecided');
  });

  it('is told to people: who is asked, and what became of it', () => {
    const w = flow(`  a: { approval: ${approval} }\n`);
    const waits = start(w, {});
    const decided = fold(w, waits.run, decision('a', 'rejected', { comment: 'no' }));
    const late = fold(w, decided.run, decision('a', 'approved', { by: 'eve' }));
    const commits = [waits, decided, late].map(({ events }, at) => ({
      ...{ schema: 1, runId: w.startInput({}).runId, version: at + 1, causes: [], published: 0, at: w.now },
      events,
    }));
    const texts = timelineOf(commits).filter(({ type }) => type.startsWith('approval.')).map(({ text }) => text); // prettier-ignore
    assert.deepEqual(texts, [
      'a waits for a decision of owner, lead: Go?',
      'a rejected by ada: no',
      'a: eve said approved when no decision was awaited; nothing changed',
    ]);
    const asked = { to: ['owner', 'lead'], prompt: 'Go?', deadlineAt: w.now + 7_200_000 };
    assert.deepEqual(stepsOf(commits.slice(0, 1)), [
      { step: 'a', status: 'undecided', attempts: 0, startedAt: w.now, approval: asked },
    ]);
    assert.deepEqual(stepsOf(commits)[0]?.approval, {
      ...asked,
      decision: 'rejected',
      by: 'ada',
      comment: 'no',
    });
  });
});

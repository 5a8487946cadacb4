import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attemptStands } from './absorb.ts';
import { world, start, respond, fail, fold, types, runOf, response } from './decide.fixtures.ts';
import { stepEntries, stepStateIn } from './step-states.ts';

const chain = `
name: chain
version: "1.0.0"
inputs: { idea: string }
steps:
  design:
    agent: designer
    with: { idea: "\${{ inputs.idea }}" }
    retry: { max: 3, delay: 1s, jitter: none }
  terraform:
    agent: builder
    with: { design: "\${{ steps.design.output }}" }
  kafka:
    agent: builder
    if: steps.design.output.messaging == "kafka"
    with: { design: "\${{ steps.design.output }}" }
outputs:
  design: \${{ steps.design.output }}
  kafka: \${{ steps.kafka.output }}
`;

describe('a start', () => {
  it('dispatches the steps that need nothing and arms the earliest deadline', () => {
    const w = world(chain);
    const { run, events } = start(w, { idea: 'a shop' });
    assert.deepEqual(types(events), ['run.started', 'step.dispatched design 1', 'timer.armed']);
    assert.equal(run.status === 'running' && run.wakeAt, w.now + 300_000);
  });

  it('with a bad input ends the run failed, with the code', () => {
    const w = world(chain);
    const { run } = start(w, { idee: 'a shop' });
    assert.ok(run.status === 'finished' && run.outcome.status === 'failed');
    assert.equal(run.outcome.failure.code, 'INPUT_INVALID');
  });

  it('with an unregistered agent ends the run failed, naming the agents there are', () => {
    const w = world(chain, ['designer']);
    const { run } = start(w, { idea: 'a shop' });
    assert.ok(run.status === 'finished' && run.outcome.status === 'failed');
    assert.equal(run.outcome.failure.code, 'WF_UNKNOWN_AGENT');
    assert.match(run.outcome.failure.message, /builder.*designer/);
  });

  it('under the same id with another payload is recorded once and changes nothing else', () => {
    const w = world(chain);
    const { run } = start(w, { idea: 'a shop' });
    const other = { ...w.startInput({ idea: 'a bank' }), payloadDigest: 'sha256:other' };
    const once = fold(w, run, other);
    assert.deepEqual(types(once.events), ['start.conflicted']);
    assert.equal(fold(w, once.run, other).absorbed, true);
  });
});

describe('results', () => {
  it('open the steps after them, in parallel, and the run ends when all have settled', () => {
    const w = world(chain);
    let { run } = start(w, { idea: 'a shop' });
    const after = respond(w, run, 'design', 1, { messaging: 'kafka' });
    assert.deepEqual(types(after.events), [
      'step.completed design 1',
      'step.dispatched terraform 1',
      'step.dispatched kafka 1',
    ]);
    run = respond(w, after.run, 'kafka', 1, ['orders']).run;
    const last = respond(w, run, 'terraform', 1, {});
    assert.deepEqual(types(last.events), ['step.completed terraform 1', 'run.completed']);
    assert.deepEqual(runOf(last.run).outputs, { design: { messaging: 'kafka' }, kafka: ['orders'] });
  });

  it('that make a condition false skip the step, whose output is then null', () => {
    const w = world(chain);
    const { run } = start(w, { idea: 'a shop' });
    const after = respond(w, run, 'design', 1, { messaging: 'none' });
    assert.ok(types(after.events).includes('step.skipped kafka condition'));
    const last = respond(w, after.run, 'terraform', 1, {});
    assert.deepEqual(runOf(last.run).outputs, { design: { messaging: 'none' }, kafka: null });
  });

  it('that lack a key the condition asks for fail that step with the keys there are', () => {
    const w = world(chain);
    const after = respond(w, start(w, { idea: 'x' }).run, 'design', 1, { services: [] });
    const failed = after.events.find((event) => event.type === 'step.failed');
    assert.equal(failed?.failure.code, 'EXPR_NO_SUCH_KEY');
    assert.match(failed?.failure.message ?? '', /services/);
  });

  it('that come twice are absorbed, in any state', () => {
    const w = world(chain);
    const once = respond(w, start(w, { idea: 'x' }).run, 'design', 1, { messaging: 'none' });
    assert.equal(fold(w, once.run, response('design', 1, { messaging: 'kafka' })).absorbed, true);
    const ended = respond(w, once.run, 'terraform', 1, {});
    assert.equal(fold(w, ended.run, response('design', 1, 1)).absorbed, true);
  });
});

describe('failures', () => {
  it('that are retryable come again after the backoff, with the next attempt number', () => {
    const w = world(chain);
    const failed = fail(w, start(w, { idea: 'x' }).run, 'design', 1, { retryable: true });
    assert.deepEqual(types(failed.events), [
      'attempt.failed design 1 answered',
      'step.retryScheduled design 2',
      'timer.armed',
    ]);
    w.now += 1000;
    const woken = fold(w, failed.run, { type: 'wake', source: '/t', id: 'w1', wakeSentAt: w.now });
    assert.deepEqual(types(woken.events), ['wake.consumed', 'step.dispatched design 2', 'timer.armed']);
  });

  it('never pass the attempts of the policy, and wait longer each time', () => {
    const w = world(chain);
    let { run } = start(w, { idea: 'x' });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const failed = fail(w, run, 'design', attempt, { retryable: true });
      const scheduled = failed.events.find((event) => event.type === 'step.retryScheduled');
      run = failed.run;
      if (scheduled === undefined) break;
      waits.push(scheduled.retryAt - w.now);
      w.now = scheduled.retryAt;
      run = fold(w, run, { type: 'wake', source: '/t', id: `w${attempt}`, wakeSentAt: w.now }).run;
    }
    assert.deepEqual(waits, [1000, 2000]);
    assert.ok(run.status === 'finished' && run.outcome.status === 'failed');
  });

  it('that are not retryable end the step at once; what needs it is skipped and the run fails with its code', () => {
    const w = world(chain);
    const failed = fail(w, start(w, { idea: 'x' }).run, 'design', 1, { retryable: false });
    assert.deepEqual(types(failed.events), [
      'attempt.failed design 1 answered',
      'step.failed design',
      'step.skipped terraform needsFailed',
      'step.skipped kafka needsFailed',
      'run.failed design BOOM',
    ]);
  });

  it('wait at least as long as the failing side asked', () => {
    const w = world(chain);
    const failed = fail(w, start(w, { idea: 'x' }).run, 'design', 1, {
      retryable: true,
      retryAfterMs: 20_000,
    });
    const scheduled = failed.events.find((event) => event.type === 'step.retryScheduled');
    assert.equal(scheduled?.retryAt, w.now + 20_000);
  });

  it('of one branch let an independent branch finish, whichever settles first', () => {
    const two = `
name: two
version: "1.0.0"
steps:
  a: { agent: designer }
  b: { agent: designer }
  c: { agent: builder, needs: [b] }
`;
    const order = (first: 'a' | 'b'): string[] => {
      const w = world(two);
      let { run } = start(w, {});
      const failA = () => (run = fail(w, run, 'a', 1, { retryable: false }).run);
      const finishB = () => (run = respond(w, run, 'b', 1, 1).run);
      for (const next of first === 'a' ? [failA, finishB] : [finishB, failA]) next();
      run = respond(w, run, 'c', 1, 1).run;
      assert.ok(run.status === 'finished');
      return [
        run.outcome.status,
        ...[...stepEntries(run.steps)].map(([id, step]) => `${id} ${step.status}`).sort(),
      ];
    };
    assert.deepEqual(order('a'), order('b'));
    assert.deepEqual(order('a'), ['failed', 'a failed', 'b completed', 'c completed']);
  });

  it('are caught by continueOnError: the next step runs and sees the error', () => {
    const w = world(`
name: caught
version: "1.0.0"
steps:
  a: { agent: designer, continueOnError: true }
  b:
    agent: builder
    with: { why: "\${{ steps.a.error.code }}", output: "\${{ steps.a.output }}" }
`);
    const failed = fail(w, start(w, {}).run, 'a', 1, { retryable: false });
    const dispatched = failed.events.find((event) => event.type === 'step.dispatched');
    assert.deepEqual(dispatched?.input.value, { why: 'BOOM', output: null });
    const last = respond(w, failed.run, 'b', 1, 1);
    assert.equal(runOf(last.run).status, 'completed');
  });
});

describe('time', () => {
  it('gives up an attempt at its deadline; the answer that comes later is recorded as late, once', () => {
    const w = world(chain);
    const { run } = start(w, { idea: 'x' });
    w.now += 300_000;
    const woken = fold(w, run, { type: 'wake', source: '/t', id: 'w', wakeSentAt: w.now });
    assert.deepEqual(types(woken.events), [
      'wake.consumed',
      'attempt.failed design 1 unanswered',
      'step.retryScheduled design 2',
      'timer.armed',
    ]);
    const late = fold(w, woken.run, response('design', 1, {}));
    assert.deepEqual(types(late.events), ['response.late design 1']);
    assert.equal(fold(w, late.run, response('design', 1, {})).absorbed, true);
  });

  it('that has not come changes nothing but the bound, and the wake is consumed all the same', () => {
    const w = world(chain);
    const { run } = start(w, { idea: 'x' });
    const woken = fold(w, run, { type: 'wake', source: '/t', id: 'w', wakeSentAt: 5 });
    assert.deepEqual(types(woken.events), ['wake.consumed', 'timer.armed']);
    assert.equal(fold(w, woken.run, { type: 'wake', source: '/t', id: 'w', wakeSentAt: 5 }).absorbed, true);
  });

  it('ends the run at its timeout, giving up what is in flight', () => {
    const w = world(chain.replace('steps:', 'timeout: 1m\nsteps:'));
    const { run } = start(w, { idea: 'x' });
    w.now += 60_000;
    const woken = fold(w, run, { type: 'wake', source: '/t', id: 'w', wakeSentAt: w.now });
    assert.deepEqual(types(woken.events), [
      'wake.consumed',
      'step.cancelled design',
      'run.failed  RUN_TIMEOUT',
    ]);
  });

  it('ends a step at its own deadline, whatever its retries', () => {
    const w = world(chain.replace('retry: {', 'deadline: 1500ms\n    retry: {'));
    const { run } = start(w, { idea: 'x' });
    w.now += 1000;
    const failed = fail(w, run, 'design', 1, { retryable: true });
    assert.ok(types(failed.events).includes('step.failed design'), 'a retry after the deadline is not made');
  });
});

describe('cancel', () => {
  it('ends the run at once and gives up what is in flight; what still answers is late', () => {
    const w = world(chain);
    const { run } = start(w, { idea: 'x' });
    const cancelled = fold(w, run, { type: 'cancel', source: '/cli', id: 'c', by: 'ada' });
    assert.deepEqual(types(cancelled.events), ['cancel.requested', 'step.cancelled design', 'run.cancelled']);
    const late = fold(w, cancelled.run, response('design', 1, {}));
    assert.deepEqual(types(late.events), ['response.late design 1']);
    assert.deepEqual(
      types(fold(w, late.run, { type: 'cancel', source: '/cli', id: 'd', by: 'eve' }).events),
      [],
    );
  });
});

it('an answer that comes again after its run was cancelled while backing off is known, not stale', () => {
  const w = world(chain);
  const failed = fail(w, start(w, { idea: 'x' }).run, 'design', 1, { retryable: true });
  const cancelled = fold(w, failed.run, { type: 'cancel', source: '/cli', id: 'c', by: 'ada' });
  assert.ok(cancelled.run.status === 'finished');
  assert.equal(attemptStands(cancelled.run, 'design', 1), 'answered');
  assert.equal(attemptStands(cancelled.run, 'design', 2), 'unknown', 'attempt 2 was never dispatched');
});

describe('joins', () => {
  const race = (join: string) => `
name: race
version: "1.0.0"
steps:
  a: { agent: designer }
  b: { agent: designer }
  c: { agent: designer }
  last: { agent: builder, needs: [a, b, c], ${join} }
`;
  it('any: the first success goes on, once; cancelRest gives up the others', () => {
    const w = world(race('join: { atLeast: 1, cancelRest: true }'));
    const first = respond(w, start(w, {}).run, 'b', 1, 1);
    assert.deepEqual(types(first.events), [
      'step.completed b 1',
      'step.dispatched last 1',
      'step.cancelled a',
      'step.cancelled c',
    ]);
    assert.equal(runOf(respond(w, first.run, 'last', 1, 1).run).status, 'completed');
  });

  it('atLeast: goes on with the n-th success and waits until then', () => {
    const w = world(race('join: { atLeast: 2 }'));
    const first = respond(w, start(w, {}).run, 'a', 1, 1);
    assert.deepEqual(types(first.events), ['step.completed a 1']);
    const second = respond(w, first.run, 'c', 1, 1);
    assert.ok(types(second.events).includes('step.dispatched last 1'));
    const third = respond(w, second.run, 'b', 1, 1);
    assert.deepEqual(types(third.events), ['step.completed b 1']);
  });

  it('all: the step after an if/else runs with the branch that was taken; none taken skips it', () => {
    const branches = `
name: branches
version: "1.0.0"
inputs: { way: string }
steps:
  first: { agent: designer }
  left: { agent: builder, needs: [first], if: inputs.way == "left" }
  right: { agent: builder, needs: [first], if: inputs.way == "right" }
  last: { agent: builder, needs: [left, right] }
`;
    const w = world(branches);
    let run = respond(w, start(w, { way: 'right' }).run, 'first', 1, 1).run;
    const joined = respond(w, run, 'right', 1, 1);
    assert.ok(types(joined.events).includes('step.dispatched last 1'));
    const none = world(branches);
    run = respond(none, start(none, { way: 'neither' }).run, 'first', 1, 1).run;
    assert.equal(runOf(run).status, 'completed');
    assert.deepEqual(run.status !== 'absent' && stepStateIn(run.steps, 'last'), {
      status: 'skipped',
      reason: 'needsSkipped',
    });
  });
});

describe('a wide definition', () => {
  it('opens at most 200 tasks in one decision and finds the rest again', () => {
    const steps = Array.from({ length: 450 }, (_, i) => `  s${i}: { agent: designer }`).join('\n');
    const w = world(`name: wide\nversion: "1.0.0"\nsteps:\n${steps}\n`);
    const first = start(w, {});
    assert.equal(first.events.filter((event) => event.type === 'step.dispatched').length, 200);
    assert.ok(first.more);
    assert.equal(
      first.run.status === 'running' && first.run.wakeAt,
      w.now,
      'a wake finds what a crash leaves',
    );
    const second = fold(w, first.run, { type: 'continue' });
    const third = fold(w, second.run, { type: 'continue' });
    assert.deepEqual([second.more, third.more], [true, false]);
    assert.equal(third.run.status === 'running' && [...stepEntries(third.run.steps)].length, 450);
  });
});

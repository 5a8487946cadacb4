import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from './decide.ts';
import {
  fail,
  failed,
  fold,
  respond,
  response,
  start,
  types,
  world,
  type TestWorld,
} from './decide.fixtures.ts';
import { type RunEvent, type RunState } from './types.ts';

const flow = (steps: string, fields = '') => world(`name: f\nversion: "1.0.0"\n${fields}steps:\n${steps}`);
const wake = (w: TestWorld, run: RunState, at: number) => {
  w.now = at;
  return fold(w, run, { type: 'wake', source: '/t', id: `w${at}`, wakeSentAt: at });
};
const armed = (events: readonly RunEvent[]) => {
  const event = events.find((candidate) => candidate.type === 'timer.armed');
  return event?.type === 'timer.armed' ? event.wakeAt : 'not armed';
};
const problemOf = (events: readonly RunEvent[]) => {
  const event = events.find((candidate) => candidate.type === 'step.failed');
  return event?.type === 'step.failed' ? event.failure : undefined;
};

describe('the deadline of a step', () => {
  const bounded = (retry: string) => flow(`  a: { agent: designer, deadline: 10s, timeout: 4s, ${retry} }\n`);

  it('is set by the first attempt and kept by the next ones', () => {
    const w = bounded('retry: { max: 9, delay: 0s, jitter: none }');
    const first = start(w, {});
    const begin = w.now;
    const dispatched = first.events.find((event) => event.type === 'step.dispatched');
    assert.equal(dispatched?.stepDeadlineAt, begin + 10_000);
    assert.equal(dispatched?.deadlineAt, begin + 4000);
    w.now += 8000;
    const second = fail(w, first.run, 'a', 1, { retryable: true });
    const again = second.events.find((event) => event.type === 'step.dispatched');
    assert.deepEqual([again?.stepDeadlineAt, again?.deadlineAt], [begin + 10_000, begin + 10_000]);
  });

  it('is absent where the step has none', () => {
    const first = start(flow('  a: { agent: designer }\n'), {});
    assert.ok(first.events.every((event) => !('stepDeadlineAt' in event)));
  });

  it('ends the attempt in flight and the step, and says how long there was', () => {
    const w = bounded('retry: { max: 9, delay: 9s, jitter: none }');
    const first = start(w, {});
    const begin = w.now;
    w.now += 500;
    const waits = fail(w, first.run, 'a', 1, { retryable: true });
    const running = wake(w, waits.run, begin + 9500);
    assert.ok(types(running.events).includes('step.dispatched a 2'));
    const over = wake(w, running.run, begin + 10_000);
    assert.deepEqual(types(over.events), [
      'wake.consumed',
      'attempt.failed a 2 unanswered',
      'step.failed a',
      'run.failed a STEP_DEADLINE',
    ]);
    assert.match(problemOf(over.events)?.message ?? '', /'a'.* 10000 ms; expected .*Raise `deadline`/);
    assert.equal(problemOf(over.events)?.retryable, false);
    const late = fold(w, over.run, response('a', 2, 1));
    assert.deepEqual(types(late.events), ['response.late a 2']);
  });

  it('ends a step that backs off, where its clock was moved meanwhile, without an attempt to end', () => {
    const w = bounded('retry: { max: 9, delay: 9s, jitter: none }');
    const begin = w.now;
    const waits = fail(w, start(w, {}).run, 'a', 1, { retryable: true });
    const over = wake(w, waits.run, begin + 20_000);
    assert.deepEqual(types(over.events), ['wake.consumed', 'step.failed a', 'run.failed a STEP_DEADLINE']);
  });

  it('leaves no room for a retry that would begin at it', () => {
    const w = bounded('retry: { max: 9, delay: 10s, jitter: none }');
    const failed = fail(w, start(w, {}).run, 'a', 1, { retryable: true });
    assert.deepEqual(types(failed.events).slice(1), ['step.failed a', 'run.failed a BOOM']);
  });
});

describe('the deadline of an attempt', () => {
  it('is the step’s timeout, else the agent’s, else five minutes', () => {
    const deadline = (w: TestWorld, agents = w.agents) => {
      const { events } = start({ ...w, agents }, {});
      const dispatched = events.find((event) => event.type === 'step.dispatched');
      return (dispatched?.deadlineAt ?? 0) - w.now;
    };
    const facts = { name: 'designer', version: '1.0.0', onRedelivery: 'once', timeoutMs: 7000 } as const;
    const agents = new Map([['designer', facts]]);
    const own = flow('  a: { agent: designer, timeout: 3s }\n');
    const none = flow('  a: { agent: designer }\n');
    assert.deepEqual([deadline(own, agents), deadline(none, agents), deadline(none)], [3000, 7000, 300_000]);
  });

  it('ends the attempt with a failure that may be retried, and says so', () => {
    const w = flow('  a: { agent: designer, timeout: 3s }\n');
    const over = wake(w, start(w, {}).run, w.now + 3000);
    assert.deepEqual(types(over.events).at(-1), 'run.failed a STEP_TIMEOUT');
    const problem = problemOf(over.events);
    assert.match(problem?.message ?? '', /attempt 1 of step 'a' did not answer.*Raise `timeout`/);
    assert.equal(problem?.retryable, true);
  });

  it('lets the steps after it go on where its failure is caught', () => {
    const w = flow(
      '  a: { agent: designer, timeout: 3s, continueOnError: true }\n  b: { agent: builder, needs: [a] }\n',
    );
    const over = wake(w, start(w, {}).run, w.now + 3000);
    assert.deepEqual(types(over.events), [
      'wake.consumed',
      'attempt.failed a 1 unanswered',
      'step.failed a',
      'step.dispatched b 1',
      'timer.armed',
    ]);
  });
});

describe('a retry without delay', () => {
  it('is dispatched in the same decision', () => {
    const w = flow('  a: { agent: designer, retry: { max: 2, delay: 0s, jitter: none } }\n');
    const again = fail(w, start(w, {}).run, 'a', 1, { retryable: true });
    assert.deepEqual(types(again.events).slice(0, 3), [
      'attempt.failed a 1 answered',
      'step.retryScheduled a 2',
      'step.dispatched a 2',
    ]);
  });
});

describe('the timeout of a run', () => {
  it('cancels what is in flight, leaves what has settled, and says how long there was', () => {
    const w = flow('  a: { agent: designer }\n  b: { agent: builder }\n', 'timeout: 1m\n');
    const { run } = respond(w, start(w, {}).run, 'a', 1, 1);
    const over = wake(w, run, w.now + 60_000);
    assert.deepEqual(types(over.events).slice(1), ['step.cancelled b', 'run.failed  RUN_TIMEOUT']);
    const ended = over.events.at(-1);
    assert.match(ended?.type === 'run.failed' ? ended.failure.message : '', / 60000 ms, its `timeout`/);
  });
});

describe('a cancel', () => {
  it('leaves what has settled, and records who and why', () => {
    const w = flow('  a: { agent: designer }\n  b: { agent: builder }\n');
    const { run } = respond(w, start(w, {}).run, 'a', 1, 1);
    const cancel = { type: 'cancel', source: '/cli', id: 'c', by: 'ada' } as const;
    const at = w.now;
    assert.deepEqual(fold(w, run, { ...cancel, reason: 'typo' }).events, [
      { ...cancel, type: 'cancel.requested', reason: 'typo', at },
      { type: 'step.cancelled', step: 'b', attempt: 1, at },
      { type: 'run.cancelled', by: 'ada', reason: 'typo', at },
    ]);
    const silent = fold(w, run, cancel).events;
    assert.ok(silent.every((event) => !('reason' in event)));
  });
});

describe('an answer', () => {
  const w = flow('  a: { agent: designer, retry: 3 }\n  b: { agent: builder }\n');
  const decided = (run: RunState, input: Parameters<typeof decide>[2]) => {
    const moment = { now: w.now, random: 0.5 };
    return decide({ definition: w.definition, agents: w.agents, moment, blobs: new Map() }, run, input);
  };

  it('to an attempt that was answered, or never opened, does nothing even where it was not absorbed (D3)', () => {
    const { run } = respond(w, start(w, {}).run, 'a', 1, 1);
    for (const input of [response('a', 1, 2), failed('a', 1, {}), response('b', 2, 2), response('x', 1, 2)]) {
      assert.deepEqual(decided(run, input), { events: [], more: false });
    }
  });

  it('keeps what the agent used, where it says so', () => {
    const usage = { tokens: 7 };
    const answer = response('a', 1, 1);
    const withUsage = { ...answer, outcome: { status: 'completed', output: { value: 1 }, usage } } as const;
    const { run } = start(w, {});
    const recorded = fold(w, run, withUsage).events[0];
    assert.deepEqual(recorded?.type === 'step.completed' && recorded.usage, usage);
    assert.ok(!('usage' in (fold(w, run, answer).events[0] ?? {})));
  });
});

describe('the armed bound', () => {
  const two = () => flow('  a: { agent: designer, timeout: 3s }\n  b: { agent: builder, timeout: 5s }\n');

  it('is the earliest deadline after a start and after every wake (D5)', () => {
    const w = two();
    const first = start(w, {});
    const begin = w.now;
    assert.equal(armed(first.events), begin + 3000);
    const answered = respond(w, first.run, 'a', 1, 1);
    assert.equal(armed(answered.events), 'not armed', 'a later deadline is left to the wake');
    assert.equal(armed(wake(w, answered.run, begin + 3000).events), begin + 5000);
  });

  it('is lowered by what a decision opens, and only by that', () => {
    const w = flow(
      '  a: { agent: designer, timeout: 9s }\n  b: { agent: builder, timeout: 4s, needs: [a] }\n  c: { agent: builder, timeout: 6s, needs: [a] }\n',
    );
    const first = start(w, {});
    assert.equal(armed(respond(w, first.run, 'a', 1, 1).events), w.now + 4000);
  });

  it('is lowered by a retry that comes before it', () => {
    const w = flow('  a: { agent: designer, timeout: 9s, retry: { max: 2, delay: 2s, jitter: none } }\n');
    assert.equal(armed(fail(w, start(w, {}).run, 'a', 1, { retryable: true }).events), w.now + 2000);
  });
});

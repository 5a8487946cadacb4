import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failure } from '../failure.ts';
import { type Payload } from '../payload.ts';
import { decide } from './decide.ts';
import { fold, response, start, types, world, type TestWorld } from './decide.fixtures.ts';
import { type RunEvent, type RunInput } from './types.ts';

type Start = Extract<RunInput, { type: 'start' }>;
const one = (fields = '') =>
  world(`name: one\nversion: "1.0.0"\n${fields}steps:\n  a: { agent: designer }\n  b: { agent: builder }\n`);

const started = (w: TestWorld, change: Partial<Start> = {}) => {
  const { events, run } = fold(w, { status: 'absent' }, { ...w.startInput({}), ...change });
  const [event] = events;
  assert.ok(event?.type === 'run.started');
  return { event, events, run };
};
/** Decides a start for which no definition was found. */
const unknown = (w: TestWorld, change: Partial<Start> = {}): readonly RunEvent[] => {
  const moment = { now: w.now, random: 0 };
  const input = { ...w.startInput({ a: 1 }), asked: 'nope', ...change };
  const decision = decide({ agents: w.agents, moment, blobs: new Map() }, { status: 'absent' }, input);
  assert.ok('events' in decision);
  assert.equal(decision.more, false);
  return decision.events;
};

describe('a start is recorded', () => {
  it('with everything that was asked for, and nothing that was not', () => {
    const w = one();
    const { runId, payloadDigest } = w.startInput({});
    const { name, version, digest } = w.definition;
    const facts = {
      type: 'run.started',
      ...{ runId, source: '/test', id: 'start', payloadDigest, asked: 'one', steps: 2 },
      ...{ input: { value: {} }, at: w.now, tenant: 'default', workflow: { name, version, digest } },
    };
    assert.deepEqual(started(w).event, facts);
    assert.deepEqual(started(w, { traceparent: '00-ab' }).event, { ...facts, traceparent: '00-ab' });
  });

  it('with the deadline of the run, from now', () => {
    const w = one('timeout: 1m\n');
    const { event, run } = started(w);
    assert.equal(event.timeoutAt, w.now + 60_000);
    assert.equal(run.status === 'running' && run.wakeAt, w.now + 60_000);
  });

  it('with the labels of the workflow and of the start, the latter first', () => {
    const declared = one('labels: { team: shop, stage: test }\n');
    const own = { stage: 'live', who: 'ada' };
    assert.deepEqual(started(declared).event.labels, { team: 'shop', stage: 'test' });
    assert.deepEqual(started(declared, { labels: own }).event.labels, { team: 'shop', ...own });
    assert.deepEqual(started(one(), { labels: own }).event.labels, own);
  });

  it('with the defaults of inputs filled in', () => {
    const w = one('inputs: { size: { type: integer, default: 3 } }\n');
    assert.deepEqual(started(w).event.input, { value: { size: 3 } });
  });

  it('with the input as it came where it does not fit; the run then fails', () => {
    const w = one('inputs: { size: { type: integer, default: 3 } }\n');
    const { event, events } = started(w, { input: { sise: 1 } });
    assert.deepEqual(event.input, { value: { sise: 1 } });
    assert.deepEqual(types(events), ['run.started', 'run.failed  INPUT_INVALID']);
  });
});

describe('a start without a definition', () => {
  it('ends the run with the reason given', () => {
    const problem = failure('WF_UNKNOWN_VERSION', 'no 9.x');
    const [event, ended, ...rest] = unknown(one(), { problem });
    assert.ok(event?.type === 'run.started');
    assert.deepEqual(
      [event.steps, event.workflow, event.timeoutAt, event.input],
      [0, undefined, undefined, { value: { a: 1 } }],
    );
    assert.ok(!('workflow' in event) && !('timeoutAt' in event) && !('labels' in event));
    assert.deepEqual(ended?.type === 'run.failed' && ended.failure, problem);
    assert.deepEqual(rest, []);
  });

  it('ends the run with a reason of its own where none was given', () => {
    const ended = unknown(one())[1];
    assert.ok(ended?.type === 'run.failed');
    assert.equal(ended.failure.code, 'WF_UNKNOWN_WORKFLOW');
    assert.match(ended.failure.message, /'nope'/);
  });
});

it('a start whose agent is missing names those there are', () => {
  const w = world('name: a\nversion: "1.0.0"\nsteps:\n  s: { agent: other }\n');
  const ended = started(w).events.at(-1);
  assert.ok(ended?.type === 'run.failed');
  assert.match(ended.failure.message, /^step 's' names agent 'other'.*expected one of: designer, builder\./);
});

describe('a retry', () => {
  const retry = { of: 'r0', results: { a: { value: 'kept' } }, cancelled: [] };

  it('takes the recorded results over and asks no agent for them again', () => {
    const w = one();
    const { events, run } = started(w, { retry });
    assert.ok(events[0]?.type === 'run.started' && events[0].retryOf === 'r0');
    assert.deepEqual(events[1], {
      ...{ type: 'step.completed', step: 'a', attempt: 0, output: { value: 'kept' } },
      ...{ at: w.now, reusedFrom: 'r0' },
    });
    assert.deepEqual(types(events).slice(2), ['step.dispatched b 1', 'timer.armed']);
    assert.ok(run.status === 'running');
    assert.equal(run.retryOf, 'r0');
  });

  it('whose results are all there ends at once', () => {
    const results = { a: { value: 1 }, b: { value: 2 } };
    const { events } = started(one(), { retry: { of: 'r0', results, cancelled: [] } });
    assert.equal(events.at(-1)?.type, 'run.completed');
  });

  it('does not run the losers of a race again that its predecessor decided', () => {
    const race = (join: string) =>
      world(
        'name: r\nversion: "1.0.0"\nsteps:\n  a: { agent: designer }\n  b: { agent: designer }\n' +
          `  c: { agent: designer }\n  last: { agent: builder, needs: [a, b, c], join: ${join} }\n`,
      );
    const [a, b, last] = [{ value: 1 }, { value: 2 }, { value: 3 }];
    const retried = (join: string, results: Readonly<Record<string, Payload>>, cancelled = ['c']) =>
      types(started(race(join), { retry: { of: 'r0', results, cancelled } }).events).slice(1);
    const reused = ['step.completed a 0', 'step.completed b 0', 'step.completed last 0'];
    assert.deepEqual(retried('{ atLeast: 1, cancelRest: true }', { a, b, last }), [
      ...[...reused, 'step.cancelled c', 'run.completed'],
    ]);
    assert.deepEqual(retried('{ atLeast: 1 }', { a, b, last }), [
      ...[...reused, 'step.dispatched c 1', 'timer.armed'],
    ]);
    // One that had failed before the race was decided was no loser: others may need it.
    assert.deepEqual(retried('{ atLeast: 1, cancelRest: true }', { a, b, last }, []), [
      ...[...reused, 'step.dispatched c 1', 'timer.armed'],
    ]);
    // Of a race that is not decided all go on.
    assert.deepEqual(retried('{ atLeast: 2, cancelRest: true }', { a }), [
      ...['step.completed a 0', 'step.dispatched b 1', 'step.dispatched c 1', 'timer.armed'],
    ]);
  });

  it('looks at recorded results only: not at what every object inherits', () => {
    const w = world('name: a\nversion: "1.0.0"\nsteps:\n  valueOf: { agent: designer }\n');
    const { events } = started(w, { retry: { of: 'r0', results: {}, cancelled: [] } });
    assert.deepEqual(types(events), ['run.started', 'step.dispatched valueOf 1', 'timer.armed']);
  });
});

describe('before a run and after it', () => {
  const decideOn = (run: Parameters<typeof decide>[1], input: RunInput) => {
    const w = one();
    const moment = { now: w.now, random: 0 };
    return decide({ agents: w.agents, moment, blobs: new Map() }, run, input);
  };
  const cancel = { type: 'cancel', source: '/cli', id: 'c', by: 'ada' } as const;

  it('nothing but a start does anything', () => {
    assert.deepEqual(decideOn({ status: 'absent' }, cancel), { events: [], more: false });
    assert.deepEqual(decideOn({ status: 'absent' }, response('a', 1, 1)), { events: [], more: false });
  });

  it('a start of a run that is there is a conflict, and only that', () => {
    const w = one();
    const { run } = start(w, {});
    const input = { ...w.startInput({}), payloadDigest: 'sha256:two' };
    const event = { type: 'start.conflicted', source: '/test', id: 'start', payloadDigest: 'sha256:two' };
    assert.deepEqual(decideOn(run, input), { events: [event], more: false });
  });

  it('a late answer is recorded once, and nothing else changes an ended run (D2, D4)', () => {
    const w = one();
    const { run } = fold(w, start(w, {}).run, cancel);
    assert.deepEqual(decideOn(run, response('a', 1, 1)), {
      events: [{ type: 'response.late', step: 'a', attempt: 1, at: w.now }],
      more: false,
    });
    for (const input of [response('a', 2, 1), response('x', 1, 1), { ...cancel, id: 'd' }]) {
      assert.deepEqual(decideOn(run, input), { events: [], more: false });
    }
  });

  it('a live run cannot be decided without its definition', () => {
    const { run } = start(one(), {});
    assert.throws(() => decideOn(run, cancel), /run .* is live and has no definition/);
  });
});

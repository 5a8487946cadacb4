import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json } from '../json.ts';
import { type Payload } from '../payload.ts';
import { decide, type Decision } from './decide.ts';
import {
  fail,
  failed,
  fold,
  respond,
  response,
  runOf,
  start,
  types,
  world,
  type TestWorld,
} from './decide.fixtures.ts';
import { spilled } from './spill.ts';
import { evolve } from './evolve.ts';
import { stepStateIn } from './step-states.ts';
import { type RunInput, type RunState } from './types.ts';

const flow = (steps: string, fields = '') => world(`name: f\nversion: "1.0.0"\n${fields}steps:\n${steps}`);
const stateOf = (run: RunState, step: string) =>
  run.status === 'absent' ? undefined : stepStateIn(run.steps, step);
const give = (steps: string) => steps.replaceAll('$(', '${{ ').replaceAll(')$', ' }}');

describe('a join of all', () => {
  const after = (...ids: readonly string[]) => `  last: { agent: builder, needs: [${ids.join(', ')}] }\n`;

  it('is not satisfied where one need failed, though another succeeded (N3)', () => {
    const w = flow(`  a: { agent: designer }\n  b: { agent: designer }\n${after('a', 'b')}`);
    const { run } = respond(w, start(w, {}).run, 'a', 1, 1);
    const ended = fail(w, run, 'b', 1, {});
    assert.deepEqual(stateOf(ended.run, 'last'), { status: 'skipped', reason: 'needsFailed' });
  });

  it('passes the reason on: no step after one that was skipped for a failure runs (N3)', () => {
    const w = flow(
      `  a: { agent: designer }\n  b: { agent: designer }\n  c: { agent: builder, needs: [a] }\n${after('b', 'c')}`,
    );
    const { run } = respond(w, start(w, {}).run, 'b', 1, 1);
    const ended = fail(w, run, 'a', 1, {});
    assert.deepEqual(stateOf(ended.run, 'last'), { status: 'skipped', reason: 'needsFailed' });
  });

  it('goes on where what was skipped was skipped by its condition and another succeeded', () => {
    const w = flow(`  a: { agent: designer }\n  b: { agent: designer, if: "false" }\n${after('a', 'b')}`);
    const { events } = respond(w, start(w, {}).run, 'a', 1, 1);
    assert.ok(types(events).includes('step.dispatched last 1'));
  });

  it('counts a caught failure as a success, beside skipped needs too', () => {
    const w = flow(
      `  a: { agent: designer, continueOnError: true }\n  b: { agent: designer, if: "false" }\n${after('a', 'b')}`,
    );
    const { events } = fail(w, start(w, {}).run, 'a', 1, {});
    assert.ok(types(events).includes('step.dispatched last 1'));
  });

  it('waits while a need has not settled', () => {
    const w = flow(`  a: { agent: designer }\n  b: { agent: designer }\n${after('a', 'b')}`);
    assert.equal(stateOf(respond(w, start(w, {}).run, 'a', 1, 1).run, 'last'), undefined);
  });
});

describe('a join of some', () => {
  const some = (b: string, c: string, join = '{ atLeast: 2 }') =>
    flow(
      `  a: { agent: designer }\n  b: { agent: designer${b} }\n  c: { agent: designer${c} }\n` +
        `  last: { agent: builder, needs: [a, b, c], join: ${join} }\n`,
      'inputs: { go: { type: boolean, default: true } }\n',
    );

  it('is skipped where fewer succeed than it asks for', () => {
    const w = some(', if: inputs.go', ', if: inputs.go');
    const { run } = respond(w, start(w, { go: false }).run, 'a', 1, 1);
    assert.deepEqual(stateOf(run, 'last'), { status: 'skipped', reason: 'joinUnsatisfied' });
    assert.equal(runOf(run).status, 'completed');
  });

  it('is skipped with its needs where none succeeds: a caught failure wins no race', () => {
    const w = some(', if: "false"', ', continueOnError: true', 'any');
    const none = fail(w, start(w, {}).run, 'c', 1, {});
    const { run } = fail(w, none.run, 'a', 1, {});
    assert.deepEqual(stateOf(run, 'last'), { status: 'skipped', reason: 'needsFailed' });
    const caught = flow(
      '  a: { agent: designer, continueOnError: true }\n  last: { agent: builder, needs: [a], join: any }\n',
    );
    const skipped = fail(caught, start(caught, {}).run, 'a', 1, {});
    assert.deepEqual(stateOf(skipped.run, 'last'), { status: 'skipped', reason: 'needsSkipped' });
  });

  it('cancels the rest once it is satisfied, also where its step is then skipped, fails, or waits for a person', () => {
    const race = 'needs: [a, b], join: { atLeast: 1, cancelRest: true }';
    for (const [last, ...then] of [
      [`agent: builder, if: "false"`, 'step.skipped last condition', 'step.cancelled b', 'run.completed'],
      [`agent: builder, if: steps.a.output.x`, 'step.failed last', 'step.cancelled b', 'run.failed last EXPR_NO_SUCH_KEY'], // prettier-ignore
      [`agent: builder, with: "$(steps.a.output.x)$"`, 'step.failed last', 'step.cancelled b', 'run.failed last EXPR_NO_SUCH_KEY'], // prettier-ignore
      [`approval: { to: editor, prompt: p }`, 'approval.requested', 'step.cancelled b'],
    ] as const) {
      const w = flow(
        give(`  a: { agent: designer }\n  b: { agent: designer }\n  last: { ${last}, ${race} }\n`),
      );
      const { run, events } = respond(w, start(w, {}).run, 'a', 1, {});
      assert.deepEqual(types(events).slice(1, 4), then);
      assert.equal(stateOf(run, 'b')?.status, 'cancelled');
    }
  });

  it('cancels a need that has not begun, and what waits for it goes on from there', () => {
    const w = flow(
      '  a: { agent: designer }\n  b: { agent: designer }\n  c: { agent: designer, needs: [b] }\n' +
        '  last: { agent: builder, needs: [a, c], join: { atLeast: 1, cancelRest: true } }\n' +
        '  after: { agent: builder, needs: [c] }\n',
    );
    const { events } = respond(w, start(w, {}).run, 'a', 1, 1);
    assert.deepEqual(types(events).slice(1, 4), [
      'step.dispatched last 1',
      'step.cancelled c',
      'step.skipped after needsSkipped',
    ]);
    const cancelled = events.find((event) => event.type === 'step.cancelled');
    assert.ok(cancelled !== undefined && !('attempt' in cancelled));
  });

  it('keeps the rest while it is not satisfied', () => {
    const w = some('', '', '{ atLeast: 2, cancelRest: true }');
    const { events } = respond(w, start(w, {}).run, 'a', 1, 1);
    assert.deepEqual(types(events), ['step.completed a 1']);
  });

  it('keeps the rest where it is not told to cancel it', () => {
    const w = some('', '', '{ atLeast: 1 }');
    const { events } = respond(w, start(w, {}).run, 'a', 1, 1);
    assert.deepEqual(types(events), ['step.completed a 1', 'step.dispatched last 1']);
  });
});

describe('a step that cannot be dispatched fails', () => {
  it('where its condition fails', () => {
    const w = flow(
      '  a: { agent: designer }\n  b: { agent: builder, if: steps.a.output.x > 1 }\n  c: { agent: builder, needs: [b] }\n',
    );
    const { events } = respond(w, start(w, {}).run, 'a', 1, {});
    assert.deepEqual(types(events).slice(1), [
      'step.failed b',
      'step.skipped c needsFailed',
      'run.failed b EXPR_NO_SUCH_KEY',
    ]);
  });

  it('where its input fails', () => {
    const w = flow(
      give('  a: { agent: designer }\n  b: { agent: builder, with: { x: "$(steps.a.output.x)$" } }\n'),
    );
    const { events } = respond(w, start(w, {}).run, 'a', 1, {});
    assert.deepEqual(types(events).slice(1), ['step.failed b', 'run.failed b EXPR_NO_SUCH_KEY']);
  });

  it('where its agent is registered no more', () => {
    const w = flow('  a: { agent: designer }\n  b: { agent: builder, needs: [a] }\n');
    const { run } = start(w, {});
    const fewer = { ...w, agents: new Map([...w.agents].filter(([name]) => name === 'designer')) };
    const { events } = respond(fewer, run, 'a', 1, 1);
    assert.deepEqual(types(events).slice(1), ['step.failed b', 'run.failed b WF_UNKNOWN_AGENT']);
  });
});

it('outputs that cannot be made fail the run, and no step', () => {
  const w = flow('  a: { agent: designer }\n', give('outputs: { x: "$(steps.a.output.x)$" }\n'));
  const { events } = respond(w, start(w, {}).run, 'a', 1, {});
  const ended = events.at(-1);
  assert.ok(ended?.type === 'run.failed');
  assert.equal(ended.failure.code, 'EXPR_NO_SUCH_KEY');
  assert.ok(!('step' in ended));
});

it('secrets travel by name, beside the input, and only where there are some', () => {
  const w = flow(
    '  a: { agent: designer, with: { key: { secretRef: SHOP_KEY } } }\n  b: { agent: designer }\n',
  );
  const [a, b] = start(w, {}).events.filter((event) => event.type === 'step.dispatched');
  assert.deepEqual(a?.secrets, [{ at: '/key', name: 'SHOP_KEY' }]);
  assert.ok(b !== undefined && !('secrets' in b));
});

it('expressions see the run, and each step as it stands', () => {
  const seen = (id: string) =>
    `{ ${['status', 'attempts', 'output'].map((f) => `${f}: "$(steps.${id}.${f})$"`).join(', ')} }`;
  const w = flow(
    give(
      '  a: { agent: designer, retry: { max: 2, delay: 0s, jitter: none } }\n  b: { agent: designer, if: "false" }\n  c: { agent: designer }\n  d: { agent: designer, needs: [c] }\n' +
        `  last:\n    agent: builder\n    needs: [a, b, c, d]\n    join: any\n    with:\n      id: "$(run.id)$"\n      startedAt: "$(run.startedAt)$"\n      a: ${seen('a')}\n      b: ${seen('b')}\n      c: ${seen('c')}\n      d: ${seen('d')}\n`,
    ),
  );
  const retried = fail(w, start(w, {}).run, 'a', 1, { retryable: true });
  const { events } = respond(w, retried.run, 'a', 2, 'done');
  const task = events.find((event) => event.type === 'step.dispatched');
  assert.deepEqual(task?.input.value, {
    id: w.startInput({}).runId,
    startedAt: '1970-01-01T00:16:40.000Z',
    a: { status: 'completed', attempts: 2, output: 'done' },
    b: { status: 'skipped', attempts: 0, output: null },
    c: { status: 'running', attempts: 1, output: null },
    d: { status: 'waiting', attempts: 0, output: null },
  });
});

it('steps may have the names of what every object inherits', () => {
  const w = flow(
    give(
      '  toString: { agent: designer }\n  valueOf:\n    agent: builder\n    if: has(steps.toString.output.x)\n    with: { x: "$(steps.toString.output.x)$" }\n',
    ),
  );
  const { events, run } = respond(w, start(w, {}).run, 'toString', 1, { x: 1 });
  const task = events.find((event) => event.type === 'step.dispatched');
  assert.deepEqual([task?.step, task?.input.value], ['valueOf', { x: 1 }]);
  assert.equal(runOf(respond(w, run, 'valueOf', 1, 1).run).status, 'completed');
});

describe('a value that is a claim check', () => {
  const big = { kind: 'big' };
  const { ref } = spilled(big);
  const output: Payload = { value: null, refs: [{ at: '', ref }] };
  const answer: RunInput = { ...response('a', 1, null), outcome: { status: 'completed', output } };
  const decided = (w: TestWorld, run: RunState, input: RunInput, blobs: readonly Json[] = []): Decision => {
    const loaded = new Map(blobs.map((value) => [spilled(value).ref.digest, value]));
    const moment = { now: w.now, random: 0 };
    return decide({ definition: w.definition, agents: w.agents, moment, blobs: loaded }, run, input);
  };
  const after = (b: string, fields = '') => flow(give(`  a: { agent: designer }\n${b}`), give(fields));

  const users = {
    'a condition': after('  b: { agent: builder, if: steps.a.output.kind == "big" }\n'),
    'an input': after('  b: { agent: builder, with: { is: "$(steps.a.output.kind)$" } }\n'),
    'a question to people': after('  b: { approval: { to: o, prompt: "$(steps.a.output.kind)$" } }\n'),
    'the outputs': after('', 'outputs: { is: "$(steps.a.output.kind)$" }\n'),
  };
  for (const [what, w] of Object.entries(users)) {
    it(`is asked for where ${what} looks into it, and nothing is decided before it is there`, () => {
      const { run } = start(w, {});
      assert.deepEqual(decided(w, run, answer), { needs: [ref] });
      const then = decided(w, run, answer, [big]);
      assert.ok('events' in then && then.events.length > 1);
    });
  }

  it('is asked for once, also where a wake ends the last step', () => {
    const w = after(
      '  b: { agent: builder, timeout: 1s, continueOnError: true }\n',
      'outputs: { is: "$(steps.a.output.kind)$" }\n',
    );
    const { run } = start(w, {});
    const first = decided(w, run, answer);
    assert.ok('events' in first);
    w.now += 1000;
    const wake: RunInput = { type: 'wake', source: '/t', id: 'w', wakeSentAt: w.now };
    assert.deepEqual(decided(w, first.events.reduce(evolve, run), wake), { needs: [ref] });
  });

  it('is passed on as it is where it is not looked into', () => {
    const w = after('  b: { agent: builder, with: { all: "$(steps.a.output)$" } }\n');
    const decision = decided(w, start(w, {}).run, answer);
    const task = 'events' in decision && decision.events.find((event) => event.type === 'step.dispatched');
    assert.deepEqual(task && task.input, { value: { all: null }, refs: [{ at: '/all', ref }] });
  });
});

describe('a commit that is full', () => {
  const wide = Array.from(
    { length: 4 },
    (_, i) => `  s${i}: { agent: designer, timeout: 1s, retry: { max: 3, delay: 1s, jitter: none } }\n`,
  ).join('');
  const limited = (w: TestWorld, run: RunState, input: RunInput, effectRoom: number) => {
    const moment = { now: w.now, random: 0 };
    const about = { definition: w.definition, agents: w.agents, moment, blobs: new Map(), effectRoom };
    const decision = decide(about, run, input);
    assert.ok('events' in decision);
    return { ...decision, run: decision.events.reduce(evolve, run) };
  };
  const tasks = (decision: { readonly events: readonly { readonly type: string }[] }) =>
    decision.events.filter((event) => event.type === 'step.dispatched').length;

  it('leaves retries that are due to the next one, and arms its own time (N4)', () => {
    const w = flow(wide);
    let { run } = start(w, {});
    for (const step of ['s0', 's1', 's2', 's3']) run = fold(w, run, failed(step, 1, { retryable: true })).run;
    w.now += 1000;
    const wake: RunInput = { type: 'wake', source: '/t', id: 'w', wakeSentAt: w.now };
    const first = limited(w, run, wake, 3);
    assert.deepEqual([tasks(first), first.more], [3, true]);
    assert.equal(first.run.status === 'running' && first.run.wakeAt, w.now);
    const second = limited(w, first.run, { ...wake, wakeSentAt: w.now + 1 }, 3);
    assert.deepEqual([tasks(second), second.more], [1, false]);
  });

  it('without any room decides nothing, and says that there is more', () => {
    const w = flow('  a: { agent: designer }\n  b: { agent: builder }\n');
    const { run } = limited(w, { status: 'absent' }, w.startInput({}), 1);
    const { events, more } = limited(w, run, { type: 'continue' }, 0);
    assert.deepEqual([events, more], [[], true]);
  });

  it('leaves steps that are ready, and a wake finds them as well as a continuation does', () => {
    const w = flow(wide);
    const first = limited(w, { status: 'absent' }, w.startInput({}), 3);
    assert.deepEqual([tasks(first), first.more], [3, true]);
    const wake: RunInput = { type: 'wake', source: '/t', id: 'w', wakeSentAt: w.now };
    assert.equal(tasks(limited(w, first.run, wake, 3)), 1);
    assert.equal(tasks(limited(w, first.run, { type: 'continue' }, 3)), 1);
  });
});

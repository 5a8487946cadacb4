/** What a commit that is full leaves for the next one (N4), and that it leaves nothing where there is nothing. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decide } from './decide.ts';
import { failed, response, types, world, type TestWorld } from './decide.fixtures.ts';
import { evolve } from './evolve.ts';
import { type RunInput, type RunState } from './types.ts';

const flow = (steps: string) => world(`name: f\nversion: "1.0.0"\nsteps:\n${steps}`);

function limited(w: TestWorld, run: RunState, input: RunInput, effectRoom: number) {
  const moment = { now: w.now, random: 0 };
  const { definition, agents } = w;
  const decision = decide({ definition, agents, moment, blobs: new Map(), effectRoom }, run, input);
  assert.ok('events' in decision);
  return { ...decision, run: decision.events.reduce(evolve, run) };
}
const begin = (w: TestWorld, effectRoom: number) =>
  limited(w, { status: 'absent' }, w.startInput({}), effectRoom);

it('an approval takes room as a task does', () => {
  const approval = '{ approval: { to: o, prompt: p } }';
  const w = flow(`  a: ${approval}\n  b: ${approval}\n  c: ${approval}\n`);
  const first = begin(w, 2);
  assert.deepEqual(types(first.events).slice(1), ['approval.requested', 'approval.requested', 'timer.armed']);
  assert.equal(first.more, true);
  const second = limited(w, first.run, { type: 'continue' }, 2);
  assert.deepEqual([types(second.events)[0], second.more], ['approval.requested', false]);
});

it('what waits for the last task that had room is no work that is left', () => {
  const w = flow(
    '  a: { agent: designer, retry: { max: 2, delay: 0s, jitter: none } }\n' +
      '  b: { agent: builder, needs: a }\n  c: { agent: builder, needs: b }\n',
  );
  const { run } = begin(w, 200);
  const again = limited(w, run, failed('a', 1, { retryable: true }), 1);
  assert.deepEqual(types(again.events).slice(1, 3), ['step.retryScheduled a 2', 'step.dispatched a 2']);
  assert.equal(again.more, false);
  const next = limited(w, run, response('a', 1, 1), 1);
  assert.deepEqual([types(next.events)[1], next.more], ['step.dispatched b 1', false]);
});

it('a commit without room records nothing, also where its clock is behind the bound of the run', () => {
  const w = flow('  a: { agent: designer }\n  b: { agent: builder }\n');
  const { run } = begin(w, 1);
  w.now -= 1;
  const { events, more } = limited(w, run, { type: 'continue' }, 0);
  assert.deepEqual([events, more], [[], true]);
});

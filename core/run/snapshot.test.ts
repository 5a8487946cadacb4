import assert from 'node:assert/strict';
import { it } from 'node:test';
import { completed, runAfter, started } from './evolve.fixtures.ts';
import { absent } from './evolve.ts';
import { ofSnapshot, toSnapshot } from './snapshot.ts';
import { stepEntries } from './step-states.ts';

it('a state comes back from its JSON with all its steps, in their order, whatever they are called', () => {
  const ids = ['last', '__proto__', 'toString', ...Array.from({ length: 100 }, (_, at) => `s${at}`)];
  const run = runAfter(started(), ...ids.map((id) => completed(id, 1)));
  const json = JSON.stringify(toSnapshot(run));
  const back = ofSnapshot(JSON.parse(json) as ReturnType<typeof toSnapshot>);
  assert.ok(back.status !== 'absent');
  assert.deepEqual(
    { ...back, steps: [...stepEntries(back.steps)] },
    { ...run, steps: [...stepEntries(run.steps)] },
  );
  assert.deepEqual(
    [...stepEntries(back.steps)].map(([id]) => id),
    ids,
  );
});

it('a run that never waited for a decision comes back as one that never did', () => {
  const back = ofSnapshot(toSnapshot(runAfter(started(), completed('a', 1))));
  assert.equal(back.status !== 'absent' && back.steps.everUndecided, false);
});

it('no run is none', () => {
  assert.deepEqual(ofSnapshot(toSnapshot(absent)), absent);
});

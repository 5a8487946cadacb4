import assert from 'node:assert/strict';
import { it } from 'node:test';
import { draftFrom, draftOf, emit, nothing, settle } from './draft.ts';
import { dispatched, runAfter, started } from './evolve.fixtures.ts';

it('a draft opens with the start of a run, and with nothing else', () => {
  const draft = draftFrom({ status: 'absent' }, started());
  assert.deepEqual(draft, {
    run: runAfter(started()),
    events: [started()],
    needs: [],
    effects: 0,
    more: false,
  });
  const other = dispatched('a', 1);
  assert.throws(
    () => draftFrom({ status: 'absent' }, other),
    /^Error: step\.dispatched does not start a run$/,
  );
});

it('what is emitted is kept, and moves the run on', () => {
  const draft = draftOf(runAfter(started()));
  emit(draft, dispatched('a', 1));
  assert.deepEqual(draft.events, [dispatched('a', 1)]);
  assert.deepEqual(draft.run, runAfter(started(), dispatched('a', 1)));
});

it('an evaluation gives its value or its problem, or notes what must be loaded first', () => {
  const draft = draftOf(runAfter(started()));
  const value = { ok: true, value: 7 } as const;
  assert.equal(settle(draft, value), value);
  const ref = { digest: 'sha256:00', bytes: 1 };
  assert.equal(settle(draft, { ok: false, needs: [ref, ref] }), undefined);
  assert.deepEqual(draft.needs, [ref, ref]);
});

it('a step without a result has null for it', () => assert.deepEqual(nothing, { value: null }));

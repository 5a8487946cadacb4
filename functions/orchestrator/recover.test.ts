import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, events, openEngine, type Engine } from '#tests/engine/engine.ts';
import { onlyRun } from '#tests/engine/sandbox.ts';
import { recoverRuns } from './recover.ts';

let engine: Engine;
afterEach(() => engine.close());

describe('recovery', () => {
  it('sends the open task of a live run again, under its old id, when the log lost it', async () => {
    engine = await openEngine({ workflow: chain, agents: { worker: (task) => completed(task.input) } });
    await engine.start('a', { idea: 'x' });
    await engine.deliver(await engine.take(topics.request));
    const lost = events(await engine.take(topics.step('worker')));
    await engine.settle();
    assert.equal((await onlyRun(engine)).status, 'running', 'the task is lost');

    assert.deepEqual(await recoverRuns(engine.deps), { runs: 1, effects: 1, released: 0 });
    const again = events(await engine.take(topics.step('worker')));
    assert.deepEqual(again, lost, 'the same event, to the byte');
    await recoverRuns(engine.deps);
    await engine.settle();
    assert.equal((await onlyRun(engine)).status, 'completed');
    assert.equal((await engine.outputs()).length, 1);
  });

  it('finds nothing to send for runs that ended, and may be repeated at will', async () => {
    engine = await openEngine({ workflow: chain, agents: { worker: (task) => completed(task.input) } });
    await engine.start('a', { idea: 'x' });
    await engine.deliver(await engine.take(topics.request));
    for (let again = 0; again < 3; again += 1) await recoverRuns(engine.deps);
    await engine.settle();
    const { runId } = await onlyRun(engine);
    assert.equal(
      (await engine.store.commits.history(runId)).length,
      4,
      'copies of the task made no further commit',
    );
    assert.deepEqual(await recoverRuns(engine.deps), { runs: 0, effects: 0, released: 0 });
  });

  it('releases a quarantined run that is named, and makes it due', async () => {
    engine = await openEngine({ workflow: chain, agents: { worker: () => 'silent' } });
    await engine.start('a', { idea: 'x' });
    await engine.settle();
    const { runId } = await onlyRun(engine);
    await engine.store.runs.write([
      { type: 'quarantine', runId, error: { code: 'ENGINE_BUG', message: 'a bug', retryable: false } },
    ]);
    assert.deepEqual(
      await recoverRuns(engine.deps),
      { runs: 0, effects: 0, released: 0 },
      'not without its id',
    );
    assert.deepEqual(await recoverRuns(engine.deps, runId), { runs: 1, effects: 1, released: 1 });
    await engine.pass(0);
    await engine.settle();
    assert.equal((await onlyRun(engine)).status, 'running');
  });
});

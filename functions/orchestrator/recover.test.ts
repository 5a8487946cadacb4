import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, events, openEngine, responseTo, type Engine } from '#tests/engine/engine.ts';
import { onlyRun } from '#tests/engine/sandbox.ts';
import { findLetters, redrive } from '../redrive.ts';
import { recoverRuns, redriveMs } from './recover.ts';

const none = { runs: 0, effects: 0, released: 0, unreadable: [] };
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

    assert.deepEqual(await recoverRuns(engine.deps), { ...none, runs: 1, effects: 1 });
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
    assert.deepEqual(await recoverRuns(engine.deps), none);
  });

  it('releases a quarantined run that is named, and makes it due a minute later', async () => {
    engine = await openEngine({ workflow: chain, agents: { worker: () => 'silent' } });
    await engine.start('a', { idea: 'x' });
    await engine.settle();
    const { runId } = await onlyRun(engine);
    await engine.store.runs.write([
      { type: 'quarantine', runId, error: { code: 'ENGINE_BUG', message: 'a bug', retryable: false } },
    ]);
    assert.deepEqual(await recoverRuns(engine.deps), none, 'not without its id');
    assert.deepEqual(await recoverRuns(engine.deps, runId), { ...none, runs: 1, effects: 1, released: 1 });
    await engine.pass(redriveMs - 1);
    assert.equal((await engine.take(topics.command)).length, 0);
    await engine.pass(1);
    assert.equal((await engine.take(topics.command)).length, 1);
    assert.equal((await onlyRun(engine)).status, 'running');
  });

  it('passes over a run whose history cannot be read, names it, and leaves it as it is', async () => {
    engine = await openEngine({ workflow: chain, agents: { worker: () => 'silent' } });
    for (const id of ['a', 'b', 'c']) {
      await engine.start(id, { idea: id });
      await engine.settle();
      engine.time.now += 1000;
    }
    await engine.take(topics.step('worker'));
    const [newest] = await engine.store.runs.list({ limit: 3 });
    assert.ok(newest);
    const database = new DatabaseSync(join(engine.folder, 'baton.db'));
    database.prepare("update commits set body = '{' where run = ?").run(newest.runId);
    database.close();
    const unreadable = [newest.runId];
    assert.deepEqual(await recoverRuns(engine.deps), { ...none, runs: 3, effects: 2, unreadable });
    assert.equal((await engine.take(topics.step('worker'))).length, 2);

    const error = { code: 'ENGINE_BUG', message: 'a bug', retryable: false };
    await engine.store.runs.write([{ type: 'quarantine', runId: newest.runId, error }]);
    assert.deepEqual(await recoverRuns(engine.deps, newest.runId), { ...none, runs: 1, unreadable });
    assert.equal((await engine.store.runs.get(newest.runId))?.status, 'quarantined');
  });

  it('leaves time to redrive the result that was set aside, although its attempt is overdue by then', async () => {
    engine = await openEngine({ workflow: chain, agents: { worker: () => 'silent' } });
    await engine.start('a', { idea: 'x' });
    await engine.deliver(await engine.take(topics.request));
    const { runId } = await onlyRun(engine);
    const [task] = events(await engine.take(topics.step('worker')));
    assert.ok(task);
    const error = { code: 'ENGINE_BUG', message: 'a bug', retryable: false };
    await engine.store.runs.write([{ type: 'quarantine', runId, error }]);
    engine.restart();
    await engine.publish(topics.response, responseTo(task, 'worker', completed({ done: true })));
    await engine.settle();
    await engine.pass(3_600_000); // until somebody has mended the cause
    await recoverRuns(engine.deps, runId);
    await engine.pass(0);
    await engine.settle();
    const [letter] = await Array.fromAsync(findLetters(engine.embedded.log, () => true));
    assert.equal(letter?.code, 'RUN_QUARANTINED');
    const deps = { ...engine.deps, log: engine.embedded.log, blobs: engine.embedded.store.blobs };
    await redrive(deps, letter, { by: 'ada', again: false });
    await engine.settle();
    await engine.pass(redriveMs);
    await engine.settle();
    assert.equal((await onlyRun(engine)).status, 'running');
    const history = (await engine.store.commits.history(runId)).flatMap(({ events: all }) => all);
    assert.deepEqual(
      history.flatMap((event) => ('step' in event ? [`${event.type} ${String(event.step)}`] : [])),
      ['step.dispatched one', 'step.completed one', 'step.dispatched two'],
    );
  });
});

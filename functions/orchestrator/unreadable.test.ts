/** Stored runs that this version cannot read: each costs itself, never the partition its records are in. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, it } from 'node:test';
import { commitDigest } from '#core/commit.ts';
import { topics } from '#core/event-catalog.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine, type Answer, type Engine } from '#tests/engine/engine.ts';
import { codes, onlyRun, tamper } from '#tests/engine/sandbox.ts';

const open: Engine[] = [];
async function engine(worker: Answer = (task) => completed(task.input)): Promise<Engine> {
  const made = await openEngine({
    workflow: chain,
    agents: { worker },
  });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

const failsAtTwo: Answer = (task) =>
  task.stepid === 'two'
    ? { status: 'failed', failure: { code: 'BOOM', message: 'no', retryable: false } }
    : completed(task.input);

async function outcomes(e: Engine): Promise<readonly (string | undefined)[]> {
  const rows = await e.store.runs.list({ limit: 10 });
  return rows.map(({ status, error }) => error?.code ?? status).sort();
}

describe('a retry', () => {
  it('of a run whose chain is broken fails with a code, and its neighbours go on', async () => {
    const e = await engine(failsAtTwo);
    await e.start('a', { idea: 'x' });
    await e.settle();
    const { runId } = await onlyRun(e);
    tamper(e, runId);
    await e.start('again', {}, {}, { retryOf: runId });
    await e.start('b', { idea: 'y' });
    await e.settle();
    assert.deepEqual(await outcomes(e), ['BOOM', 'BOOM', 'RETRY_SOURCE_MISSING']);
    assert.equal((await e.outputs()).length, 3, 'every caller gets an answer');
  });

  it('of a run whose input is gone from the blobs fails with BLOB_MISSING', async () => {
    const e = await engine(failsAtTwo);
    await e.start('a', { idea: 'x'.repeat(40_000) });
    await e.settle();
    const { runId } = await onlyRun(e);
    const deps = e.deps.store as { blobs: object };
    deps.blobs = new Proxy(deps.blobs, {
      get: (blobs, key) =>
        key === 'get' ? () => Promise.resolve(undefined) : (Reflect.get(blobs, key) as unknown),
    });
    await e.start('again', {}, {}, { retryOf: runId });
    await e.settle();
    assert.deepEqual(await outcomes(e), ['BLOB_MISSING', 'BOOM']);
  });
});

it('a run with an event of another version is set aside, and its neighbours go on', async () => {
  const e = await engine();
  await e.start('a', { idea: 'x' });
  await e.deliver(await e.take(topics.request));
  const { runId } = await onlyRun(e);
  await e.start('b', { idea: 'y' });
  appendCommit(e, await e.store.commits.history(runId), { type: 'step.postponed', step: 'one' });
  e.restart();
  await e.settle();
  assert.deepEqual(await outcomes(e), ['ENGINE_BUG', 'completed']);
  assert.deepEqual(codes(await e.deadLetters()), ['ENGINE_BUG']);
});

/** As a newer version would have stored it under the same schema. */
function appendCommit(
  e: Engine,
  history: Awaited<ReturnType<Engine['store']['commits']['history']>>,
  event: object,
): void {
  const last = history.at(-1);
  assert.ok(last);
  const body = {
    ...last,
    version: last.version + 1,
    parent: commitDigest(last),
    causes: [],
    events: [event],
  };
  const database = new DatabaseSync(join(e.folder, 'baton.db'));
  database
    .prepare('insert into commits (run, version, body) values (?, ?, ?)')
    .run(last.runId, body.version, JSON.stringify(body));
  database.close();
}

it('a start that breaks the code which reads it is dead-lettered, and its neighbours go on', async () => {
  const e = await engine();
  const deps = e.deps.store as { definitions: { active: unknown } };
  const { definitions } = deps;
  deps.definitions = new Proxy(definitions, {
    get: (target, key) =>
      key === 'active' ? () => Promise.reject(new TypeError('a bug')) : (Reflect.get(target, key) as unknown),
  });
  e.restart();
  await e.start('a', { idea: 'x' });
  await e.settle();
  assert.deepEqual(codes(await e.deadLetters()), ['ENGINE_BUG']);
});

/** Runs of many commits: what loading them reads stays short, and what may not have been sent is not forgotten. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { type LogRecord } from '#core/ports.ts';
import { completed, events, openEngine, type Engine } from '#tests/engine/engine.ts';
import { onlyRun } from '#tests/engine/sandbox.ts';

const open: Engine[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

/** A chain of 30 steps and one step beside it that nobody answers; each batch in a new sandbox. Stops before its end. */
async function longRun(): Promise<{ readonly e: Engine; readonly request: readonly LogRecord[] }> {
  const steps = Array.from(
    { length: 30 },
    (_, i) => `  s${i}: { agent: worker${i === 0 ? '' : `, needs: [s${i - 1}]`} }\n`,
  );
  const e = await openEngine({
    workflow: `name: long\nversion: "1.0.0"\nsteps:\n  slow: { agent: other, timeout: 2d }\n${steps.join('')}`,
    agents: { worker: () => completed(1), other: () => 'silent' },
    orchestrator: { snapshotEvery: 5 },
  });
  open.push(e);
  await e.start('a', {});
  const request = await e.take(topics.request);
  await e.deliver(request);
  for (let round = 0; round < 30; round += 1) {
    e.restart();
    await e.answerTasks();
    await e.deliver(await e.take(topics.response));
  }
  return { e, request };
}

const loaded = async (e: Engine) => {
  const { runId } = await onlyRun(e);
  const run = (await e.store.commits.load([runId])).get(runId);
  assert.ok(run);
  return run;
};

describe('a run of many commits, one attempt of which is open all the time', () => {
  it('is loaded from its snapshot on', async () => {
    const { e } = await longRun();
    const { commits, snapshot } = await loaded(e);
    assert.equal((await onlyRun(e)).status, 'running');
    assert.ok((snapshot?.version ?? 0) >= 25);
    assert.deepEqual(
      snapshot?.open?.map(({ version }) => version),
      [1],
    );
    assert.ok(commits.length <= 5, `loading reads ${commits.length} commits`);
  });

  it('sends the open task again where the record that opened it comes again, and nothing else', async () => {
    const { e, request } = await longRun();
    await e.take(topics.step('worker'));
    await e.take(topics.step('other'));
    for (const round of ['first', 'second']) {
      e.restart();
      await e.deliver(request);
      const again = events(await e.take(topics.step('other')));
      assert.deepEqual(
        again.map(({ stepid }) => stepid),
        ['slow'],
        round,
      );
      assert.deepEqual(await e.take(topics.step('worker')), []);
    }
  });
});

it('a run that ended is loaded from its snapshot on, and its output is sent again where its end comes again', async () => {
  const e = await openEngine({
    workflow: 'name: one\nversion: "1.0.0"\nsteps:\n  a: { agent: worker }\n',
    agents: { worker: () => completed(1) },
    orchestrator: { snapshotEvery: 5 },
  });
  open.push(e);
  await e.start('a', {});
  await e.deliver(await e.take(topics.request));
  await e.answerTasks();
  const response = await e.take(topics.response);
  await e.deliver(response);
  for (let round = 0; round < 23; round += 1) {
    await e.start('a', { round });
    await e.deliver(await e.take(topics.request));
  }
  const { commits, snapshot } = await loaded(e);
  assert.equal((await onlyRun(e)).status, 'completed');
  assert.deepEqual([snapshot?.version, snapshot?.open?.map(({ version }) => version)], [25, [2]]);
  assert.ok(commits.length <= 5, `loading reads ${commits.length} commits`);
  await e.outputs();
  await e.deliver(response);
  assert.deepEqual(
    (await e.outputs()).map(({ type }) => type),
    ['dev.baton.run.completed.v1'],
  );
  assert.equal((await e.deadLetters()).length, 23);
});

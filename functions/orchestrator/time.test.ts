import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { runIdOf } from '#core/ids.ts';
import { chain } from '#tests/engine/chain.ts';
import {
  completed,
  events,
  openEngine,
  responseTo,
  type Engine,
  type EngineOptions,
} from '#tests/engine/engine.ts';
import { breaking, codes, onlyRun, wake } from '#tests/engine/sandbox.ts';

const open: Engine[] = [];
async function engine(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const made = await openEngine({
    workflow: chain,
    agents: { worker: (task) => completed(task.input) },
    ...options,
  });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

describe('time', () => {
  it('gives up a silent attempt at its deadline, marks the call, retries, and absorbs wakes sent twice', async () => {
    let heard = 0;
    const e = await engine({
      workflow: `
name: slow
version: "1.0.0"
steps:
  only: { agent: worker, timeout: 10s, retry: { max: 2, delay: 1s, jitter: none } }
outputs: { attempts: "\${{ steps.only.attempts }}" }
`,
      agents: { worker: () => ((heard += 1) === 1 ? 'silent' : completed(1)) },
    });
    await e.start('a', {});
    await e.settle();
    await e.pass(10_000);
    await e.settle();
    assert.equal(e.counts.get('invocations.mark'), 1);
    await e.pass(1_000);
    await e.settle();
    const [output] = await e.outputs();
    assert.deepEqual(output?.data, { workflow: 'slow', outputs: { attempts: 2 } });
  });

  it('a wake that finds nothing due moves the bound to the next deadline and is not sent again', async () => {
    const e = await engine({
      agents: { worker: (task) => (task.stepid === 'three' ? 'silent' : completed(1)) },
    });
    await e.start('a', { idea: 'x' });
    await e.settle();
    const before = await onlyRun(e);
    e.time.now += 60_000;
    await e.publish(topics.command, wake(before.runId, e.time.now));
    await e.settle();
    const after = await onlyRun(e);
    assert.equal(after.status, 'running');
    assert.ok(after.armedBy > before.armedBy);
    await e.pass(0);
    assert.equal((await e.take(topics.command)).length, 0);
  });

  it('a wake for a run that never began is put off; for one that ended it writes the row again', async () => {
    const e = await engine();
    await e.start('a', { idea: 'x' });
    await e.settle();
    const { runId } = await onlyRun(e);
    await e.publish(topics.command, wake(runId, 5));
    e.counts.clear();
    await e.settle();
    assert.equal(e.counts.get('runs.write'), 1);
    assert.equal((await onlyRun(e)).status, 'completed');
  });
});

describe('commands', () => {
  it('cancel ends the run, marks calls in flight, and late answers change nothing', async () => {
    const e = await engine({ agents: { worker: () => 'silent' } });
    await e.start('a', { idea: 'x' });
    await e.deliver(await e.take(topics.request));
    const [task] = events(await e.take(topics.step('worker')));
    assert.ok(task);
    const { runId } = await onlyRun(e);
    await e.cancel(runId);
    await e.cancel(runId);
    await e.settle();
    await e.publish(topics.response, responseTo(task, 'worker', completed(1)));
    await e.settle();
    assert.equal(e.counts.get('invocations.mark'), 1);
    assert.equal((await onlyRun(e)).status, 'cancelled');
    const history = (await e.store.commits.history(runId)).flatMap((commit) =>
      commit.events.map(({ type }) => type),
    );
    assert.equal(history.at(-1), 'response.late');
    assert.deepEqual(
      (await e.outputs()).map(({ type }) => type),
      ['dev.baton.run.cancelled.v1'],
    );
  });

  it('for a run that is not there yet wait for it; after a minute they are answered RUN_NOT_FOUND', async () => {
    const e = await engine({ agents: { worker: () => 'silent' } });
    const unknown = '0'.repeat(26);
    await e.cancel(unknown);
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), []);
    for (let second = 0; second <= 70; second += 5) {
      await e.pass(5_000);
      await e.settle();
    }
    assert.deepEqual(codes(await e.deadLetters()), ['RUN_NOT_FOUND']);
    await e.pass(60_000);
    assert.equal((await e.take(topics.command)).length, 0, 'nothing is sent again after the answer');
  });

  it('are kept until they are answered: who handled the record last may be gone', async () => {
    const e = await engine({ agents: { worker: () => 'silent' } });
    await e.cancel('0'.repeat(26));
    const command = await e.take(topics.command);
    await e.deliver(command);
    await e.pass(61_000);
    await assert.rejects(breaking(e, 'log.publish', 'before').deliver(command), /injected/);
    await e.pass(5_000);
    await e.settle();
    assert.deepEqual(new Set(codes(await e.deadLetters())), new Set(['RUN_NOT_FOUND']));
  });
});

it('a command in binary mode waits for its run as any other does', async () => {
  const e = await engine({ agents: { worker: () => 'silent' } });
  const runId = runIdOf({ tenant: 'default', source: '/test', id: 'a' });
  const attributes = {
    ...{ 'content-type': 'application/json', ce_specversion: '1.0', ce_id: 'c', ce_source: '/desk' },
    ...{ ce_type: 'dev.baton.run.cancel.v1', ce_subject: runId },
  };
  const bytes = (text: string) => new TextEncoder().encode(text);
  const headers = Object.entries(attributes).map(([name, text]) => [name, bytes(text)] as const);
  const value = bytes('{"by":"ada","reason":"no more wanted"}');
  await e.embedded.log.publish([{ topic: topics.command, key: runId, value, headers }]);
  await e.settle();
  await e.start('a', { idea: 'x' });
  await e.settle();
  assert.equal((await onlyRun(e)).status, 'running');
  await e.pass(5_001);
  await e.settle();
  assert.equal((await onlyRun(e)).status, 'cancelled');
  assert.deepEqual(codes(await e.deadLetters()), []);
});

describe('retention', () => {
  it('leaves a tombstone of an ended run, which a start sent again does not wake', async () => {
    const e = await engine({ storeRetentionMs: 1_000_000 });
    await e.start('a', { idea: 'x' });
    const first = await e.take(topics.request);
    await e.deliver(first);
    await e.settle();
    await e.pass(1_000_001);
    await e.pass(61_000);
    const row = await onlyRun(e);
    assert.equal(row.status, 'tombstone');
    assert.equal((await e.store.commits.history(row.runId)).length, 0);
    await e.start('a', { idea: 'x' });
    e.calls.clear();
    await e.settle();
    assert.equal(e.calls.size, 0);
  });
});

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { sha256 } from '#core/json.ts';
import { chain } from '#tests/engine/chain.ts';
import {
  completed,
  events,
  openEngine,
  responseTo,
  type Engine,
  type EngineOptions,
} from '#tests/engine/engine.ts';
import { breaking, injected, onlyRun, sandbox, secondSandbox } from '#tests/engine/sandbox.ts';

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

describe('long and wide runs', () => {
  it('load from a snapshot on, and go on from it in a new sandbox', async () => {
    const steps = Array.from(
      { length: 30 },
      (_, i) => `  s${i}: { agent: worker${i === 0 ? '' : `, needs: [s${i - 1}]`} }`,
    );
    const e = await engine({
      workflow: `name: long\nversion: "1.0.0"\nsteps:\n${steps.join('\n')}\n`,
      orchestrator: { snapshotEvery: 5 },
    });
    await e.start('a', {});
    for (let round = 0; round < 40; round += 1) {
      e.restart();
      await e.deliver(await e.take(topics.request));
      await e.deliver(await e.take(topics.response));
      await e.answerTasks();
    }
    const row = await onlyRun(e);
    assert.equal(row.status, 'completed');
    const stored = (await e.store.commits.load([row.runId])).get(row.runId);
    assert.ok(stored?.snapshot);
    assert.ok(stored.commits.length <= 7, `loading reads ${stored.commits.length} commits`);
  });

  it('open more tasks than one commit takes, in further commits of the same batch', async () => {
    const steps = Array.from({ length: 450 }, (_, i) => `  s${i}: { agent: worker }`).join('\n');
    const e = await engine({ workflow: `name: wide\nversion: "1.0.0"\nsteps:\n${steps}\n` });
    await e.start('a', {});
    await e.deliver(await e.take(topics.request));
    const row = await onlyRun(e);
    const history = await e.store.commits.history(row.runId);
    assert.deepEqual(
      history.map(({ events: all }) => all.filter(({ type }) => type === 'step.dispatched').length),
      [200, 200, 50],
    );
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'completed');
  });

  it('pass values over 16 KiB on as claim checks, and give them back whole', async () => {
    const big = 'x'.repeat(40_000);
    const e = await engine({
      agents: {
        worker: (task) =>
          task.stepid === 'one' ? completed({ text: big, size: big.length }) : completed(task.input),
      },
      workflow: chain
        .replace('last: "${{ steps.one.output }}"', 'size: "${{ steps.one.output.size }}"')
        .replace(
          'result: ${{ steps.three.output }}',
          'text: ${{ steps.one.output.text }}\n  size: "${{ steps.one.output.size + 1 }}"',
        ),
    });
    await e.start('a', { idea: 'x' });
    await e.settle();
    const [output] = await e.outputs();
    assert.deepEqual(output?.data, { workflow: 'chain', outputs: { text: big, size: 40_001 } });
    const history = await e.store.commits.history((await onlyRun(e)).runId);
    assert.ok(history.every((commit) => JSON.stringify(commit).length < 20_000));
  });
});

describe('a result whose claim check is wrong', () => {
  for (const [what, code] of [
    ['nothing stored', 'BLOB_MISSING'],
    ['other bytes', 'BLOB_DIGEST'],
    ['a value Baton does not take', 'AGENT_OUTPUT_INVALID'],
  ] as const) {
    it(`(${what}) is a failed attempt, ${code}, and never holds its partition`, async () => {
      const e = await engine({ agents: { worker: () => 'silent' } });
      await e.start('a', { idea: 'x' });
      await e.deliver(await e.take(topics.request));
      const [task] = events(await e.take(topics.step('worker')));
      assert.ok(task);
      const { runId } = await onlyRun(e);
      const bytes = new TextEncoder().encode(what === 'other bytes' ? '1' : '{"__proto__":{"admin":true}}');
      const ref = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length };
      if (what !== 'nothing stored') await e.store.blobs.put({ tenant: 'default', runId }, [{ ref, bytes }]);
      const named = what === 'other bytes' ? { ...ref, bytes: 99 } : ref;
      const outcome = {
        status: 'completed',
        output: { value: null, refs: [{ at: '', ref: named }] },
      } as const;
      await e.publish(topics.response, responseTo(task, 'worker', outcome));
      await e.settle();
      const [output] = await e.outputs();
      assert.equal((output?.data as { failure: { code: string } }).failure.code, code);
    });
  }
});

it('a result whose claim check is stored for another tenant is a failed attempt, and the run is not set aside', async () => {
  const e = await engine({
    agents: { worker: () => 'silent' },
    workflow: chain.replace('${{ steps.one.output }}', '${{ steps.one.output.text }}'),
  });
  await e.start('a', { idea: 'x' }, { tenantid: 'acme' });
  await e.deliver(await e.take(topics.request));
  const [task] = events(await e.take(topics.step('worker')));
  assert.ok(task);
  const { runId } = await onlyRun(e);
  const bytes = new TextEncoder().encode('{"text":"x"}');
  const ref = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length };
  await e.store.blobs.put({ tenant: 'default', runId }, [{ ref, bytes }]);
  const outcome = { status: 'completed', output: { value: null, refs: [{ at: '', ref }] } } as const;
  const { tenantid: _notCopied, ...rest } = task;
  await e.publish(topics.response, responseTo(rest, 'worker', outcome));
  await e.settle();
  const row = await onlyRun(e);
  assert.deepEqual([row.status, row.error?.code], ['failed', 'AGENT_OUTPUT_INVALID']);
});

it('a crash between the further commits of a wide run loses none of their tasks', async () => {
  const steps = Array.from({ length: 450 }, (_, i) => `  s${i}: { agent: worker }`).join('\n');
  for (const at of [1, 2, 3]) {
    const e = await engine({ workflow: `name: wide\nversion: "1.0.0"\nsteps:\n${steps}\n` });
    await e.start('a', {});
    const records = await e.take(topics.request);
    await assert.rejects(breaking(e, 'log.publish', 'before', at).deliver(records), /injected/);
    e.restart();
    await e.deliver(records);
    await e.settle();
    for (let wake = 0; wake < 3; wake += 1) {
      await e.pass(10_001);
      await e.settle();
    }
    assert.equal((await onlyRun(e)).status, 'completed', `crash before publishing commit ${at}`);
  }
});

it('a wake sends what a further commit opened whose start was acknowledged elsewhere meanwhile', async () => {
  const steps = Array.from({ length: 450 }, (_, i) => `  s${i}: { agent: worker }`).join('\n');
  const e = await engine({ workflow: `name: wide\nversion: "1.0.0"\nsteps:\n${steps}\n` });
  await e.start('a', {});
  const records = await e.take(topics.request);
  let publishes = 0;
  // Given up by the log, but at work: another sandbox gets the same start, sends the first commit and acknowledges.
  const zombie = sandbox(e, async (name, call) => {
    if (name !== 'log.publish') return call();
    publishes += 1;
    if (publishes > 1) throw injected();
    await secondSandbox(e).deliver(records);
    return call();
  });
  await assert.rejects(zombie.deliver(records), /injected/);
  const { runId } = await onlyRun(e);
  assert.equal(
    (await e.store.commits.history(runId)).length,
    2,
    'its second commit is stored, and was not sent',
  );
  await e.settle();
  for (let wake = 0; wake < 3; wake += 1) {
    await e.pass(10_001);
    await e.settle();
  }
  assert.equal((await onlyRun(e)).status, 'completed', 'within 31 seconds: no attempt had to time out');
});

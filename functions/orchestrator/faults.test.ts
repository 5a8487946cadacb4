import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { chain } from '#tests/engine/chain.ts';
import {
  completed,
  events,
  openEngine,
  responseTo,
  type Engine,
  type EngineOptions,
} from '#tests/engine/engine.ts';
import { breaking, codes, onlyRun, secondSandbox, tamper, wake } from '#tests/engine/sandbox.ts';

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

describe('what goes wrong outside', () => {
  const points = ['commits.insert', 'log.publish', 'runs.write'] as const;
  for (const point of points) {
    for (const when of ['before', 'after'] as const) {
      it(`${when} ${point}: the batch comes again and the run ends once, each agent call made once per record`, async () => {
        const e = await engine();
        await e.start('a', { idea: 'shop' });
        let failures = 0;
        for (let round = 0; round < 40; round += 1) {
          for (const topic of [topics.request, topics.response]) {
            const records = await e.take(topic);
            if (records.length === 0) continue;
            const broken = breaking(e, point, when);
            await assert.rejects(broken.deliver(records), /injected/).then(
              () => (failures += 1),
              () => undefined, // this batch did not come by the point
            );
            await e.deliver(records);
          }
          await e.answerTasks();
        }
        assert.ok(failures > 0, 'the fault really happened');
        const outputs = await e.outputs();
        assert.ok(outputs.length >= 1);
        assert.ok(outputs.every(({ id }) => id === outputs[0]?.id));
        assert.equal((await onlyRun(e)).status, 'completed');
        const history = await e.store.commits.history((await onlyRun(e)).runId);
        assert.equal(history.length, 4, 'one commit per decision, whatever came twice');
      });
    }
  }

  it('a lost race: two sandboxes get the same responses; one commit stands, and nothing is sent twice to agents', async () => {
    const e = await engine();
    await e.start('a', { idea: 'shop' });
    await e.deliver(await e.take(topics.request));
    await e.answerTasks();
    const responses = await e.take(topics.response);
    const other = secondSandbox(e);
    await Promise.all([e.deliver(responses), other.deliver(responses)]);
    await e.settle();
    assert.equal((await e.store.commits.history((await onlyRun(e)).runId)).length, 4);
    assert.equal(new Set((await e.outputs()).map(({ id }) => id)).size, 1);
  });
});

it('the row of an ended run is not ended before its output was sent; its wake sends it if nobody else does', async () => {
  const e = await engine({ agents: { worker: (task) => (task.stepid === 'one' ? completed(1) : 'silent') } });
  await e.start('a', { idea: 'x' });
  await e.deliver(await e.take(topics.request));
  await e.answerTasks();
  const responses = await e.take(topics.response);
  await e.deliver(responses);
  const { runId } = await onlyRun(e);
  await e.cancel(runId);
  const cancel = await e.take(topics.command);
  await assert.rejects(breaking(e, 'log.publish', 'before').deliver(cancel), /injected/);
  e.restart();
  await e.deliver(responses); // absorbed, and done again what followed its own commit
  assert.equal((await onlyRun(e)).status, 'running');
  assert.equal((await e.outputs()).length, 0);
  await e.publish(topics.command, wake(runId, 5));
  await e.deliver(await e.take(topics.command));
  assert.equal((await e.outputs()).length, 1);
  assert.equal((await onlyRun(e)).status, 'cancelled');
});

describe('poison', () => {
  it('of any kind becomes a dead letter with a code, and its neighbours go on', async () => {
    const e = await engine();
    const bytes = (text: string) => new TextEncoder().encode(text);
    await e.embedded.log.publish([
      { topic: topics.request, key: 'x', value: bytes('{not json'), headers: [] },
    ]);
    await e.publish(topics.request, { id: '1', source: '/t', type: 'com.example.unknown', data: {} });
    await e.publish(topics.response, {
      id: '1',
      source: '/t',
      type: 'dev.baton.workflow.requested.v1',
      data: {},
    });
    await e.cancel('not-a-run-id');
    await e.start('a', { idea: 'shop' });
    await e.settle();
    assert.deepEqual([...codes(await e.deadLetters())].sort(), [
      'CE_PARSE',
      'CE_UNKNOWN_TYPE',
      'CE_WRONG_TOPIC',
      'ID_INVALID',
    ]);
    assert.equal((await e.outputs()).length, 1);
  });

  it('a tenant that could not name its claim checks is one, whatever it sent, and not a store that fails for ever', async () => {
    const e = await engine();
    const data = { workflow: 'chain', input: { idea: 'shop'.repeat(100_000) } };
    for (const [index, tenantid] of ['a/b', '..', '-', 'x'.repeat(129)].entries())
      await e.publish(topics.request, {
        id: `t${index}`,
        source: '/t',
        type: 'dev.baton.workflow.requested.v1',
        tenantid,
        data,
      });
    await e.start('a', { idea: 'shop' });
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), Array(4).fill('ID_INVALID'));
    assert.equal((await e.outputs()).length, 1);
  });

  it('a response without the capability of its own attempt and agent changes nothing', async () => {
    const e = await engine({ agents: { worker: () => 'silent', other: () => 'silent' } });
    await e.start('a', { idea: 'shop' });
    await e.deliver(await e.take(topics.request));
    const [task] = events(await e.take(topics.step('worker')));
    assert.ok(task?.capability);
    const good = responseTo(task, 'worker', completed('forged'));
    const { capability: _none, ...without } = good;
    const forged = [
      without,
      { ...good, capability: task.capability.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) },
      { ...good, source: '/baton/agents/other' },
      { ...good, attempt: 2 },
      { ...good, stepid: 'two' },
      { ...good, capability: 'v1.other.9999999999999.' + 'A'.repeat(43) },
    ];
    for (const event of forged) await e.publish(topics.response, event);
    await e.settle();
    assert.deepEqual([...codes(await e.deadLetters())].sort(), [
      'CAPABILITY_FORGED',
      'CAPABILITY_FORGED',
      'CAPABILITY_FORGED',
      'CAPABILITY_FORGED',
      'CAPABILITY_KEY_UNKNOWN',
      'CAPABILITY_MISSING',
    ]);
    assert.equal((await e.store.commits.history((await onlyRun(e)).runId)).length, 1);
  });

  it('a start older than store retention is never started', async () => {
    const e = await engine({ storeRetentionMs: 1000 });
    await e.start('a', { idea: 'shop' });
    const records = await e.take(topics.request);
    e.time.now += 5000;
    await e.deliver(records);
    assert.deepEqual(codes(await e.deadLetters()), ['START_TOO_OLD']);
  });
});

describe('bugs and broken chains', () => {
  it('cost one run: its input is dead-lettered, the run quarantined, the others go on', async () => {
    const e = await engine();
    await e.start('a', { idea: 'x' });
    await e.start('b', { idea: 'y' });
    await e.deliver(await e.take(topics.request));
    await e.answerTasks();
    await e.deliver(await e.take(topics.response));
    const [row] = await e.store.runs.list({ limit: 1 });
    tamper(e, row?.runId ?? '');
    e.restart();
    await e.settle();
    const letters = codes(await e.deadLetters());
    assert.ok(
      letters.length > 0 && letters.every((code) => code === 'STATE_CORRUPT' || code === 'RUN_QUARANTINED'),
    );
    const rows = await e.store.runs.list({ limit: 10 });
    assert.deepEqual(rows.map(({ status }) => status).sort(), ['completed', 'quarantined']);
  });
});

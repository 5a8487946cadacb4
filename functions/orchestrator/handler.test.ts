import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine, type Engine, type EngineOptions } from '#tests/engine/engine.ts';
import { codes, onlyRun } from '#tests/engine/sandbox.ts';

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

describe('a run', () => {
  it('goes from request to output, each hop an event', async () => {
    const e = await engine();
    await e.start('a', { idea: 'shop' });
    await e.settle();
    const [output, ...more] = await e.outputs();
    assert.equal(more.length, 0);
    assert.equal(output?.type, 'dev.baton.run.completed.v1');
    assert.deepEqual(output?.data, {
      workflow: 'chain',
      outputs: { result: { last: { last: { idea: 'shop' } } } },
    });
    assert.equal((await onlyRun(e)).status, 'completed');
  });

  it('costs, warm and in mid-run, no read, one insert and one produce call for a whole batch', async () => {
    const e = await engine();
    for (const id of ['a', 'b', 'c', 'd']) await e.start(id, { idea: id });
    await e.deliver(await e.take(topics.request));
    await e.answerTasks();
    e.counts.clear();
    await e.deliver(await e.take(topics.response));
    assert.deepEqual(Object.fromEntries(e.counts), { 'commits.insert': 1, 'log.publish': 1 });
  });

  it('asks once for the active version of a workflow, however many of its starts a batch holds', async () => {
    const e = await engine();
    for (const id of ['a', 'b', 'c', 'd']) await e.start(id, { idea: id });
    e.counts.clear();
    await e.deliver(await e.take(topics.request));
    assert.equal(e.counts.get('definitions.active'), 1);
    assert.equal((await e.embedded.store.runs.list({ limit: 10 })).length, 4);
  });

  it('takes two records per step, one commit per step and two writes of its row', async () => {
    const e = await engine();
    await e.start('a', { idea: 'shop' });
    e.counts.clear();
    await e.settle();
    const { runId } = await onlyRun(e);
    assert.equal((await e.embedded.store.commits.history(runId)).length, 4);
    assert.equal(e.counts.get('runs.write'), 2);
    let records = 0;
    for (const topic of [topics.step('worker'), topics.response]) {
      for await (const _record of e.embedded.log.read({ topic, from: 'beginning', follow: false }))
        records += 1;
    }
    assert.equal(records, 6);
  });

  it('started five times by the same event is one run with one result', async () => {
    const e = await engine();
    for (let copy = 0; copy < 5; copy += 1) await e.start('a', { idea: 'shop' });
    await e.settle();
    assert.equal((await e.outputs()).length, 1);
    assert.deepEqual([...e.calls.values()], [1, 1, 1]);
  });

  it('whose whole log is delivered again, in another order and to a new sandbox, gets no new commit', async () => {
    const e = await engine();
    await e.start('a', { idea: 'shop' });
    await e.settle();
    const { runId } = await onlyRun(e);
    const before = (await e.store.commits.history(runId)).length;
    await e.outputs();
    const all = [];
    for (const topic of [topics.response, topics.request]) {
      for await (const record of e.embedded.log.read({ topic, from: 'beginning', follow: false }))
        all.push(record);
    }
    e.restart();
    for (const record of all.reverse()) await e.deliver([record]);
    await e.deliver(all);
    await e.settle();
    assert.equal((await e.store.commits.history(runId)).length, before);
    const again = await e.outputs();
    assert.ok(
      again.every(({ id }) => id === again[0]?.id),
      'at most the same output under the same id',
    );
  });

  it('under the same id with another payload stays as it is; the conflict is recorded and dead-lettered', async () => {
    const e = await engine();
    await e.start('a', { idea: 'shop' });
    await e.settle();
    await e.start('a', { idea: 'bank' });
    await e.settle();
    const { runId } = await onlyRun(e);
    const last = (await e.store.commits.history(runId)).at(-1);
    assert.equal(last?.events[0]?.type, 'start.conflicted');
    assert.deepEqual(codes(await e.deadLetters()), ['CE_ID_REUSE']);
    assert.equal((await e.outputs()).length, 1);
  });

  it('of an unknown workflow, or with data of the wrong shape, ends failed on workflow.output', async () => {
    const e = await engine();
    await e.start('a', {}, {}, { workflow: 'chian' });
    await e.start('b', {}, {}, { workflow: 7 });
    await e.settle();
    const outputs = await e.outputs();
    const failures = outputs.map(({ data }) => (data as { failure: { code: string } }).failure.code).sort();
    assert.deepEqual(failures, ['REQUEST_INVALID', 'WF_UNKNOWN_WORKFLOW']);
  });

  it('with an idempotency key is one run, whoever asks; another payload under the key is a conflict', async () => {
    const e = await engine({ workflow: `idempotencyKey: inputs.idea\n${chain.trim()}\n` });
    await e.start('a', { idea: 'shop' });
    await e.start('b', { idea: 'shop' });
    await e.settle();
    assert.equal((await e.outputs()).length, 1);
    await e.start('c', { idea: 'shop' }, {}, { labels: { team: 'x' } });
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), ['CE_ID_REUSE']);
  });

  it('with an object as its idempotency key is one run, in whatever order the members come', async () => {
    const workflow = `
name: keyed
version: '1.0.0'
inputs: { order: object }
idempotencyKey: inputs.order
steps:
  a: { agent: worker }
`;
    const e = await engine({ workflow });
    await e.start('a', { order: { shop: 'x', number: { of: 7, in: 'may' } } });
    await e.start('b', { order: { number: { in: 'may', of: 7 }, shop: 'x' } });
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'completed');
    assert.deepEqual(codes(await e.deadLetters()), []);
  });

  it('that ended can be retried: recorded results are used again, only the rest is asked for', async () => {
    let broken = true;
    const e = await engine({
      agents: {
        worker: (task) =>
          task.stepid === 'three' && broken
            ? { status: 'failed', failure: { code: 'BOOM', message: 'no', retryable: false } }
            : completed(task.input),
      },
    });
    await e.start('a', { idea: 'shop' });
    await e.settle();
    const failed = await onlyRun(e);
    broken = false;
    e.calls.clear();
    await e.start('again', {}, {}, { retryOf: failed.runId, input: undefined });
    await e.settle();
    const outputs = await e.outputs();
    assert.deepEqual(
      outputs.filter(({ subject }) => subject !== failed.runId).map(({ type }) => type),
      ['dev.baton.run.completed.v1'],
    );
    assert.equal(
      [...e.calls.values()].reduce((sum, calls) => sum + calls, 0),
      1,
    );
  });
});

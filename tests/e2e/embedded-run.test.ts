import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { type LogRecord } from '#core/ports.ts';
import { encodeEvent } from '#core/cloud-event.ts';
import { chain } from '#tests/engine/chain.ts';
import { openHostedEngine, type HostedEngine } from '#tests/engine/hosted-engine.ts';

describe('three steps on the embedded default, with the real host', () => {
  let engine: HostedEngine;
  const calls = new Map<string, number>();

  before(async () => {
    engine = await openHostedEngine({
      workflows: [chain],
      agents: {
        worker: (input) => {
          const key = JSON.stringify(input);
          calls.set(key, (calls.get(key) ?? 0) + 1);
          return input;
        },
      },
    });
  });
  after(() => engine.close());

  it('flush to the disk eight times: the start, and for each hop what it stores and sends together', async () => {
    await engine.submit('warm', { idea: 'warm' });
    await ended(engine, 1);
    const { embedded } = engine.session.platform;
    assert.ok(embedded);
    const before = embedded.syncs();
    await engine.submit('counted', { idea: 'counted' });
    await ended(engine, 2);
    const syncs = embedded.syncs() - before;
    assert.equal(syncs, 8);
  });

  it('end once, whatever is delivered again: the request five times, then the whole log backwards', async () => {
    calls.clear();
    const outputs = engine.results.seen.length;
    const request = encodeEvent({
      id: 'again',
      source: '/bench',
      type: 'dev.baton.workflow.requested.v1',
      data: { workflow: 'chain', input: { idea: 'again' } },
    });
    const { log, store } = engine.session.platform;
    const result = engine.results.wait('again');
    for (let copy = 0; copy < 5; copy += 1)
      await log.publish([{ topic: topics.request, key: '', ...request }]);
    const first = await result;
    await ended(engine, 3);
    const [row] = await store.runs.list({ idPrefix: first.runid ?? '', limit: 1 });
    assert.ok(row);
    const history = (await store.commits.history(row.runId)).length;

    const mine: LogRecord[] = [];
    for (const topic of [topics.request, topics.response, topics.step('worker')]) {
      for await (const record of log.read({ topic, from: 'beginning', follow: false })) mine.push(record);
    }
    await log.publish(
      mine.toReversed().map(({ topic, key, value, headers }) => ({
        topic,
        key: new TextDecoder().decode(key ?? undefined),
        value: value ?? new Uint8Array(),
        headers,
      })),
    );
    await engine.submit('last', { idea: 'last' }); // comes after all of these in its partitions, or soon
    await drained(engine);
    assert.equal((await store.commits.history(row.runId)).length, history, 'no new commit');
    const ids = engine.results.seen.slice(outputs).filter(({ runid }) => runid === first.runid);
    assert.equal(new Set(ids.map(({ id }) => id)).size, 1, 'one result');
    for (const [key, times] of calls) assert.equal(times, 1, `${key} was asked for once`);
  });
});

async function ended(engine: HostedEngine, runs: number): Promise<void> {
  await until(
    async () =>
      (await engine.session.platform.store.runs.list({ status: 'completed', limit: 100 })).length >= runs,
  );
}

/** Every group has read to the end: runs on all partitions have gone through after it, and nothing is running. */
async function drained(engine: HostedEngine): Promise<void> {
  const { store } = engine.session.platform;
  await until(async () => (await store.runs.list({ status: 'running', limit: 1 })).length === 0);
  for (let round = 0; round < 20; round += 1) await engine.submit(`drain-${round}`, { idea: String(round) });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'the condition did not come true');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256, canonicalJson, type Json } from '#core/json.ts';
import { agentOf, calls, depsOf, echo, failureIn, responses, type Run, world } from './fixtures/agent.ts';
import { contextWith, idOf, kafkaEvent, recordOf, taskEvent } from './fixtures/host.ts';
import { createHandler } from './handler.ts';

describe('claim checks', () => {
  const scope = (run: number) => ({ tenant: 'default', runId: idOf({ run }).split(':')[0] ?? '' });
  const refOf = (value: Json) => {
    const bytes = new TextEncoder().encode(canonicalJson(value));
    return { bytes, ref: { digest: `sha256:${sha256(bytes)}`, bytes: bytes.byteLength } };
  };

  it('in the input are loaded before the call', async () => {
    const { bytes, ref } = refOf('a long text');
    await world.embedded.store.blobs.put(scope(1), [{ ref, bytes }]);
    const handler = createHandler(depsOf(agentOf(echo)));
    const task = taskEvent({ input: { text: null }, refs: [{ at: '/text', ref }] });
    await handler(kafkaEvent(recordOf(task)), contextWith(world));
    assert.deepEqual((await responses())[0]?.data, { output: { said: 'a long text' } });
  });

  it('that point at nothing may be tried again; at other bytes, not', async () => {
    const { ref } = refOf('never stored');
    const task = taskEvent({ input: { text: null }, refs: [{ at: '/text', ref }] });
    await createHandler(depsOf(agentOf(echo)))(kafkaEvent(recordOf(task)), contextWith(world));
    const altered = { ...world.embedded.store.blobs, get: async () => new TextEncoder().encode('"other"') };
    const again = taskEvent({ run: 2, input: { text: null }, refs: [{ at: '/text', ref }] });
    await createHandler(depsOf(agentOf(echo), { blobs: altered }))(
      kafkaEvent(recordOf(again)),
      contextWith(world),
    );
    const [missing, other] = (await responses())
      .toSorted((a) => (a.runid === task.runid ? -1 : 1))
      .map(failureIn);
    assert.deepEqual([missing?.code, missing?.retryable], ['BLOB_MISSING', true]);
    assert.deepEqual([other?.code, other?.retryable], ['BLOB_DIGEST', false]);
    assert.equal(calls, 0);
  });

  it('that come after the call was given up begin no call: the task may be at another host by then', async () => {
    const { bytes, ref } = refOf('a long text');
    await world.embedded.store.blobs.put(scope(1), [{ ref, bytes }]);
    const late = Promise.withResolvers<void>();
    const { blobs } = world.embedded.store;
    const slow = {
      ...blobs,
      get: async (...given: Parameters<typeof blobs.get>) => (await late.promise, blobs.get(...given)),
    };
    const handler = createHandler(depsOf(agentOf(echo), { blobs: slow }));
    const task = taskEvent({ input: { text: null }, refs: [{ at: '/text', ref }], expiresInMs: 3_600_000 });
    const answer = handler(kafkaEvent(recordOf(task)), contextWith(world, 30_000));
    await world.time.advance(26_000);
    assert.equal((await answer).batchItemFailures.length, 1);
    late.resolve();
    await world.time.advance(1_000);
    assert.equal(calls, 0);
    await createHandler(depsOf(agentOf(echo)))(kafkaEvent(recordOf(task)), contextWith(world));
    assert.equal(calls, 1);
  });

  it('replace an output above 16 KiB, stored before the response is published', async () => {
    const output = { text: 'x'.repeat(20_000) };
    const order: string[] = [];
    const { blobs } = world.embedded.store;
    const handler = createHandler(
      depsOf(
        agentOf(async () => output),
        {
          blobs: { ...blobs, put: async (...given) => (await blobs.put(...given), void order.push('blob')) },
          log: { publish: async (records) => (order.push('publish'), world.embedded.log.publish(records)) },
        },
      ),
    );
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.deepEqual(order, ['blob', 'publish']);
    const { ref } = refOf(output);
    assert.deepEqual((await responses())[0]?.data, { output: null, refs: [{ at: '', ref }] });
    const stored = await blobs.get(scope(1), ref);
    assert.ok(stored instanceof Uint8Array);
    assert.equal(new TextDecoder().decode(stored), canonicalJson(output));
  });
});

describe('secrets', () => {
  const canary = 'canary-7f3a91c2e8';
  const secret = (name: string) => (name === 'KEY' ? canary : undefined);
  const at = (name: string) => [{ at: '/text', name }];

  it('are only looked for where the workflow placed them: the same shape in data stays data', async () => {
    const handler = createHandler(depsOf(agentOf(echo), { secret }));
    await handler(
      kafkaEvent(recordOf(taskEvent({ input: { text: { secretRef: 'KEY' } } }))),
      contextWith(world),
    );
    assert.ok(!JSON.stringify([await responses(), world.logger.lines]).includes(canary));
    assert.equal(calls, 0, 'the contract asks for a text');
  });

  it('are put in place for the call and appear nowhere else', async () => {
    let seen: unknown;
    const run: Run = async (input) => ((seen = input), { echoed: (input as { text: string }).text });
    const handler = createHandler(depsOf(agentOf(run), { secret }));
    await handler(
      kafkaEvent(recordOf(taskEvent({ input: { text: { secretRef: 'KEY' } }, secrets: at('KEY') }))),
      contextWith(world),
    );
    assert.deepEqual(seen, { text: canary });
    const [response] = await responses();
    assert.deepEqual(response?.data, { output: { echoed: '[secret KEY]' } });
    const [stored] = await world.embedded.store.invocations.claim(
      [{ id: idOf(), owner: 'x', leaseUntil: 1 }],
      0,
    );
    assert.ok(!JSON.stringify([response, stored, world.logger.lines]).includes(canary));
  });

  it('do not leak through what an agent throws, whole or cut', async () => {
    for (const [run, text] of [`refused ${canary}`, `${'x'.repeat(465)}${canary}`].entries()) {
      const handler = createHandler(
        depsOf(
          agentOf(() => Promise.reject(new Error(text))),
          { secret },
        ),
      );
      await handler(
        kafkaEvent(recordOf(taskEvent({ run, input: { text: { secretRef: 'KEY' } }, secrets: at('KEY') }))),
        contextWith(world),
      );
    }
    const messages = (await responses()).map((response) => failureIn(response).message);
    assert.equal(messages.length, 2);
    for (const message of messages) {
      assert.ok(message.includes('[secret KEY]'), message);
      assert.ok(!message.includes(canary.slice(0, 6)), message);
    }
  });

  it('that are missing are told by name, and the agent is not called', async () => {
    const handler = createHandler(depsOf(agentOf(echo), { secret }));
    await handler(
      kafkaEvent(recordOf(taskEvent({ input: { text: { secretRef: 'OTHER' } }, secrets: at('OTHER') }))),
      contextWith(world),
    );
    const found = failureIn((await responses())[0]);
    assert.equal(found.code, 'SECRET_MISSING');
    assert.match(found.message, /OTHER/);
    assert.equal(calls, 0);
  });
});

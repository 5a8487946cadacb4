import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { topics } from '#core/event-catalog.ts';

import { type BatonEvent } from '#core/cloud-event.ts';
import { type InvocationStore } from '#core/invocation-store.ts';
import { type LogProducer } from '#core/ports.ts';
import { agentOf, calls, depsOf, echo, none, responses, type Run, world } from './fixtures/agent.ts';
import { contextWith, idOf, kafkaEvent, recordOf, taskEvent } from './fixtures/host.ts';
import { createHandler } from './handler.ts';

describe('a task', () => {
  it('is answered under the id of its attempt, with its capability, trace and tenant', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    const task = taskEvent({ tenant: 'acme' });
    assert.deepEqual(await handler(kafkaEvent(recordOf(task)), contextWith(world)), none);
    const [response] = await responses();
    assert.equal(response?.id, idOf());
    assert.equal(response.type, 'dev.baton.step.completed.v1');
    assert.equal(response.source, '/baton/agents/echo');
    assert.deepEqual(
      [
        response.capability,
        response.traceparent,
        response.tenantid,
        response.runid,
        response.stepid,
        response.attempt,
      ],
      [task.capability, task.traceparent, 'acme', task.runid, 'greet', 1],
    );
    assert.deepEqual(response.data, { output: { said: 'hi' } });
    const [record] = await world.records(topics.response);
    assert.equal(new TextDecoder().decode(record?.key ?? new Uint8Array()), task.runid);
  });

  it('costs two syncs alone: the result and the response', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    const before = world.embedded.syncs();
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(world.embedded.syncs() - before, 2);
  });

  it('of an agent that may be repeated leaves no record and costs one sync', async () => {
    const handler = createHandler(depsOf(agentOf(echo, { onRedelivery: 'repeat' })));
    const before = world.embedded.syncs();
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(world.embedded.syncs() - before, 1);
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(calls, 2);
    const claim = await world.embedded.store.invocations.claim(
      [{ id: idOf(), owner: 'x', leaseUntil: 1 }],
      0,
    );
    assert.equal(claim[0]?.status, 'mine');
  });

  it('that is expired is dropped uncalled and answers nothing', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    const event = kafkaEvent(recordOf(taskEvent({ expiresInMs: -1 })));
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.equal(calls, 0);
    assert.equal((await responses()).length, 0);
    assert.ok(world.logger.lines.some(({ message }) => message === 'expired task dropped'));
  });
});

describe('a batch', () => {
  it('of 50 tasks is claimed, stored and published once each', async () => {
    const counts = { claim: 0, finish: 0, publish: 0 };
    const { invocations } = world.embedded.store;
    const counting: InvocationStore = {
      ...invocations,
      claim: (...given) => ((counts.claim += 1), invocations.claim(...given)),
      finish: (...given) => ((counts.finish += 1), invocations.finish(...given)),
    };
    const log: LogProducer = {
      publish: (records) => ((counts.publish += 1), world.embedded.log.publish(records)),
    };
    const handler = createHandler(depsOf(agentOf(echo), { invocations: counting, log }));
    const records = Array.from({ length: 50 }, (_, run) => recordOf(taskEvent({ run }), run));
    await handler(kafkaEvent(...records), contextWith(world));
    assert.deepEqual(counts, { claim: 1, finish: 1, publish: 1 });
    assert.equal((await responses()).length, 50);
  });

  it('with a poison record in the middle sets it aside and answers the others', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    const poison = { ...recordOf(taskEvent(), 1), value: new TextEncoder().encode('{"not":'), headers: [] };
    const event = kafkaEvent(recordOf(taskEvent({ run: 1 }), 0), poison, recordOf(taskEvent({ run: 2 }), 2));
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.deepEqual(
      (await responses()).map(({ id }) => id).sort(),
      [idOf({ run: 1 }), idOf({ run: 2 })].sort(),
    );
    const [letter] = await world.records(topics.deadLetter);
    assert.deepEqual(Buffer.from(letter?.value ?? []), Buffer.from(poison.value));
    const headers = Object.fromEntries(
      (letter?.headers ?? []).map(([name, value]) => [name, Buffer.from(value).toString()]),
    );
    assert.equal(headers['baton-dlq-code'], 'CE_PARSE');
    assert.equal(headers['baton-dlq-offset'], '1');
    assert.equal(headers['baton-dlq-topic'], topics.step('echo'));
  });

  const wrong: readonly (readonly [what: string, event: BatonEvent, code: string])[] = [
    ['another type', { ...taskEvent(), type: 'dev.baton.run.wake.v1' }, 'CE_WRONG_TOPIC'],
    ['an unknown type', { ...taskEvent(), type: 'com.example.nothing' }, 'CE_UNKNOWN_TYPE'],
    ['another agent', taskEvent({ agent: 'other' }), 'CE_WRONG_TOPIC'],
    ['a run id that is none', { ...taskEvent(), runid: '$where' }, 'ID_INVALID'],
    ['a step id that is none', { ...taskEvent(), stepid: 'a.b' }, 'ID_INVALID'],
    ['a tenant that would leave its folder', taskEvent({ tenant: '../x' }), 'ID_INVALID'],
    ['data of another shape', { ...taskEvent(), data: { agent: 'echo' } }, 'REQUEST_INVALID'],
  ];
  for (const [what, event, code] of wrong) {
    it(`dead-letters an event of ${what} uncalled`, async () => {
      const handler = createHandler(depsOf(agentOf(echo)));
      await handler(kafkaEvent(recordOf(event)), contextWith(world));
      const [letter] = await world.records(topics.deadLetter);
      const found = letter?.headers.find(([name]) => name === 'baton-dlq-code')?.[1];
      assert.equal(Buffer.from(found ?? []).toString(), code);
      assert.equal(calls, 0);
    });
  }

  it('that is no Kafka event makes the handler throw', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    await assert.rejects(handler({ nothing: true } as never, contextWith(world)), InfrastructureError);
  });
});

describe('time running out', () => {
  it('before anything began reports every task and calls nobody', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    const event = kafkaEvent(recordOf(taskEvent({ run: 1 }), 0), recordOf(taskEvent({ run: 2 }), 1));
    const answer = await handler(event, contextWith(world, 4_000));
    assert.deepEqual(
      answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
      [
        { partition: `${topics.step('echo')}-0`, offset: 0 },
        { partition: `${topics.step('echo')}-0`, offset: 1 },
      ],
    );
    assert.equal(calls, 0);
  });

  it('aborts the running call and frees it, so that the next delivery takes it at once', async () => {
    let signal: AbortSignal | undefined;
    let slow = true;
    const run: Run = (input, ctx) => (slow ? new Promise(() => (signal = ctx.signal)) : echo(input, ctx));
    const handler = createHandler(depsOf(agentOf(run)));
    const event = kafkaEvent(recordOf(taskEvent()));
    const done = handler(event, contextWith(world, 15_000));
    await world.time.advance(10_000);
    assert.equal((await done).batchItemFailures.length, 1);
    assert.equal(signal?.aborted, true);
    slow = false;
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.equal((await responses()).length, 1);
  });

  it('makes the handler throw where the mapping takes no partial answers; what is finished stays finished', async () => {
    const run: Run = (input, ctx) =>
      ctx.step === 'slow' && calls < 3 ? new Promise(() => undefined) : echo(input, ctx);
    const handler = createHandler(depsOf(agentOf(run), { partialResponses: false }));
    const event = kafkaEvent(recordOf(taskEvent(), 0), recordOf(taskEvent({ step: 'slow' }), 1));
    const done = assert.rejects(handler(event, contextWith(world, 15_000)), InfrastructureError);
    await world.time.advance(10_000);
    await done;
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.equal(calls, 3);
    assert.equal(new Set((await responses()).map(({ id }) => id)).size, 2);
  });
});

describe('a store that does not answer', () => {
  const away = async (): Promise<never> => {
    throw new InfrastructureError('the store is away');
  };

  it('at the claim leaves the batch unfinished and the agent uncalled', async () => {
    const { invocations } = world.embedded.store;
    const handler = createHandler(depsOf(agentOf(echo), { invocations: { ...invocations, claim: away } }));
    const answer = await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(answer.batchItemFailures.length, 1);
    assert.equal(calls, 0);
  });

  it('at the result publishes nothing', async () => {
    const { invocations } = world.embedded.store;
    const handler = createHandler(depsOf(agentOf(echo), { invocations: { ...invocations, finish: away } }));
    const answer = await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(answer.batchItemFailures.length, 1);
    assert.equal((await responses()).length, 0);
  });

  it('because of a bug sets that task aside as ENGINE_BUG and goes on with the others', async () => {
    const blobs = { ...world.embedded.store.blobs, get: () => Promise.reject(new TypeError('bug')) };
    const handler = createHandler(depsOf(agentOf(echo), { blobs }));
    const ref = { digest: `sha256:${'0'.repeat(64)}`, bytes: 4 };
    const broken = taskEvent({ run: 1, input: null, refs: [{ at: '', ref }] });
    const event = kafkaEvent(recordOf(broken, 0), recordOf(taskEvent({ run: 2 }), 1));
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.deepEqual(
      (await responses()).map(({ id }) => id),
      [idOf({ run: 2 })],
    );
    assert.equal((await world.records(topics.deadLetter)).length, 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json } from '#core/json.ts';
import { AgentFailure } from '#core/agent/contract.ts';
import { failure, InfrastructureError } from '#core/failure.ts';
import { agentOf, calls, depsOf, echo, failureIn, none, responses, world } from './fixtures/agent.ts';
import { contextWith, kafkaEvent, recordOf, startOfTime, taskEvent } from './fixtures/host.ts';
import { createHandler } from './handler.ts';

const throwing = (thrown: unknown): never => {
  throw thrown;
};

describe('an agent', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const unreadable = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );
  for (const thrown of [
    'text',
    undefined,
    circular,
    unreadable,
    new Error('broken'),
    new InfrastructureError('mine'),
  ]) {
    it(`that throws ${thrown instanceof Error ? thrown.name : typeof thrown} is answered AGENT_THREW`, async () => {
      const handler = createHandler(depsOf(agentOf(async () => throwing(thrown))));
      assert.deepEqual(await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world)), none);
      const [response] = await responses();
      assert.equal(failureIn(response).code, 'AGENT_THREW');
    });
  }

  it('that throws a typed failure keeps its code and whether it may be tried again', async () => {
    const own = new AgentFailure({
      code: 'OUT_OF_STOCK',
      message: 'none left',
      retryable: false,
      retryAfterMs: 5,
    });
    const handler = createHandler(depsOf(agentOf(() => Promise.reject(own))));
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    const found = failureIn((await responses())[0]);
    assert.deepEqual([found.code, found.retryable], ['OUT_OF_STOCK', false]);
  });

  it('that never returns and ignores the signal is answered AGENT_TIMEOUT at its deadline', async () => {
    const handler = createHandler(depsOf(agentOf(() => new Promise(() => undefined))));
    const done = handler(kafkaEvent(recordOf(taskEvent({ expiresInMs: 30_000 }))), contextWith(world));
    await world.time.advance(29_999);
    assert.equal((await responses()).length, 0);
    await world.time.advance(1);
    assert.deepEqual(await done, none);
    const found = failureIn((await responses())[0]);
    assert.deepEqual([found.code, found.retryable], ['AGENT_TIMEOUT', true]);
  });

  it('that is given an input outside its contract is not called: AGENT_INPUT_INVALID', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    await handler(kafkaEvent(recordOf(taskEvent({ input: { text: 5 } }))), contextWith(world));
    assert.equal(failureIn((await responses())[0]).code, 'AGENT_INPUT_INVALID');
    assert.equal(calls, 0);
  });

  it('that returns what is not JSON is answered AGENT_OUTPUT_TYPE', async () => {
    const handler = createHandler(depsOf(agentOf(async () => ({ n: 1n }))));
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(failureIn((await responses())[0]).code, 'AGENT_OUTPUT_TYPE');
  });

  it('that returns what the reading codec would refuse is answered AGENT_OUTPUT_TYPE', async () => {
    const deep = (depth: number): Json => (depth === 0 ? 0 : [deep(depth - 1)]);
    const handler = createHandler(depsOf(agentOf(async () => deep(64))));
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.equal(failureIn((await responses())[0]).code, 'AGENT_OUTPUT_TYPE');
  });

  it('has the tokens of its model calls recorded', async () => {
    const usage = { model: 'm', inputTokens: 20, outputTokens: 6, calls: 2 };
    const request = { name: 'x', system: '', user: '', input: null, schema: {} };
    const model = () => ({ name: 'm', ask: async () => ({ value: {}, usage }), usage: () => usage });
    const handler = createHandler(
      depsOf(
        agentOf(async (_input, ctx) => (await ctx.model.ask(request)).value),
        { model },
      ),
    );
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    assert.deepEqual((await responses())[0]?.data, { output: {}, usage });
  });
});

describe('failures of the engine', () => {
  it('name the retry after an agent gave', async () => {
    const own = new AgentFailure(failure('LLM_RATE', 'slow down', { retryable: true, retryAfterMs: 1500 }));
    const handler = createHandler(depsOf(agentOf(() => Promise.reject(own))));
    await handler(kafkaEvent(recordOf(taskEvent({ now: startOfTime }))), contextWith(world));
    const data = (await responses())[0]?.data as { failure: { retryAfterMs: number } };
    assert.equal(data.failure.retryAfterMs, 1500);
  });
});

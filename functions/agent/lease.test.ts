import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AgentFailure } from '#core/agent/contract.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type KafkaBatchResponse } from '#core/lambda-kafka.ts';
import { type LogProducer } from '#core/ports.ts';
import { agentOf, calls, depsOf, echo, none, responses, type Run, world } from './fixtures/agent.ts';
import { contextWith, idOf, kafkaEvent, recordOf, settled, taskEvent, until } from './fixtures/host.ts';
import { createHandler } from './handler.ts';

describe('redelivery', () => {
  it('of a finished call sends the stored result again and does not call the agent', async () => {
    const handler = createHandler(depsOf(agentOf(async () => ({ n: calls }))));
    await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    await handler(kafkaEvent(recordOf(taskEvent(), 7)), contextWith(world));
    const [first, second] = await responses();
    assert.equal(calls, 1);
    assert.equal(second?.id, first?.id);
    assert.deepEqual(second?.data, { output: { n: 1 } });
  });

  it('after the result was stored but not published publishes it, and the agent is called once', async () => {
    let broken = true;
    const log: LogProducer = {
      publish: async (records) => {
        if (broken) throw new InfrastructureError('the log is away');
        await world.embedded.log.publish(records);
      },
    };
    const handler = createHandler(depsOf(agentOf(echo), { log }));
    const event = kafkaEvent(recordOf(taskEvent()));
    assert.equal((await handler(event, contextWith(world))).batchItemFailures.length, 1);
    broken = false;
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.equal(calls, 1);
    assert.equal((await responses()).length, 1);
  });

  it('while the call runs in this process waits for its end and calls nobody', async () => {
    const gate = Promise.withResolvers<void>();
    const handler = createHandler(
      depsOf(agentOf(async (input, ctx) => (await gate.promise, echo(input, ctx)))),
    );
    const first = handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    const second = handler(kafkaEvent(recordOf(taskEvent(), 1)), contextWith(world));
    const third = handler(kafkaEvent(recordOf(taskEvent(), 2)), contextWith(world, 9_000));
    await world.time.advance(4_500);
    assert.equal((await third).batchItemFailures.length, 1, 'its own time is up first');
    gate.resolve();
    assert.deepEqual([await first, await second], [none, none]);
    assert.equal(calls, 1);
    assert.equal((await responses()).length, 1);
  });

  it('of three in ten calls each agent once, whatever the order', async () => {
    const handler = createHandler(depsOf(agentOf(echo)));
    let offset = 0;
    for (let batch = 0; batch < 10; batch += 1) {
      const runs = Array.from({ length: 10 }, (_, index) => batch * 10 + index);
      const again = runs.filter((run) => run % 10 < 3).flatMap((run) => [run, Math.max(0, run - 15)]);
      const records = [...runs, ...again].map((run) => recordOf(taskEvent({ run }), offset++));
      await handler(kafkaEvent(...records), contextWith(world));
    }
    assert.equal(calls, 100);
    assert.equal(new Set((await responses()).map(({ id }) => id)).size, 100);
  });
});

describe('a lease that was over before the store told of it', () => {
  it('is none: the agent is not called, and the task comes again', async () => {
    const late = Promise.withResolvers<void>();
    const { invocations } = world.embedded.store;
    const slow = {
      ...invocations,
      claim: async (...given: Parameters<typeof invocations.claim>) => {
        const answers = await invocations.claim(...given);
        await late.promise;
        return answers;
      },
    };
    const task = taskEvent({ expiresInMs: 3_600_000 });
    const answer = createHandler(depsOf(agentOf(echo), { invocations: slow }))(
      kafkaEvent(recordOf(task)),
      contextWith(world),
    );
    await world.time.advance(16_000);
    late.resolve();
    assert.equal((await answer).batchItemFailures.length, 1);
    assert.equal(calls, 0);
    await createHandler(depsOf(agentOf(echo)))(kafkaEvent(recordOf(task)), contextWith(world));
    assert.equal(calls, 1);
  });
});

describe('a call that somebody else has', () => {
  const claimFor = (owner: string, leaseMs: number) =>
    world.embedded.store.invocations.claim(
      [{ id: idOf(), owner, leaseUntil: world.time.now() + leaseMs }],
      world.time.now(),
    );

  it('is waited for until its lease and five seconds have passed; then the record comes again and is taken over', async () => {
    await claimFor('elsewhere', 15_000);
    const handler = createHandler(depsOf(agentOf(echo)));
    const event = kafkaEvent(recordOf(taskEvent()));
    const answers: KafkaBatchResponse[] = [];
    void handler(event, contextWith(world)).then((given) => answers.push(given));
    await world.time.advance(19_999);
    assert.equal(answers.length, 0);
    await world.time.advance(1);
    assert.equal(answers[0]?.batchItemFailures.length, 1);
    assert.equal(calls, 0);
    assert.deepEqual(await handler(event, contextWith(world)), none);
    assert.equal(calls, 1);
  });

  it('is not waited for longer than the function has time', async () => {
    await claimFor('elsewhere', 15_000);
    const handler = createHandler(depsOf(agentOf(echo)));
    const done = handler(kafkaEvent(recordOf(taskEvent())), contextWith(world, 7_000));
    await world.time.advance(2_000);
    assert.equal((await done).batchItemFailures.length, 1);
  });

  it('was taken over from a paused host: the zombie stores nothing and publishes nothing', async () => {
    const gate = Promise.withResolvers<void>();
    // The zombie's timers are its own and stand still: it was paused with its process.
    const paused = createHandler(
      depsOf(
        agentOf(async () => (await gate.promise, { from: 'zombie' })),
        {
          timers: { after: () => () => undefined, soon: (run) => world.time.soon(run) },
        },
      ),
    );
    const event = kafkaEvent(recordOf(taskEvent()));
    const zombie = paused(event, contextWith(world));
    await settled();
    await world.time.advance(16_000);
    const other = createHandler(depsOf(agentOf(async () => ({ from: 'successor' }))));
    assert.deepEqual(await other(event, contextWith(world)), none);
    gate.resolve();
    assert.equal((await zombie).batchItemFailures.length, 1);
    assert.deepEqual(
      (await responses()).map(({ data }) => data),
      [{ output: { from: 'successor' } }],
    );
    await other(event, contextWith(world));
    assert.deepEqual((await responses()).at(-1)?.data, { output: { from: 'successor' } });
  });

  it('stays with its owner while the lease is renewed', async () => {
    const gate = Promise.withResolvers<void>();
    const handler = createHandler(
      depsOf(agentOf(async (input, ctx) => (await gate.promise, echo(input, ctx)))),
    );
    const done = handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    await settled();
    for (let second = 0; second < 40; second += 5) {
      await world.time.advance(5_000);
      assert.equal((await claimFor('thief', 15_000))[0]?.status, 'running');
    }
    gate.resolve();
    assert.deepEqual(await done, none);
    assert.equal((await responses()).length, 1);
  });

  it('is aborted when a renewal finds another owner, and publishes nothing', async () => {
    let reason: unknown;
    const run: Run = (_input, ctx) =>
      new Promise((_resolve, reject) => {
        ctx.signal.addEventListener('abort', () => reject((reason = ctx.signal.reason) as Error));
      });
    const { invocations } = world.embedded.store;
    const handler = createHandler(
      depsOf(agentOf(run), { invocations: { ...invocations, renew: async () => 'lost' } }),
    );
    const done = handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    await world.time.advance(5_000);
    assert.equal((await done).batchItemFailures.length, 1);
    assert.ok(reason instanceof AgentFailure);
    assert.equal((await responses()).length, 0);
  });

  it('goes on when a renewal cannot reach the store', async () => {
    const gate = Promise.withResolvers<void>();
    const { invocations } = world.embedded.store;
    const away = async (): Promise<never> => {
      throw new InfrastructureError('the store is away');
    };
    const handler = createHandler(
      depsOf(
        agentOf(async (input, ctx) => (await gate.promise, echo(input, ctx))),
        {
          invocations: { ...invocations, renew: away },
        },
      ),
    );
    const done = handler(kafkaEvent(recordOf(taskEvent())), contextWith(world));
    await world.time.advance(20_000);
    gate.resolve();
    assert.deepEqual(await done, none);
    assert.equal((await responses()).length, 1);
  });
});

describe('a mark of the orchestrator', () => {
  for (const reason of ['cancelled', 'timeout'] as const) {
    it(`(${reason}) aborts the running call, which publishes nothing, and redelivery drops the task`, async () => {
      let signal: AbortSignal | undefined;
      const run: Run = (_input, ctx) => new Promise(() => (signal = ctx.signal));
      const handler = createHandler(depsOf(agentOf(run)));
      const event = kafkaEvent(recordOf(taskEvent()));
      const done = handler(event, contextWith(world));
      await until(() => signal !== undefined, 'the agent is called');
      await world.embedded.store.invocations.mark([idOf()], reason);
      await world.time.advance(5_000);
      assert.deepEqual(await done, none);
      assert.equal(signal?.aborted, true);
      assert.deepEqual(await handler(event, contextWith(world)), none);
      assert.equal(calls, 1);
      assert.equal((await responses()).length, 0);
    });
  }

  it('that came before the task keeps the agent from being called', async () => {
    await world.embedded.store.invocations.mark([idOf()], 'cancelled');
    const handler = createHandler(depsOf(agentOf(echo)));
    assert.deepEqual(await handler(kafkaEvent(recordOf(taskEvent())), contextWith(world)), none);
    assert.equal(calls, 0);
  });
});

/** The orchestrator's side of a function's timeout: under its margin it begins no further round, and its batch comes again. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { toKafkaEvent } from '#core/kafka-records.ts';
import { createHandler } from '#functions/orchestrator/handler.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine } from '#tests/engine/engine.ts';

it('an orchestrator that loses races until its time is nearly up gives the batch back, and the next one has it done once', async (test) => {
  const e = await openEngine({ workflow: chain, agents: { worker: (task) => completed(task.input) } });
  test.after(() => e.close());
  await e.start('a', { idea: 'shop' });
  const records = await e.take(topics.request);
  let inserts = 0;
  const { commits } = e.deps.store;
  const losing = createHandler({
    ...e.deps,
    store: {
      ...e.deps.store,
      commits: {
        ...commits,
        insert: async (lost) => {
          inserts += 1;
          return lost.map(() => 'conflict' as const);
        },
      },
    },
  });
  const context = {
    awsRequestId: 'r',
    functionName: 'orchestrator',
    getRemainingTimeInMillis: () => (inserts < 3 ? 60_000 : 4_999),
  };
  await assert.rejects(losing(toKafkaEvent(records, { bootstrapServers: 'test:9092' }), context), {
    name: 'InfrastructureError',
    message: /about to time out; the batch comes again/,
  });
  assert.equal(inserts, 3);
  await e.deliver(records);
  await e.settle();
  assert.equal((await e.outputs()).length, 1);
});

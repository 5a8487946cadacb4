/** Whatever is delivered how often, by how many hosts, with what failing: each call counts once (C8, I4, I15, I29). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { InfrastructureError } from '#core/failure.ts';
import { topics } from '#core/event-catalog.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { type InvocationStore } from '#core/invocation-store.ts';
import { type LogProducer } from '#core/ports.ts';
import { createHandler } from './handler.ts';
import {
  contextWith,
  idOf,
  kafkaEvent,
  openWorld,
  recordOf,
  taskEvent,
  type World,
} from './fixtures/host.ts';

interface Script {
  /** Runs delivered by each batch, by one of two hosts. */
  readonly batches: readonly { readonly host: number; readonly runs: readonly number[] }[];
  /** Calls of store and log that fail, by their number; after them, whether the work was done all the same. */
  readonly faults: ReadonlyMap<number, 'before' | 'after'>;
}

const scripts: fc.Arbitrary<Script> = fc.record({
  batches: fc.array(
    fc.record({
      host: fc.integer({ min: 0, max: 1 }),
      runs: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  faults: fc
    .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom('before' as const, 'after' as const)), {
      maxLength: 4,
    })
    .map((entries) => new Map(entries)),
});

/** Store and log that fail as the script says, before or after they did what was asked. */
function faulty(world: World, faults: Script['faults']) {
  let count = 0;
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    const fault = faults.get(count++);
    if (fault === 'before') throw new InfrastructureError('away');
    const value = await work();
    if (fault === 'after') throw new InfrastructureError('acknowledgement lost');
    return value;
  };
  const store = world.embedded.store.invocations;
  const invocations: InvocationStore = {
    ...store,
    claim: (...given) => run(() => store.claim(...given)),
    finish: (...given) => run(() => store.finish(...given)),
    release: (...given) => run(() => store.release(...given)),
  };
  const log: LogProducer = { publish: (records) => run(() => world.embedded.log.publish(records)) };
  return { invocations, log };
}

async function play(world: World, { batches, faults }: Script) {
  let calls = 0;
  const { invocations, log } = faulty(world, faults);
  const hosts: readonly KafkaHandler[] = [0, 1].map((host) =>
    createHandler({
      log,
      invocations,
      blobs: world.embedded.store.blobs,
      clock: world.time,
      random: world.random,
      timers: world.time,
      logger: world.logger,
      partialResponses: true,
      model: () => {
        throw new Error('no model here');
      },
      secret: () => undefined,
      agents: [
        {
          manifest: { name: 'echo', timeoutMs: 60_000, onRedelivery: 'once' },
          agent: {
            name: 'echo',
            description: 'test',
            version: '1.0.0',
            input: z.unknown(),
            output: z.unknown(),
            run: async () => ({ host, call: (calls += 1) }),
          },
        },
      ],
    }),
  );
  let offset = 0;
  for (const { host, runs } of batches) {
    const records = runs.map((run) => recordOf(taskEvent({ run, expiresInMs: 86_400_000 }), offset++));
    // As a mapping does: the same batch until it succeeds.
    for (let delivery = 0; delivery < 12; delivery += 1) {
      const handler = hosts[host];
      assert.ok(handler);
      const answer = handler(kafkaEvent(...records), contextWith(world));
      await world.time.advance(25_000);
      if ((await answer).batchItemFailures.length === 0) break;
      assert.ok(delivery < 11, 'never finished');
    }
  }
  return { calls, asked: new Set(batches.flatMap(({ runs }) => runs)) };
}

async function withWorld(check: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld(['echo']);
  try {
    await check(world);
  } finally {
    await world.close();
  }
}

describe('redelivery under faults', () => {
  it('answers every task, always with the same result, under the id of its attempt', async () => {
    const property = fc.asyncProperty(scripts, (script) =>
      withWorld(async (world) => {
        const { asked } = await play(world, script);
        const answers = new Map<string, Set<string>>();
        for (const { id, data } of await world.events(topics.response)) {
          answers.set(id, (answers.get(id) ?? new Set()).add(JSON.stringify(data)));
        }
        assert.deepEqual([...answers.keys()].sort(), [...asked].map((run) => idOf({ run })).sort());
        for (const [id, results] of answers) assert.equal(results.size, 1, `${id} was answered in two ways`);
      }),
    );
    await fc.assert(property, { numRuns: 40 });
  });

  it('calls an agent once for each task where nothing fails', async () => {
    const property = fc.asyncProperty(scripts, ({ batches }) =>
      withWorld(async (world) => {
        const { calls, asked } = await play(world, { batches, faults: new Map() });
        assert.equal(calls, asked.size);
      }),
    );
    await fc.assert(property, { numRuns: 25 });
  });
});

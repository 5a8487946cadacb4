import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { threadStarter } from '#adapters/worker-thread.ts';
import { topics } from '#core/event-catalog.ts';
import { type KafkaBatchResponse } from '#core/lambda-kafka.ts';
import {
  contextWith,
  kafkaEvent,
  openWorld,
  recordOf,
  runOf,
  settled,
  taskEvent,
  type TaskOptions,
  type World,
} from '../agent/fixtures/host.ts';
import { createHandler, type LocalAgentsHandler } from './handler.ts';
import { type FromThread, type StartThread, type ToThread } from './thread.ts';

const entry = new URL('./fixtures/worker.ts', import.meta.url);
const realThreads: StartThread = threadStarter<ToThread, FromThread>({ entry });

let world: World;
let handler: LocalAgentsHandler;
let started: string[];

beforeEach(async () => {
  world = await openWorld(['echo', 'other']);
  started = [];
  const startThread: StartThread = (agent, events) => {
    started.push(agent);
    return realThreads(agent, events);
  };
  handler = createHandler({
    log: world.embedded.log,
    invocations: world.embedded.store.invocations,
    blobs: world.embedded.store.blobs,
    clock: world.time,
    random: world.random,
    timers: world.time,
    logger: world.logger,
    partialResponses: true,
    agents: ['echo', 'other'].map((name) => ({ name, timeoutMs: 60_000, onRedelivery: 'once' })),
    startThread,
    secret: (name) => (name === 'KEY' ? 'canary-5d1e77aa' : undefined),
  });
});
afterEach(async () => {
  await handler.close();
  await world.close();
});

let offset = 0;
const send = (text: unknown, options: TaskOptions = {}): Promise<KafkaBatchResponse> => {
  const event = taskEvent({ ...options, now: world.time.now(), input: { text: text as string } });
  return handler(kafkaEvent(recordOf(event, offset++, options.agent ?? 'echo')), contextWith(world));
};

const outcomes = async (): Promise<Readonly<Record<string, unknown>>> =>
  Object.fromEntries(
    (await world.events(topics.response)).map(({ runid, data }) => {
      const { failure, output } = data as { failure?: { code: string }; output?: unknown };
      return [runid ?? '', failure?.code ?? output];
    }),
  );

/** Real threads take real time: waits for a condition with a deadline. */
async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `did not happen: ${what}`);
    await settled();
  }
}

describe('an agent in a thread', () => {
  it('answers, and one thread serves its next task too', async () => {
    await send('one', { run: 1 });
    await send('two', { run: 2 });
    assert.deepEqual(await outcomes(), {
      [runOf(1)]: { said: 'one', calls: 1 },
      [runOf(2)]: { said: 'two', calls: 2 },
    });
    assert.deepEqual(started, ['echo']);
    assert.ok(
      world.logger.lines.some(({ message, fields }) => message === 'called' && fields['run'] === runOf(1)),
    );
  });

  it('in an endless loop is answered AGENT_TIMEOUT at its deadline, terminated, and started anew', async () => {
    await send('warm', { run: 1 });
    const looping = send('loop', { run: 2, expiresInMs: 10_000 });
    await settled();
    await world.time.advance(10_000);
    assert.deepEqual(await looping, { batchItemFailures: [] });
    assert.equal((await outcomes())[runOf(2)], 'AGENT_TIMEOUT');
    await world.time.advance(1_000);
    await eventually(async () => {
      await send('again', { run: 3 });
      return (await outcomes())[runOf(3)] !== undefined;
    }, 'a new thread answers');
    assert.deepEqual(started, ['echo', 'echo']);
  });

  it('that loops leaves other agents alone, and tasks beside it come again', async () => {
    await send('warm', { run: 1 });
    const looping = send('loop', { run: 2, expiresInMs: 10_000 });
    const beside = send('beside', { run: 3 });
    await send('elsewhere', { run: 4, agent: 'other' });
    assert.deepEqual((await outcomes())[runOf(4)], { said: 'elsewhere', calls: 1 });
    await world.time.advance(10_000);
    await looping;
    await world.time.advance(1_000);
    assert.equal((await beside).batchItemFailures.length, 1);
    await send('beside', { run: 3 });
    assert.deepEqual((await outcomes())[runOf(3)], { said: 'beside', calls: 1 });
  });

  for (const how of ['exit', 'stray']) {
    it(`that ends its thread (${how}) is answered AGENT_CRASHED, and the next task gets a new thread`, async () => {
      await send(how, { run: 1 });
      await send('next', { run: 2 });
      assert.deepEqual(await outcomes(), {
        [runOf(1)]: 'AGENT_CRASHED',
        [runOf(2)]: { said: 'next', calls: 1 },
      });
    });
  }

  it('that never returns but does not loop keeps its thread', async () => {
    await send('warm', { run: 1 });
    const waiting = send('wait', { run: 2, expiresInMs: 10_000 });
    await settled();
    await world.time.advance(10_000);
    await waiting;
    await send('next', { run: 3 });
    await eventually(() => world.time.pending() === 0, 'the thread answers the ping');
    await world.time.advance(2_000);
    await send('last', { run: 4 });
    assert.deepEqual(started, ['echo']);
    assert.equal((await outcomes())[runOf(2)], 'AGENT_TIMEOUT');
  });

  it('that prints does so into the log', async () => {
    await send('print', { run: 1 });
    await eventually(
      () => world.logger.lines.some(({ fields }) => String(fields['text']).includes('printed')),
      'the line arrives',
    );
  });

  it('gets the secrets its input names, and they do not come back', async () => {
    await send({ secretRef: 'KEY' }, { run: 1, secrets: [{ at: '/text', name: 'KEY' }] });
    assert.deepEqual(await outcomes(), { [runOf(1)]: { said: '[secret KEY]', calls: 1 } });
  });

  it('whose host stops is ended, and its tasks come again', async () => {
    await send('warm', { run: 1 });
    const waiting = send('wait', { run: 2 });
    await settled();
    await handler.close();
    assert.equal((await waiting).batchItemFailures.length, 1);
  });
});

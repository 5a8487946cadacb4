import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { it, type TestContext } from 'node:test';
import { createConnection } from './connection.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** Whether the connection is closed after a moment, and after two seconds. */
async function closing(context: TestContext, connection: { close(): Promise<void> }) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let closed = false;
  void connection.close().then(() => (closed = true));
  await setImmediate();
  const atOnce = closed;
  for (let second = 0; second < 2; second += 1) {
    context.mock.timers.tick(1_000);
    await setImmediate();
  }
  return { atOnce, later: closed };
}

it('is closed at once where the broker answers', async (context) => {
  const connection = createConnection(async () => ({ disconnect: () => Promise.resolve() }));
  await connection.get();
  assert.deepEqual(await closing(context, connection), { atOnce: true, later: true });
});

it('is closed before long where the broker does not take leave', async (context) => {
  const connection = createConnection(async () => ({ disconnect: never }));
  await connection.get();
  assert.deepEqual(await closing(context, connection), { atOnce: false, later: true });
});

it('is closed before long where it is still being made, and what is made late is ended', async (context) => {
  const late = Promise.withResolvers<{ disconnect(): Promise<void> }>();
  const connection = createConnection(() => late.promise);
  void connection.get();
  assert.deepEqual(await closing(context, connection), { atOnce: false, later: true });
  const disconnect = context.mock.fn(() => Promise.resolve());
  late.resolve({ disconnect });
  await setImmediate();
  assert.equal(disconnect.mock.callCount(), 1);
});

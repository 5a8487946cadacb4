import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import Runner from 'kafkajs/src/consumer/runner.js';
import { mendStoppedFetches } from './stopped-fetches.ts';

const silent = (): unknown =>
  new Proxy({}, { get: (_, name) => (name === 'namespace' ? silent : () => undefined) });

test('a consumer that is stopped while its fetchers are set up anew ends', async () => {
  mendStoppedFetches();
  let brokers = ['1'];
  let stopped: Promise<void> | undefined;
  let left = 0;
  const crashes: unknown[] = [];
  const runner = new Runner({
    logger: silent(),
    consumerGroup: {
      connect: async () => undefined,
      joinAndSync: async () => undefined,
      leave: async () => void (left += 1),
      heartbeat: async () => undefined,
      // Looked at by the manager that sets up the fetchers: it is stopped just before it has the new ones.
      getNodeIds() {
        if (brokers.length === 2 && new Error().stack?.includes('createFetchers') === true)
          stopped ??= runner.stop();
        return brokers;
      },
      fetch: async () => {
        await wait(5);
        return [];
      },
    },
    instrumentationEmitter: { emit: () => undefined },
    concurrency: 1,
    onCrash: (reason) => crashes.push(reason),
    retry: { initialRetryTime: 10, retries: 3 },
  });
  await runner.start();
  await wait(20);
  brokers = ['1', '2'];
  while (stopped === undefined) await wait(5);
  await stopped;
  assert.equal(left, 1);
  assert.deepEqual(crashes, []);
});

/** The embedded log and store across the death of processes, and between living ones. */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Readable } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { identityOf } from '#adapters/process-identity.ts';
import { readHostHolder, tryHostLock } from '#adapters/embedded/host-lock.ts';
import { type Embedded, openEmbedded } from '#adapters/embedded/open.ts';
import { type LogConsumer, type LogRecord } from '#core/ports.ts';
import { until } from './contract-suite.ts';
import { begin, newRunId, sampleBlob, sampleCommit, sampleSnapshot } from './samples.ts';

const clock = { now: () => 1_000 };
const childScript = join(import.meta.dirname, 'embedded-child.ts');

let folder = '';
let children: ChildProcessByStdio<null, Readable, null>[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-processes-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) await kill(child);
  rmSync(folder, { recursive: true });
});

function start(command: string, ...args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines };
}
const startChild = (...args: readonly string[]) =>
  start(process.execPath, '--expose-gc', childScript, ...args);

async function kill(child: ChildProcessByStdio<null, Readable, null>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

async function withEmbedded<T>(use: (embedded: Embedded) => Promise<T>): Promise<T> {
  const embedded = openEmbedded({ folder, clock });
  try {
    return await use(embedded);
  } finally {
    await embedded.close();
  }
}

const createShared = (partitions: number): Promise<void> =>
  withEmbedded(({ log }) => log.createTopics([{ name: 'shared', partitions }]));

async function readAll(embedded: Embedded): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of embedded.log.read({ topic: 'shared', from: 'beginning', follow: false }))
    records.push(record);
  return records;
}

const poll = (consumer: LogConsumer, maxWaitMs = 20_000) => consumer.poll({ maxRecords: 100, maxWaitMs });

/** Polls with a wait longer than any test: only news ends it. */
function pollForLong(consumer: LogConsumer): readonly LogRecord[] {
  const came: LogRecord[] = [];
  void poll(consumer, 3_600_000).then((records) => came.push(...records));
  return came;
}

describe('A data folder that is closed and opened again', () => {
  test('still has everything that was written', async () => {
    const runId = newRunId();
    const blob = sampleBlob({ kept: true });
    const definition = { name: 'build', version: '1.0.0', digest: 'sha256:d', source: {} };
    const record = { topic: 'workflow.command', key: runId, value: Buffer.from('x') };
    await createShared(3);
    await withEmbedded(async ({ log, store }) => {
      await log.publish([{ topic: 'shared', key: 'a', value: Buffer.from('kept'), headers: [] }]);
      await store.runs.write([begin(runId, { wakeAt: 5 })]);
      await store.commits.insert([sampleCommit(runId, 1), sampleCommit(runId, 2)]);
      await store.commits.putSnapshots([sampleSnapshot(runId, 1, 1)]);
      await store.blobs.put({ tenant: 'default', runId }, [blob]);
      await store.definitions.put(definition, { activate: true });
      await store.inbox.put({ source: '/s', id: '1', record, retryAt: 1, expireAt: 9 });
      await store.invocations.claim([{ id: `${runId}:a:1`, owner: 'one', leaseUntil: 9 }], 0);
    });
    await withEmbedded(async (embedded) => {
      const { log, store } = embedded;
      assert.deepEqual(await log.topics(), [{ name: 'shared', partitions: 3 }]);
      assert.deepEqual(
        (await readAll(embedded)).map((one) => Buffer.from(one.value ?? []).toString()),
        ['kept'],
      );
      assert.deepEqual((await store.commits.load([runId])).get(runId), {
        snapshot: sampleSnapshot(runId, 1, 1),
        commits: [sampleCommit(runId, 2)],
        tombstone: false,
        quarantined: false,
      });
      assert.equal((await store.runs.get(runId))?.wakeAt, 5);
      assert.deepEqual(
        Buffer.from((await store.blobs.get({ tenant: 'default', runId }, blob.ref)) ?? []),
        blob.bytes,
      );
      assert.deepEqual(await store.definitions.active('build'), definition);
      assert.equal((await store.inbox.claimDue(1, 1, 10)).length, 1);
      const claims = [{ id: `${runId}:a:1`, owner: 'two', leaseUntil: 99 }];
      assert.deepEqual(await store.invocations.claim(claims, 0), [{ status: 'running', leaseUntil: 9 }]);
    });
  });

  test('goes on after the committed offsets and with the next offset', async () => {
    await createShared(1);
    const send = ({ log }: Embedded, text: string) =>
      log.publish([{ topic: 'shared', key: 'a', value: Buffer.from(text), headers: [] }]);
    await withEmbedded(async (embedded) => {
      for (const text of ['0', '1', '2']) await send(embedded, text);
      const consumer = await embedded.log.consumer({ topic: 'shared', group: 'g' });
      await poll(consumer);
      await consumer.commit([{ partition: 0, nextOffset: 2 }]);
    });
    await withEmbedded(async (embedded) => {
      await send(embedded, '3');
      const consumer = await embedded.log.consumer({ topic: 'shared', group: 'g' });
      assert.deepEqual(
        (await poll(consumer)).map((record) => record.offset),
        [2, 3],
      );
    });
  });
});

describe('A process that is killed while it writes', () => {
  test('loses nothing that was acknowledged and leaves nothing half-written', async () => {
    await createShared(4);
    const runId = newRunId();
    const { child, lines } = startChild('write', folder, runId);
    await until(
      () => lines.length > 50,
      () => `only ${lines.length} acknowledgements came`,
      30_000,
    );
    await kill(child);
    const acknowledged = Number(lines.at(-1));
    await withEmbedded(async (embedded) => {
      const { store } = embedded;
      const history = await store.commits.history(runId);
      assert.ok(history.length >= acknowledged);
      assert.deepEqual(
        history,
        Array.from(history.keys(), (n) => sampleCommit(runId, n + 1)),
      );
      const records = await readAll(embedded);
      assert.ok(records.length >= 3 * acknowledged);
      // Three records were published at a time: all or none of them are there.
      assert.equal(records.length % 3, 0);
      assert.ok(history.length - records.length / 3 <= 1);
    });
  });
});

describe('Two processes on one data folder', () => {
  test('see what the other appends, while they wait', async () => {
    await createShared(2);
    await withEmbedded(async ({ log }) => {
      const consumer = await log.consumer({ topic: 'shared', group: 'g' });
      const came = pollForLong(consumer);
      startChild('append', folder);
      await until(
        () => came.length > 0,
        () => 'nothing came',
      );
      assert.equal(Buffer.from(came[0]?.value ?? []).toString(), 'from the child');
      await consumer.close();
    });
  });

  test('two openings in one process see each other too, records and committed offsets', async () => {
    await createShared(1);
    await withEmbedded(async (one) =>
      withEmbedded(async (two) => {
        const first = await one.log.consumer({ topic: 'shared', group: 'g' });
        const came = pollForLong(first);
        for (const text of ['0', '1'])
          await two.log.publish([{ topic: 'shared', key: 'a', value: Buffer.from(text), headers: [] }]);
        await until(
          () => came.length > 0,
          () => 'nothing came',
        );
        await first.commit([{ partition: 0, nextOffset: 1 }]);
        await first.close();
        const second = await two.log.consumer({ topic: 'shared', group: 'g' });
        assert.deepEqual(
          (await poll(second)).map((record) => record.offset),
          [1],
        );
        await second.close();
      }),
    );
  });
});

describe('The host lock', () => {
  test('is held by one process and freed by its death', async () => {
    const { child, lines } = startChild('lock', folder);
    await until(
      () => lines.length > 0,
      () => 'the child said nothing',
      30_000,
    );
    assert.equal(lines[0], 'held');
    assert.equal(tryHostLock(folder), undefined);
    assert.equal(readHostHolder(folder)?.pid, child.pid);
    await kill(child);
    const lock = tryHostLock(folder, 1_234);
    assert.ok(lock);
    const { identity, ...holder } = readHostHolder(folder) ?? {};
    assert.deepEqual(holder, { pid: process.pid, since: 1_234 });
    assert.equal(identity, identityOf(process.pid));
    lock.release();
  });

  test('stays held where the holder keeps no reference to it', async () => {
    const { lines } = startChild('lock', folder);
    await until(
      () => lines.length > 1,
      () => `the child said only ${lines.join(', ')}`,
      30_000,
    );
    assert.deepEqual(lines, ['held', 'collected']);
    assert.equal(tryHostLock(folder), undefined);
  });

  test('is exclusive within a process too, and can be taken again once released', () => {
    const lock = tryHostLock(folder);
    assert.ok(lock);
    assert.equal(tryHostLock(folder), undefined);
    lock.release();
    lock.release();
    assert.equal(readHostHolder(folder), undefined);
    const again = tryHostLock(folder);
    assert.ok(again);
    again.release();
  });

  test('keeps nobody from opening the folder', async () => {
    const lock = tryHostLock(folder);
    await createShared(1);
    await withEmbedded(async ({ log }) => {
      assert.equal((await log.topics()).length, 1);
    });
    lock?.release();
  });
});

describe('A file system that takes no more', () => {
  const skip = process.platform === 'win32' ? 'needs a shell with ulimit' : false;
  test('gives a typed error, and no half of a write stays', { skip }, async () => {
    await createShared(2);
    const quote = (text: string): string => `'${text}'`;
    const command = [process.execPath, childScript, 'fill', folder].map(quote).join(' ');
    // Files may grow to 2 MB; the signal that comes with it is ignored, as SQLite handles the refused write.
    const { child, lines } = start('sh', '-c', `trap '' XFSZ; ulimit -f 4096; exec ${command}`);
    await once(child, 'close');
    assert.match(lines[1] ?? '', /^STORE_(IO|FULL): .*Got: .*Expected: .*Fix: /);
    await withEmbedded(async (embedded) => {
      assert.ok(Number(lines[0]) > 0);
      assert.equal((await readAll(embedded)).length, 2 * Number(lines[0]));
      await embedded.log.publish([{ topic: 'shared', key: 'a', value: Buffer.from('again'), headers: [] }]);
      assert.equal((await readAll(embedded)).length, 2 * Number(lines[0]) + 1);
    });
  });
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { type BlobRef } from '#core/payload.ts';
import { type BlobScope, type LogRecord } from '#core/ports.ts';
import { openWorld, recordOf, taskEvent, type World } from './agent/fixtures/host.ts';
import { putDeadLetters } from './dead-letters.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld([]);
});
afterEach(() => world.close());

const problem = { code: 'CE_PARSE', reason: 'not JSON' };
const depsOf = () => ({ log: world.embedded.log, blobs: world.embedded.store.blobs, logger: world.logger });

describe('dead letters', () => {
  it('are published together, and each is logged without its bytes', async () => {
    const before = world.embedded.syncs();
    const letters = [0, 1, 2].map((offset) => ({ record: recordOf(taskEvent(), offset), problem }));
    await putDeadLetters(depsOf(), letters);
    assert.equal(world.embedded.syncs() - before, 1);
    assert.equal((await world.records(topics.deadLetter)).length, 3);
    assert.deepEqual(
      world.logger.lines.map(({ fields }) => fields['offset']),
      [0, 1, 2],
    );
    assert.ok(!JSON.stringify(world.logger.lines).includes(taskEvent().capability ?? ''));
  });

  it('cost nothing where there are none', async () => {
    const before = world.embedded.syncs();
    await putDeadLetters(depsOf(), []);
    assert.equal(world.embedded.syncs(), before);
  });

  it('too large for the topic go to the blob store, and a reference to the topic', async () => {
    const value = Buffer.alloc(3 * 1024 * 1024, 7);
    const record: LogRecord = { ...recordOf(taskEvent()), value };
    await putDeadLetters(depsOf(), [{ record, problem }]);
    const [letter] = await world.records(topics.deadLetter);
    const { blob } = JSON.parse(Buffer.from(letter?.value ?? []).toString()) as { blob: BlobScope & BlobRef };
    const stored = await world.embedded.store.blobs.get(blob, { digest: blob.digest, bytes: blob.bytes });
    assert.deepEqual(Buffer.from(stored ?? []), value);
  });
});

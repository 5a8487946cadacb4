import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { deadLetterReference } from '#core/dead-letter.ts';
import { topics } from '#core/event-catalog.ts';
import { openWorld, recordOf, taskEvent, type World } from './agent/fixtures/host.ts';
import { putDeadLetters } from './dead-letters.ts';
import { findLetters, redrive, type FoundLetter } from './redrive.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld([]);
});
afterEach(() => world.close());

const depsOf = () => ({
  log: world.embedded.log,
  blobs: world.embedded.store.blobs,
  logger: world.logger,
  clock: { now: () => 7 },
});
const problem = { code: 'RUN_QUARANTINED', reason: 'set aside' };
const source = topics.response;
const original = () => ({ ...recordOf(taskEvent()), topic: source });
const letters = async (): Promise<readonly FoundLetter[]> =>
  Array.fromAsync(findLetters(world.embedded.log, () => true));
const only = async (): Promise<FoundLetter> => {
  const [letter, ...others] = await letters();
  assert.ok(letter);
  assert.equal(others.length, 0);
  return letter;
};
const once = { by: 'ada', again: false };

describe('redriving a dead letter', () => {
  it('publishes the original record on its topic and marks the letter, in one flush (I14)', async () => {
    await putDeadLetters(depsOf(), [{ record: original(), problem }]);
    const before = world.embedded.syncs();
    const { status } = await redrive(depsOf(), await only(), once);
    assert.equal(status, 'sent');
    assert.equal(world.embedded.syncs() - before, 1);
    const [sent] = await world.records(source);
    const { key, value, headers } = original();
    assert.deepEqual(
      {
        key: Buffer.from(sent?.key ?? []),
        value: Buffer.from(sent?.value ?? []),
        headers: sent?.headers.length,
      },
      { key: Buffer.from(key ?? []), value: Buffer.from(value ?? []), headers: headers.length },
    );
    assert.equal((await only()).redriven?.by, 'ada');
  });

  it('sends it once, however often it is asked, unless again is said (I14)', async () => {
    await putDeadLetters(depsOf(), [{ record: original(), problem }]);
    await redrive(depsOf(), await only(), once);
    assert.equal((await redrive(depsOf(), await only(), once)).status, 'kept');
    assert.equal((await world.records(source)).length, 1);
    assert.equal((await redrive(depsOf(), await only(), { ...once, again: true })).status, 'sent');
    assert.equal((await world.records(source)).length, 2);
  });

  it('loads a value that was too large for the topic, and says so where it is gone', async () => {
    const value = Buffer.alloc(3 * 1024 * 1024, 7);
    await putDeadLetters(depsOf(), [{ record: { ...original(), value }, problem }]);
    assert.equal((await redrive(depsOf(), await only(), once)).status, 'sent');
    assert.deepEqual(Buffer.from((await world.records(source))[0]?.value ?? []), value);
    await world.embedded.log.publish([
      deadLetterReference({ ...original(), value, offset: 99 }, problem).letter,
    ]);
    const lost = (await letters()).find(({ original: { offset } }) => offset === 99);
    assert.ok(lost);
    const result = await redrive(depsOf(), lost, once);
    assert.match(
      result.status === 'impossible' ? result.reason : '',
      /blob sha256:[0-9a-f]+ .* is not there/,
    );
  });

  it('leaves what cannot be sent as it was: no value, or no such topic', async () => {
    await putDeadLetters(depsOf(), [
      { record: { ...original(), value: null }, problem },
      { record: { ...original(), topic: 'workflow.step.gone.request' }, problem },
    ]);
    const results = await Promise.all((await letters()).map((letter) => redrive(depsOf(), letter, once)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['impossible', 'impossible'],
    );
    assert.ok((await letters()).every(({ redriven }) => redriven === undefined));
  });
});

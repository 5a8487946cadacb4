import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeEvent } from '#core/cloud-event.ts';
import { deadLetterRecord } from '#core/dead-letter.ts';
import { topics } from '#core/event-catalog.ts';
import { runIdOf } from '#core/ids.ts';
import { createChecks } from './checks.ts';
import { createMemoryLog } from './memory/log.ts';
import { createMemoryStore } from './memory/store.ts';
import { createRecordChecks } from './record-checks.ts';
import { startEvent } from './system.ts';

function setUp() {
  const store = createMemoryStore();
  const log = createMemoryLog({ now: () => 5_000 });
  log.createTopics(
    [topics.request, topics.command, topics.response, topics.deadLetter].map((name) => ({
      name,
      partitions: 1,
    })),
  );
  const checks = createChecks(store, []);
  const records = createRecordChecks(store, log, checks, { now: () => 5_000, plainStarts: true });
  const append = (topic: string, value: Uint8Array | null) => {
    const [record] = log.append([{ topic, key: 'k', value, headers: [] }]);
    assert.ok(record);
    return record;
  };
  const start = encodeEvent(startEvent('one', 'any', {})).value;
  const setAside = (record: ReturnType<typeof append>): void => {
    log.append([deadLetterRecord(record, { code: 'CODE', reason: 'because' })]);
  };
  return { store, log, checks, records, append, start, setAside };
}
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('checks of records', () => {
  it('I15: find an offset that is committed over a start without a run', () => {
    const { records, checks, append, start } = setUp();
    records.passed([append(topics.request, start)]);
    assert.match(checks.violations[0] ?? '', /^I15: workflow\.request-0-0 /);
  });

  it('I15: find an offset that is committed over an answer nobody took in, and over an unreadable record', () => {
    const { records, checks, append } = setUp();
    const runid = runIdOf({ tenant: 'default', source: '/s', id: 'i' });
    const answer = JSON.stringify({ id: 'x', runid, stepid: 'one', attempt: 1 });
    records.passed([append(topics.response, text(answer)), append(topics.command, null)]);
    assert.equal(checks.violations.filter((violation) => violation.startsWith('I15: ')).length, 2);
  });

  it('I15: are content with a record that was set aside, and with a kept command', () => {
    const { records, checks, store, append, start, setAside } = setUp();
    const record = append(topics.request, start);
    setAside(record);
    const runId = runIdOf({ tenant: 'default', source: '/s', id: 'i' });
    const cancel = { id: 'c', source: '/s', type: 'dev.baton.run.cancel.v1', runid: runId };
    const kept = append(topics.command, text(JSON.stringify(cancel)));
    store.inbox.put({
      ...{ source: '/s', id: 'c', retryAt: 0, expireAt: 1 },
      record: { topic: topics.command, key: runId, value: new Uint8Array() },
    });
    records.passed([record, kept]);
    assert.deepEqual(checks.violations, []);
  });

  it('C10: find a record nobody can read that was not set aside with its own bytes', () => {
    const { records, checks, log, append, setAside } = setUp();
    const [good, altered, missed] = ['p', 'q', 'r'].map((value) => append(topics.request, text(value)));
    assert.ok(good && altered && missed);
    setAside(good);
    setAside({ ...altered, value: text('other') });
    for (const record of [good, altered, missed]) records.intruded(record, 'answered');
    records.ended(false);
    assert.deepEqual(
      checks.violations.map((violation) => violation.split(' ', 2).join(' ')),
      ['C10: workflow.request-0-1', 'C10: workflow.request-0-2'],
    );
    assert.equal(log.records(topics.deadLetter, 0).length, 2);
  });

  it('I26 and I2: find what is stored of a run nobody started, and a command that is never answered', () => {
    const { records, checks, store } = setUp();
    const runId = runIdOf({ tenant: 'default', source: '/nobody', id: 'x' });
    records.stranger(runId);
    store.runs.write([{ type: 'begin', row: { runId, workflow: 'w', startedAt: 1, tenant: 'default' } }]);
    store.inbox.put({
      ...{ source: '/s', id: 'c', retryAt: 0, expireAt: 1 },
      record: { topic: topics.command, key: runId, value: new Uint8Array() },
    });
    records.ended(false);
    assert.deepEqual(
      checks.violations.map((violation) => violation.split(':')[0]),
      ['I26', 'I2'],
    );
  });
});

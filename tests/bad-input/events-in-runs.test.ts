/** Letter E, the orchestrator: events that decode, and still may not do what they ask for. Nothing is lost or changed. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { signCapability } from '#core/capability.ts';
import { decodeEvent, encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { deadLetterHeaders } from '#core/dead-letter.ts';
import { sources, topics } from '#core/event-catalog.ts';
import { type RunId } from '#core/ids.ts';
import { type LogRecord } from '#core/ports.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, events, openEngine, responseTo, type Engine } from '#tests/engine/engine.ts';
import { codes, onlyRun } from '#tests/engine/sandbox.ts';
import { badEvents } from './bad-events.ts';
import { assertSentence } from './error-contract.ts';
import { row } from './rows.ts';

const open: Engine[] = [];
async function engine(silent = false): Promise<Engine> {
  const made = await openEngine({
    workflow: chain,
    agents: { worker: (task) => (silent ? 'silent' : completed(task.input)), other: () => 'silent' },
  });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

const recordOf = ({ value, headers }: Pick<LogRecord, 'value' | 'headers'>, offset: number): LogRecord => ({
  topic: topics.request,
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  value,
  headers,
});

const textOf = (letter: LogRecord, name: string): string =>
  new TextDecoder().decode(letter.headers.find(([header]) => header === name)?.[1]);

/** One dead letter with this code, whose reason says what it should; everything else as it was. */
async function assertRefused(e: Engine, code: string): Promise<void> {
  const letters = await e.deadLetters();
  assert.deepEqual(codes(letters), [code]);
  for (const letter of letters) assertSentence({ code, message: textOf(letter, deadLetterHeaders.reason) });
}

/** A live run whose first task is open, and that task. */
async function running(): Promise<{ e: Engine; task: BatonEvent; runId: RunId; commits: number }> {
  const e = await engine(true);
  await e.start('a', { idea: 'shop' });
  await e.deliver(await e.take(topics.request));
  const [task] = events(await e.take(topics.step('worker')));
  assert.ok(task);
  const { runId } = await onlyRun(e);
  return { e, task, runId, commits: (await e.store.commits.history(runId)).length };
}

async function assertUnchanged(e: Engine, runId: RunId, commits: number): Promise<void> {
  assert.equal((await e.store.commits.history(runId)).length, commits, 'nothing was committed');
  assert.equal((await onlyRun(e)).status, 'running');
}

describe('bad events on the way to a run', () => {
  row('E16', 'and everything else that does not decode becomes a dead letter with its bytes; no run begins', async () => {
    const e = await engine();
    const small = badEvents.filter(({ value }) => (value?.byteLength ?? 0) < 100_000);
    const unknown = encodeEvent({ id: 'a', source: '/shop', type: 'com.example.unknown.v1', data: {} });
    const bad = [...small, { code: 'CE_UNKNOWN_TYPE', ...unknown }];
    const records = bad.map(recordOf);
    await e.deliver(records);
    const letters = await e.deadLetters();
    assert.deepEqual(codes(letters).toSorted(), bad.map(({ code }) => code).toSorted());
    assert.deepEqual(
      letters.map(({ value }) => Buffer.from(value ?? []).toString('hex')).toSorted(),
      bad.map(({ value }) => Buffer.from(value ?? []).toString('hex')).toSorted(),
      'nothing of the original is lost',
    );
    for (const letter of letters)
      assertSentence({ code: textOf(letter, deadLetterHeaders.code), message: textOf(letter, deadLetterHeaders.reason) });
    assert.deepEqual(await e.store.runs.list({ limit: 10 }), []);
  }); // prettier-ignore

  row('E07', 'a start that expired, or comes ten years too early, is CE_EXPIRED or CE_TIME_SKEW', async () => {
    const e = await engine();
    await e.start('late', {}, { expirytime: '2025-12-31T23:59:59Z' });
    await e.start('early', {}, { time: '2036-01-01T00:00:00Z' });
    await e.settle();
    const letters = await e.deadLetters();
    assert.deepEqual(codes(letters).toSorted(), ['CE_EXPIRED', 'CE_TIME_SKEW']);
    for (const letter of letters)
      assertSentence({ code: textOf(letter, deadLetterHeaders.code), message: textOf(letter, deadLetterHeaders.reason) });
    assert.deepEqual(await e.store.runs.list({ limit: 10 }), []);
  }); // prettier-ignore

  row('E07', 'a cancel that expired on the way does not cancel', async () => {
    const { e, runId, commits } = await running();
    await e.publish(topics.command, {
      id: 'c',
      source: '/test',
      type: 'dev.baton.run.cancel.v1',
      subject: runId,
      runid: runId,
      expirytime: '2025-12-31T23:59:59Z',
      data: { by: 'tester' },
    });
    await e.settle();
    await assertRefused(e, 'CE_EXPIRED');
    await assertUnchanged(e, runId, commits);
  });

  row('E17', 'a command for a run that never comes is RUN_NOT_FOUND after a minute', async () => {
    const e = await engine();
    await e.cancel('0'.repeat(26));
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), [], 'the run may still be on its way');
    for (let minute = 0; minute < 3; minute += 1) {
      await e.pass(61_000);
      await e.settle();
    }
    await assertRefused(e, 'RUN_NOT_FOUND');
  });

  row('E17', 'a response for a step whose id is none is ID_INVALID', async () => {
    const { e, task, runId, commits } = await running();
    await e.publish(topics.response, { ...responseTo(task, 'worker', completed(1)), stepid: 'no step' });
    await e.settle();
    await assertRefused(e, 'ID_INVALID');
    await assertUnchanged(e, runId, commits);
  });

  row('E17', 'a decision for a step that is no approval of the run is STEP_MISMATCH', async () => {
    const { e, runId, commits } = await running();
    await e.publish(topics.command, {
      ...{ id: 'd', source: '/test', type: 'dev.baton.approval.decided.v1', subject: runId, runid: runId },
      data: { step: 'nowhere', decision: 'approved', by: 'ada' },
    });
    await e.settle();
    await assertRefused(e, 'STEP_MISMATCH');
    await assertUnchanged(e, runId, commits);
  });

  row('E18', 'a result for a run that has ended is recorded as late, and changes nothing', async () => {
    const { e, task, runId } = await running();
    await e.cancel(runId);
    await e.settle();
    const ended = await onlyRun(e);
    assert.equal(ended.status, 'cancelled');
    await e.publish(topics.response, responseTo(task, 'worker', completed(1)));
    await e.settle();
    const history = await e.store.commits.history(runId);
    assert.match(JSON.stringify(history.at(-1)?.events), /late/);
    assert.equal((await onlyRun(e)).status, 'cancelled');
    assert.deepEqual(codes(await e.deadLetters()), []);
  });

  row('E19', 'the id of another start with another payload is CE_ID_REUSE, and the first run goes on', async () => {
    const { e, runId } = await running();
    await e.start('a', { idea: 'bank' });
    await e.settle();
    await assertRefused(e, 'CE_ID_REUSE');
    const last = (await e.store.commits.history(runId)).at(-1);
    assert.equal(last?.events[0]?.type, 'start.conflicted');
    assert.equal((await onlyRun(e)).status, 'running');
  }); // prettier-ignore

  const keys = [{ id: 'test', secret: new Uint8Array(32).fill(7) }] as const;
  const strange = [{ id: 'strange', secret: new Uint8Array(32).fill(9) }] as const;
  const deadline = Date.parse('2026-01-01T00:05:00Z');
  const claimOf = (task: BatonEvent) => ({ runId: task.runid ?? '', step: task.stepid ?? '', attempt: task.attempt ?? 0, agent: 'worker' }); // prettier-ignore
  const forgeries: readonly (readonly [what: string, code: string, make: (task: BatonEvent) => string | undefined])[] = [
    ['missing', 'CAPABILITY_MISSING', () => undefined],
    ['malformed', 'CAPABILITY_MALFORMED', () => 'let me in'],
    ['altered', 'CAPABILITY_FORGED', ({ capability = '' }) => capability.slice(0, -1) + (capability.endsWith('A') ? 'B' : 'A')],
    ['of an unknown key', 'CAPABILITY_KEY_UNKNOWN', (task) => signCapability(strange, claimOf(task), deadline)],
    ['of another attempt', 'CAPABILITY_FORGED', (task) => signCapability(keys, { ...claimOf(task), attempt: 2 }, deadline)],
    ['of another agent', 'CAPABILITY_FORGED', (task) => signCapability(keys, { ...claimOf(task), agent: 'other' }, deadline)],
    ['of another run', 'CAPABILITY_FORGED', (task) => signCapability(keys, { ...claimOf(task), runId: '1'.repeat(26) }, deadline)],
    ['expired', 'CAPABILITY_EXPIRED', (task) => signCapability(keys, claimOf(task), Date.parse('2025-12-01T00:00:00Z'))],
  ]; // prettier-ignore
  for (const [what, code, make] of forgeries)
    row('E20', `a response whose capability is ${what} is ${code}, and changes nothing`, async () => {
      const { e, task, runId, commits } = await running();
      const { capability: _ours, ...response } = responseTo(task, 'worker', completed(1));
      const capability = make(task);
      await e.publish(topics.response, capability === undefined ? response : { ...response, capability });
      await e.settle();
      await assertRefused(e, code);
      await assertUnchanged(e, runId, commits);
      await e.publish(topics.response, responseTo(task, 'worker', completed({ idea: 'x' })));
      await e.settle();
      assert.ok((await e.store.commits.history(runId)).length > commits, 'the true answer still counts');
    });

  row('E21', 'an agent that answers as another one is refused', async () => {
    const { e, task, runId, commits } = await running();
    await e.publish(topics.response, { ...responseTo(task, 'worker', completed(1)), source: sources.agent('other') });
    await e.settle();
    await assertRefused(e, 'CAPABILITY_FORGED');
    await assertUnchanged(e, runId, commits);
  }); // prettier-ignore

  row('E21', 'a wake from anybody but the timer is CE_SOURCE_FORBIDDEN', async () => {
    const { e, runId, commits } = await running();
    await e.publish(topics.command, {
      id: 'w',
      source: `/${'x'.repeat(500)}`,
      type: 'dev.baton.run.wake.v1',
      subject: runId,
      runid: runId,
      data: { wakeSentAt: 1 },
    });
    await e.settle();
    await assertRefused(e, 'CE_SOURCE_FORBIDDEN');
    await assertUnchanged(e, runId, commits);
  });

  row('E15', 'an input that does not fit the workflow ends its run INPUT_INVALID, for whoever has only Kafka', async () => {
    const e = await engine();
    await e.start('a', { idea: 7, extra: true });
    await e.settle();
    const [output] = await e.outputs();
    const { failure } = output?.data as { failure: { code: string; message: string } };
    assertSentence(failure, 'INPUT_INVALID');
    assert.match(JSON.stringify(failure), /\/idea/);
  }); // prettier-ignore

  row('E16', 'what was refused decodes as little the second time: dead letters are never retried by themselves', async () => {
    const e = await engine();
    const records = [recordOf({ value: Buffer.from('{'), headers: [] }, 0)];
    await e.deliver(records);
    await e.deliver(records);
    const letters = await e.deadLetters();
    assert.equal(letters.length, 2);
    assert.ok(letters.every((letter) => !decodeEvent(letter).ok));
  }); // prettier-ignore
});

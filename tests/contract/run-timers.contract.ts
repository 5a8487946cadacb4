/** The contract of the timers in `RunIndex`: which runs are due, and when the next one will be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StoreSubject, contractSuite } from './contract-suite.ts';
import { begin, end, newRunId } from './samples.ts';

const resendMs = 10_000;

export function testRunTimers(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testClaimDue(subject);
    testNextDue(subject);
  });
}

function testClaimDue(subject: () => StoreSubject): void {
  test('a run is due from its deadline on, and claimed once', async () => {
    const { runs } = subject().store;
    const id = newRunId();
    await runs.write([begin(id, { wakeAt: 5_000 })]);
    assert.deepEqual(await runs.claimDue(4_999, resendMs, 10), []);
    assert.deepEqual(await runs.claimDue(5_000, resendMs, 10), [{ runId: id, wakeSentAt: 5_000 }]);
    const row = await runs.get(id);
    assert.deepEqual([row?.wakeAt, row?.wakeSentAt], [5_000, 5_000]);
    assert.deepEqual(await runs.claimDue(5_001, resendMs, 10), []);
  });

  test('a wake that was sent is sent again only after the resend time', async () => {
    const { runs } = subject().store;
    const id = newRunId();
    await runs.write([begin(id, { wakeAt: 5_000 })]);
    await runs.claimDue(6_000, resendMs, 10);
    assert.deepEqual(await runs.claimDue(16_000, resendMs, 10), []);
    assert.deepEqual(await runs.claimDue(16_001, resendMs, 10), [{ runId: id, wakeSentAt: 16_001 }]);
    assert.equal((await runs.get(id))?.wakeAt, 5_000);
  });

  test('runs without a deadline, with a later one, and ended ones are not due', async () => {
    const { runs } = subject().store;
    const [parked, later, ended] = [newRunId(), newRunId(), newRunId()];
    await runs.write([
      begin(parked),
      begin(later, { wakeAt: 9_000 }),
      begin(ended, { wakeAt: 1_000 }),
      end(ended),
    ]);
    assert.deepEqual(await runs.claimDue(8_000, resendMs, 10), []);
  });

  test('a claim takes at most the limit, and the next one the rest', async () => {
    const { runs } = subject().store;
    const ids = Array.from({ length: 5 }, newRunId);
    await runs.write(ids.map((id, n) => begin(id, { wakeAt: 1_000 + n })));
    const first = await runs.claimDue(5_000, resendMs, 3);
    const second = await runs.claimDue(5_000, resendMs, 3);
    assert.deepEqual([first.length, second.length], [3, 2]);
    assert.deepEqual([...first, ...second].map((one) => one.runId).sort(), ids.toSorted());
  });

  test('of many claims at once each run goes to one', async () => {
    const { runs } = subject().store;
    const ids = Array.from({ length: 20 }, newRunId);
    await runs.write(ids.map((id) => begin(id, { wakeAt: 1_000 })));
    const claims = await Promise.all(Array.from({ length: 8 }, () => runs.claimDue(5_000, resendMs, 20)));
    assert.deepEqual(
      claims
        .flat()
        .map((one) => one.runId)
        .sort(),
      ids.toSorted(),
    );
  });
}

function testNextDue(subject: () => StoreSubject): void {
  test('the next due time is that of the earliest wake not sent', async () => {
    const { runs } = subject().store;
    assert.equal(await runs.nextDue(resendMs), undefined);
    await runs.write([
      begin(newRunId(), { wakeAt: 9_000 }),
      begin(newRunId(), { wakeAt: 7_000 }),
      begin(newRunId()),
    ]);
    assert.equal(await runs.nextDue(resendMs), 7_000);
  });

  test('a sent wake counts from the time it is to be sent again', async () => {
    const { runs } = subject().store;
    const id = newRunId();
    await runs.write([begin(id, { wakeAt: 5_000 })]);
    await runs.claimDue(6_000, resendMs, 10);
    const next = await runs.nextDue(resendMs);
    assert.ok(next !== undefined && next > 6_000);
    assert.deepEqual(await runs.claimDue(next, resendMs, 10), [{ runId: id, wakeSentAt: next }]);
  });

  test('no run is left waiting by a host that sleeps until the next due time', async () => {
    const { runs } = subject().store;
    const ids = Array.from({ length: 6 }, newRunId);
    await runs.write(ids.map((id, n) => begin(id, { wakeAt: 1_000 * (n + 1) })));
    const woken: string[] = [];
    for (
      let now = await runs.nextDue(1e9);
      now !== undefined && woken.length < 6;
      now = await runs.nextDue(1e9)
    )
      woken.push(...(await runs.claimDue(now, 1e9, 10)).map((one) => one.runId));
    assert.deepEqual(woken, ids);
  });
}

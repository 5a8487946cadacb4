/** The contract of `RunIndex`: every write, then reading. Timers and retention are in the suites beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunId } from '#core/ids.ts';
import { type RunRow, type RunWrite } from '#core/ports.ts';
import { type StoreSubject, contractSuite } from './contract-suite.ts';
import { begin, end, newRunId } from './samples.ts';

type Subject = () => StoreSubject;

const error = { code: 'ENGINE_BUG', message: 'bug', retryable: false };

export function testRunIndex(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testBegin(subject);
    testArm(subject);
    testRearm(subject);
    testStatus(subject);
    testEnd(subject);
    testPostponeAndQuarantine(subject);
    testList(subject);
  });
}

/** Writes one after the other and gives the row that results. */
async function after(
  subject: Subject,
  id: RunId,
  ...writes: readonly RunWrite[]
): Promise<RunRow | undefined> {
  for (const write of writes) await subject().store.runs.write([write]);
  return subject().store.runs.get(id);
}

/** A live row whose wake at 5,000 was sent at 6,000. */
async function sent(subject: Subject, id: RunId): Promise<void> {
  await after(subject, id, begin(id, { wakeAt: 5_000 }));
  assert.deepEqual(await subject().store.runs.claimDue(6_000, 10_000, 10), [
    { runId: id, wakeSentAt: 6_000 },
  ]);
}

function testBegin(subject: Subject): void {
  test('begin inserts a running row that nobody armed', async () => {
    const id = newRunId();
    const row = await after(
      subject,
      id,
      begin(id, { wakeAt: 5_000, digest: 'sha256:d', labels: { 'a.b': 'c' } }),
    );
    assert.deepEqual(row, {
      runId: id,
      workflow: 'design',
      digest: 'sha256:d',
      status: 'running',
      version: 0,
      wakeAt: 5_000,
      armedBy: 0,
      startedAt: 1_000,
      tenant: 'default',
      labels: { 'a.b': 'c' },
    });
  });

  test('begin without a deadline leaves the field out', async () => {
    const id = newRunId();
    const row = await after(subject, id, begin(id));
    assert.ok(row !== undefined && !('wakeAt' in row) && !('wakeSentAt' in row) && !('endedAt' in row));
  });

  test('a second begin takes the earlier deadline and changes nothing else', async () => {
    const id = newRunId();
    const first = await after(subject, id, begin(id, { wakeAt: 5_000 }));
    assert.deepEqual(
      await after(subject, id, begin(id, { wakeAt: 7_000, workflow: 'other', startedAt: 9 })),
      first,
    );
    assert.deepEqual(await after(subject, id, begin(id)), first);
    assert.deepEqual(await after(subject, id, begin(id, { wakeAt: 4_000, workflow: 'other' })), {
      ...first,
      wakeAt: 4_000,
    });
  });

  test('a begin that comes late changes neither an ended nor a quarantined row', async () => {
    const [ended, quarantined] = [newRunId(), newRunId()];
    const one = await after(subject, ended, begin(ended), end(ended));
    assert.deepEqual(await after(subject, ended, begin(ended, { wakeAt: 1 })), one);
    const two = await after(subject, quarantined, begin(quarantined), {
      type: 'quarantine',
      runId: quarantined,
      error,
    });
    assert.deepEqual(await after(subject, quarantined, begin(quarantined, { wakeAt: 1 })), two);
  });
}

function testArm(subject: Subject): void {
  test('arm takes the earlier deadline and the later version, and makes a sent wake due again', async () => {
    const id = newRunId();
    await sent(subject, id);
    const armed = await after(subject, id, { type: 'arm', runId: id, wakeAt: 3_000, version: 4 });
    assert.deepEqual([armed?.wakeAt, armed?.armedBy, armed?.wakeSentAt], [3_000, 4, undefined]);
    const later = await after(subject, id, { type: 'arm', runId: id, wakeAt: 8_000, version: 3 });
    assert.deepEqual([later?.wakeAt, later?.armedBy], [3_000, 4]);
  });

  test('arm sets a deadline where there was none', async () => {
    const id = newRunId();
    const row = await after(subject, id, begin(id), { type: 'arm', runId: id, wakeAt: 3_000, version: 2 });
    assert.deepEqual([row?.wakeAt, row?.armedBy], [3_000, 2]);
  });

  test('arm changes nothing on a row that ended, is quarantined or is missing', async () => {
    const [ended, quarantined, absent] = [newRunId(), newRunId(), newRunId()];
    const arm = (runId: RunId): RunWrite => ({ type: 'arm', runId, wakeAt: 1, version: 99 });
    const one = await after(subject, ended, begin(ended), end(ended));
    assert.deepEqual(await after(subject, ended, arm(ended)), one);
    const held: RunWrite = { type: 'quarantine', runId: quarantined, error };
    const two = await after(subject, quarantined, begin(quarantined), held);
    assert.deepEqual(await after(subject, quarantined, arm(quarantined)), two);
    assert.equal(await after(subject, absent, arm(absent)), undefined);
  });
}

function testRearm(subject: Subject): void {
  test('rearm sets any deadline where an earlier commit armed the last one', async () => {
    const id = newRunId();
    await sent(subject, id);
    const row = await after(subject, id, { type: 'rearm', runId: id, wakeAt: 9_000, version: 3 });
    assert.deepEqual([row?.wakeAt, row?.armedBy, row?.wakeSentAt], [9_000, 3, undefined]);
  });

  test('rearm without a deadline removes it', async () => {
    const id = newRunId();
    await sent(subject, id);
    const row = await after(subject, id, { type: 'rearm', runId: id, version: 3 });
    assert.ok(row !== undefined && !('wakeAt' in row) && !('wakeSentAt' in row));
    assert.equal(row.armedBy, 3);
  });

  test('rearm changes nothing where the same or a later commit armed', async () => {
    const id = newRunId();
    const armed = await after(subject, id, begin(id), { type: 'arm', runId: id, wakeAt: 3_000, version: 5 });
    assert.deepEqual(
      await after(subject, id, { type: 'rearm', runId: id, wakeAt: 9_000, version: 5 }),
      armed,
    );
    assert.deepEqual(await after(subject, id, { type: 'rearm', runId: id, version: 4 }), armed);
  });

  test('rearm changes nothing on an ended row, and makes none', async () => {
    const [ended, absent] = [newRunId(), newRunId()];
    const row = await after(subject, ended, begin(ended), end(ended));
    assert.deepEqual(
      await after(subject, ended, { type: 'rearm', runId: ended, wakeAt: 1, version: 99 }),
      row,
    );
    assert.equal(
      await after(subject, absent, { type: 'rearm', runId: absent, wakeAt: 1, version: 9 }),
      undefined,
    );
  });
}

function testStatus(subject: Subject): void {
  const waits = (runId: RunId, version: number): RunWrite => ({
    type: 'status',
    runId,
    status: 'waiting',
    version,
  });

  test('a status is written where no later one was, and keeps the deadline', async () => {
    const id = newRunId();
    const begun = await after(subject, id, begin(id));
    const waiting = await after(subject, id, waits(id, 3));
    assert.deepEqual(waiting, { ...begun, status: 'waiting', version: 3 });
    assert.deepEqual(
      await after(subject, id, { type: 'status', runId: id, status: 'running', version: 2 }),
      waiting,
    );
    assert.deepEqual(
      await after(subject, id, { type: 'status', runId: id, status: 'running', version: 3 }),
      waiting,
    );
    const goesOn = await after(subject, id, { type: 'status', runId: id, status: 'running', version: 4 });
    assert.deepEqual(goesOn, { ...begun, status: 'running', version: 4 });
  });

  test('a row that waits is listed as such, is armed, woken, postponed and quarantined as one that runs', async () => {
    const id = newRunId();
    await after(subject, id, begin(id), waits(id, 1));
    const listed = await subject().store.runs.list({ status: 'waiting', idPrefix: id, limit: 5 });
    assert.deepEqual(
      listed.map(({ runId }) => runId),
      [id],
    );
    const postponed = await after(subject, id, { type: 'postpone', runId: id, wakeAt: 4_000 });
    assert.equal(postponed?.wakeAt, 4_000);
    const armed = await after(subject, id, { type: 'arm', runId: id, wakeAt: 3_000, version: 2 });
    assert.deepEqual([armed?.status, armed?.wakeAt], ['waiting', 3_000]);
    const rearmed = await after(subject, id, { type: 'rearm', runId: id, wakeAt: 9_000, version: 3 });
    assert.deepEqual([rearmed?.status, rearmed?.wakeAt], ['waiting', 9_000]);
    const again = await after(subject, id, begin(id, { wakeAt: 2_000 }));
    assert.deepEqual([again?.status, again?.wakeAt], ['waiting', 2_000]);
    const error = { code: 'ENGINE_BUG', message: 'm', retryable: false };
    const quarantined = await after(subject, id, { type: 'quarantine', runId: id, error });
    assert.equal(quarantined?.status, 'quarantined');
    assert.deepEqual(await after(subject, id, waits(id, 9)), quarantined);
  });

  test('a status changes nothing on an ended row, and makes none', async () => {
    const [ended, none] = [newRunId(), newRunId()];
    const row = await after(subject, ended, begin(ended), end(ended));
    assert.deepEqual(await after(subject, ended, waits(ended, 99)), row);
    assert.equal(await after(subject, none, waits(none, 9)), undefined);
  });
}

function testEnd(subject: Subject): void {
  test('end replaces a live row and takes its timer away', async () => {
    const id = newRunId();
    await sent(subject, id);
    const written = end(id, {
      status: 'failed',
      error,
      digest: 'sha256:d',
      labels: { team: 'x' },
      endedAt: 3_000,
    });
    assert.deepEqual(await after(subject, id, written), written.row);
    const timed = end(id, { wakeAt: 1, wakeSentAt: 2 });
    const row = await after(subject, id, timed);
    assert.ok(row !== undefined && !('wakeAt' in row) && !('wakeSentAt' in row));
  });

  test('end is written over a quarantined row, over an ended one, and where there is none', async () => {
    const [quarantined, ended, absent] = [newRunId(), newRunId(), newRunId()];
    const held: RunWrite = { type: 'quarantine', runId: quarantined, error };
    assert.deepEqual(
      await after(subject, quarantined, begin(quarantined), held, end(quarantined)),
      end(quarantined).row,
    );
    const again = end(ended, { version: 7 });
    assert.deepEqual(await after(subject, ended, end(ended), again), again.row);
    assert.deepEqual(await after(subject, absent, end(absent)), end(absent).row);
  });
}

function testPostponeAndQuarantine(subject: Subject): void {
  test('postpone moves the deadline of a run that no commit armed', async () => {
    const id = newRunId();
    await sent(subject, id);
    const row = await after(subject, id, { type: 'postpone', runId: id, wakeAt: 66_000 });
    assert.deepEqual([row?.wakeAt, row?.armedBy, row?.wakeSentAt], [66_000, 0, undefined]);
    const first = await after(subject, id, { type: 'arm', runId: id, wakeAt: 50_000, version: 1 });
    assert.equal(first?.armedBy, 1);
    assert.equal((await after(subject, id, { type: 'postpone', runId: id, wakeAt: 77_000 }))?.wakeAt, 77_000);
  });

  test('postpone changes nothing once a second commit armed, on an ended row, or without a row', async () => {
    const [armed, ended, absent] = [newRunId(), newRunId(), newRunId()];
    const one = await after(subject, armed, begin(armed), {
      type: 'arm',
      runId: armed,
      wakeAt: 9,
      version: 2,
    });
    assert.deepEqual(await after(subject, armed, { type: 'postpone', runId: armed, wakeAt: 66_000 }), one);
    const two = await after(subject, ended, end(ended));
    assert.deepEqual(await after(subject, ended, { type: 'postpone', runId: ended, wakeAt: 66_000 }), two);
    assert.equal(
      await after(subject, absent, { type: 'postpone', runId: absent, wakeAt: 66_000 }),
      undefined,
    );
  });

  test('quarantine takes a live row out of the timers and says why; release makes it due', async () => {
    const id = newRunId();
    await sent(subject, id);
    const held = await after(subject, id, { type: 'quarantine', runId: id, error });
    assert.deepEqual([held?.status, held?.error, held?.wakeAt], ['quarantined', error, undefined]);
    assert.deepEqual(await subject().store.runs.claimDue(1e12, 0, 10), []);
    const free = await after(subject, id, { type: 'release', runId: id, wakeAt: 7_000 });
    assert.ok(free !== undefined && !('error' in free) && !('wakeSentAt' in free));
    assert.deepEqual([free.status, free.wakeAt], ['running', 7_000]);
    assert.deepEqual(await subject().store.runs.claimDue(7_000, 0, 10), [{ runId: id, wakeSentAt: 7_000 }]);
  });

  test('an ended row is neither quarantined nor released, and a live one is not released', async () => {
    const [ended, live] = [newRunId(), newRunId()];
    const one = await after(subject, ended, end(ended));
    assert.deepEqual(await after(subject, ended, { type: 'quarantine', runId: ended, error }), one);
    assert.deepEqual(await after(subject, ended, { type: 'release', runId: ended, wakeAt: 1 }), one);
    const two = await after(subject, live, begin(live, { wakeAt: 9_000 }));
    assert.deepEqual(await after(subject, live, { type: 'release', runId: live, wakeAt: 1 }), two);
  });

  test('all writes of one call are done, in order', async () => {
    const { runs } = subject().store;
    const [a, b] = [newRunId(), newRunId()];
    await runs.write([begin(a), begin(b), { type: 'arm', runId: a, wakeAt: 5, version: 2 }, end(b)]);
    assert.deepEqual([(await runs.get(a))?.wakeAt, (await runs.get(b))?.status], [5, 'completed']);
    await runs.write([]);
  });
}

function testList(subject: Subject): void {
  test('listing gives the newest runs first, up to the limit', async () => {
    const { runs } = subject().store;
    const ids = Array.from({ length: 5 }, newRunId);
    const order = [30, 10, 50, 20, 40];
    await runs.write(ids.map((id, n) => begin(id, { startedAt: order[n] ?? 0 })));
    const newest = await runs.list({ limit: 3 });
    assert.deepEqual(
      newest.map((row) => row.startedAt),
      [50, 40, 30],
    );
  });

  test('listing filters by status, workflow and the beginning of the id, together', async () => {
    const { runs } = subject().store;
    const [a, b, c] = [newRunId(), newRunId(), newRunId()];
    await runs.write([begin(a), begin(b, { workflow: 'other' }), end(c)]);
    const found = async (filter: Omit<Parameters<typeof runs.list>[0], 'limit'>) =>
      (await runs.list({ ...filter, limit: 10 })).map((row) => row.runId);
    assert.deepEqual(await found({ status: 'completed' }), [c]);
    assert.deepEqual(await found({ workflow: 'other' }), [b]);
    assert.deepEqual(await found({ idPrefix: a.slice(0, 12) }), [a]);
    assert.deepEqual(await found({ idPrefix: a.slice(0, 12), workflow: 'other' }), []);
    assert.deepEqual(await found({ idPrefix: '.*' }), []);
    assert.deepEqual(await found({ idPrefix: '%' }), []);
    assert.equal((await found({})).length, 3);
  });

  test('a run nobody knows has no row', async () => {
    assert.equal(await subject().store.runs.get(newRunId()), undefined);
  });
}

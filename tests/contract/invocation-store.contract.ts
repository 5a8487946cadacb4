/** The contract of `InvocationStore`, for every adapter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invocationId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { type StoreSubject, contractSuite } from './contract-suite.ts';
import { newRunId } from './samples.ts';

type Subject = () => StoreSubject;

const newId = (): string => invocationId(newRunId(), 'design', 1);
const finished = (result: Json) => ({ status: 'finished', result }) as const;
const accepted = { status: 'accepted' } as const;

export function testInvocationStore(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testClaim(subject);
    testFinish(subject);
    testRenewAndRelease(subject);
    testMark(subject);
  });
}

const claim = async (subject: Subject, id: string, owner: string, leaseUntil: number, now: number) =>
  (await subject().store.invocations.claim([{ id, owner, leaseUntil }], now))[0];
const finish = async (
  subject: Subject,
  id: string,
  owner: string,
  outcome: typeof accepted | ReturnType<typeof finished>,
) => (await subject().store.invocations.finish([{ id, owner, outcome }]))[0];

function testClaim(subject: Subject): void {
  test('the first claim gets the call, and the next one sees it running', async () => {
    const id = newId();
    assert.deepEqual(await claim(subject, id, 'one', 5_000, 1_000), { status: 'mine' });
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 2_000), { status: 'running', leaseUntil: 5_000 });
  });

  test('a call is taken over once its lease has passed, not before', async () => {
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 5_000), { status: 'running', leaseUntil: 5_000 });
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 5_001), { status: 'mine' });
    assert.deepEqual(await claim(subject, id, 'three', 9_999, 5_001), {
      status: 'running',
      leaseUntil: 9_000,
    });
  });

  test('claims of one call are answered one by one, in order', async () => {
    const { invocations } = subject().store;
    const [a, b] = [newId(), newId()];
    await claim(subject, b, 'other', 5_000, 1_000);
    const claims = [a, b, a].map((id) => ({ id, owner: 'one', leaseUntil: 6_000 }));
    assert.deepEqual(await invocations.claim(claims, 1_000), [
      { status: 'mine' },
      { status: 'running', leaseUntil: 5_000 },
      { status: 'running', leaseUntil: 6_000 },
    ]);
    assert.deepEqual(await invocations.claim([], 1_000), []);
  });

  test('of many claims at once one gets the call', async () => {
    const id = newId();
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, n) => claim(subject, id, `owner ${n}`, 5_000, 1_000)),
    );
    assert.equal(claims.filter((one) => one?.status === 'mine').length, 1);
  });

  test('attempts and steps of one run are calls of their own', async () => {
    const runId = newRunId();
    for (const id of [invocationId(runId, 'a', 1), invocationId(runId, 'a', 2), invocationId(runId, 'b', 1)])
      assert.deepEqual(await claim(subject, id, 'one', 5_000, 1_000), { status: 'mine' });
  });
}

function testFinish(subject: Subject): void {
  test('a stored result is given to every later claim, whatever the time', async () => {
    const id = newId();
    const result: Json = { 'a.b': [1, null, 'ü'], $x: {} };
    await claim(subject, id, 'one', 5_000, 1_000);
    assert.equal(await finish(subject, id, 'one', finished(result)), true);
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 2_000), finished(result));
    assert.deepEqual(await claim(subject, id, 'two', 9e12, 8e12), finished(result));
  });

  test('a result may be null', async () => {
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await finish(subject, id, 'one', finished(null));
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 2_000), finished(null));
  });

  test('an accepted call is not made again, not even after its lease', async () => {
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    assert.equal(await finish(subject, id, 'one', accepted), true);
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 8_000), accepted);
  });

  test('an owner that was taken over stores nothing', async () => {
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await claim(subject, id, 'two', 9_000, 6_000);
    assert.equal(await finish(subject, id, 'one', finished('late')), false);
    assert.deepEqual(await claim(subject, id, 'three', 9_000, 7_000), {
      status: 'running',
      leaseUntil: 9_000,
    });
    assert.equal(await finish(subject, id, 'two', finished('right')), true);
    assert.deepEqual(await claim(subject, id, 'three', 9_000, 7_000), finished('right'));
  });

  test('a call whose lease has passed may still be finished by its owner', async () => {
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await claim(subject, newId(), 'other', 9_000, 8_000);
    assert.equal(await finish(subject, id, 'one', finished(1)), true);
  });

  test('results of one call are stored each on its own', async () => {
    const { invocations } = subject().store;
    const [mine, foreign, unknown] = [newId(), newId(), newId()];
    await claim(subject, mine, 'one', 5_000, 1_000);
    await claim(subject, foreign, 'two', 5_000, 1_000);
    const results = [foreign, mine, unknown].map((id) => ({ id, owner: 'one', outcome: finished(id) }));
    assert.deepEqual(await invocations.finish(results), [false, true, false]);
    assert.deepEqual(await claim(subject, mine, 'three', 9_000, 2_000), finished(mine));
    assert.deepEqual(await claim(subject, unknown, 'three', 9_000, 2_000), { status: 'mine' });
    assert.deepEqual(await invocations.finish([]), []);
  });
}

function testRenewAndRelease(subject: Subject): void {
  test('renewing moves the lease', async () => {
    const { invocations } = subject().store;
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    assert.equal(await invocations.renew(id, 'one', 8_000), 'held');
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 6_000), { status: 'running', leaseUntil: 8_000 });
  });

  test('renewing is lost after a takeover, and for a call nobody made', async () => {
    const { invocations } = subject().store;
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await claim(subject, id, 'two', 9_000, 6_000);
    assert.equal(await invocations.renew(id, 'one', 99_000), 'lost');
    assert.deepEqual(await claim(subject, id, 'three', 9_000, 7_000), {
      status: 'running',
      leaseUntil: 9_000,
    });
    assert.equal(await invocations.renew(newId(), 'one', 99_000), 'lost');
  });

  test('a released call is free at once, for its owner never again', async () => {
    const { invocations } = subject().store;
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await invocations.release(id, 'one');
    assert.equal(await finish(subject, id, 'one', finished('late')), false);
    assert.deepEqual(await claim(subject, id, 'two', 6_000, 1_001), { status: 'mine' });
  });

  test('only the owner releases, and only a running call', async () => {
    const { invocations } = subject().store;
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await invocations.release(id, 'two');
    assert.deepEqual(await claim(subject, id, 'two', 6_000, 1_001), { status: 'running', leaseUntil: 5_000 });
    await finish(subject, id, 'one', finished(1));
    await invocations.release(id, 'one');
    assert.deepEqual(await claim(subject, id, 'two', 6_000, 1_001), finished(1));
  });
}

function testMark(subject: Subject): void {
  for (const reason of ['cancelled', 'timeout'] as const)
    test(`a running call marked ${reason} tells its owner, and nobody takes it over`, async () => {
      const { invocations } = subject().store;
      const id = newId();
      await claim(subject, id, 'one', 5_000, 1_000);
      await invocations.mark([id], reason);
      assert.equal(await invocations.renew(id, 'one', 8_000), reason);
      assert.deepEqual(await claim(subject, id, 'two', 9_000, 2_000), { status: 'marked', reason });
      assert.deepEqual(await claim(subject, id, 'two', 9e12, 8e12), { status: 'marked', reason });
    });

  test('a mark that comes before the call keeps it from being made', async () => {
    const { invocations } = subject().store;
    const ids = [newId(), newId()];
    await invocations.mark(ids, 'cancelled');
    for (const id of ids)
      assert.deepEqual(await claim(subject, id, 'one', 5_000, 1_000), {
        status: 'marked',
        reason: 'cancelled',
      });
    await invocations.mark([], 'timeout');
  });

  test('a finished or accepted call stays as it is', async () => {
    const { invocations } = subject().store;
    const [done, handed] = [newId(), newId()];
    for (const id of [done, handed]) await claim(subject, id, 'one', 5_000, 1_000);
    await finish(subject, done, 'one', finished(1));
    await finish(subject, handed, 'one', accepted);
    await invocations.mark([done, handed], 'timeout');
    assert.deepEqual(await claim(subject, done, 'two', 9_000, 2_000), finished(1));
    assert.deepEqual(await claim(subject, handed, 'two', 9_000, 2_000), accepted);
  });

  test('the owner of a marked call may still store its result, and nobody else', async () => {
    const { invocations } = subject().store;
    const id = newId();
    await claim(subject, id, 'one', 5_000, 1_000);
    await invocations.mark([id], 'timeout');
    assert.equal(await finish(subject, id, 'two', finished('foreign')), false);
    assert.equal(await finish(subject, id, 'one', finished('late')), true);
    assert.deepEqual(await claim(subject, id, 'two', 9_000, 2_000), finished('late'));
  });
}

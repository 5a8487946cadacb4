import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newReport } from './report.ts';
import { parseJoin, parseRetry } from './retry.ts';
import { nodeOfJson } from './source-node.ts';

it('a retry and a join are what is written, and the defaults where nothing is', () => {
  const report = newReport();
  const retry = (value: object | number) => parseRetry(nodeOfJson(value as never, 9), report);
  const defaults = { delayMs: 1000, backoff: 'exponential', factor: 2, maxDelayMs: 30_000, jitter: 'full' };
  assert.deepEqual(retry(3), { max: 3, ...defaults });
  assert.deepEqual(
    retry({
      max: 2,
      delay: '0s',
      maxDelay: '0s',
      factor: 1.5,
      backoff: 'fixed',
      jitter: 'none',
      on: ['A_B'],
    }),
    { max: 2, delayMs: 0, backoff: 'fixed', factor: 1.5, maxDelayMs: 0, jitter: 'none', on: ['A_B'] },
  );
  assert.deepEqual(retry({ max: 2, delay: '5s', maxDelay: '5s' }), {
    ...{ max: 2, ...defaults },
    ...{ delayMs: 5000, maxDelayMs: 5000 },
  });
  assert.deepEqual(retry({ max: 2, delay: '40s' }), {
    max: 2,
    ...defaults,
    delayMs: 40_000,
    maxDelayMs: 40_000,
  });
  assert.deepEqual(parseJoin(undefined, report), { type: 'all' });
  assert.deepEqual(parseJoin(nodeOfJson('all', 9), report), { type: 'all' });
  assert.deepEqual(parseJoin(nodeOfJson('any', 9), report), { type: 'atLeast', count: 1, cancelRest: false });
  assert.deepEqual(parseJoin(nodeOfJson({ atLeast: 2 }, 9), report), {
    ...{ type: 'atLeast', count: 2 },
    cancelRest: false,
  });
  assert.deepEqual(report.problems, []);
  assert.deepEqual([retry(0), retry({ delay: '1s' })], [undefined, undefined]);
  assert.equal(report.problems.length, 2);
});

it('a field of a join that is none is told as one of a join', () => {
  const report = newReport();
  parseJoin(nodeOfJson({ atLeast: 1, rest: 1 }, 9), report);
  assert.deepEqual(
    report.problems.map(({ message }) => message),
    ["unknown field 'rest' in join"],
  );
});

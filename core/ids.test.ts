import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  commitId,
  effectId,
  parseRunId,
  patterns,
  responseId,
  runIdOf,
  wakeId,
  type StartIdentity,
} from './ids.ts';

const start: StartIdentity = { tenant: 'acme', source: '/shop', id: '1' };
const identities: fc.Arbitrary<StartIdentity> = fc
  .record(
    {
      tenant: fc.string(),
      source: fc.string(),
      id: fc.string(),
      retryOf: fc.string(),
      idempotency: fc.record({ workflow: fc.string(), key: fc.string() }),
    },
    { requiredKeys: ['tenant', 'source', 'id'] },
  )
  .map((identity) => identity);

test('every start has a run id of the documented pattern, always the same', () => {
  fc.assert(
    fc.property(identities, (identity) => {
      const runId = runIdOf(identity);
      assert.match(runId, patterns.runId);
      assert.equal(runIdOf({ ...identity }), runId);
      assert.equal(parseRunId(runId), runId);
    }),
  );
});

test('a known start has a known id, so that a change of the derivation cannot pass unseen', () => {
  assert.equal(runIdOf(start), 'ekhb1hv1xaz7kjk237gtt5jkg3');
  assert.equal(runIdOf({ ...start, retryOf: 'r' }), '4merrknm8a795xhn04npqdm7f4');
  assert.equal(runIdOf({ ...start, idempotency: { workflow: 'w', key: 'k' } }), 'yysexk0h2c6bwvaysw8vwte2qc');
});

test('tenant, source and id each tell runs apart, also where their texts run together', () => {
  const same = (a: StartIdentity, b: StartIdentity): boolean => runIdOf(a) === runIdOf(b);
  assert.ok(!same(start, { ...start, tenant: 'other' }));
  assert.ok(!same(start, { ...start, source: '/bank' }));
  assert.ok(!same(start, { ...start, id: '2' }));
  assert.ok(!same({ ...start, source: 'ab', id: 'c' }, { ...start, source: 'a', id: 'bc' }));
  assert.ok(!same({ ...start, source: '","', id: '' }, { ...start, source: '', id: '","' }));
});

test('an idempotency key stands for source and id, within its tenant and workflow', () => {
  const keyed = { ...start, idempotency: { workflow: 'w', key: 'k' } };
  assert.equal(runIdOf(keyed), runIdOf({ ...keyed, source: '/other', id: '9' }));
  assert.notEqual(runIdOf(keyed), runIdOf({ ...keyed, tenant: 'other' }));
  assert.notEqual(runIdOf(keyed), runIdOf({ ...keyed, idempotency: { workflow: 'v', key: 'k' } }));
});

test('a retry ignores the idempotency key, and each retry event opens its own run', () => {
  const retry = { ...start, retryOf: 'r' };
  assert.equal(runIdOf(retry), runIdOf({ ...retry, idempotency: { workflow: 'w', key: 'k' } }));
  assert.notEqual(runIdOf(retry), runIdOf(start));
  assert.notEqual(runIdOf(retry), runIdOf({ ...retry, id: '2' }));
  assert.notEqual(runIdOf(retry), runIdOf({ ...retry, retryOf: 's' }));
});

test('what is not a run id is refused: other types, operators, lengths, letters', () => {
  const runId = runIdOf(start);
  for (const bad of [
    undefined,
    null,
    1,
    { $ne: null },
    [runId],
    '',
    runId.slice(1),
    `${runId}0`,
    runId.toUpperCase(),
  ])
    assert.equal(parseRunId(bad), undefined);
  for (const letter of ['i', 'l', 'o', 'u', '$', '.', '\n', 'É'])
    assert.equal(parseRunId(letter + runId.slice(1)), undefined, letter);
  assert.equal(parseRunId(`${runId}\n`), undefined);
});

test('commit ids sort by version within a run', () => {
  const runId = runIdOf(start);
  const version = fc.integer({ min: 1, max: 9_999_999_999 });
  fc.assert(
    fc.property(version, version, (a, b) => {
      assert.equal(commitId(runId, a) < commitId(runId, b), a < b);
    }),
  );
});

test('effects, responses and wakes have ids derived from what they are', () => {
  const runId = runIdOf(start);
  assert.equal(effectId(runId, 3, 0), `${runId}:3:0`);
  assert.equal(responseId(runId, 'design', 2), `${runId}:design:2`);
  assert.equal(wakeId(runId, 17), `${runId}:wake:17`);
});

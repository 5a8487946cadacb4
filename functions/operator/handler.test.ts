import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { parseRunId } from '#core/ids.ts';
import { type Commit, commitSchema } from '#core/ports.ts';
import { createOperator } from './handler.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-operator-'));
const embedded = openEmbedded({ folder, clock: { now: () => 1_000 } });
const operator = createOperator(embedded);
after(async () => {
  await embedded.close();
  rmSync(folder, { recursive: true });
});

const runId = parseRunId('0'.repeat(26));
assert.ok(runId);
const big = 'x'.repeat(3 * 1024 * 1024);
const commit = (version: number): Commit => ({
  schema: commitSchema,
  runId,
  version,
  causes: [{ source: '/test', id: big, topic: 't', partition: 0, offset: version }],
  events: [],
  published: 0,
  at: 1,
});

describe('the operator of a deployment', () => {
  it('gives a history in parts that fit into an answer, at least one commit each', async () => {
    await embedded.store.commits.insert([commit(1), commit(2)]);
    const versions = async (from: number): Promise<unknown> => {
      const answer = await operator({ op: 'history', runId, after: from });
      assert.ok(answer.ok);
      return (answer.value as unknown as readonly Commit[]).map(({ version }) => version);
    };
    assert.deepEqual(await versions(0), [1]);
    assert.deepEqual(await versions(1), [2]);
    assert.deepEqual(await versions(2), []);
  });

  it('refuses a blob that no answer can hold', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const answer = await operator({ op: 'blob', tenant: 'default', runId, digest, bytes: 5 * 1024 * 1024 });
    assert.ok(!answer.ok);
    assert.match(answer.problem, /5242880 bytes.*expected at most 4194304/);
  });

  const record = { topic: 'workflow.request', key: '', value: 'e30=', headers: [] };
  const wrong: readonly (readonly [what: string, call: unknown, expected: RegExp])[] = [
    ['no object', 'topics', /an object with a member op/],
    ['an unknown one', { op: 'insert' }, /op: publish, topics/],
    ['a run that is none', { op: 'run', runId: { $ne: '' } }, /runId/],
    ['a beginning that is no text', { op: 'runs', filter: { limit: 1, idPrefix: { $gt: '' } } }, /filter/],
    ['too many runs', { op: 'runs', filter: { limit: 5_000 } }, /limit from 1 to 1000/],
    ['a version that is none', { op: 'history', runId, after: -1 }, /after: a version/],
    ['a tenant with a path', { op: 'blob', tenant: '../x', runId, digest: '', bytes: 1 }, /tenant/],
    ['a record for the engine', { op: 'publish', records: [{ ...record, topic: 'workflow.step.response' }] }, /workflow\.request or workflow\.command/],
    ['a record without bytes', { op: 'publish', records: [{ ...record, value: 'not base64!' }] }, /bytes as base64/],
  ]; // prettier-ignore
  for (const [what, call, expected] of wrong)
    it(`says what it expected instead of ${what}`, async () => {
      const answer = await operator(call);
      assert.ok(!answer.ok);
      assert.match(answer.problem, expected);
    });
});

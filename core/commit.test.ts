import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNever } from './assert-never.ts';
import { commitDigest, loadedAbove, readStored } from './commit.ts';
import { InfrastructureError } from './failure.ts';
import { canonicalJson, sha256, type Json } from './json.ts';
import { runIdOf } from './ids.ts';
import { type Commit, type Snapshot } from './ports.ts';

const commit: Commit = {
  ...{
    schema: 1,
    runId: runIdOf({ tenant: 'default', source: '/t', id: '1' }),
    version: 1,
    published: 0,
    at: 5,
  },
  causes: [],
  events: [{ type: 'timer.armed', wakeAt: 7 }],
};

test('the digest of a commit covers every member, in whatever order they stand (CM1)', () => {
  const digest = commitDigest(commit);
  assert.equal(digest, `sha256:${sha256(canonicalJson(commit as unknown as Json))}`);
  assert.equal(commitDigest(commit), digest, 'asked again, the same');
  const turned = Object.fromEntries(Object.entries(commit).reverse()) as unknown as Commit;
  assert.equal(commitDigest(turned), digest);
  const others = [{ version: 2 }, { at: 6 }, { published: 1 }, { parent: 'sha256:00' }, { events: [] }];
  const digests = others.map((change) => commitDigest({ ...commit, ...change }));
  assert.equal(new Set([digest, ...digests]).size, others.length + 1);
});

test('a stored commit is read back from its text; anything else than the text of an object was damaged', () => {
  const text = JSON.stringify(commit);
  assert.deepEqual(readStored<Commit>(text), commit);
  for (const damaged of [undefined, null, 7, '', text.slice(0, -1), '[]', 'null', '"x"', [text], commit])
    assert.equal(readStored<Commit>(damaged), undefined, JSON.stringify(damaged));
});

test('loading reads the commits that may still have to be sent, unless the snapshot carries them', () => {
  const above = (version: number, published: number, open?: readonly Commit[]): number => {
    const facts = { schema: 1, runId: commit.runId, head: 'sha256:00', state: {} as Snapshot['state'] };
    return loadedAbove({ ...facts, version, published, ...(open === undefined ? {} : { open }) });
  };
  assert.deepEqual([above(5, 3), above(3, 5)], [3, 3]);
  assert.deepEqual([above(5, 3, []), above(5, 3, [commit])], [5, 5]);
});

test('what cannot be is said with its value', () => {
  assert.throws(() => assertNever({ type: 'new' } as never), /^Error: unreachable: \{"type":"new"\}$/);
});

test('the error that leaves a handler is known by its name', () => {
  assert.equal(new InfrastructureError('x').name, 'InfrastructureError');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNever } from './assert-never.ts';
import { commitDigest } from './commit.ts';
import { InfrastructureError } from './failure.ts';
import { canonicalJson, sha256, type Json } from './json.ts';
import { runIdOf } from './ids.ts';
import { type Commit } from './ports.ts';

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

test('what cannot be is said with its value', () => {
  assert.throws(() => assertNever({ type: 'new' } as never), /^Error: unreachable: \{"type":"new"\}$/);
});

test('the error that leaves a handler is known by its name', () => {
  assert.equal(new InfrastructureError('x').name, 'InfrastructureError');
});

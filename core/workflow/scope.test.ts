/** How the run's values are reached, and what is said of a key that is not there. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { childOf, escapePointer, makeScope, noSuchKey, pointerSegments, readPath } from './scope.ts';

it('a run has an id and a beginning, and nothing else can be read', () => {
  const scope = makeScope({
    inputs: { value: { id: 1 } },
    step: () => undefined,
    run: { id: 'r', startedAt: 'then' },
    blobs: new Map(),
  });
  assert.deepEqual(readPath(scope, ['run', 'id']), { ok: true, value: { value: 'r' } });
  assert.deepEqual(readPath(scope, ['run', 'startedAt']), { ok: true, value: { value: 'then' } });
  assert.deepEqual(readPath(scope, ['steps', 's', 'status']), { ok: true, value: { value: 'waiting' } });
  for (const path of [
    ['run', 'x'],
    ['run'],
    ['steps'],
    ['steps', 's'],
    ['steps', 's', 'x'],
    ['x', 'id'],
    ['x', 's', 'output'],
  ]) {
    assert.equal(scope.root(path), undefined, path.join('.'));
    assert.deepEqual(readPath(scope, path), { ok: false, problem: noSuchKey(path, 0, null) });
  }
});

it('a step is looked up where a field of it is read, and nowhere else', () => {
  const asked: (string | undefined)[] = [];
  const scope = makeScope({
    inputs: { value: {} },
    step: (id) => void asked.push(id),
    run: { id: 'r', startedAt: 0 },
    blobs: new Map(),
  });
  for (const path of [['inputs'], ['run', 'id'], ['steps'], ['steps', 's', 'output']]) scope.root(path);
  assert.deepEqual(asked, ['s']);
});

it('of claim checks those below a path are handed on, their places relative to it', () => {
  const ref = (digest: string) => ({ digest, bytes: 1 });
  const refs = ['/a/b', '/a/b~1c', '/ab', '/a'].map((at) => ({ at, ref: ref(at) }));
  const scope = makeScope({
    inputs: { value: { a: { b: null, 'b/c': null }, ab: null, c: 1 }, refs: refs.slice(0, 3) },
    step: () => undefined,
    run: { id: 'r', startedAt: 0 },
    blobs: new Map(),
  });
  assert.deepEqual(readPath(scope, ['inputs', 'a']), {
    ok: true,
    value: {
      value: { b: null, 'b/c': null },
      refs: [
        { at: '/b', ref: ref('/a/b') },
        { at: '/b~1c', ref: ref('/a/b~1c') },
      ],
    },
  });
  assert.deepEqual(readPath(scope, ['inputs', 'ab']), {
    ok: true,
    value: { value: null, refs: [{ at: '', ref: ref('/ab') }] },
  });
  assert.deepEqual(readPath(scope, ['inputs', 'c']), { ok: true, value: { value: 1 } });
});

it('an element of a list is read by its number, written plainly', () => {
  const list = Array.from({ length: 12 }, (_, n) => n);
  assert.deepEqual(
    ['0', '11', '12', '01', 'x1', '1x', '-1'].map((key) => childOf(list, key)),
    [0, 11, undefined, undefined, undefined, undefined, undefined],
  );
  assert.equal(childOf('text', '0'), undefined);
});

it('pointers come back as they were', () => {
  assert.deepEqual(['a/b~c', '/', '~', 'plain'].map(escapePointer), ['a~1b~0c', '~1', '~0', 'plain']);
  assert.deepEqual(pointerSegments('/a~1b~0c/d'), ['a/b~c', 'd']);
});

it('a missing key is told with those that are there, twenty of them', () => {
  const keys = Array.from({ length: 25 }, (_, n) => `k${n}`);
  const value = Object.fromEntries(keys.map((key) => [key, 1]));
  const { message, details } = noSuchKey(['inputs', 'a', 'b', 'c'], 2, value);
  assert.equal(
    message,
    `no key 'b' in inputs.a, which has: ${keys.slice(0, 20).join(', ')}; ` +
      'expected a key that is there. Correct the path, or guard it: has(inputs.a.b) ? … : …',
  );
  assert.deepEqual(details, { path: ['inputs', 'a', 'b', 'c'], missing: 'b', available: keys.slice(0, 20) });
  assert.match(noSuchKey(['x'], 0, {}).message, /^no key 'x' in the scope, which has no keys; /);
  assert.deepEqual(noSuchKey(['x'], 0, [1]).details, { path: ['x'], missing: 'x', available: [] });
});

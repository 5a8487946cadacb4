/** What an expression finds when it is evaluated: what it reads, and no more. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { contextOf } from './expression-context.ts';
import { makeScope } from './scope.ts';

const asked: string[] = [];
const scope = makeScope({
  inputs: { value: { a: 1, b: 2 } },
  step: (id) => {
    asked.push(id);
    return { output: { value: id }, status: 'completed', error: null, attempts: 2 };
  },
  run: { id: 'r', startedAt: 0 },
  blobs: new Map(),
});

it('what is read stands at its place, and steps that nobody reads are not asked for', () => {
  const reads = [
    ['inputs', 'a'],
    ['steps', 's', 'output'],
    ['steps', 's', 'attempts'],
    ['run', 'id'],
  ];
  assert.deepEqual(contextOf(reads, scope), {
    ok: true,
    value: { inputs: { a: 1, b: 2 }, steps: { s: { output: 's', attempts: 2 } }, run: { id: 'r' } },
  });
  assert.deepEqual([...new Set(asked)], ['s']);
});

it('what is nowhere leaves nothing', () => {
  const reads = [['nowhere', 'a'], ['steps'], ['run', 'name']];
  assert.deepEqual(contextOf(reads, scope), { ok: true, value: {} });
  assert.deepEqual(contextOf([...reads, ['run', 'id']], scope), { ok: true, value: { run: { id: 'r' } } });
});

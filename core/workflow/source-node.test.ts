/** The tree of a value: from JSON and back, how deep, what its parts are called, and what a pointer leads to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json } from '../json.ts';
import { readJson } from './read-json.ts';
import { fieldOf, jsonOf, nodeAt, nodeOfJson, type SourceNode, typeName } from './source-node.ts';

const value: Json = { list: [{ 'a/b~': 'text' }, [1]], 'no~thing/': null, yes: true, map: {} };

/** Every node with its pointer, in the order of the file. */
const pointers = (node: SourceNode): readonly string[] => [
  node.path,
  ...(node.kind === 'list' ? node.items.flatMap(pointers) : []),
  ...(node.kind === 'map' ? node.entries.flatMap((entry) => pointers(entry.value)) : []),
];

describe('the tree of a value from no file', () => {
  it('is the value again', () => {
    assert.deepEqual(jsonOf(nodeOfJson(value, 4)), value);
  });

  it('has a pointer everywhere, and no line', () => {
    assert.deepEqual(pointers(nodeOfJson(value, 4, '/at')), [
      ...['/at', '/at/list', '/at/list/0', '/at/list/0/a~1b~0', '/at/list/1', '/at/list/1/0'],
      ...['/at/no~0thing~1', '/at/yes', '/at/map'],
    ]);
    const scalar = nodeOfJson(1.5, 1);
    assert.ok(scalar.kind === 'scalar');
    assert.deepEqual(
      [scalar.at, scalar.path, scalar.written, scalar.locate(1, 1)],
      [{ line: 0, column: 0 }, '', '1.5', { line: 0, column: 0 }],
    );
  });

  it('goes no deeper than it is told to: nothing stands below', () => {
    const deep = { a: [{ b: [1] }] };
    const cut = [0, 1, 2, 3, 4, 5].map((depth) => jsonOf(nodeOfJson(deep, depth)));
    assert.deepEqual(cut, [
      ...[null, { a: null }, { a: [null] }, { a: [{ b: null }] }, { a: [{ b: [null] }] }],
      deep,
    ]);
  });

  it('is refused where it is deeper than a file may be', () => {
    const lists = (depth: number): Json => (depth === 0 ? 1 : [lists(depth - 1)]);
    assert.equal(readJson({ a: lists(63) }).ok, true);
    const read = readJson({ a: lists(64) });
    assert.deepEqual(read.ok ? [] : read.problem.map(({ path, message }) => `${path} ${message}`), [
      `/a${'/0'.repeat(64)} nesting deeper than 64 levels`,
    ]);
  });
});

it('what a value is called in a message', () => {
  const rows: readonly (readonly [Json, string])[] = [
    ...[[[1], 'list'] as const, [{ a: 1 }, 'mapping'] as const, [null, 'nothing'] as const],
    ...[['', 'text'] as const, [0, 'number'] as const, [false, 'boolean'] as const],
  ];
  for (const [one, name] of rows) assert.equal(typeName(nodeOfJson(one, 2)), name);
});

it('a pointer leads to its node, or as far towards it as there is one', () => {
  const node = nodeOfJson(value, 4);
  const rows: readonly (readonly [segments: readonly string[], path: string])[] = [
    [[], ''],
    [['list'], '/list'],
    [['list', '0', 'a/b~'], '/list/0/a~1b~0'],
    [['list', '1', '0'], '/list/1/0'],
    [['list', '2', 'x'], '/list'],
    [['list', 'x'], '/list'],
    [['list', '0', 'none', 'deeper'], '/list/0'],
    [['yes', 'deeper'], '/yes'],
    [['map', 'none'], '/map'],
    [['none', 'list'], ''],
  ];
  for (const [segments, path] of rows) assert.equal(nodeAt(node, segments).path, path, segments.join());
  assert.ok(node.kind === 'map');
  assert.equal(fieldOf(node, 'none'), undefined);
});

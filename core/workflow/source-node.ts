/**
 * A workflow file as a tree of values that know where they stand.
 * SN1. Every value and key has a position and a JSON pointer.   SN2. Only JSON: text, finite numbers, true, false, null.
 */
import { isJsonObject, type Json } from '../json.ts';
import { type Position } from './problem.ts';
import { escapePointer, isList } from './scope.ts';

interface Placed {
  readonly at: Position;
  /** JSON pointer (RFC 6901). */
  readonly path: string;
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** As written, e.g. `1.10` for a number that is read as 1.1. */
  readonly written: string;
  /** Where a part of a text stands; offset and length in UTF-16 units of the value. */
  readonly locate: (offset: number, length: number) => Position;
}
export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}
export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}
export interface MapEntry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: SourceNode;
}
export type SourceNode = ScalarNode | ListNode | MapNode;

export const nowhere: Position = { line: 0, column: 0 };

export function jsonOf(node: SourceNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(jsonOf);
    case 'map':
      return Object.fromEntries(node.entries.map((entry) => [entry.key, jsonOf(entry.value)]));
  }
}

/** The tree of a value that comes from no file: every position is line 0. `depth` levels at most are followed. */
export function nodeOfJson(value: Json, depth: number, path = ''): SourceNode {
  const inside = depth > 0 ? value : null;
  if (isList(inside)) {
    const items = inside.map((item, index) => nodeOfJson(item, depth - 1, `${path}/${index}`));
    return { kind: 'list', at: nowhere, path, items };
  }
  if (isJsonObject(inside)) {
    const entries = Object.entries(inside).map(([key, member]) => ({
      key,
      keyAt: nowhere,
      value: nodeOfJson(member, depth - 1, `${path}/${escapePointer(key)}`),
    }));
    return { kind: 'map', at: nowhere, path, entries };
  }
  return { kind: 'scalar', at: nowhere, path, value: inside, written: String(inside), locate: () => nowhere };
}

export const fieldOf = (node: MapNode, key: string): SourceNode | undefined =>
  node.entries.find((entry) => entry.key === key)?.value;

/** What to call a value in a message. */
export function typeName(node: SourceNode): string {
  switch (node.kind) {
    case 'list':
      return 'list';
    case 'map':
      return 'mapping';
    case 'scalar':
      if (node.value === null) return 'nothing';
      return typeof node.value === 'string' ? 'text' : typeof node.value;
  }
}

/** The node at a JSON pointer below another node, or the nearest one above it. */
export function nodeAt(node: SourceNode, segments: readonly string[]): SourceNode {
  let nearest = node;
  for (const key of segments) {
    const child = childOf(nearest, key);
    if (child === undefined) break;
    nearest = child;
  }
  return nearest;
}

function childOf(node: SourceNode, key: string): SourceNode | undefined {
  if (node.kind === 'list') return node.items[Number(key)];
  return node.kind === 'map' ? fieldOf(node, key) : undefined;
}

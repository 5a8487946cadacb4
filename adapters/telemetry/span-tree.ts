/**
 * The spans of a trace as a tree, and as text.
 * ST1. Every span is shown: one whose parent is missing stands at the left, and is said to be an orphan.
 */
export interface TreeSpan {
  readonly spanId: string;
  readonly parentId?: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startAt: number;
  readonly durationMs: number;
  /** A code or the name of an error. */
  readonly error?: string;
  /** Said after the name, e.g. which attempt. */
  readonly note?: string;
}

export interface SpanNode extends TreeSpan {
  readonly orphan: boolean;
  readonly children: readonly SpanNode[];
}

export function spanTree(spans: readonly TreeSpan[]): readonly SpanNode[] {
  // A record that came again may have left the same span twice.
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const below = new Map<string, TreeSpan[]>();
  for (const span of byId.values()) {
    const parent = span.parentId !== undefined && byId.has(span.parentId) ? span.parentId : '';
    below.set(parent, [...(below.get(parent) ?? []), span]);
  }
  const nodesBelow = (parent: string): readonly SpanNode[] =>
    (below.get(parent) ?? []).toSorted(inOrder).map((span) => ({
      ...span,
      orphan: parent === '' && span.parentId !== undefined,
      children: nodesBelow(span.spanId),
    }));
  return nodesBelow('');
}

/** By time; what began together by name, but waiting before work. */
function inOrder(a: TreeSpan, b: TreeSpan): number {
  if (a.startAt !== b.startAt) return a.startAt - b.startAt;
  const waits = Number(b.name.startsWith('wait ')) - Number(a.name.startsWith('wait '));
  return waits === 0 ? (labelOf(a) < labelOf(b) ? -1 : 1) : waits;
}

/** A line each. `detail` gives what follows a span's label. */
export function treeLines(
  nodes: readonly SpanNode[],
  detail: (span: TreeSpan) => string = () => '',
  indent = '',
): readonly string[] {
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1;
    const [branch, beyond] = indent === '' ? ['', ' '] : last ? ['└ ', '  '] : ['├ ', '│ '];
    const mark = node.orphan ? '(orphan) ' : '';
    const line = `${indent.slice(1)}${branch}${mark}${labelOf(node)}${detail(node)}`;
    return [line, ...treeLines(node.children, detail, `${indent}${beyond}`)];
  });
}

const labelOf = ({ name, note, error }: TreeSpan): string =>
  [name, note ?? '', error === undefined ? '' : `failed: ${error}`].filter((part) => part !== '').join('  ');

/**
 * Where the processor time of some work goes: samples of V8's profiler, added up by the part of the engine, or the
 * package, that was at work. What Node itself does counts for whoever called it.
 */
import { Session, type Profiler } from 'node:inspector/promises';

/** Of the file a function is in; the first one that fits names the part. */
export type Parts = readonly (readonly [file: RegExp, part: string])[];
/** Part → its share of the samples, 0 to 1, the largest first. */
export type Shares = readonly (readonly [part: string, share: number])[];

/** Runs `work` under the profiler, which slows it down by some percent. */
export async function whereTimeGoes(parts: Parts, work: () => Promise<unknown>): Promise<Shares> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await work();
    const { profile } = await session.post('Profiler.stop');
    return sharesOf(profile, parts);
  } finally {
    session.disconnect();
  }
}

type Node = Profiler.Profile['nodes'][number];

export function sharesOf({ nodes, samples = [] }: Profiler.Profile, parts: Parts): Shares {
  const partOfNode = partsOfNodes(nodes, parts);
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const part = partOfNode.get(sample) ?? rest;
    if (part !== idle) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts].map(([part, count]) => [part, count / total] as const).sort(([, a], [, b]) => b - a);
}

/** The profiler samples time, so also a thread that waits. */
const idle = '(idle)';
const rest = 'promises, timers and Node itself';

function partsOfNodes(nodes: readonly Node[], parts: Parts): ReadonlyMap<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Map<number, string>();
  // Callers come first in a profile, with the ids of what they called.
  const visit = (id: number, caller: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const part = partOf(node.callFrame, parts) ?? caller;
    found.set(id, part);
    for (const child of node.children ?? []) visit(child, part);
  };
  const [root] = nodes;
  if (root !== undefined) visit(root.id, rest);
  return found;
}

function partOf({ url, functionName }: Node['callFrame'], parts: Parts): string | undefined {
  if (functionName === idle) return idle;
  if (functionName === '(garbage collector)') return 'garbage collection';
  return parts.find(([file]) => file.test(url))?.[1];
}

export const sharesText = (shares: Shares): readonly string[] =>
  shares.map(([part, share]) => `  ${(100 * share).toFixed(0).padStart(3)} %  ${part}`);

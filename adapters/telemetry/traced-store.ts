/**
 * The commits of a store, seen as decisions: each stored commit is a span below the record that caused it.
 * TS1. A decision is a span only once it is stored: one that lost its race never was.
 */
import { type Commit, type CommitStore } from '#core/ports.ts';
import { attributes as names } from './attributes.ts';
import { parseHop } from './hop.ts';
import { type FunctionTrace, placeOf, type Scope, type Seen, spanOf } from './scope.ts';
import { type OpenSpan, preciseNow } from './span.ts';

export function tracedCommits(
  trace: FunctionTrace,
  commits: CommitStore,
  scope: () => Scope | undefined,
): CommitStore {
  return {
    ...commits,
    async load(runIds) {
      const stored = await commits.load(runIds);
      for (const [runId, run] of stored) trace.runs.learn(runId, run);
      return stored;
    },
    async insert(drafts) {
      const outcomes = await commits.insert(drafts);
      const open = scope();
      if (open === undefined) return outcomes;
      drafts.forEach((commit, index) => {
        if (outcomes[index] === 'stored') decided(trace, open, commit);
      });
      return outcomes;
    },
  };
}

function decided(trace: FunctionTrace, scope: Scope, commit: Commit): void {
  const { runId, version, events } = commit;
  const started = events.find((event) => event.type === 'run.started');
  const hop = parseHop(started?.traceparent);
  if (hop !== undefined) trace.runs.put(runId, hop);
  const causes = commit.causes.flatMap((cause) => scope.seen.get(placeOf(cause)) ?? []);
  const above = causes.map((seen) => causeSpan(trace, scope, seen, commit));
  // The last one is what the decision waited for: with it a join has all it needs.
  const parent = above.at(-1)?.hop;
  if (parent === undefined) return;
  const span = trace.spans.start({
    name: 'decide',
    parent,
    startAt: scope.startedAt,
    links: above.slice(0, -1).map((other) => other.hop),
    attributes: {
      [names.run]: runId,
      [names.version]: version,
      [names.causes]: causes.length,
      [names.workflow]: started?.workflow?.name ?? started?.asked,
    },
  });
  span.end(preciseNow());
  scope.decisions.set(`${runId}:${version}`, span.hop);
}

/** A start says nothing of its run: now it is known, and which of several starts is the one that opened it. */
function causeSpan(trace: FunctionTrace, scope: Scope, seen: Seen, { runId }: Commit): OpenSpan {
  const span = spanOf(trace, scope, seen, runId);
  span.set({ [names.run]: runId });
  return span;
}

/**
 * The trace of each run, as far as this process has seen it: wakes and commands of operators name a run and carry no
 * context.
 * RT1. Where nothing is known, the trace is the one that follows from the run's id (HP1).
 */
import { type RunId } from '#core/ids.ts';
import { type Commit, type StoredRun } from '#core/ports.ts';
import { type Hop, parseHop, rootSpanIdOf, traceIdOfRun } from './hop.ts';
import { type Spans } from './span.ts';

export interface RunTraces {
  /** What the stored history says of a run's context of creation. */
  learn(runId: RunId, stored: StoredRun): void;
  put(runId: string, hop: Hop): void;
  /** Where spans of the run belong that no hop came with. */
  of(runId: string): Hop;
}

/** More than the orchestrator keeps runs in memory: a run that it need not load is known here. */
const limit = 10_000;

export function createRunTraces(spans: Spans): RunTraces {
  const known = new Map<string, Hop>();
  const put = (runId: string, hop: Hop): void => {
    known.delete(runId);
    known.set(runId, hop);
    const [oldest] = known.keys();
    if (known.size > limit && oldest !== undefined) known.delete(oldest);
  };
  return {
    put,
    learn(runId, { snapshot, commits }) {
      const state = snapshot?.state;
      const stored = state === undefined || state.status === 'absent' ? startOf(commits) : state.traceparent;
      const hop = parseHop(stored);
      if (hop !== undefined) put(runId, hop);
    },
    of(runId) {
      const traceId = traceIdOfRun(runId);
      return known.get(runId) ?? { traceId, spanId: rootSpanIdOf(runId), sampled: spans.samples(traceId) };
    },
  };
}

const startOf = (commits: readonly Commit[]): string | undefined =>
  commits[0]?.events.find((event) => event.type === 'run.started')?.traceparent;

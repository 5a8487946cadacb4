/** `trace <run>`: where the time of a run went, as a tree of spans; from its history where no trace is kept. */
import { parseHop, traceIdOfRun } from '#adapters/telemetry/hop.ts';
import { queryTrace, traceLink } from '#adapters/telemetry/jaeger-query.ts';
import { type SpanNode, spanTree, treeLines, type TreeSpan } from '#adapters/telemetry/span-tree.ts';
import { type RunId } from '#core/ids.ts';
import { type Commit } from '#core/ports.ts';
import { durationText } from '#core/run/timeline.ts';
import { resolveBegunRun } from '../begun-run.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { historySpans } from '../history-spans.ts';
import { readPlatform } from '../open.ts';

export interface TraceOptions {
  readonly json?: boolean;
}

export interface Traced {
  readonly run: RunId;
  readonly traceId: string;
  readonly source: 'backend' | 'history';
  readonly spans: readonly TreeSpan[];
  /** Where a browser shows it. */
  readonly link?: string;
  /** Why it is the history. */
  readonly reason?: string;
}

export async function traceCommand(context: Context, id: string, options: TraceOptions): Promise<ExitCode> {
  return readPlatform(context, async (platform, config) => {
    const { store, clock } = platform;
    const { telemetry, backend } = config;
    const { runId } = await resolveBegunRun(platform, config, id);
    const commits = await store.commits.history(runId);
    const fromHistory = historyOf(runId, commits, clock.now());
    const traced =
      backend.type === 'deployed'
        ? await (await import('../deployed-trace.ts')).findDeployed(fromHistory, commits)
        : await find(fromHistory, telemetry.queryUrl);
    if (traced.reason !== undefined) context.output.note(traced.reason);
    context.output.data(options.json === true ? JSON.stringify(jsonOf(traced)) : textOf(traced));
    return exitCodes.ok;
  });
}

function historyOf(run: RunId, commits: readonly Commit[], now: number): Traced {
  const start = commits[0]?.events.find((event) => event.type === 'run.started');
  const traceId = parseHop(start?.traceparent)?.traceId ?? traceIdOfRun(run);
  return { run, traceId, source: 'history', spans: historySpans(commits, now) };
}

async function find(fromHistory: Traced, queryUrl: string | undefined): Promise<Traced> {
  const { run, traceId } = fromHistory;
  if (queryUrl === undefined) return { ...fromHistory, reason: noBackend };
  const found = await queryTrace(queryUrl, traceId);
  const link = traceLink(queryUrl, traceId);
  switch (found.type) {
    case 'found':
      return { run, traceId, source: 'backend', spans: found.spans, link };
    case 'unknown':
      return {
        ...fromHistory,
        link,
        reason: `${queryUrl} has no spans of trace ${traceId} (yet). ${instead}`,
      };
    case 'unreachable':
      return { ...fromHistory, link, reason: `${queryUrl} could not be asked: ${found.reason}. ${instead}` };
  }
}

export const instead = "This is the run's history: without waits, calls and models.";
const noBackend = `No traces are kept: set JAEGER_HOST, or BATON_TRACE_URL to where Jaeger is asked. ${instead}`;

function textOf({ run, traceId, spans, link }: Traced): string {
  const from = spans.reduce((least, span) => Math.min(least, span.startAt), Infinity);
  const lines = treeLines(
    spanTree(spans),
    (span) => `  +${((span.startAt - from) / 1_000).toFixed(3)}s  ${tookText(span.durationMs)}`,
  );
  return [`run ${run}  trace ${traceId}`, ...(link === undefined ? [] : [link]), '', ...lines].join('\n');
}

/** Many spans take less than one millisecond. */
const tookText = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)}ms` : durationText(ms));

const jsonOf = ({ spans, reason: _said, ...traced }: Traced): unknown => ({
  ...traced,
  spans: flat(spanTree(spans)).map(({ startAt, children: _below, ...span }) => ({
    ...span,
    startAt: new Date(startAt).toISOString(),
  })),
});

/** In the order of the tree, from the root. */
const flat = (nodes: readonly SpanNode[]): readonly SpanNode[] =>
  nodes.flatMap((node) => [node, ...flat(node.children)]);

/**
 * One invocation and the records in it: for each the time it waited and the time it was worked on.
 * SC1. Each record of a batch keeps its own parent, whatever else came with it; the invocation of several is a span of
 *      its own that links to them, and they to it.
 * SC2. A record that brought no context gets its spans once its run is known, and belongs to that run's trace.
 */
import { type BatonEvent, decodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { traceparentOf } from '#core/event-headers.ts';
import { recordsOf } from '#core/kafka-records.ts';
import { type InvocationContext, type KafkaBatchResponse } from '#core/lambda-kafka.ts';
import { type LogRecord } from '#core/ports.ts';
import { attributes as names } from './attributes.ts';
import { dispatchSpanIdOf, type Hop, parseHop, rootSpanIdOf, traceIdOfRun } from './hop.ts';
import { type RunTraces } from './run-traces.ts';
import { errorTypeOf, type OpenSpan, preciseNow, type SpanAttributes, type Spans } from './span.ts';

/** What every wrapper around one function shares. */
export interface FunctionTrace {
  readonly name: string;
  readonly spans: Spans;
  readonly runs: RunTraces;
  /** Tasks in hand, by id: responses leave in company, so the call they belong to cannot tell. */
  readonly tasks: Map<string, OpenSpan>;
}

export interface Seen {
  readonly record: LogRecord;
  readonly event: BatonEvent | undefined;
  readonly hop: Hop | undefined;
  span: OpenSpan | undefined;
}

export interface Scope {
  readonly startedAt: number;
  readonly requestId: string;
  readonly batch: OpenSpan | undefined;
  /** By `<topic>-<partition>-<offset>`. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** The decisions stored in this invocation, by `<run>:<version>`. */
  readonly decisions: Map<string, Hop>;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
export const placeOf = ({ topic, partition, offset }: Place): string => `${topic}-${partition}-${offset}`;

export function openScope(trace: FunctionTrace, event: unknown, context: InvocationContext): Scope {
  const startedAt = preciseNow();
  const records = recordsOf(event);
  const seen = (records.ok ? records.value : []).map(read);
  const hops = seen.flatMap(({ hop }) => hop ?? []);
  const scope: Scope = {
    startedAt,
    requestId: context.awsRequestId,
    batch: seen.length > 1 ? batchSpan(trace, seen, hops, context, startedAt) : undefined,
    seen: new Map(seen.map((one) => [placeOf(one.record), one])),
    decisions: new Map(),
  };
  for (const one of seen) {
    if (one.hop !== undefined) one.span = process(trace, scope, one, { parent: one.hop });
    if (one.event?.type === task && one.event.runid !== undefined) {
      const id = taskIdOf(one.event);
      const span = spanOf(trace, scope, one, one.event.runid);
      // Another delivery of the same task may be in hand: the work is done there.
      if (!trace.tasks.has(id)) trace.tasks.set(id, span);
    }
  }
  return scope;
}

/** SC2. `runId` where the event does not say it: a start's follows from more than its event. */
export function spanOf(trace: FunctionTrace, scope: Scope, seen: Seen, runId: string): OpenSpan {
  const { event, record } = seen;
  if (seen.span !== undefined) return seen.span;
  const run = trace.runs.of(runId);
  if (record.topic === topics.request) {
    // The first span of the run's trace: what has no parent later can name it without having seen it.
    return (seen.span = process(trace, scope, seen, {
      traceId: traceIdOfRun(runId),
      spanId: rootSpanIdOf(runId),
    }));
  }
  const step = event?.stepid;
  const parent = step === undefined ? run : { ...run, spanId: dispatchSpanIdOf(runId, step) };
  return (seen.span = process(trace, scope, seen, { parent }));
}

/** Ends what is left. `outcome`: the answer, or what was thrown. */
export function closeScope(trace: FunctionTrace, scope: Scope, outcome: Outcome): void {
  const unfinished = unfinishedOf(outcome);
  for (const [place, seen] of scope.seen) {
    const runId = seen.event?.runid ?? seen.event?.subject;
    if (runId !== undefined && seen.record.topic !== topics.request) spanOf(trace, scope, seen, runId);
    if (unfinished === 'all' || unfinished.has(place)) seen.span?.fail(outcome.error ?? 'unfinished');
    seen.span?.end();
    if (seen.event !== undefined && trace.tasks.get(taskIdOf(seen.event)) === seen.span)
      trace.tasks.delete(taskIdOf(seen.event));
  }
  if (outcome.error !== undefined) scope.batch?.fail(outcome.error);
  scope.batch?.end();
}

export interface Outcome {
  readonly answer?: unknown;
  readonly error?: string;
}

export const thrown = (error: unknown): Outcome => ({ error: errorTypeOf(error) });

function unfinishedOf({ answer, error }: Outcome): ReadonlySet<string> | 'all' {
  if (error !== undefined) return 'all';
  const failures = (answer as KafkaBatchResponse | undefined)?.batchItemFailures ?? [];
  return new Set(failures.map(({ itemIdentifier: { partition, offset } }) => `${partition}-${offset}`));
}

function read(record: LogRecord): Seen {
  const decoded = decodeEvent(record);
  const event = decoded.ok ? decoded.value : undefined;
  const hop = parseHop(traceparentOf(record.headers)) ?? parseHop(event?.traceparent);
  return { record, event, hop, span: undefined };
}

const task = 'dev.baton.step.requested.v1';

/** As the host of the agent names the attempt. */
const taskIdOf = ({ runid, stepid, attempt }: BatonEvent): string => `${runid}:${stepid}:${attempt}`;

function batchSpan(
  trace: FunctionTrace,
  seen: readonly Seen[],
  links: readonly Hop[],
  context: InvocationContext,
  startAt: number,
): OpenSpan {
  return trace.spans.start({
    name: `invoke ${trace.name}`,
    startAt,
    links,
    attributes: {
      [names.function]: trace.name,
      [names.invocation]: context.awsRequestId,
      [names.batchSize]: seen.length,
      [names.destination]: seen[0]?.record.topic,
    },
  });
}

interface Begin {
  readonly parent?: Hop;
  readonly traceId?: string;
  readonly spanId?: string;
}

function process(trace: FunctionTrace, scope: Scope, seen: Seen, begin: Begin): OpenSpan {
  const { topic, timestamp } = seen.record;
  const { startedAt, batch } = scope;
  const span = trace.spans.start({
    ...begin,
    name: `process ${topic}`,
    kind: 'consumer',
    startAt: startedAt,
    links: batch === undefined ? [] : [batch.hop],
    attributes: { ...attributesOf(trace, scope, seen), ...runAttributes(seen.event) },
  });
  // A producer's clock may be ahead of this one.
  const sentAt = timestamp > 0 ? Math.min(timestamp, startedAt) : startedAt;
  const wait = trace.spans.start({
    name: `wait ${topic}`,
    parent: begin.parent ?? span.hop,
    startAt: sentAt,
    attributes: { [names.destination]: topic },
  });
  wait.end(startedAt);
  return span;
}

const attributesOf = (trace: FunctionTrace, scope: Scope, { record, event }: Seen): SpanAttributes => ({
  [names.system]: 'kafka',
  [names.destination]: record.topic,
  [names.partition]: String(record.partition),
  [names.offset]: record.offset,
  [names.operation]: 'process',
  [names.operationType]: 'process',
  [names.messageId]: event?.id,
  [names.bodySize]: record.value?.byteLength ?? 0,
  [names.function]: trace.name,
  [names.invocation]: scope.requestId,
});

/** What an event says of the run it belongs to. Never its data: that is the user's. */
export const runAttributes = (event: BatonEvent | undefined): SpanAttributes => ({
  [names.eventType]: event?.type,
  [names.run]: event?.runid ?? event?.subject,
  [names.step]: event?.stepid,
  [names.attempt]: event?.attempt,
});

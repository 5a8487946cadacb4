/**
 * A producer whose records carry the context of this hop in the Kafka header `traceparent`.
 * TL1. The value is never touched: what an effect is stays the same bytes, however often it is sent.
 * TL2. Each attempt of a step is sent below the one span of the step's dispatch: retries are siblings.
 */
import { type BatonEvent, decodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { isJsonObject } from '#core/json.ts';
import { type LogProducer, type OutgoingRecord } from '#core/ports.ts';
import { attributes as names } from './attributes.ts';
import { dispatchSpanIdOf, formatHop, type Hop } from './hop.ts';
import { type FunctionTrace, runAttributes, type Scope } from './scope.ts';
import { errorTypeOf, type OpenSpan, preciseNow } from './span.ts';

export function tracedProducer(
  trace: FunctionTrace,
  log: LogProducer,
  scope: () => Scope | undefined,
): LogProducer {
  return {
    async publish(records) {
      const startAt = preciseNow();
      const sends = records.map((record) => sendOf(trace, scope(), record, startAt));
      try {
        await log.publish(sends.map(({ record }) => record));
      } catch (error) {
        for (const { spans } of sends) for (const span of spans) span.fail(errorTypeOf(error));
        throw error;
      } finally {
        const endAt = preciseNow();
        for (const { spans, task } of sends) for (const span of [...spans, ...task]) span.end(endAt);
      }
    },
  };
}

interface Send {
  readonly record: OutgoingRecord;
  readonly spans: readonly OpenSpan[];
  /** The work that this record is the answer to: it is done once the record is sent. */
  readonly task: readonly OpenSpan[];
}

function sendOf(
  trace: FunctionTrace,
  scope: Scope | undefined,
  record: OutgoingRecord,
  startAt: number,
): Send {
  const plain = { record, spans: [], task: [] };
  // The headers of a dead letter are those of the record it sets aside.
  if (record.topic === topics.deadLetter) return plain;
  const decoded = decodeEvent(record);
  if (!decoded.ok) return plain;
  const event = decoded.value;
  const isResponse = record.topic === topics.response;
  const task = isResponse ? trace.tasks.get(event.id) : undefined;
  if (task !== undefined) noteFailure(task, event);
  const above = task?.hop ?? decisionOf(scope, event);
  if (above === undefined) return plain;
  const { parent, opened } = dispatchOf(trace, scope, event, above, startAt);
  const span = trace.spans.start({
    name: `send ${record.topic}`,
    kind: 'producer',
    parent,
    startAt,
    links: parent === above || opened.length > 0 ? [] : [above],
    attributes: {
      [names.system]: 'kafka',
      [names.destination]: record.topic,
      [names.operation]: 'send',
      [names.operationType]: 'send',
      [names.messageId]: event.id,
      [names.bodySize]: record.value.byteLength,
      ...runAttributes(event),
    },
  });
  return {
    record: withHop(record, span.hop),
    spans: [span, ...opened],
    task: task === undefined ? [] : [task],
  };
}

/** Of an effect: the decision stored in this invocation, else whatever brought the run here (its effects healed). */
function decisionOf(scope: Scope | undefined, event: BatonEvent): Hop | undefined {
  if (scope === undefined || event.runid === undefined) return undefined;
  const decision = scope.decisions.get(decisionKey(event.id));
  if (decision !== undefined) return decision;
  for (const seen of scope.seen.values())
    if (seen.span !== undefined && (seen.event?.runid ?? seen.event?.subject) === event.runid)
      return seen.span.hop;
  return undefined;
}

/** An effect's id is `<run>:<version>:<index>`. */
const decisionKey = (effectId: string): string => effectId.slice(0, effectId.lastIndexOf(':'));

function dispatchOf(
  trace: FunctionTrace,
  scope: Scope | undefined,
  event: BatonEvent,
  above: Hop,
  startAt: number,
): { readonly parent: Hop; readonly opened: readonly OpenSpan[] } {
  const { runid, stepid } = event;
  if (event.type !== 'dev.baton.step.requested.v1' || runid === undefined || stepid === undefined)
    return { parent: above, opened: [] };
  const spanId = dispatchSpanIdOf(runid, stepid);
  const isFirst = event.attempt === 1 && scope?.decisions.has(decisionKey(event.id)) === true;
  if (!isFirst) return { parent: { ...above, spanId }, opened: [] };
  const dispatch = trace.spans.start({
    name: `dispatch ${stepid}`,
    parent: above,
    spanId,
    startAt,
    attributes: { [names.run]: runid, [names.step]: stepid },
  });
  return { parent: dispatch.hop, opened: [dispatch] };
}

const withHop = (record: OutgoingRecord, hop: Hop): OutgoingRecord => ({
  ...record,
  headers: [
    ...record.headers.filter(([name]) => name !== 'traceparent'),
    ['traceparent', Buffer.from(formatHop(hop))],
  ],
});

/** The agent did answer, and its answer was a failure: the code says which. */
function noteFailure(task: OpenSpan, event: BatonEvent): void {
  if (event.type !== 'dev.baton.step.failed.v1') return;
  const failure = isJsonObject(event.data) ? event.data['failure'] : undefined;
  const code = isJsonObject(failure) ? failure['code'] : undefined;
  task.fail(typeof code === 'string' ? code : 'failed');
}

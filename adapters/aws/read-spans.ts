/**
 * The spans of a trace from the log group that X-Ray keeps them in (Transaction Search): what was sent to its OTLP
 * endpoint, or through a collector.
 * Source: Amazon CloudWatch User Guide, "Transaction Search", "Spans".
 */
import { isJsonObject, type Json } from '#core/json.ts';
import { attributes } from '../telemetry/attributes.ts';
import { isTaskSent } from '../telemetry/jaeger-query.ts';
import { type TreeSpan } from '../telemetry/span-tree.ts';
import { type LogEvent, type LogReader, fieldsOf } from './read-logs.ts';

export const spansGroup = 'aws/spans';

/** `undefined` where the account keeps no spans. `since`: no later than the beginning of the trace. */
export async function readSpans(
  logs: LogReader,
  traceId: string,
  since: number,
): Promise<readonly TreeSpan[] | undefined> {
  const events = await logs.events({ group: spansGroup, since, pattern: `{ $.traceId = "${traceId}" }` });
  return events?.flatMap((event) => spanIn(event, traceId) ?? []);
}

function spanIn(event: LogEvent, traceId: string): TreeSpan | undefined {
  const span = fieldsOf(event);
  if (span === undefined || span['traceId'] !== traceId) return undefined;
  const { spanId, parentSpanId, name } = span;
  const [from, to] = [milliseconds(span['startTimeUnixNano']), milliseconds(span['endTimeUnixNano'])];
  if (typeof spanId !== 'string' || typeof name !== 'string' || from === undefined) return undefined;
  const told = isJsonObject(span['attributes']) ? span['attributes'] : {};
  const [error, attempt] = [told[attributes.errorType], Number(told[attributes.attempt])];
  return {
    spanId,
    ...(typeof parentSpanId === 'string' && parentSpanId !== '' && { parentId: parentSpanId }),
    name,
    startAt: from,
    // To the microsecond: what a double leaves of nanoseconds since 1970.
    durationMs: Math.max(0, Math.round(((to ?? from) - from) * 1_000) / 1_000),
    ...(typeof error === 'string' && { error }),
    ...(isTaskSent(name) && Number.isInteger(attempt) && { note: `attempt ${attempt}` }),
  };
}

/** Nanoseconds as a number (beyond what a double holds exactly, by less than a microsecond) or as text. */
function milliseconds(nanoseconds: Json | undefined): number | undefined {
  const number = typeof nanoseconds === 'string' ? Number(nanoseconds) : nanoseconds;
  return typeof number === 'number' && Number.isFinite(number) ? number / 1_000_000 : undefined;
}

/**
 * Asks Jaeger for the spans of a trace.
 * JQ1. Never rejects: a backend that is away, slow or something else altogether is an answer like any other.
 */
import { attributes } from './attributes.ts';
import { type TreeSpan } from './span-tree.ts';

export type FoundTrace =
  | { readonly type: 'found'; readonly spans: readonly TreeSpan[] }
  /** It answers, and knows no such trace (yet). */
  | { readonly type: 'unknown' }
  | { readonly type: 'unreachable'; readonly reason: string };

const timeoutMs = 5_000;

/** `baseUrl`: where its pages are too, e.g. `http://localhost:16686`. */
export async function queryTrace(baseUrl: string, traceId: string): Promise<FoundTrace> {
  const url = `${baseUrl.replace(/\/+$/, '')}/api/traces/${traceId}`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (answer.status === 404) return { type: 'unknown' };
    if (!answer.ok) return { type: 'unreachable', reason: `status ${answer.status}` };
    const spans = spansOf(await answer.json());
    if (spans === undefined) return { type: 'unreachable', reason: 'the answer is not one of Jaeger' };
    return spans.length === 0 ? { type: 'unknown' } : { type: 'found', spans };
  } catch (error) {
    return { type: 'unreachable', reason: reasonOf(error) };
  }
}

export const traceLink = (baseUrl: string, traceId: string): string =>
  `${baseUrl.replace(/\/+$/, '')}/trace/${traceId}`;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // `fetch failed` says nothing; what did is its cause.
  const { cause } = error;
  const code = isObject(cause) && typeof cause['code'] === 'string' ? cause['code'] : undefined;
  return code ?? error.message;
}

function spansOf(body: unknown): readonly TreeSpan[] | undefined {
  const traces = isObject(body) ? body['data'] : undefined;
  if (!Array.isArray(traces)) return undefined;
  const spans = traces.flatMap((trace: unknown) => (isObject(trace) ? trace['spans'] : undefined));
  return spans.flatMap((span: unknown) => (isObject(span) ? (spanOf(span) ?? []) : []));
}

type Fields = Readonly<Record<string, unknown>>;

function spanOf(span: Fields): TreeSpan | undefined {
  const { spanID, operationName, startTime, duration } = span;
  if (typeof spanID !== 'string' || typeof operationName !== 'string') return undefined;
  if (typeof startTime !== 'number' || typeof duration !== 'number') return undefined;
  const tags = tagsOf(span['tags']);
  const parentId = parentOf(span['references']);
  const error = tags.get(attributes.errorType);
  const attempt = tags.get(attributes.attempt);
  return {
    spanId: spanID,
    ...(parentId === undefined ? {} : { parentId }),
    name: operationName,
    startAt: startTime / 1_000,
    durationMs: duration / 1_000,
    ...(typeof error === 'string' ? { error } : {}),
    ...(isTaskSent(operationName) && typeof attempt === 'number' ? { note: `attempt ${attempt}` } : {}),
  };
}

/** Which attempt it is, is said where the attempts of a step part. */
export const isTaskSent = (name: string): boolean => /^send workflow\.step\..*\.request$/.test(name);

function tagsOf(tags: unknown): ReadonlyMap<string, unknown> {
  const list: readonly unknown[] = Array.isArray(tags) ? tags : [];
  return new Map(list.flatMap((tag) => (isObject(tag) ? [[String(tag['key']), tag['value']] as const] : [])));
}

function parentOf(references: unknown): string | undefined {
  const list: readonly unknown[] = Array.isArray(references) ? references : [];
  const parent = list.find((one) => isObject(one) && String(one['refType']).toLowerCase() === 'child_of');
  return isObject(parent) && typeof parent['spanID'] === 'string' ? parent['spanID'] : undefined;
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/**
 * The one codec between records of the log and CloudEvents 1.0.
 * CE1. Structured and binary mode are read, structured mode is written: decode(encode(event)) = event.
 * CE2. Strict: what the specification forbids is refused with a code. Never throws, whatever the bytes.
 * CE3. What is accepted fits the JSON schema that the CloudEvents project publishes (package `cloudevents`).
 * CE4. What encode writes, decode reads: half surrogate pairs are replaced by U+FFFD on the way out.
 *
 * Of the package, the compiled schema is used and nothing else: its `Kafka.toEvent` skips validation and fills in what
 * is missing, and loading the whole of it takes 25 ms of every cold start where the schema takes 3.
 */
import matchesSchema from 'cloudevents/dist/schema/v1.js';
import { readAttribute, readTypeOfData, type DraftEvent } from './event-attributes.ts';
import { headerConflict, isStructured, readHeaders } from './event-headers.ts';
import { no, ok, type Result } from './failure.ts';
import { checkParsed, decodeUtf8, isForbiddenKey, parseJsonBytes } from './json-bytes.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { type LogRecord, type OutgoingRecord } from './ports.ts';
import { shown, wireProblem, type WireProblem } from './wire-problem.ts';

export { wireCodes, type WireCode, type WireProblem } from './wire-problem.ts';

/** CloudEvents 1.0 attributes Baton uses, plus `data`. `time` and `expirytime` are RFC 3339. */
export interface BatonEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: string;
  /** JSON, whatever the mode and encoding on the wire. Absent is not the same as null. */
  readonly data?: Json;
  readonly runid?: string;
  readonly stepid?: string;
  readonly attempt?: number;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly capability?: string;
  readonly tenantid?: string;
  readonly dataref?: string;
  readonly expirytime?: string;
  /** Any others, `dataschema` included, kept as they are. */
  readonly extensions?: Readonly<Record<string, string | number | boolean>>;
}

export function decodeEvent(record: {
  readonly value: Uint8Array | null;
  readonly headers: LogRecord['headers'];
}): Result<BatonEvent, WireProblem> {
  if (record.value === null) return no(nullValue);
  const headers = readHeaders(record.headers);
  if (!headers.ok) return headers;
  const { contentType, attributes } = headers.value;
  if (contentType !== undefined && /^application\/cloudevents/i.test(contentType)) {
    return isStructured(contentType)
      ? decodeStructured(record.value, attributes)
      : no(
          contentTypeProblem(
            contentType,
            'application/cloudevents+json; charset=utf-8',
            'send one JSON event',
          ),
        );
  }
  // A producer that sets no headers at all (a console producer) is taken to send structured events.
  return attributes === undefined
    ? decodeStructured(record.value, undefined)
    : decodeBinary(record.value, attributes, contentType);
}

/** Never throws for values of the type; the same event always gives the same bytes. */
export function encodeEvent(event: BatonEvent): {
  readonly value: Uint8Array;
  readonly headers: OutgoingRecord['headers'];
} {
  // Extensions first: one that bears the name of an attribute must not take its place.
  const whole =
    event.extensions === undefined ? membersOf(event) : { ...event.extensions, ...membersOf(event) };
  let text = JSON.stringify(whole);
  // JSON.stringify escapes half pairs, and only those, as \ud8xx to \udfxx.
  if (/\\ud[89a-f]/.test(text)) text = JSON.stringify(wellFormed(whole as JsonObject));
  const value = Buffer.from(text);
  return event.traceparent === undefined
    ? { value, headers: structuredHeaders }
    : { value, headers: [...structuredHeaders, ['traceparent', Buffer.from(event.traceparent)]] };
}

/** One shape for all events: put together from spread parts it took three times as long. */
const membersOf = (
  event: BatonEvent,
): Record<'specversion' | Exclude<keyof BatonEvent, 'extensions'>, Json | undefined> => ({
  specversion: '1.0',
  id: event.id,
  source: event.source,
  type: event.type,
  subject: event.subject,
  time: event.time,
  runid: event.runid,
  stepid: event.stepid,
  attempt: event.attempt,
  traceparent: event.traceparent,
  tracestate: event.tracestate,
  capability: event.capability,
  tenantid: event.tenantid,
  dataref: event.dataref,
  expirytime: event.expirytime,
  data: event.data,
});

const structuredHeaders: OutgoingRecord['headers'] = [
  ['content-type', Buffer.from('application/cloudevents+json; charset=utf-8')],
];

function wellFormed(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => wellFormed(item) ?? null);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]);
  return Object.fromEntries(members) as JsonObject;
}

// ---------------------------------------------------------------- structured mode

function decodeStructured(
  bytes: Uint8Array,
  headers: ReadonlyMap<string, string> | undefined,
): Result<BatonEvent, WireProblem> {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) return parsed;
  const { value: root, text } = parsed.value;
  if (!isJsonObject(root)) return no(notAnObject(root));
  const event = readEvent(root);
  if (!event.ok) return event;
  if (headers !== undefined) {
    const conflict = headerConflict(headers, root);
    if (conflict !== undefined) return no(conflict);
  }
  if ((root['data_base64'] ?? null) !== null) return withBase64(event.value, root);
  const data = root['data'];
  if (data === undefined) return event;
  const problem = checkParsed(data, '/data', text, (again) =>
    isJsonObject(again) ? again['data'] : undefined,
  );
  return problem === undefined ? ok(filled(event.value, data)) : no(problem);
}

/** In place: the event was made a moment ago and nobody else has it. */
function filled(event: BatonEvent, data: Json): BatonEvent {
  (event as { data?: Json }).data = data;
  return event;
}

function withBase64(event: BatonEvent, root: JsonObject): Result<BatonEvent, WireProblem> {
  const text = root['data_base64'];
  if (root['data'] !== undefined)
    return no(dataProblem('both data and data_base64', 'one of the two', 'leave one of them out'));
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  if (bytes === undefined || bytes.toString('base64') !== text)
    return no(dataProblem(shown(text), 'padded base64 text (RFC 4648)', 'encode the bytes again'));
  return withData(event, bytes, '/data_base64');
}

// ---------------------------------------------------------------- binary mode

function decodeBinary(
  bytes: Uint8Array,
  attributes: ReadonlyMap<string, string>,
  contentType: string | undefined,
): Result<BatonEvent, WireProblem> {
  const event = readEvent(fromHeaders(attributes, contentType));
  if (!event.ok || bytes.length === 0) return event;
  const whole = withData(event.value, bytes, '/data');
  // Without a content type the body may be an event of its own, and then nobody can say which of the two is meant.
  if (contentType === undefined && whole.ok && isJsonObject(whole.value.data)) {
    const conflict =
      'specversion' in whole.value.data ? headerConflict(attributes, whole.value.data) : undefined;
    if (conflict !== undefined) return no(conflict);
  }
  return whole;
}

/** Headers are text: `attempt` is the one attribute of Baton that is a number. */
function fromHeaders(attributes: ReadonlyMap<string, string>, contentType: string | undefined): JsonObject {
  const root: Record<string, Json> = { ...Object.fromEntries(attributes) };
  if (contentType !== undefined) root['datacontenttype'] = contentType;
  const attempt = attributes.get('attempt');
  if (attempt !== undefined && /^[1-9][0-9]{0,15}$/.test(attempt)) root['attempt'] = Number(attempt);
  return root;
}

function withData(event: BatonEvent, bytes: Uint8Array, path: string): Result<BatonEvent, WireProblem> {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) {
    return decodeUtf8(bytes) === undefined
      ? no(contentTypeProblem('bytes that are not text', 'JSON in UTF-8', 'send the data as JSON'))
      : parsed;
  }
  const { value: data, text } = parsed.value;
  const problem = checkParsed(data, path, text, (again) => again);
  return problem === undefined ? ok(filled(event, data)) : no(problem);
}

// ---------------------------------------------------------------- attributes

function readEvent(root: JsonObject): Result<BatonEvent, WireProblem> {
  const draft: DraftEvent = { attributes: {}, extensions: {}, extensionCount: 0 };
  const problem = requiredProblem(root) ?? readTypeOfData(root);
  if (problem !== undefined) return no(problem);
  for (const name of Object.keys(root)) {
    if (isForbiddenKey(name)) return no(forbiddenName(name));
    const wrong = readAttribute(draft, name, root[name] ?? null);
    if (wrong !== undefined) return no(wrong);
  }
  // CE3. Its formats are what is left to check: `source` a URI reference, `dataschema` a URI.
  if (!fitsSchema(root)) return no(schemaProblem(root));
  const { attributes, extensions, extensionCount } = draft;
  return ok((extensionCount === 0 ? attributes : { ...attributes, extensions }) as unknown as BatonEvent);
}

/**
 * CE3. The attributes were read by rules at least as strict as the schema's; what only the schema knows are the formats
 * of `source`, `dataschema` and `data_base64`. So an event with a source it has accepted, and none of the others, fits.
 */
function fitsSchema(root: JsonObject): boolean {
  const { source, dataschema, data_base64: base64 } = root;
  const plain = dataschema === undefined && base64 === undefined && typeof source === 'string';
  if (plain && acceptedSources.has(source)) return true;
  if (!matchesSchema(root)) return false;
  if (plain && source.length <= 256) {
    if (acceptedSources.size >= keptSources) acceptedSources.clear();
    acceptedSources.add(source);
  }
  return true;
}

const acceptedSources = new Set<string>();
const keptSources = 256;

function requiredProblem(root: JsonObject): WireProblem | undefined {
  for (const name of ['specversion', 'id', 'source', 'type']) {
    if ((root[name] ?? null) === null)
      return wireProblem('CE_REQUIRED', {
        path: `/${name}`,
        got: 'nothing',
        expected: `the CloudEvents attribute ${name}`,
        fix: `set ${name}`,
      });
  }
  if (root['specversion'] === '1.0') return undefined;
  return wireProblem('CE_SPECVERSION', {
    path: '/specversion',
    got: shown(root['specversion']),
    expected: '"1.0"',
    fix: 'send CloudEvents 1.0',
  });
}

function schemaProblem(root: JsonObject): WireProblem {
  const { errors } = matchesSchema as {
    readonly errors?: readonly { readonly instancePath: string }[] | null;
  };
  const path = errors?.[0]?.instancePath ?? '';
  return path === '/source'
    ? wireProblem('CE_SOURCE', {
        path,
        got: shown(root['source']),
        expected: 'a URI reference, e.g. "/shop/orders"',
        fix: 'percent-encode what a URI cannot hold',
      })
    : wireProblem(path === '/data_base64' ? 'CE_DATA' : 'CE_ATTR_TYPE', {
        path,
        got: shown(root[path.slice(1)]),
        expected: 'what CloudEvents 1.0 says of this attribute',
        fix: 'mend or leave out the attribute',
      });
}

// ---------------------------------------------------------------- problems

const nullValue = wireProblem('KAFKA_NULL_VALUE', {
  got: 'a null value',
  expected: 'a CloudEvent',
  fix: 'do not send tombstones to this topic',
});

const notAnObject = (root: Json): WireProblem =>
  wireProblem('CE_TYPE', { got: shown(root), expected: 'a JSON object', fix: 'send one event per record' });

const contentTypeProblem = (got: string, expected: string, fix: string): WireProblem =>
  wireProblem('CE_CONTENT_TYPE', { got: shown(got), expected, fix });

const dataProblem = (got: string, expected: string, fix: string): WireProblem =>
  wireProblem('CE_DATA', { path: '/data_base64', got, expected, fix });

const forbiddenName = (name: string): WireProblem =>
  wireProblem('CE_FORBIDDEN_KEY', {
    path: `/${name}`,
    got: shown(name),
    expected: 'any key but __proto__, constructor and prototype',
    fix: 'rename the attribute',
  });

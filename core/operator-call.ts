/**
 * What the command line asks the operator function of a deployment, whose log and store nobody outside can reach.
 * OC1. Only reads, and records for the topics that people may write to: starts and commands. What the engine writes is
 *      not to be asked for.
 * OC2. Both sides use this file; an operator that is older than the command line refuses what it does not know.
 */
import { no, ok, type Result } from './failure.ts';
import { isBlobDigest } from './blob-key.ts';
import { parseRunId, patterns, type RunId } from './ids.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { type OutgoingRecord } from './ports.ts';
import { parseRowStatus, type RowStatus } from './row-status.ts';
import { topics } from './event-catalog.ts';

/** Bytes as base64. */
export interface WireRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface RunsFilter {
  readonly status?: RowStatus;
  readonly workflow?: string;
  readonly idPrefix?: string;
  readonly limit: number;
}

export type OperatorCall =
  | { readonly op: 'publish'; readonly records: readonly WireRecord[] }
  | { readonly op: 'topics' }
  | { readonly op: 'run'; readonly runId: RunId }
  | { readonly op: 'runs'; readonly filter: RunsFilter }
  /** Commits of a higher version than `after`; as many as fit into an answer. */
  | { readonly op: 'history'; readonly runId: RunId; readonly after: number }
  | { readonly op: 'definition'; readonly digest: string }
  | { readonly op: 'active'; readonly name: string }
  | { readonly op: 'definitions'; readonly name?: string }
  | {
      readonly op: 'blob';
      readonly tenant: string;
      readonly runId: RunId;
      readonly digest: string;
      readonly bytes: number;
    };

export type OperatorAnswer =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: string };

/** Text that people may write to the log from outside. */
export const operatorTopics: readonly string[] = [topics.request, topics.command];

export const toWire = ({ topic, key, value, headers }: OutgoingRecord): WireRecord => ({
  topic,
  key,
  value: toBase64(value),
  headers: headers.map(([name, bytes]) => [name, toBase64(bytes)]),
});

export const fromWire = ({ topic, key, value, headers }: WireRecord): OutgoingRecord => ({
  topic,
  key,
  value: fromBase64(value),
  headers: headers.map(([name, text]) => [name, fromBase64(text)]),
});

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** The problem says what was expected. */
export function parseOperatorCall(value: unknown): Result<OperatorCall, string> {
  const call = value as Json;
  if (!isJsonObject(call)) return no('an object with a member op');
  const { op } = call;
  switch (op) {
    case 'publish':
      return parsePublish(call);
    case 'topics':
      return ok({ op });
    case 'run':
      return withRun(call, (runId) => ok({ op, runId }));
    case 'runs':
      return parseRuns(call);
    case 'history':
      return withRun(call, (runId) =>
        isCount(call['after']) ? ok({ op, runId, after: call['after'] }) : no('after: a version, from 0'),
      );
    case 'definition':
      return isText(call['digest']) ? ok({ op, digest: call['digest'] }) : no('digest: text');
    case 'active':
      return isText(call['name']) ? ok({ op, name: call['name'] }) : no('name: text');
    case 'definitions':
      return ok({ op, ...(isText(call['name']) && { name: call['name'] }) });
    case 'blob':
      return withRun(call, (runId) => parseBlob(call, runId));
    default:
      return no('op: publish, topics, run, runs, history, definition, active, definitions or blob');
  }
}

const isText = (value: Json | undefined): value is string =>
  typeof value === 'string' && value.length <= 1_000;
const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function withRun(
  call: JsonObject,
  build: (runId: RunId) => Result<OperatorCall, string>,
): Result<OperatorCall, string> {
  const runId = parseRunId(call['runId']);
  return runId === undefined ? no('runId: the id of a run') : build(runId);
}

function parsePublish({ records }: JsonObject): Result<OperatorCall, string> {
  if (!Array.isArray(records)) return no('records: a list');
  const given: readonly Json[] = records;
  const read: WireRecord[] = [];
  for (const record of given) {
    const wire = recordIn(record);
    if (wire === undefined) return no('records of topic, key, value and headers, bytes as base64');
    if (!operatorTopics.includes(wire.topic)) return no(`records for ${operatorTopics.join(' or ')}`); // OC1
    read.push(wire);
  }
  return ok({ op: 'publish', records: read });
}

function recordIn(record: Json): WireRecord | undefined {
  if (!isJsonObject(record)) return undefined;
  const { topic, key, value, headers } = record;
  if (typeof topic !== 'string' || typeof key !== 'string' || !isBase64(value)) return undefined;
  if (!Array.isArray(headers)) return undefined;
  const given: readonly Json[] = headers;
  const pairs: [string, string][] = [];
  for (const header of given) {
    const pair: readonly Json[] = Array.isArray(header) ? header : [];
    const [name, text] = pair;
    if (typeof name !== 'string' || !isBase64(text)) return undefined;
    pairs.push([name, text]);
  }
  return { topic, key, value, headers: pairs };
}

const isBase64 = (value: Json | undefined): value is string =>
  typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);

function parseRuns({ filter }: JsonObject): Result<OperatorCall, string> {
  const expected = 'filter: limit from 1 to 1000, and perhaps status, workflow, idPrefix';
  if (!isJsonObject(filter)) return no(expected);
  const { status, workflow, idPrefix, limit } = filter;
  const known = parseRowStatus(status);
  if (!isCount(limit) || limit < 1 || limit > 1_000) return no(expected);
  if (status !== undefined && known === undefined) return no(expected);
  if (idPrefix !== undefined && !(isText(idPrefix) && /^[0-9a-z]{1,26}$/.test(idPrefix))) return no(expected);
  if (workflow !== undefined && !isText(workflow)) return no(expected);
  return ok({
    op: 'runs',
    filter: {
      limit,
      ...(known !== undefined && { status: known }),
      ...(workflow !== undefined && { workflow }),
      ...(idPrefix !== undefined && { idPrefix }),
    },
  });
}

function parseBlob({ tenant, digest, bytes }: JsonObject, runId: RunId): Result<OperatorCall, string> {
  if (!isText(tenant) || !patterns.tenant.test(tenant)) return no('tenant: the name of a tenant');
  if (!isText(digest) || !isBlobDigest(digest)) return no('digest: sha256:…');
  return isCount(bytes) ? ok({ op: 'blob', tenant, runId, digest, bytes }) : no('bytes: how many');
}

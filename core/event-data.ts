/**
 * Parsers of what stands in `data`, one per event type, and their inverses. By hand: they run for every record.
 * ED1. They accept what the catalog's schemas accept; unknown members are ignored, so that senders can be newer.
 * ED2. A claim check is accepted only where the value holds null for it: nothing downstream meets a dangling pointer.
 * ED3. A foreign failure is clamped, not refused: a badly written failure must still end its attempt.
 */
import { assertNever } from './assert-never.ts';
import { type EventType } from './event-catalog.ts';
import { clampFailure, clampJson } from './foreign-failure.ts';
import { failure, no, ok, type Failure, type Result } from './failure.ts';
import { valueAt } from './json-pointer.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { type Payload, type PlacedSecret, type PlacedRef } from './payload.ts';
import { type RunOutcome, type WorkflowRef } from './run/types.ts';
import { shown } from './wire-problem.ts';

export interface StartRequest {
  readonly workflow: { readonly name: string; readonly range?: string };
  /** `workflow` as it was written. */
  readonly asked: string;
  /** `{}` where the request has none. */
  readonly input: JsonObject;
  readonly retryOf?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** `dev.baton.workflow.requested.v1`. All parsers here refuse with `REQUEST_INVALID`, naming the place. */
export function parseStartRequest(data: Json | undefined): Result<StartRequest> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  const { workflow: asked, input = {}, retryOf, labels } = data;
  if (!isText(asked)) return invalid('/workflow', asked, '"name" or "name@range", 1 to 1024 characters');
  if (!isJsonObject(input)) return invalid('/input', input, 'an object');
  if (retryOf !== undefined && !isText(retryOf)) return invalid('/retryOf', retryOf, 'a run id');
  if (labels !== undefined && !isLabels(labels)) return invalid('/labels', labels, 'an object of strings');
  return ok({
    workflow: splitAsked(asked),
    asked,
    input,
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(labels === undefined ? {} : { labels }),
  });
}

export interface Cancel {
  readonly by: string;
  readonly reason?: string;
}

/** `dev.baton.run.cancel.v1` */
export function parseCancel(data: Json | undefined): Result<Cancel> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  const { by, reason } = data;
  if (!isText(by)) return invalid('/by', by, 'who cancels, 1 to 1024 characters');
  if (reason === undefined) return ok({ by });
  if (typeof reason !== 'string' || longerThan(reason, 1024))
    return invalid('/reason', reason, 'a string of at most 1024 characters');
  return ok({ by, reason });
}

/** `dev.baton.run.wake.v1`; `wakeSentAt` in milliseconds since 1970. */
export function parseWake(data: Json | undefined): Result<{ readonly wakeSentAt: number }> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  const { wakeSentAt } = data;
  return isCount(wakeSentAt) ? ok({ wakeSentAt }) : invalid('/wakeSentAt', wakeSentAt, 'an integer from 0');
}

export interface Task {
  readonly agent: string;
  readonly workflow: WorkflowRef;
  readonly input: Payload;
  /** Where the workflow itself put `{secretRef: NAME}`. Only these are resolved: a like shape in data stays data. */
  readonly secrets?: readonly PlacedSecret[];
}

/** `dev.baton.step.requested.v1` */
export function parseTask(data: Json | undefined): Result<Task> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  const { agent, workflow } = data;
  if (!isText(agent)) return invalid('/agent', agent, 'an agent name');
  if (!isJsonObject(workflow)) return invalid('/workflow', workflow, 'an object');
  const { name, version, digest } = workflow;
  if (!isText(name)) return invalid('/workflow/name', name, 'a workflow name');
  if (!isText(version)) return invalid('/workflow/version', version, 'a version');
  if (!isText(digest)) return invalid('/workflow/digest', digest, 'a digest');
  const input = parsePayload(data, 'input');
  if (!input.ok) return input;
  const secrets = parseSecrets(data['secrets']);
  if (!secrets.ok) return secrets;
  const task = { agent, workflow: { name, version, digest }, input: input.value };
  return ok(secrets.value.length === 0 ? task : { ...task, secrets: secrets.value });
}

function parseSecrets(list: Json | undefined): Result<readonly PlacedSecret[]> {
  if (list === undefined) return ok([]);
  if (!isJsonArray(list)) return invalid('/secrets', list, 'a list of {at, name}');
  const secrets: PlacedSecret[] = [];
  for (const [index, item] of list.entries()) {
    const { at, name } = isJsonObject(item) ? item : {};
    if (typeof at !== 'string' || !isText(name)) return invalid(`/secrets/${index}`, item, '{at, name}');
    secrets.push({ at, name });
  }
  return ok(secrets);
}

export const taskData = ({ agent, workflow, input, secrets }: Task): Json => ({
  agent,
  workflow: { name: workflow.name, version: workflow.version, digest: workflow.digest },
  ...payloadData('input', input),
  ...(secrets === undefined ? {} : { secrets: secrets.map(({ at, name }) => ({ at, name })) }),
});

export type TaskOutcome =
  | { readonly status: 'completed'; readonly output: Payload; readonly usage?: Json }
  | { readonly status: 'failed'; readonly failure: Failure };

/** `dev.baton.step.completed.v1` and `dev.baton.step.failed.v1` */
export function parseOutcome(type: string, data: Json | undefined): Result<TaskOutcome> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  if (type === 'dev.baton.step.completed.v1') {
    const output = parsePayload(data, 'output');
    if (!output.ok) return output;
    const { usage } = data;
    const kept = usage === undefined ? {} : { usage: clampJson('usage', usage) };
    return ok({ status: 'completed', output: output.value, ...kept });
  }
  if (type !== 'dev.baton.step.failed.v1') return wrongType(type, 'step.completed or step.failed');
  return isJsonObject(data['failure'])
    ? ok({ status: 'failed', failure: clampFailure(data['failure']) })
    : invalid('/failure', data['failure'], 'an object with code, message and retryable');
}

export function outcomeData(outcome: TaskOutcome): { readonly type: EventType; readonly data: Json } {
  switch (outcome.status) {
    case 'completed':
      return {
        type: 'dev.baton.step.completed.v1',
        data: {
          ...payloadData('output', outcome.output),
          ...(outcome.usage === undefined ? {} : { usage: outcome.usage }),
        },
      };
    case 'failed':
      return { type: 'dev.baton.step.failed.v1', data: { failure: failureData(outcome.failure) } };
    default:
      return assertNever(outcome);
  }
}

/** `dev.baton.run.completed.v1`, `dev.baton.run.failed.v1` and `dev.baton.run.cancelled.v1` */
export function parseOutput(type: string, data: Json | undefined): Result<RunOutcome> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  if (typeof data['workflow'] !== 'string') return invalid('/workflow', data['workflow'], 'a string');
  if (type === 'dev.baton.run.completed.v1') {
    const outputs = parsePayload(data, 'outputs');
    return outputs.ok ? ok({ status: 'completed', outputs: outputs.value }) : outputs;
  }
  if (type === 'dev.baton.run.failed.v1') return parseFailedRun(data);
  if (type !== 'dev.baton.run.cancelled.v1')
    return wrongType(type, 'run.completed, run.failed or run.cancelled');
  const { by, reason } = data;
  if (!isText(by)) return invalid('/by', by, 'who cancelled, 1 to 1024 characters');
  if (reason === undefined) return ok({ status: 'cancelled', by });
  return typeof reason === 'string'
    ? ok({ status: 'cancelled', by, reason })
    : invalid('/reason', reason, 'a string');
}

/** `workflow` is the name of the run's workflow, or what was asked for where there is none. */
export function outputData(
  workflow: string,
  outcome: RunOutcome,
): { readonly type: EventType; readonly data: Json } {
  switch (outcome.status) {
    case 'completed':
      return {
        type: 'dev.baton.run.completed.v1',
        data: { workflow, ...payloadData('outputs', outcome.outputs) },
      };
    case 'failed': {
      const step = outcome.step === undefined ? {} : { step: outcome.step };
      return {
        type: 'dev.baton.run.failed.v1',
        data: { workflow, failure: failureData(outcome.failure), ...step },
      };
    }
    case 'cancelled': {
      const reason = outcome.reason === undefined ? {} : { reason: outcome.reason };
      return { type: 'dev.baton.run.cancelled.v1', data: { workflow, by: outcome.by, ...reason } };
    }
    default:
      return assertNever(outcome);
  }
}

function parseFailedRun(data: JsonObject): Result<RunOutcome> {
  const { failure: cause, step } = data;
  if (!isJsonObject(cause)) return invalid('/failure', cause, 'an object with code, message and retryable');
  if (step === undefined) return ok({ status: 'failed', failure: clampFailure(cause) });
  if (!isText(step)) return invalid('/step', step, 'a step id');
  return ok({ status: 'failed', failure: clampFailure(cause), step });
}

function splitAsked(asked: string): StartRequest['workflow'] {
  const at = asked.indexOf('@');
  if (at === -1) return { name: asked };
  const range = asked.slice(at + 1);
  return range === '' ? { name: asked.slice(0, at) } : { name: asked.slice(0, at), range };
}

// ---------------------------------------------------------------- payloads

function parsePayload(data: JsonObject, member: string): Result<Payload> {
  const value = data[member];
  if (value === undefined) return invalid(`/${member}`, value, 'a value');
  const { refs } = data;
  if (refs === undefined) return ok({ value });
  if (!isJsonArray(refs)) return invalid('/refs', refs, 'a list of claim checks');
  const placed: PlacedRef[] = [];
  const places = new Set<string>();
  for (const [index, item] of refs.entries()) {
    const ref = parseRef(item);
    if (ref === undefined) return invalid(`/refs/${index}`, item, '{at, ref: {digest, bytes}}');
    if (places.has(ref.at) || valueAt(value, ref.at) !== null)
      return invalid(`/refs/${index}/at`, ref.at, `a pointer to a null in /${member}, each once`);
    places.add(ref.at);
    placed.push(ref);
  }
  return ok({ value, refs: placed });
}

function parseRef(item: Json): PlacedRef | undefined {
  if (!isJsonObject(item) || !hasOnly(item, 'at', 'ref')) return undefined;
  const { at, ref } = item;
  if (typeof at !== 'string' || !isJsonObject(ref) || !hasOnly(ref, 'digest', 'bytes')) return undefined;
  const { digest, bytes } = ref;
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest) || !isCount(bytes))
    return undefined;
  return { at, ref: { digest, bytes } };
}

const payloadData = (member: string, { value, refs }: Payload): JsonObject =>
  refs === undefined
    ? { [member]: value }
    : {
        [member]: value,
        refs: refs.map(({ at, ref }) => ({ at, ref: { digest: ref.digest, bytes: ref.bytes } })),
      };

function failureData(given: Failure): JsonObject {
  const { code, message, retryable, details, retryAfterMs } = clampFailure({ ...given });
  return {
    code,
    message,
    retryable,
    ...(details === undefined ? {} : { details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

// ---------------------------------------------------------------- shapes

/** JSON Schema counts characters, JavaScript UTF-16 units. */
export const longerThan = (text: string, limit: number): boolean =>
  text.length > limit && (text.length > 2 * limit || Array.from(text).length > limit);

export const isText = (value: Json | undefined): value is string =>
  typeof value === 'string' && value !== '' && !longerThan(value, 1024);

const isCount = (value: Json | undefined): value is number => Number.isInteger(value) && Number(value) >= 0;

const isLabels = (value: Json): value is Readonly<Record<string, string>> =>
  isJsonObject(value) && Object.values(value).every((label) => typeof label === 'string');

const isJsonArray = (value: Json): value is readonly Json[] => Array.isArray(value);

const hasOnly = (value: JsonObject, ...members: readonly string[]): boolean =>
  Object.keys(value).every((key) => members.includes(key));

export const invalid = (
  path: string,
  got: Json | undefined,
  expected: string,
): { readonly ok: false; readonly problem: Failure } =>
  no(
    failure(
      'REQUEST_INVALID',
      `The data of the event is not of the documented shape at ${path === '' ? 'its root' : path}: got ${shown(got)}; ` +
        `expected ${expected}; see the schema of this event type.`,
      { details: { path } },
    ),
  );

const wrongType = (type: string, expected: string): { readonly ok: false; readonly problem: Failure } =>
  no(
    failure(
      'REQUEST_INVALID',
      `The event is of a type that does not belong here: got ${shown(type)}; expected ${expected}; ` +
        'send it to the topic of its type.',
    ),
  );

/**
 * Turns a start request into the input that opens a run.
 * ST1. Whatever decodes gets a run: what is wrong with a request becomes the failure its run ends with.
 * ST2. The run id follows from tenant and idempotency key, or source and id: sending twice starts one run.
 */
import { type BatonEvent } from '#core/cloud-event.ts';
import { parseStartRequest, type StartRequest } from '#core/event-data.ts';
import { failure, InfrastructureError, no, ok, type Failure, type Result } from '#core/failure.ts';
import { defaultTenant, parseRunId, runIdOf, type RunId } from '#core/ids.ts';
import { canonicalJson, digestOf, isJsonObject, type Json } from '#core/json.ts';
import { type Payload } from '#core/payload.ts';
import { type BlobScope, type BlobStore, type Store, type StoredRun } from '#core/ports.ts';
import { echoed } from '#core/redact.ts';
import { type PresentRun } from '#core/run/evolve.ts';
import { spillPayload } from '#core/run/spill.ts';
import { stepEntries } from '#core/run/step-states.ts';
import { type FinishedRun } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { evaluate } from '#core/workflow/expression.ts';
import { inlined, makeScope } from '#core/workflow/scope.ts';
import { validateInput } from '#core/workflow/validate-input.ts';
import { copyBlobs, loadBlobs } from './blobs.ts';
import { type Definitions } from './definitions.ts';
import { entryOf } from './entry.ts';
import { type Incoming } from './incoming.ts';

export interface StartDeps {
  readonly store: Store;
  readonly definitions: Definitions;
}

type StartInput = Extract<Incoming['input'], { type: 'start' }>;
export type Opened = Pick<Incoming, 'runId'> & {
  readonly input: StartInput;
  readonly definition?: Definition;
};

export async function openStart(deps: StartDeps, event: BatonEvent): Promise<Opened> {
  const tenant = event.tenantid ?? defaultTenant;
  const base = {
    type: 'start' as const,
    source: event.source,
    id: event.id,
    tenant,
    payloadDigest: digestOf(event.data ?? null),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
  const parsed = parseStartRequest(event.data);
  if (!parsed.ok) {
    const runId = runIdOf(identityOf(event));
    const asked =
      isJsonObject(event.data) && typeof event.data['workflow'] === 'string' ? event.data['workflow'] : '';
    return {
      runId,
      input: { ...base, runId, asked: asked.slice(0, 200), input: {}, problem: parsed.problem },
    };
  }
  const request = parsed.value;
  const found = await deps.definitions.find(request.workflow.name, request.workflow.range);
  const definition = found.ok ? found.value : undefined;
  const common = {
    ...base,
    asked: request.asked,
    ...(found.ok ? {} : { problem: found.problem }),
    ...(request.labels === undefined ? {} : { labels: request.labels }),
  };
  const known = definition === undefined ? {} : { definition };
  const runId = runIdFor(event, request, definition);
  if (request.retryOf === undefined)
    return { runId, ...known, input: { ...common, runId, input: request.input } };
  const retry = await takeOver(deps.store, { tenant, runId, request });
  return { runId, ...known, input: { ...common, runId, ...retry } };
}

/** The run that a start opens (ST2), for those who only want to know: no run is loaded, and nothing is stored. */
export async function runIdOfStart(definitions: Definitions, event: BatonEvent): Promise<RunId> {
  const parsed = parseStartRequest(event.data);
  if (!parsed.ok) return runIdOf(identityOf(event));
  const { workflow, retryOf } = parsed.value;
  const found = retryOf === undefined ? await definitions.find(workflow.name, workflow.range) : undefined;
  return runIdFor(event, parsed.value, found?.ok === true ? found.value : undefined);
}

const identityOf = ({ tenantid, source, id }: BatonEvent) => ({
  tenant: tenantid ?? defaultTenant,
  source,
  id,
});

function runIdFor(event: BatonEvent, request: StartRequest, definition: Definition | undefined): RunId {
  const identity = identityOf(event);
  if (request.retryOf !== undefined) return runIdOf({ ...identity, retryOf: request.retryOf });
  const idempotency = definition === undefined ? undefined : idempotencyOf(definition, request);
  return runIdOf({ ...identity, ...(idempotency === undefined ? {} : { idempotency }) });
}

/** The key's text; undefined where none is declared, or the input does not give one (its run then fails by itself). */
function idempotencyOf(
  definition: Definition,
  request: StartRequest,
): { readonly workflow: string; readonly key: string } | undefined {
  if (definition.idempotencyKey === undefined) return undefined;
  const input = validateInput(definition, request.input);
  if (!input.ok) return undefined;
  const scope = makeScope({
    inputs: { value: input.value },
    step: () => undefined,
    run: { id: '', startedAt: null },
    blobs: new Map(),
  });
  const key = evaluate(definition.idempotencyKey, scope);
  if (!key.ok || key.value === null) return undefined;
  return {
    workflow: definition.name,
    key: typeof key.value === 'string' ? key.value : canonicalJson(key.value),
  };
}

// ---------------------------------------------------------------- retry

interface TakeOver {
  readonly tenant: string;
  readonly runId: RunId;
  readonly request: StartRequest;
}

/** The recorded results of the run to retry, their blobs copied; or the failure that says why there are none. */
async function takeOver(
  store: Store,
  { tenant, runId, request }: TakeOver,
): Promise<Pick<StartInput, 'input' | 'retry' | 'problem'>> {
  const oldId = parseRunId(request.retryOf);
  const stored = oldId === undefined ? undefined : (await store.commits.load([oldId])).get(oldId);
  const found = stored === undefined ? ok(undefined) : folded(stored);
  if (!found.ok) return { input: request.input, problem: found.problem };
  const old = found.value;
  if (old === undefined || old.status !== 'finished' || old.tenant !== tenant) {
    return { input: request.input, problem: missing(request.retryOf ?? '') };
  }
  const results = resultsOf(old);
  const from = { tenant, runId: old.runId };
  const isGiven = Object.keys(request.input).length > 0;
  const wanted = [...Object.values(results), ...(isGiven ? [] : [old.input])];
  const problem = await copyBlobs(store.blobs, from, { tenant, runId }, wanted);
  if (problem !== undefined) return { input: request.input, problem };
  const asked = isGiven ? request.input : await inputOf(store, old);
  const kept = await shortened(store.blobs, { tenant, runId }, results);
  return { input: asked, retry: { of: old.runId, results: kept, cancelled: cancelledIn(old) } };
}

/** Of results that are long together, each over this becomes a claim check. Bytes. */
const shortResult = 1024;
const resultsTogether = 1024 * 1024;

/** All of them stand in the first commit, which no store takes at any length. */
async function shortened(
  blobs: BlobStore,
  scope: BlobScope,
  results: Readonly<Record<string, Payload>>,
): Promise<Readonly<Record<string, Payload>>> {
  if (JSON.stringify(results).length <= resultsTogether) return results;
  const spilled = Object.entries(results).map(
    ([id, result]) => [id, spillPayload(result, shortResult)] as const,
  );
  const apart = spilled.flatMap(([, { blobs: each }]) => each);
  if (apart.length > 0) await blobs.put(scope, apart);
  return Object.fromEntries(spilled.map(([id, { value }]) => [id, value]));
}

/** What cannot be folded is a failure of the retry, not of the batch it came in (ST1). */
function folded(stored: StoredRun): Result<PresentRun | undefined> {
  try {
    return ok(entryOf(stored)?.run);
  } catch (error) {
    if (error instanceof InfrastructureError) throw error;
    return no(unreadable(error instanceof Error ? error.message : String(error)));
  }
}

function resultsOf(old: FinishedRun): Readonly<Record<string, Payload>> {
  const results: Record<string, Payload> = {};
  for (const [id, step] of stepEntries(old.steps)) if (step.status === 'completed') results[id] = step.output;
  return results;
}

const cancelledIn = (old: FinishedRun): readonly string[] =>
  [...stepEntries(old.steps)].flatMap(([id, { status }]) => (status === 'cancelled' ? [id] : []));

async function inputOf(store: Store, old: FinishedRun): Promise<Json> {
  const blobs = new Map<string, Json>();
  const refs = (old.input.refs ?? []).map((placed) => placed.ref);
  await loadBlobs(store.blobs, { tenant: old.tenant, runId: old.runId }, refs, blobs);
  const value = inlined(old.input, blobs);
  return value.ok ? value.value : {};
}

const unreadable = (why: string): Failure =>
  failure(
    'RETRY_SOURCE_MISSING',
    `the run to retry cannot be read: ${why} Expected an ended run whose history is whole: restore it from a backup, or start a new run.`,
  );

const missing = (retryOf: string): Failure =>
  failure(
    'RETRY_SOURCE_MISSING',
    `run '${echoed(retryOf)}' cannot be retried: it is unknown or has not ended; expected an ended run. ` +
      'Look it up with `./baton runs list`, or start a new run.',
  );

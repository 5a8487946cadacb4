/**
 * Turns effects into records: tasks for agents and the outputs of runs.
 * O1. Deterministic: the same effect gives the same bytes, however often it is sent.
 */
import { encodeEvent } from '#core/cloud-event.ts';
import { signCapability, type CapabilityKeys } from '#core/capability.ts';
import { sources, topics } from '#core/event-catalog.ts';
import { outputData, taskData } from '#core/event-data.ts';
import { defaultTenant, effectId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { checkJson, parseJsonBytes } from '#core/json-bytes.ts';
import { type Payload } from '#core/payload.ts';
import { inlined } from '#core/workflow/scope.ts';
import { type BlobStore, type OutgoingRecord } from '#core/ports.ts';
import { type Effect } from '#core/run/effects.ts';
import { type PresentRun } from '#core/run/evolve.ts';
import { type RunOutcome } from '#core/run/types.ts';
import { type Soon, whenThere } from '../soon.ts';
import { scopeOf } from './blobs.ts';

/** Outputs up to this size are sent whole, so that a caller who has only Kafka gets them; larger ones as claim checks. */
const wholeOutputBytes = 256 * 1024;

export interface OutboxDeps {
  readonly keys: CapabilityKeys;
  readonly blobs: BlobStore;
}

export function recordOf(deps: OutboxDeps, run: PresentRun, effect: Effect): Soon<OutgoingRecord> {
  switch (effect.type) {
    case 'task':
      return taskRecord(deps, run, effect);
    case 'output':
      return whenThere(whole(deps.blobs, run, effect.outcome), (outcome) =>
        outputRecord(run, effect, outcome),
      );
  }
}

function taskRecord(
  deps: OutboxDeps,
  run: PresentRun,
  effect: Extract<Effect, { type: 'task' }>,
): OutgoingRecord {
  const { step, attempt, agent, input, secrets, deadlineAt } = effect.event;
  const { workflow } = run;
  if (workflow === undefined) throw new Error(`run ${run.runId} dispatched without a definition`);
  const capability = signCapability(deps.keys, { runId: run.runId, step, attempt, agent }, deadlineAt);
  const encoded = encodeEvent({
    ...envelope(run, effect),
    type: 'dev.baton.step.requested.v1',
    stepid: step,
    attempt,
    capability,
    expirytime: new Date(deadlineAt).toISOString(),
    data: taskData({ agent, workflow, input, ...(secrets === undefined ? {} : { secrets }) }),
  });
  return { topic: topics.step(agent), key: run.runId, ...encoded };
}

function outputRecord(
  run: PresentRun,
  effect: Extract<Effect, { type: 'output' }>,
  outcome: RunOutcome,
): OutgoingRecord {
  const encoded = encodeEvent({
    ...envelope(run, effect),
    ...outputData(run.workflow?.name ?? run.asked, outcome),
  });
  return { topic: topics.output, key: run.runId, ...encoded };
}

const envelope = (run: PresentRun, effect: Effect) => ({
  id: effectId(run.runId, effect.version, effect.index),
  source: sources.orchestrator,
  subject: run.runId,
  runid: run.runId,
  time: new Date(effect.at).toISOString(),
  ...(run.tenant === defaultTenant ? {} : { tenantid: run.tenant }),
  ...(run.traceparent === undefined ? {} : { traceparent: run.traceparent }),
});

function whole(blobs: BlobStore, run: PresentRun, outcome: RunOutcome): Soon<RunOutcome> {
  if (outcome.status !== 'completed' || outcome.outputs.refs === undefined) return outcome;
  return withBlobs(blobs, run, outcome, outcome.outputs);
}

async function withBlobs(
  blobs: BlobStore,
  run: PresentRun,
  outcome: RunOutcome,
  outputs: Payload,
): Promise<RunOutcome> {
  const refs = (outputs.refs ?? []).map((placed) => placed.ref);
  if (refs.reduce((bytes, ref) => bytes + ref.bytes, 0) > wholeOutputBytes) return outcome;
  const loaded = new Map<string, Json>();
  for (const ref of refs) {
    const bytes = await blobs.get(scopeOf(run), ref);
    const parsed = bytes === undefined || bytes === 'altered' ? undefined : parseJsonBytes(bytes);
    if (parsed?.ok !== true) return outcome; // the reference says more than nothing would
    loaded.set(ref.digest, parsed.value.value);
  }
  const value = inlined(outputs, loaded);
  if (!value.ok) return outcome;
  const inOne: RunOutcome = { status: 'completed', outputs: { value: value.value } };
  // Each part can be read; all of them in one event may nest too deep, or have too many elements.
  return checkJson(outputData('', inOne).data) === undefined ? inOne : outcome;
}

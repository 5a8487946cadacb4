/**
 * Turns the records of a batch into inputs of runs.
 * RI1. Never throws for what a record holds: what cannot be taken up becomes a dead letter and leaves its partition free.
 * RI2. A response is taken up only with a valid capability for its own run, step, attempt and agent.
 */
import { parseDecision } from '#core/approval-data.ts';
import { decodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { verifyCapability, type CapabilityKeys } from '#core/capability.ts';
import { traceparentOf } from '#core/event-headers.ts';
import { eventCatalog, isEventType, sources } from '#core/event-catalog.ts';
import { parseCancel, parseOutcome, parseWake, type TaskOutcome } from '#core/event-data.ts';
import { timeProblem } from '#core/event-time.ts';
import { failure, InfrastructureError } from '#core/failure.ts';
import { defaultTenant, parseRunId, patterns } from '#core/ids.ts';
import { type BlobScope, type BlobStore, type Cause, type Clock, type LogRecord } from '#core/ports.ts';
import { echoed } from '#core/redact.ts';
import { type DeadLetter } from '../dead-letters.ts';
import { type Soon, whenThere } from '../soon.ts';
import { checkRefs } from './blobs.ts';
import { askedOnce } from './definitions.ts';
import { type Incoming } from './incoming.ts';
import { bugOf } from './quarantine.ts';
import { openStart, type StartDeps } from './starts.ts';

export interface ReadDeps extends StartDeps {
  readonly keys: CapabilityKeys;
  readonly clock: Clock;
  /** Starts whose record is older than this are never started: what absorbed them may be gone. Milliseconds. */
  readonly storeRetentionMs: number;
}

export interface ReadBatch {
  readonly inputs: readonly Incoming[];
  readonly poison: readonly DeadLetter[];
}

export async function readInputs(deps: ReadDeps, records: readonly LogRecord[]): Promise<ReadBatch> {
  const inputs: Incoming[] = [];
  const poison: DeadLetter[] = [];
  const ofBatch = { ...deps, definitions: askedOnce(deps.definitions) };
  for (const record of records) {
    try {
      const soon = readOne(ofBatch, record);
      const read = soon instanceof Promise ? await soon : soon;
      if ('problem' in read) poison.push({ record, problem: read.problem });
      else inputs.push(read);
    } catch (error) {
      if (error instanceof InfrastructureError) throw error;
      poison.push({ record, problem: bugOf(error) }); // no run is known yet that it could cost
    }
  }
  return { inputs, poison };
}

type Read = Incoming | { readonly problem: { readonly code: string; readonly reason: string } };

const refuse = (code: string, reason: string): Read => ({ problem: { code, reason } });

function readOne(deps: ReadDeps, record: LogRecord): Soon<Read> {
  const decoded = decodeEvent(record);
  if (!decoded.ok) return refuse(decoded.problem.code, decoded.problem.message);
  const event = decoded.value;
  const { topic, partition, offset } = record;
  const cause: Cause = { source: event.source, id: event.id, topic, partition, offset };
  if (!isEventType(event.type)) {
    return refuse(
      'CE_UNKNOWN_TYPE',
      `type '${echoed(event.type)}' is not in the event catalog; expected a type of schemas/events/. Correct it, or send it elsewhere.`,
    );
  }
  if (eventCatalog[event.type].topic !== topic) {
    const expected = eventCatalog[event.type].topic;
    return refuse(
      'CE_WRONG_TOPIC',
      `${event.type} came on '${topic}'; expected '${expected}'. Send it there.`,
    );
  }
  const { tenantid = defaultTenant } = event;
  if (!patterns.tenant.test(tenantid)) return refuse('ID_INVALID', tenantProblem(tenantid));
  switch (event.type) {
    case 'dev.baton.workflow.requested.v1': {
      const untimely = timeProblem(event, record.timestamp);
      if (untimely !== undefined) return refuse(untimely.code, untimely.message);
      const oldest = deps.clock.now() - deps.storeRetentionMs;
      if (record.timestamp < oldest) return refuse('START_TOO_OLD', tooOld(record.timestamp, oldest));
      return openStart(deps, withContext(event, record)).then((opened) => ({ ...opened, cause, record }));
    }
    case 'dev.baton.step.completed.v1':
    case 'dev.baton.step.failed.v1':
      return readResponse(deps, event, cause, record);
    case 'dev.baton.run.cancel.v1':
    case 'dev.baton.approval.decided.v1':
    case 'dev.baton.run.wake.v1':
      return readCommand(event, cause, record);
    default:
      return refuse('CE_WRONG_TOPIC', `${event.type} is not for the orchestrator.`);
  }
}

/** Where the run's trace begins: tracing of producers that know nothing of CloudEvents sends its context as a header. */
function withContext(event: BatonEvent, record: LogRecord): BatonEvent {
  const traceparent = event.traceparent ?? traceparentOf(record.headers);
  return traceparent === undefined ? event : { ...event, traceparent };
}

function readCommand(event: BatonEvent, cause: Cause, record: LogRecord): Read {
  const untimely = timeProblem(event, record.timestamp);
  if (untimely !== undefined) return refuse(untimely.code, untimely.message);
  const runId = parseRunId(event.runid ?? event.subject);
  if (runId === undefined) return refuse('ID_INVALID', idProblem(event));
  const identity = { source: event.source, id: event.id };
  if (event.type === 'dev.baton.run.wake.v1') {
    const wake = parseWake(event.data);
    if (!wake.ok) return refuse(wake.problem.code, wake.problem.message);
    if (event.source !== sources.timer) {
      return refuse(
        'CE_SOURCE_FORBIDDEN',
        `'${echoed(event.source)}' may not send wakes; expected ${sources.timer}. Only the timer wakes runs.`,
      );
    }
    return { runId, cause, record, input: { type: 'wake', ...identity, ...wake.value } };
  }
  if (event.type === 'dev.baton.approval.decided.v1') {
    const decision = parseDecision(event.data);
    if (!decision.ok) return refuse(decision.problem.code, decision.problem.message);
    return { runId, cause, record, input: { type: 'decision', ...identity, ...decision.value } };
  }
  const cancel = parseCancel(event.data);
  if (!cancel.ok) return refuse(cancel.problem.code, cancel.problem.message);
  return { runId, cause, record, input: { type: 'cancel', ...identity, ...cancel.value } };
}

function readResponse(deps: ReadDeps, event: BatonEvent, cause: Cause, record: LogRecord): Soon<Read> {
  const runId = parseRunId(event.runid ?? event.subject);
  if (runId === undefined) return refuse('ID_INVALID', idProblem(event));
  const { stepid, attempt } = event;
  if (stepid === undefined || !patterns.stepId.test(stepid) || attempt === undefined) {
    return refuse(
      'ID_INVALID',
      `the response names step '${echoed(stepid ?? '')}' and attempt ${attempt ?? 'none'}; expected \`stepid\` and ` +
        '`attempt` of a task. Copy both from the task that is answered.',
    );
  }
  const agent = agentOf(event.source);
  const claim = { runId, step: stepid, attempt, agent };
  const verified = verifyCapability(deps.keys, claim, event.capability, record.timestamp);
  if (!verified.ok) {
    return refuse(
      verified.problem,
      `the response of '${echoed(event.source)}' for step '${stepid}' attempt ${attempt} does not carry the ` +
        'capability of that task; expected `capability` and `source` as the task contract says. Nothing was changed.',
    );
  }
  const input = {
    type: 'response' as const,
    source: event.source,
    id: event.id,
    step: stepid,
    attempt,
    agent,
  };
  const scope = { tenant: event.tenantid ?? defaultTenant, runId };
  return whenThere(outcomeOf(deps.store.blobs, scope, event), (outcome) => ({
    runId,
    cause,
    record,
    tenant: scope.tenant,
    input: { ...input, outcome },
  }));
}

/** A result of the wrong shape is an answer too: the attempt fails at once instead of waiting for its deadline. */
function outcomeOf(blobs: BlobStore, scope: BlobScope, event: BatonEvent): Soon<TaskOutcome> {
  const parsed = parseOutcome(event.type, event.data);
  if (!parsed.ok)
    return { status: 'failed', failure: failure('AGENT_OUTPUT_INVALID', parsed.problem.message) };
  const outcome = parsed.value;
  if (outcome.status === 'failed' || outcome.output.refs === undefined) return outcome;
  return checkRefs(blobs, scope, outcome.output).then((problem) =>
    problem === undefined ? outcome : { status: 'failed', failure: problem },
  );
}

const agentOf = (source: string): string => {
  const prefix = sources.agent('');
  return source.startsWith(prefix) ? source.slice(prefix.length) : '';
};

const idProblem = (event: BatonEvent): string =>
  `'${echoed(event.runid ?? event.subject ?? '')}' is not a run id; expected 26 characters of base 32 in ` +
  '`subject` or `runid`. Copy it from `./baton runs list`.';

const tenantProblem = (tenantid: string): string =>
  `'${echoed(tenantid)}' cannot be a tenant; expected 1 to 128 letters, digits, dots, underscores and hyphens in ` +
  '`tenantid`, the first no dot or hyphen. Correct it, or leave it out.';

const tooOld = (timestamp: number, oldest: number): string =>
  `the start is of ${new Date(timestamp).toISOString()}, older than store retention (${new Date(oldest).toISOString()}); ` +
  'it may have run already. Send it again under a new id to start it.';

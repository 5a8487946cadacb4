/** One record of a request topic as a task, or why it is none. */
import { decodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { parseTask } from '#core/event-data.ts';
import { isEventType, topics } from '#core/event-catalog.ts';
import { no, ok, type Result } from '#core/failure.ts';
import { defaultTenant, invocationId, parseRunId, patterns, type RunId } from '#core/ids.ts';
import { type DeadLetterProblem } from '#core/dead-letter.ts';
import { type Payload, type PlacedSecret } from '#core/payload.ts';
import { type LogFields, type LogRecord } from '#core/ports.ts';

export interface HostTask {
  /** `<run>:<step>:<attempt>`: of the invocation, of the response, and the agent's idempotency key. */
  readonly id: string;
  readonly runId: RunId;
  readonly step: string;
  readonly attempt: number;
  readonly agent: string;
  readonly tenant: string;
  readonly input: Payload;
  /** Where the input refers to secrets. */
  readonly secrets: readonly PlacedSecret[];
  /** The attempt's deadline, milliseconds since 1970. */
  readonly expiresAt?: number;
  /** As it came: what the response copies (capability, trace, tenant) is taken from here, unread. */
  readonly event: BatonEvent;
}

/** What a log line says of a task: enough to find it again in the log, the history and the trace. */
export const aboutTask = ({ id, runId, step, attempt, event }: HostTask): LogFields => ({
  invocation: id,
  run: runId,
  step,
  attempt,
  event: event.id,
});

const requested = 'dev.baton.step.requested.v1';

/** A task for one of `agents`, on the topic of that agent. */
export function decodeTask(
  record: LogRecord,
  agents: ReadonlySet<string>,
): Result<HostTask, DeadLetterProblem> {
  const decoded = decodeEvent(record);
  if (!decoded.ok) return no({ code: decoded.problem.code, reason: decoded.problem.message });
  const task = taskOf(decoded.value);
  if (!task.ok) return task;
  const { agent } = task.value;
  if (!agents.has(agent)) {
    const reason = `a task for an agent that is not hosted here: got '${agent}', expected ${[...agents].join(' or ')}. Send it on ${topics.step(agent)}.`;
    return no({ code: 'CE_WRONG_TOPIC', reason });
  }
  if (record.topic !== topics.step(agent)) {
    const reason = `a task on another agent's topic: got ${record.topic}, expected ${topics.step(agent)}. Send it there.`;
    return no({ code: 'CE_WRONG_TOPIC', reason });
  }
  return task;
}

/** The event as a task, wherever it came from. */
export function taskOf(event: BatonEvent): Result<HostTask, DeadLetterProblem> {
  if (event.type !== requested) {
    const code = isEventType(event.type) ? 'CE_WRONG_TOPIC' : 'CE_UNKNOWN_TYPE';
    return no({
      code,
      reason: `an event of another type: got '${event.type}', expected ${requested}. Send it to the topic of its type.`,
    });
  }
  const runId = parseRunId(event.runid);
  if (runId === undefined) return no(invalid('runid', event.runid, 'the id of a run'));
  const step = event.stepid;
  if (step === undefined || !patterns.stepId.test(step))
    return no(invalid('stepid', step, 'the id of a step'));
  const attempt = event.attempt;
  if (attempt === undefined || !Number.isSafeInteger(attempt) || attempt < 1) {
    return no(invalid('attempt', attempt, 'a whole number from 1 on'));
  }
  const tenant = event.tenantid ?? defaultTenant;
  if (!patterns.tenant.test(tenant))
    return no(invalid('tenantid', tenant, 'letters, digits, dots, underscores and hyphens'));
  const data = parseTask(event.data);
  if (!data.ok) return no({ code: data.problem.code, reason: data.problem.message });
  return ok({
    id: invocationId(runId, step, attempt),
    runId,
    step,
    attempt,
    agent: data.value.agent,
    tenant,
    input: data.value.input,
    secrets: data.value.secrets ?? [],
    ...(event.expirytime === undefined ? {} : { expiresAt: Date.parse(event.expirytime) }),
    event,
  });
}

const invalid = (name: string, got: unknown, expected: string): DeadLetterProblem => ({
  code: 'ID_INVALID',
  reason: `the extension ${name} of a task is not valid: got ${JSON.stringify(got)?.slice(0, 80) ?? 'nothing'}, expected ${expected}. Copy it from the task the orchestrator sent.`,
});

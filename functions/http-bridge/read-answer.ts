/**
 * What an HTTP agent answered, as the end of its call.
 * RA1. An answer counts only if it is the response to this very attempt and carries its capability.
 * RA2. What is published is made anew from the outcome: no attribute of the answer travels on unchecked.
 */
import { decodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { parseOutcome } from '#core/event-data.ts';
import { failure, type Failure } from '#core/failure.ts';
import { failed, type CallEnd } from '../agent/host.ts';
import { type HostTask } from '../agent/host-task.ts';
import { type HttpAnswer } from './post-event.ts';

/** `now`: milliseconds since 1970, for a Retry-After given as a date. */
export function readAnswer(task: HostTask, answer: HttpAnswer, now: number): CallEnd {
  if (answer.status === 202) return { type: 'accepted' };
  if (answer.status !== 200) return failed(statusFailure(task, answer, now));
  const mediaType = (answer.contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (mediaType !== 'application/cloudevents+json') {
    const message = `the answer of agent ${task.agent} is of another content type: got '${answer.contentType.slice(0, 80)}', expected application/cloudevents+json. Answer with one structured CloudEvent.`;
    return failed(failure('HTTP_CONTENT_TYPE', message));
  }
  const decoded = decodeEvent({
    value: answer.body,
    headers: [['content-type', new TextEncoder().encode(answer.contentType)]],
  });
  if (!decoded.ok) {
    const message = `the answer of agent ${task.agent} is not a CloudEvent: ${decoded.problem.message}`;
    return failed(failure('HTTP_CONTENT_TYPE', message));
  }
  return outcomeOf(task, decoded.value);
}

function outcomeOf(task: HostTask, event: BatonEvent): CallEnd {
  const mismatch = mismatchOf(task, event);
  if (mismatch !== undefined) return failed(invalid(task, mismatch));
  const outcome = parseOutcome(event.type, event.data);
  if (!outcome.ok) return failed(invalid(task, outcome.problem.message));
  if (outcome.value.status === 'completed' && (outcome.value.output.refs?.length ?? 0) > 0) {
    return failed(invalid(task, 'the output holds claim checks: expected the values themselves'));
  }
  return { type: 'outcome', outcome: outcome.value };
}

function mismatchOf(task: HostTask, event: BatonEvent): string | undefined {
  if (event.type !== 'dev.baton.step.completed.v1' && event.type !== 'dev.baton.step.failed.v1') {
    return `got type '${event.type.slice(0, 80)}', expected dev.baton.step.completed.v1 or dev.baton.step.failed.v1`;
  }
  const given = `${event.runid ?? ''}:${event.stepid ?? ''}:${event.attempt ?? ''}`;
  if (event.id !== task.id || given !== task.id) {
    return `got id '${event.id.slice(0, 120)}' of '${given.slice(0, 120)}', expected ${task.id} for both`;
  }
  // Neither capability is shown: not even a wrong one.
  if (event.capability !== task.event.capability)
    return 'got another capability, expected the one of the task';
  return undefined;
}

const invalid = (task: HostTask, what: string): Failure =>
  failure(
    'AGENT_OUTPUT_INVALID',
    `the answer of agent ${task.agent} is not the response to its task: ${what}. Copy id, runid, stepid, attempt and capability from the task.`,
  );

const retryableStatus = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599);

function statusFailure(task: HostTask, answer: HttpAnswer, now: number): Failure {
  const retryAfterMs = retryAfterOf(answer.retryAfter, now);
  const message = `agent ${task.agent} answered with status ${answer.status}: expected 200 with the response, or 202 to answer later. Look into the agent's log for ${task.id}.`;
  return failure('HTTP_STATUS', message, {
    retryable: retryableStatus(answer.status),
    details: { status: answer.status },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now. */
function retryAfterOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/**
 * The response to a task, as an event.
 * RE1. Its id is that of the attempt: sent twice, it is recognisably one.
 * RE2. Capability, tenant and trace are the task's own, copied unread.
 */
import { encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { isEventType, sources, topics, type EventType } from '#core/event-catalog.ts';
import { isJsonObject, type Json } from '#core/json.ts';
import { type OutgoingRecord } from '#core/ports.ts';
import { type HostTask } from './host-task.ts';

/** What `invocations` keeps of a finished call: all that is needed to send its response again. */
export interface Answer {
  readonly type: EventType;
  readonly data: Json;
}

export function responseEvent(task: HostTask, answer: Answer, now: number): BatonEvent {
  const { capability, tenantid, traceparent, tracestate } = task.event;
  return {
    id: task.id,
    source: sources.agent(task.agent),
    type: answer.type,
    subject: task.runId,
    time: new Date(now).toISOString(),
    runid: task.runId,
    stepid: task.step,
    attempt: task.attempt,
    ...(capability === undefined ? {} : { capability }),
    ...(tenantid === undefined ? {} : { tenantid }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
    data: answer.data,
  };
}

export function responseRecord(task: HostTask, answer: Answer, now: number): OutgoingRecord {
  return { topic: topics.response, key: task.runId, ...encodeEvent(responseEvent(task, answer, now)) };
}

export const storedAnswer = (answer: Answer): Json => ({ type: answer.type, data: answer.data });

/** The stored result of a finished call; nothing where it was stored by something else. */
export function parseAnswer(stored: Json): Answer | undefined {
  if (!isJsonObject(stored) || typeof stored.type !== 'string' || stored.data === undefined) return undefined;
  return isEventType(stored.type) ? { type: stored.type, data: stored.data } : undefined;
}

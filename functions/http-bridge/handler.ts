/**
 * Tasks from the log for agents behind HTTP: each is posted to the agent's address.
 * BR1. A task whose answer is recorded, or that an agent accepted to answer later, is never posted again.
 */
import { encodeEvent } from '#core/cloud-event.ts';
import { failure } from '#core/failure.ts';
import { isJsonObject, type Json } from '#core/json.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { failed, type CallEnd, type HostDeps, type HostedAgent, type TaskCall } from '../agent/host.ts';
import { createTaskHandler } from '../agent/host-batch.ts';
import { type PostEvent } from './post-event.ts';
import { readAnswer } from './read-answer.ts';

export interface RemoteAgent {
  readonly manifest: HostedAgent['manifest'];
  /** Where it takes tasks. */
  readonly url: string;
}

export interface BridgeDeps extends HostDeps {
  readonly agents: readonly RemoteAgent[];
  readonly post: PostEvent;
}

/** What a Function URL takes. */
const requestLimitBytes = 6_000_000;
/** So much before the attempt's deadline the exchange ends: a timeout is then told as what it was. Milliseconds. */
const answerAheadMs = 100;

export const createHandler = (deps: BridgeDeps): KafkaHandler =>
  createTaskHandler(
    deps,
    new Map(
      deps.agents.map((agent) => [
        agent.manifest.name,
        { manifest: agent.manifest, call: (call) => postTask(deps, agent, call) },
      ]),
    ),
  );

async function postTask(
  deps: BridgeDeps,
  agent: RemoteAgent,
  { task, input, signal }: TaskCall,
): Promise<CallEnd> {
  // The event as it came, its claim checks loaded: an agent behind HTTP needs no access to the store.
  const { value } = encodeEvent({ ...task.event, data: withInput(task.event.data, input) });
  if (value.byteLength > requestLimitBytes) {
    const message = `the task for agent ${agent.manifest.name} is too long for HTTP: got ${value.byteLength} bytes, expected at most ${requestLimitBytes}. Pass less to the step, or host the agent on Kafka.`;
    return failed(failure('PAYLOAD_TOO_LARGE', message));
  }
  const now = deps.clock.now();
  const timeoutMs = (task.expiresAt ?? now + agent.manifest.timeoutMs) - now - answerAheadMs;
  const headers = headersOf(task.event.traceparent, task.id);
  const posted = await deps.post({ url: agent.url, headers, body: value, signal, timeoutMs });
  return posted.type === 'failed'
    ? failed(posted.failure)
    : readAnswer(task, posted.answer, deps.clock.now());
}

function withInput(data: Json | undefined, input: Json): Json {
  if (!isJsonObject(data)) return { input };
  const { refs: _loaded, ...rest } = data;
  return { ...rest, input };
}

const headersOf = (traceparent: string | undefined, id: string): Record<string, string> => ({
  'content-type': 'application/cloudevents+json; charset=utf-8',
  accept: 'application/cloudevents+json',
  // The same for every delivery of one attempt (draft-ietf-httpapi-idempotency-key-header).
  'idempotency-key': `"${id}"`,
  // Whatever is no trace context stays out of the headers.
  ...(traceparent !== undefined && /^[0-9a-f]{2}(?:-[0-9a-f]{2,32}){3}$/.test(traceparent)
    ? { traceparent }
    : {}),
});

/**
 * An agent behind HTTP: a task event in, the response event out.
 * HA1. The failure of the agent is an answer (200 with `dev.baton.step.failed.v1`); other statuses speak of the request.
 * HA2. It keeps no record of calls: the bridge that calls it does.
 */
import { decodeEvent, encodeEvent } from '#core/cloud-event.ts';
import { outcomeData, type TaskOutcome } from '#core/event-data.ts';
import { failure } from '#core/failure.ts';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { type Clock, type Logger } from '#core/ports.ts';
import { openAttempt, timeoutFailure } from '../agent/attempt.ts';
import { callAgent, type CallDeps, type LocalAgent } from '../agent/call-agent.ts';
import { taskOf, type HostTask } from '../agent/host-task.ts';
import { responseEvent } from '../agent/response-event.ts';
import { type Timers } from '../agent/timers.ts';
import {
  bodyOf,
  problemResponse,
  type FunctionUrlEvent,
  type FunctionUrlHandler,
  type FunctionUrlResponse,
} from './function-url.ts';

export interface HttpAgentDeps extends CallDeps {
  readonly agent: LocalAgent;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A Function URL takes 6 MB; an answer is read by the bridge up to 1 MiB. */
const requestLimitBytes = 6_000_000;
const responseLimitBytes = 1024 * 1024;
/** Kept of the function's time to answer, milliseconds. */
const answerMarginMs = 1_000;
const eventType = 'application/cloudevents+json';

/** `POST /` runs the agent; `GET /health` says that it could. */
export function createHandler(deps: HttpAgentDeps): FunctionUrlHandler {
  return async (event, context) => {
    const { method } = event.requestContext.http;
    if (event.rawPath === '/health')
      return method === 'GET' ? health(deps) : wrongMethod(method, 'GET', '/health');
    if (event.rawPath !== '/' && event.rawPath !== '') return unknownPath(event.rawPath);
    if (method !== 'POST') return wrongMethod(method, 'POST', '/');
    const task = readTask(deps, event);
    return 'statusCode' in task ? task : await answer(deps, task, context);
  };
}

function readTask(deps: HttpAgentDeps, event: FunctionUrlEvent): HostTask | FunctionUrlResponse {
  const contentType = event.headers['content-type'] ?? '';
  if (mediaTypeOf(contentType) !== eventType) {
    return problemResponse({
      status: 415,
      code: 'CE_CONTENT_TYPE',
      detail: `the request is of another content type: got '${contentType.slice(0, 80)}', expected ${eventType}. Send the task as one structured CloudEvent.`,
    });
  }
  const body = bodyOf(event);
  if (body !== undefined && body.byteLength > requestLimitBytes) {
    return problemResponse({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      detail: `the request is too long: got ${body.byteLength} bytes, expected at most ${requestLimitBytes}. Pass less to the step.`,
    });
  }
  if (body === undefined)
    return badRequest(
      'CE_PARSE',
      'the body is not base64: expected the encoding that isBase64Encoded promises. Encode it, or say it is text.',
    );
  const decoded = decodeEvent({
    value: body,
    headers: [['content-type', new TextEncoder().encode(contentType)]],
  });
  if (!decoded.ok) return badRequest(decoded.problem.code, decoded.problem.message);
  const task = taskOf(decoded.value);
  if (!task.ok) return badRequest(task.problem.code, task.problem.reason);
  const { name } = deps.agent.manifest;
  if (task.value.agent === name) return task.value;
  return badRequest(
    'WF_UNKNOWN_AGENT',
    `a task for another agent: got '${task.value.agent}', expected '${name}'. Send it to that agent's address.`,
  );
}

async function answer(
  deps: HttpAgentDeps,
  task: HostTask,
  context: InvocationContext,
): Promise<FunctionUrlResponse> {
  const outcome = await outcomeOf(deps, task, context);
  const response = respond(deps, task, outcome);
  if (Buffer.byteLength(response.body) <= responseLimitBytes) return response;
  const message = `the output of agent ${task.agent} is too long for an HTTP answer: got ${Buffer.byteLength(response.body)} bytes, expected at most ${responseLimitBytes}. Return less, or store it and return a reference.`;
  return respond(deps, task, { status: 'failed', failure: failure('PAYLOAD_TOO_LARGE', message) });
}

async function outcomeOf(
  deps: HttpAgentDeps,
  task: HostTask,
  context: InvocationContext,
): Promise<TaskOutcome> {
  const now = deps.clock.now();
  const deadlineAt = Math.min(
    task.expiresAt ?? now + deps.agent.manifest.timeoutMs,
    now + context.getRemainingTimeInMillis() - answerMarginMs,
  );
  const timedOut: TaskOutcome = { status: 'failed', failure: timeoutFailure(deadlineAt) };
  if (deadlineAt <= now) return timedOut;
  if (task.input.refs !== undefined && task.input.refs.length > 0)
    return { status: 'failed', failure: unloaded };
  const attempt = openAttempt(deps, { deadlineAt, timeUpAt: deadlineAt });
  const logger = deps.logger.child({
    run: task.runId,
    step: task.step,
    attempt: task.attempt,
    agent: task.agent,
  });
  try {
    const call = { task, input: task.input.value, signal: attempt.signal, logger };
    const end = await Promise.race([callAgent(deps, deps.agent, call), attempt.stopped]);
    return typeof end === 'string' ? timedOut : end;
  } finally {
    attempt.close();
  }
}

function respond(deps: HttpAgentDeps, task: HostTask, outcome: TaskOutcome): FunctionUrlResponse {
  const { value } = encodeEvent(responseEvent(task, outcomeData(outcome), deps.clock.now()));
  return {
    statusCode: 200,
    headers: { 'content-type': `${eventType}; charset=utf-8` },
    body: new TextDecoder().decode(value),
  };
}

/** An agent behind HTTP has no database: whoever calls it loads the claim checks first. */
const unloaded = failure(
  'BLOB_MISSING',
  'the task input holds claim checks: expected the values themselves. Load them before posting, as the bridge does.',
);

const health = (deps: HttpAgentDeps): FunctionUrlResponse => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ status: 'ok', agent: deps.agent.manifest.name }),
});

const mediaTypeOf = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase();

const badRequest = (code: string, detail: string): FunctionUrlResponse =>
  problemResponse({ status: 400, code, detail });

const unknownPath = (path: string): FunctionUrlResponse =>
  problemResponse({
    status: 404,
    code: 'HTTP_PATH',
    detail: `nothing is at this path: got '${path.slice(0, 80)}', expected / or /health. Post the task to /.`,
  });

function wrongMethod(method: string, allowed: string, path: string): FunctionUrlResponse {
  const detail = `this path does not take the method: got ${method.slice(0, 20)}, expected ${allowed}. Use ${allowed} ${path}.`;
  const response = problemResponse({ status: 405, code: 'HTTP_METHOD', detail });
  return { ...response, headers: { ...response.headers, allow: allowed } };
}

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { AgentFailure, type MeteredModel, type ModelRequest } from '#core/agent/contract.ts';
import { type Failure } from '#core/failure.ts';
import { type Logger } from '#core/ports.ts';
import {
  answer,
  choice,
  event,
  type LoopbackProvider,
  type Respond,
  startProvider,
  status,
  stream,
  usage,
} from './loopback-provider.ts';
import { openOpenAi } from './openai.ts';

const apiKey = 'sk-test-0123456789abcdef0123456789';
const logged: unknown[] = [];
const note = (fields: unknown, message: string) => void logged.push([fields, message]);
const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  assert.ok(!JSON.stringify(logged).includes(apiKey), 'no log line carries the key');
  logged.length = 0;
  for (const close of closers.splice(0)) await close();
});

async function provider(...turns: readonly Respond[]): Promise<LoopbackProvider> {
  const started = await startProvider(turns);
  closers.push(() => started.close());
  return started;
}

const request: ModelRequest = {
  name: 'pair',
  system: 'be brief',
  user: '{"n":1}',
  input: { n: 1 },
  schema: {
    type: 'object',
    properties: { of: { type: 'string' }, to: { type: 'string' } },
    required: ['of', 'to'],
    additionalProperties: false,
  },
  check: (value) => {
    const { of, to } = value as { of: string; to: string };
    return of === to ? [] : [`'to' names '${to}', which is not declared: expected ${of}`];
  },
};

const open = (baseURL: string, signal = new AbortController().signal): MeteredModel =>
  openOpenAi({ apiKey, baseURL, modelOf: (profile) => `model-of-${profile}` })({
    profile: 'default',
    maxOutputTokens: 100,
    signal,
    logger,
  });

async function failureOf(...turns: readonly Respond[]): Promise<Failure> {
  const { url } = await provider(...turns);
  const thrown = await open(url)
    .ask(request)
    .then(
      () => assert.fail('a failure was expected'),
      (error: unknown) => error,
    );
  assert.ok(thrown instanceof AgentFailure, String(thrown));
  assert.ok(!JSON.stringify(thrown.failure).includes(apiKey), 'no failure carries the key');
  assert.ok(thrown.failure.message.length <= 700 && thrown.failure.message.includes('expected'));
  return thrown.failure;
}

test('an answer that fits is given with its usage, asked once with a strict schema and the token limit', async () => {
  const { url, requests } = await provider(answer('{"of":"a","to":"a"}'));
  const model = open(url);
  const given = await model.ask(request);
  assert.deepEqual(given.value, { of: 'a', to: 'a' });
  assert.deepEqual(given.usage, { model: 'model-of-default', inputTokens: 11, outputTokens: 7, calls: 1 });
  assert.deepEqual(model.usage(), given.usage);
  const [sent] = requests;
  assert.equal(sent?.['max_completion_tokens'], 100);
  assert.deepEqual(
    sent?.messages.map(({ role }) => role),
    ['system', 'user'],
  );
  const format = sent?.['response_format'] as { json_schema: { strict: boolean; name: string } };
  assert.deepEqual([format.json_schema.strict, format.json_schema.name], [true, 'pair']);
});

test('the same works against an independent OpenAI-compatible server', async () => {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(/"n":1/, { content: '{"of":"b","to":"b"}' });
  await mock.start();
  closers.push(() => mock.stop());
  assert.deepEqual((await open(`${mock.url}/v1`).ask(request)).value, { of: 'b', to: 'b' });
  mock.nextRequestError(429, { message: 'slow down' });
  await assert.rejects(
    open(`${mock.url}/v1`).ask(request),
    (thrown: AgentFailure) => thrown.failure.code === 'LLM_RATE',
  );
});

test('what is wrong with the first answer is told in one repair turn, and the second answer counts', async () => {
  const firsts = [
    'not json',
    '```json\n{"of":"a","to":"a"}\n```',
    '{"of":"a"}',
    '{"of":"a","to":"a","more":1}',
    '{"of":"a","to":"z"}',
  ];
  const told = [
    /not JSON/,
    /code fence/,
    /\/to: expected a value/,
    /\/more: expected no such key/,
    /'to' names 'z'/,
  ];
  for (const [index, first] of firsts.entries()) {
    const { url, requests } = await provider(answer(first), answer('{"of":"a","to":"a"}'));
    const given = await open(url).ask(request);
    assert.deepEqual(given.value, { of: 'a', to: 'a' });
    assert.deepEqual([given.usage.calls, given.usage.inputTokens], [2, 22]);
    const repair = requests[1]?.messages ?? [];
    assert.deepEqual(
      repair.map(({ role }) => role),
      ['system', 'user', 'assistant', 'user'],
    );
    assert.equal(repair[2]?.content, first);
    assert.match(repair[3]?.content ?? '', told[index] ?? /never/);
  }
});

test('an answer that is still wrong after the repair turn fails by kind, and nobody is asked a third time', async () => {
  const kinds: readonly (readonly [string, string])[] = [
    ['not json', 'AGENT_OUTPUT_PARSE'],
    ['```json\n{"of":"a","to":"a"}\n```', 'AGENT_OUTPUT_PARSE'],
    ['{"of":"a","to"', 'AGENT_OUTPUT_PARSE'],
    ['{"of":"a"}', 'AGENT_OUTPUT_INVALID'],
    ['{"of":"a","to":"z"}', 'AGENT_OUTPUT_INVALID'],
    ['{"of":"a","to":"a","__proto__":{"admin":true}}', 'AGENT_OUTPUT_PARSE'],
  ];
  for (const [text, code] of kinds) {
    const { url, requests } = await provider(answer(text));
    await assert.rejects(
      open(url).ask(request),
      (thrown: AgentFailure) => thrown.failure.code === code && thrown.failure.retryable,
    );
    assert.equal(requests.length, 2);
  }
});

test('truncated, filtered, refused and empty answers are different failures, without a repair turn', async () => {
  const done = event('[DONE]');
  const cases: readonly (readonly [Respond, string, boolean])[] = [
    [answer('{"of":"a', 'length'), 'AGENT_OUTPUT_TRUNCATED', false],
    [answer('{"of"', 'content_filter'), 'AGENT_FILTERED', false],
    [stream(choice({ refusal: 'I cannot help' }), choice({}, 'stop'), done), 'AGENT_REFUSED', false],
    [answer(''), 'AGENT_EMPTY', true],
    [stream(usage, done), 'AGENT_EMPTY', true],
  ];
  for (const [respond, code, retryable] of cases) {
    const failed = await failureOf(respond, answer('{"of":"a","to":"a"}'));
    assert.deepEqual([failed.code, failed.retryable], [code, retryable]);
  }
});

test('refused keys are not retryable, and the key is not repeated', async () => {
  for (const code of [401, 403]) {
    const failed = await failureOf(status(code, { message: `Incorrect API key provided: ${apiKey}` }));
    assert.deepEqual([failed.code, failed.retryable], ['LLM_AUTH', false]);
  }
  const failed = await failureOf(status(400, { message: `bad request with ${apiKey}` }));
  assert.match(failed.message, /\[redacted\]/);
});

test('a rate limit says when to come back, whether in seconds, milliseconds or as a date', async () => {
  const limited = (headers: Record<string, string>) => failureOf(status(429, { message: 'slow' }, headers));
  assert.deepEqual(
    [
      (await limited({ 'retry-after': '7' })).retryAfterMs,
      (await limited({ 'retry-after-ms': '250' })).retryAfterMs,
    ],
    [7000, 250],
  );
  const dated = await limited({
    date: 'Sun, 22 Nov 2026 10:00:00 GMT',
    'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT',
  });
  assert.deepEqual([dated.code, dated.retryable, dated.retryAfterMs], ['LLM_RATE', true, 30_000]);
  assert.equal((await limited({})).retryAfterMs, undefined);
  assert.equal((await limited({ 'retry-after': 'soon' })).retryAfterMs, undefined);
});

test('a used-up quota is not retryable', async () => {
  const failed = await failureOf(status(429, { message: 'quota', code: 'insufficient_quota' }));
  assert.deepEqual([failed.code, failed.retryable], ['LLM_RATE', false]);
});

test('other refusals of the request are told apart', async () => {
  const cases: readonly (readonly [Respond, string, boolean])[] = [
    [status(500, { message: 'oops' }), 'LLM_UPSTREAM', true],
    [status(503, { message: 'overloaded' }, { 'retry-after': '2' }), 'LLM_UPSTREAM', true],
    [status(404, { message: 'no such model' }), 'LLM_BAD_REQUEST', false],
    [status(400, { message: 'too long', code: 'context_length_exceeded' }), 'AGENT_CONTEXT_LIMIT', false],
    [status(400, { message: 'filtered', code: 'content_filter' }), 'AGENT_FILTERED', false],
  ];
  for (const [respond, code, retryable] of cases) {
    const failed = await failureOf(respond);
    assert.deepEqual([failed.code, failed.retryable], [code, retryable]);
  }
});

test('a stream that is cut, ends early or breaks is an upstream failure, never half an answer', async () => {
  const start = choice({ content: '{"of":"a","to":"a"}' });
  const reset: Respond = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(start, () => response.destroy());
  };
  const refusedConnection: Respond = (response) => void response.destroy();
  const cases = [
    reset,
    refusedConnection,
    stream(start),
    stream(),
    stream('data: {"choi'),
    stream(start, event({ error: { message: 'overloaded' } })),
  ];
  for (const respond of cases) {
    const failed = await failureOf(respond);
    assert.deepEqual([failed.code, failed.retryable], ['LLM_UPSTREAM', true]);
  }
});

test('an error in the middle of a stream is what its code says, as it would be with a status', async () => {
  const start = choice({ content: '{"of":' });
  const cases: readonly (readonly [code: string | number, Failure['code'], boolean])[] = [
    ['context_length_exceeded', 'AGENT_CONTEXT_LIMIT', false],
    ['content_filter', 'AGENT_FILTERED', false],
    ['insufficient_quota', 'LLM_RATE', false],
    ['rate_limit_exceeded', 'LLM_RATE', true],
    [429, 'LLM_RATE', true],
    ['400', 'LLM_BAD_REQUEST', false],
    [401, 'LLM_AUTH', false],
    [502, 'LLM_UPSTREAM', true],
    ['overloaded', 'LLM_UPSTREAM', true],
  ];
  for (const [code, expected, retryable] of cases) {
    const failed = await failureOf(stream(start, event({ error: { message: 'no', code } })));
    assert.deepEqual([failed.code, failed.retryable], [expected, retryable], String(code));
  }
});

test('nothing is retried behind the engine’s back', async () => {
  const { url, requests } = await provider(status(500, { message: 'oops' }));
  await assert.rejects(open(url).ask(request));
  assert.equal(requests.length, 1);
});

test('an unreachable provider is an upstream failure', async () => {
  const { url } = await provider(answer(''));
  for (const close of closers.splice(0)) await close();
  await assert.rejects(
    open(url).ask(request),
    (thrown: AgentFailure) => thrown.failure.code === 'LLM_UPSTREAM',
  );
});

test('a question in flight ends with the signal’s own reason', async () => {
  const controller = new AbortController();
  const reason = new Error('cancelled by somebody');
  const { url } = await provider((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(choice({ content: '{' }), () => controller.abort(reason));
  });
  await assert.rejects(open(url, controller.signal).ask(request), reason);
  await assert.rejects(open(url, controller.signal).ask(request), reason);
});

test('tokens of a question that failed count towards the call', async () => {
  const { url } = await provider(answer('{', 'length'));
  const model = open(url);
  await assert.rejects(model.ask(request));
  assert.deepEqual(model.usage(), { model: 'model-of-default', inputTokens: 11, outputTokens: 7, calls: 1 });
});

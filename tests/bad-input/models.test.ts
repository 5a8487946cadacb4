/** Letter A, the models: what a provider answers, refuses and breaks off, on loopback. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { AgentFailure, type ModelRequest } from '#core/agent/contract.ts';
import { type Failure } from '#core/failure.ts';
import { answer, choice, event, type Respond, startProvider, status, stream, usage } from '#adapters/llm/loopback-provider.ts'; // prettier-ignore
import { openOpenAi } from '#adapters/llm/openai.ts';
import { silent } from '#tests/engine/engine.ts';
import { assertSentence, plantedSecret } from './error-contract.ts';
import { row } from './rows.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const request: ModelRequest = {
  name: 'pair',
  system: 'be brief',
  user: '{}',
  input: {},
  schema: {
    type: 'object',
    properties: { of: { type: 'string' } },
    required: ['of'],
    additionalProperties: false,
  },
};

/** What the agent is told after these answers, and how often the provider was asked. */
async function failureOf(...turns: readonly Respond[]): Promise<{ failed: Failure; asked: number }> {
  const provider = await startProvider(turns);
  closers.push(() => provider.close());
  const open = openOpenAi({ apiKey: plantedSecret, baseURL: provider.url, modelOf: () => 'm' });
  const { signal } = new AbortController();
  const model = open({ profile: 'default', maxOutputTokens: 100, signal, logger: silent });
  const thrown: unknown = await model.ask(request).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof AgentFailure, `expected a failure, got ${String(thrown)}`);
  return { failed: thrown.failure, asked: provider.requests.length };
}

const done = event('[DONE]');
const reset: Respond = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(choice({ content: '{"of":' }), () => response.destroy());
};
const rows: readonly (readonly [
  id: string,
  what: string,
  respond: Respond,
  code: string,
  retryable: boolean,
  asked: number,
])[] = [
  ['A01', 'an answer that is not JSON', answer('Sure! Here you go.'), 'AGENT_OUTPUT_PARSE', true, 2],
  ['A01', 'JSON in a code fence', answer('```json\n{"of":"a"}\n```'), 'AGENT_OUTPUT_PARSE', true, 2],
  ['A01', 'an answer with a key in it', answer(`the key is ${plantedSecret}`), 'AGENT_OUTPUT_PARSE', true, 2],
  ['A01', 'an answer cut off at the token limit', answer('{"of":"a', 'length'), 'AGENT_OUTPUT_TRUNCATED', false, 1],
  ['A02', 'JSON of another shape', answer('{"to":1}'), 'AGENT_OUTPUT_INVALID', true, 2],
  ['A02', 'fields more than asked for', answer(`{"of":"a","extra":"${plantedSecret}"}`), 'AGENT_OUTPUT_INVALID', true, 2],
  ['A02', 'a prototype in the answer', answer('{"of":"a","__proto__":{"admin":true}}'), 'AGENT_OUTPUT_PARSE', true, 2],
  ['A05', 'no choices', stream(usage, done), 'AGENT_EMPTY', true, 1],
  ['A05', 'an empty answer', answer(''), 'AGENT_EMPTY', true, 1],
  ['A05', 'a refusal', stream(choice({ refusal: 'I cannot' }), choice({}, 'stop'), done), 'AGENT_REFUSED', false, 1],
  ['A05', 'a content filter', answer('{"of"', 'content_filter'), 'AGENT_FILTERED', false, 1],
  ['A06', '401', status(401, { message: `bad key ${plantedSecret}` }), 'LLM_AUTH', false, 1],
  ['A06', '429 with Retry-After', status(429, { message: 'slow' }, { 'retry-after': '7' }), 'LLM_RATE', true, 1],
  ['A06', '500', status(500, { message: 'oops' }), 'LLM_UPSTREAM', true, 1],
  ['A06', 'a socket that is reset in the middle', reset, 'LLM_UPSTREAM', true, 1],
  ['A06', 'a stream that is no stream', stream('data: {"choi'), 'LLM_UPSTREAM', true, 1],
  ['A07', 'a prompt over the context', status(400, { message: 'long', code: 'context_length_exceeded' }), 'AGENT_CONTEXT_LIMIT', false, 1],
]; // prettier-ignore

describe('bad answers of models', () => {
  for (const [id, what, respond, code, retryable, asked] of rows)
    row(id, `${what} is ${code}${retryable ? '' : ', not to be tried again'}`, async () => {
      const found = await failureOf(respond);
      assertSentence(found.failed, code);
      assert.deepEqual([found.failed.retryable, found.asked], [retryable, asked]);
      assert.ok(!JSON.stringify(found.failed).includes(plantedSecret));
    });

  row('A06', '429 is honoured: the failure names the wait', async () => {
    const { failed } = await failureOf(status(429, { message: 'slow' }, { 'retry-after': '7' }));
    assert.equal(failed.retryAfterMs, 7000);
  });
});

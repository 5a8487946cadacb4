import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentFailure, type ModelRequest, type ModelScope } from '#core/agent/contract.ts';
import { type Logger } from '#core/ports.ts';
import { answer, startProvider } from './loopback-provider.ts';
import { defaultModel, openModels } from './open-model.ts';

const silent = () => undefined;
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent, child: () => logger };
const scope = (more: Partial<ModelScope> = {}): ModelScope => ({
  profile: 'default',
  maxOutputTokens: 100,
  signal: new AbortController().signal,
  logger,
  ...more,
});
const request: ModelRequest = {
  name: 'echo',
  system: '',
  user: '',
  input: { n: 3 },
  schema: {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  },
};

test('without a key the agent’s scripted answers are given, named scripted, and use no tokens', async () => {
  const models = openModels({ names: { default: 'some-model' } });
  const model = models.model(scope({ scripted: ({ input }) => input }));
  assert.deepEqual([models.name, model.name], ['scripted', 'scripted']);
  assert.deepEqual((await model.ask(request)).value, { n: 3 });
  assert.deepEqual(model.usage(), { model: 'scripted', inputTokens: 0, outputTokens: 0, calls: 1 });
});

test('a scripted answer is checked like any other', async () => {
  const model = openModels({ names: {} }).model(scope({ scripted: () => ({ n: 'three' }) }));
  await assert.rejects(model.ask(request), (thrown: AgentFailure) => {
    assert.deepEqual([thrown.failure.code, thrown.failure.retryable], ['AGENT_OUTPUT_INVALID', false]);
    return true;
  });
});

test('an agent without scripted answers needs a key, and says so', async () => {
  const model = openModels({ names: {} }).model(scope());
  await assert.rejects(
    model.ask(request),
    (thrown: AgentFailure) =>
      thrown.failure.code === 'SECRET_MISSING' && /OPENAI_API_KEY/.test(thrown.message),
  );
});

test('the model is chosen by profile, then by default, then by the built-in name', () => {
  const names = { default: 'general', small: 'little', none: 'scripted' };
  const models = openModels({ apiKey: 'k', names });
  assert.deepEqual(['default', 'small', 'other', 'none', 'constructor'].map(models.nameOf), [
    'general',
    'little',
    'general',
    'scripted',
    'general',
  ]);
  assert.equal(models.model(scope({ profile: 'none' })).name, 'scripted');
  assert.equal(openModels({ apiKey: 'k', names: {} }).name, defaultModel);
});

test('with a key the provider is asked at the configured address', async () => {
  const provider = await startProvider([answer('{"n":4}')]);
  try {
    const model = openModels({ apiKey: 'k-12345', baseUrl: provider.url, names: { small: 'little' } }).model(
      scope({ profile: 'small' }),
    );
    assert.deepEqual(model.usage(), { model: 'little', inputTokens: 0, outputTokens: 0, calls: 0 });
    assert.deepEqual((await model.ask(request)).value, { n: 4 });
    assert.equal(provider.requests[0]?.['model'], 'little');
    assert.deepEqual(model.usage(), { model: 'little', inputTokens: 11, outputTokens: 7, calls: 1 });
  } finally {
    await provider.close();
  }
});

test('a call that was stopped before it asked rejects with the signal’s reason', async () => {
  const reason = new Error('stopped');
  const model = openModels({ names: {} }).model(
    scope({ scripted: () => ({ n: 1 }), signal: AbortSignal.abort(reason) }),
  );
  await assert.rejects(model.ask(request), reason);
});

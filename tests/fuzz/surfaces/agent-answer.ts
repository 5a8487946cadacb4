/** What agents and models give back: texts, values of any kind, thrown things, and failures on the wire. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as z from 'zod';
import { parseAnswer } from '#adapters/llm/model-answer.ts';
import { checkInput, checkOutput, failureOfThrown } from '#core/agent/boundary.ts';
import { AgentFailure, type ModelRequest } from '#core/agent/contract.ts';
import { parseOutcome, parseStartRequest } from '#core/event-data.ts';
import { type Failure } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { damaged, hostileJson, hostileText } from '../arbitrary-hostile.ts';
import { accepted, refused, type Fed, type Surface } from '../surface.ts';

type Input =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value' | 'thrown' | 'wire'; readonly value: unknown };

const agent = {
  name: 'greeter',
  input: z.strictObject({ name: z.string().max(20) }),
  output: z.strictObject({ said: z.string(), list: z.array(z.int()).optional() }),
};
const request: ModelRequest = {
  name: 'pair',
  system: '',
  user: '{}',
  input: {},
  schema: { type: 'object', properties: { said: { type: 'string' }, list: { type: 'array', items: { type: 'integer' } } }, required: ['said'], additionalProperties: false },
  check: () => [],
}; // prettier-ignore

const texts = damaged(['{"said":"hello","list":[1,2]}', '```json\n{"said":"x"}\n```', 'Sure! {"said":"x"}', '{"said":"x","__proto__":{}}']); // prettier-ignore
const anything = fc.oneof(
  hostileJson,
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true, withObjectString: true, withSparseArray: true, withBoxedValues: true }),
  hostileText.map((message) => new Error(message)),
  hostileText.map((code) => new AgentFailure({ code, message: code, retryable: true, retryAfterMs: -1 })),
  fc.constantFrom<unknown>(undefined, Symbol('x'), () => 1, new Proxy({}, { ownKeys: () => { throw new Error('no'); }, get: () => { throw new Error('no'); } }), new (class Strange { get x() { throw new Error('no'); } })()),
); // prettier-ignore
const wire = hostileJson.chain((value) => fc.constantFrom<unknown>({ output: value }, { output: value, refs: value }, { failure: value }, { failure: { code: value, message: value, retryable: value, details: value } }, value)); // prettier-ignore
const inputs: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: texts }),
  fc.record({ kind: fc.constantFrom('value' as const, 'thrown' as const), value: anything }),
  fc.record({ kind: fc.constant('wire' as const), value: wire }),
);

function feed(input: Input): Fed {
  switch (input.kind) {
    case 'text': {
      const parsed = parseAnswer(input.text, request);
      return parsed.ok ? plain(parsed.value) : { accepted: false, codes: [parsed.problem.code], shown: parsed.problem.problems }; // prettier-ignore
    }
    case 'value': {
      const checked = checkOutput(agent, input.value);
      checkOutput({ name: 'any', output: z.unknown() }, input.value);
      return checked.ok ? plain(checked.value) : failed(checked.problem);
    }
    case 'thrown':
      return failed(failureOfThrown(input.value));
    case 'wire':
      return feedWire(input.value as Json);
  }
}

function feedWire(data: Json): Fed {
  checkInput(agent, data);
  parseStartRequest(data);
  for (const type of ['dev.baton.step.completed.v1', 'dev.baton.step.failed.v1']) {
    const outcome = parseOutcome(type, data);
    if (!outcome.ok) return failed(outcome.problem);
    if (outcome.value.status === 'failed') return failed(outcome.value.failure, false);
  }
  return accepted;
}

/** `ours`: Baton wrote the message. What an agent on the wire says is bounded, and its own. */
function failed({ code, message, retryable, details }: Failure, ours = true): Fed {
  assert.equal(typeof retryable, 'boolean');
  assert.ok(message.length <= 4096);
  assert.ok((JSON.stringify(details ?? null) ?? '').length < 200_000);
  return ours ? refused([{ code, message: message.replaceAll('\u0000', '') }]) : { accepted: false, codes: [code], shown: [] }; // prettier-ignore
}

function plain(value: Json): Fed {
  assert.deepEqual(JSON.parse(JSON.stringify(value)), value, 'what is accepted is plain JSON');
  return accepted;
}

export const agentAnswers: Surface<Input> = { name: 'agent-answers', share: 100, inputs, feed };

/** Letter A, the agents: what they are given, return and throw. What their models answer is in `models.test.ts`. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import * as z from 'zod';
import { checkInput, checkOutput, failureOfThrown, outputLimitBytes } from '#core/agent/boundary.ts';
import { AgentFailure } from '#core/agent/contract.ts';
import { type Failure } from '#core/failure.ts';
import { openEngine } from '#tests/engine/engine.ts';
import { agentOf, depsOf, failureIn, responses, world } from '#functions/agent/fixtures/agent.ts';
import { contextWith, kafkaEvent, recordOf, taskEvent } from '#functions/agent/fixtures/host.ts';
import { createHandler } from '#functions/agent/handler.ts';
import { completed } from '#tests/engine/engine.ts';
import { assertSentence, assertTold, plantedSecret } from './error-contract.ts';
import { row } from './rows.ts';

const agent = {
  name: 'greeter',
  input: z.strictObject({ name: z.string().max(10), count: z.int().optional() }),
  output: z.strictObject({ said: z.string() }),
};
const anything = { name: 'greeter', output: z.unknown() };

const problemOf = (result: { ok: true } | { ok: false; problem: Failure }): Failure => {
  assert.ok(!result.ok, 'it was accepted');
  return result.problem;
};

describe('bad inputs and outputs of agents', () => {
  row('E15', 'an input outside the contract is AGENT_INPUT_INVALID with pointer, expected and got', () => {
    const failed = problemOf(checkInput(agent, { name: 7, count: 1.5, more: plantedSecret }));
    assertSentence(failed, 'AGENT_INPUT_INVALID');
    assert.equal(failed.retryable, false);
    const details = failed.details as { pointer: string; expected: string; got: string }[];
    assert.deepEqual(details.map(({ pointer }) => pointer).toSorted(), ['', '/count', '/name']);
    for (const { expected, got } of details) assertTold({ code: 'DETAIL', message: `${expected} but ${got}`, got });
  }); // prettier-ignore

  row(
    'A02',
    'an output of another shape, or with fields more, is AGENT_OUTPUT_INVALID with its pointer',
    () => {
      for (const output of [{}, { said: 7 }, { said: 'x', more: plantedSecret }, [], 'text', null]) {
        const failed = problemOf(checkOutput(agent, output));
        assertSentence(failed, 'AGENT_OUTPUT_INVALID');
        assert.ok(Array.isArray(failed.details) && failed.details.length > 0);
      }
    },
  );

  row('A02', 'twenty problems of an output are told at most', () => {
    const wide = { name: 'wide', output: z.array(z.string()) };
    const failed = problemOf(
      checkOutput(
        wide,
        Array.from({ length: 500 }, () => 1),
      ),
    );
    assert.equal((failed.details as unknown[]).length, 20);
  });

  row('A09', 'texts that look like expressions, topics, names or addresses stay what they are', async () => {
    const hostile = { text: '${{ run.id }}', topic: 'workflow.request', url: 'http://169.254.169.254/', collection: 'commits', key: '$where' }; // prettier-ignore
    const e = await openEngine({
      workflow: `
name: pass
version: "1.0.0"
steps:
  one: { agent: worker }
  two: { agent: worker, with: { all: "\${{ steps.one.output }}", text: "> \${{ steps.one.output.text }}" } }
outputs: { result: "\${{ steps.two.output }}" }
`,
      agents: { worker: (task) => completed(task.stepid === 'one' ? hostile : task.input) },
    });
    try {
      await e.start('a', {});
      await e.settle();
      const [output] = await e.outputs();
      const { outputs } = output?.data as { outputs: { result: unknown } };
      assert.deepEqual(outputs.result, { all: hostile, text: '> ${{ run.id }}' });
      assert.equal((await e.store.runs.list({ limit: 10 })).length, 1, 'nothing else was started');
    } finally {
      await e.close();
    }
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const unreadable = new Proxy({}, { get: () => { throw new Error('no'); }, getPrototypeOf: () => { throw new Error('no'); } }); // prettier-ignore
  const thrown: readonly (readonly [what: string, value: unknown])[] = [
    ['a text', 'just text'],
    ['nothing', undefined],
    ['null', null],
    ['a circle', circular],
    ['a Proxy that throws', unreadable],
    ['an Error with a secret', new Error(`cannot log in with ${plantedSecret}`)],
    ['an Error of many lines', Object.assign(new Error('x\n    at evil (file.ts:1:1)'.repeat(5)), { name: 'Bad' })],
    ['a symbol', Symbol('x')],
    ['a BigInt', 1n],
    ['a failure with a bad code', new AgentFailure({ code: 'not a code', message: 'x', retryable: false })],
  ]; // prettier-ignore
  for (const [what, value] of thrown)
    row('A10', `an agent that throws ${what} is AGENT_THREW`, () => {
      const failed = failureOfThrown(value);
      assertTold(failed, 'AGENT_THREW');
      assert.equal(typeof failed.retryable, 'boolean');
    });

  row('A10', 'an agent that never returns is AGENT_TIMEOUT at its deadline', async () => {
    const handler = createHandler(depsOf(agentOf(() => new Promise(() => undefined))));
    const done = handler(kafkaEvent(recordOf(taskEvent({ expiresInMs: 30_000 }))), contextWith(world));
    await world.time.advance(30_001);
    await done;
    const { code, message } = failureIn((await responses())[0]);
    assertTold({ code: String(code), message }, 'AGENT_TIMEOUT');
  });

  const returned: readonly (readonly [what: string, value: unknown, code: string])[] = [
    ['a BigInt', { n: 1n }, 'AGENT_OUTPUT_TYPE'],
    ['a Date', { at: new Date(0) }, 'AGENT_OUTPUT_TYPE'],
    ['a Map', new Map([['a', 1]]), 'AGENT_OUTPUT_TYPE'],
    ['a circle', circular, 'AGENT_OUTPUT_TYPE'],
    ['a Proxy that throws', unreadable, 'AGENT_OUTPUT_TYPE'],
    ['NaN', { n: NaN }, 'AGENT_OUTPUT_TYPE'],
    ['nothing', undefined, 'AGENT_OUTPUT_TYPE'],
    ['a function', () => 1, 'AGENT_OUTPUT_TYPE'],
    ['half a surrogate pair', { t: '\ud800' }, 'AGENT_OUTPUT_TYPE'],
    ['a prototype', JSON.parse('{"__proto__":{"admin":true}}'), 'AGENT_OUTPUT_TYPE'],
    ['1,000 levels', JSON.parse('['.repeat(1000) + ']'.repeat(1000)), 'AGENT_OUTPUT_TYPE'],
    ['50 MB', 'x'.repeat(50_000_000), 'PAYLOAD_TOO_LARGE'],
    ['a list of ten million', new Array(10_000_000).fill(1), 'PAYLOAD_TOO_LARGE'],
  ]; // prettier-ignore
  for (const [what, value, code] of returned)
    row('A11', `an agent that returns ${what} is ${code}`, () => {
      assertSentence(problemOf(checkOutput(anything, value)), code);
    });

  row('A11', 'the limit of an output is told', () => {
    assert.match(problemOf(checkOutput(anything, 'x'.repeat(50_000_000))).message, new RegExp(String(outputLimitBytes))); // prettier-ignore
  });
});

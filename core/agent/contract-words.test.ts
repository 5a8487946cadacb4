/** What authors are told about manifests, inputs, outputs and what they throw, word for word. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { failure, type Failure } from '../failure.ts';
import { answerSchema } from './answer-schema.ts';
import { checkInput, checkOutput, failureOfThrown, outputLimitBytes } from './boundary.ts';
import { AgentFailure } from './contract.ts';
import { parseManifest } from './manifest.ts';

const minimal = { name: 'a', version: '1.0.0', description: 'd', transport: 'kafka', owner: 'team' };
const told = (change: object, whole: unknown = { ...minimal, ...change }): readonly string[] => {
  const parsed = parseManifest(whole);
  return parsed.ok ? [] : parsed.problem.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);
};
const fix = 'Correct it in agent.yaml.';
const keys =
  'name, version, description, transport, endpoint, owner, timeout, onRedelivery, model, profile, maxOutputTokens';

describe('a manifest', () => {
  it('that does not fit is told what is wrong, the value, what was expected and what to do', () => {
    const rows: readonly (readonly [change: object, line: string])[] = [
      [{ name: 'Bad' }, `/name name is not valid: got "Bad", expected lower-case letters, digits and dashes, 1 to 64, a letter first. ${fix}`],
      [{ version: '1.0' }, `/version version is not valid: got "1.0", expected a semantic version in quotes, such as "1.0.0". ${fix}`],
      [{ timeout: '25h' }, `/timeout timeout is not valid: got "25h", expected a duration such as \`90s\` or \`5m\`, above 0 and at most 24h. ${fix}`],
      [{ endpoint: 'ftp://x' }, `/endpoint endpoint is not valid: got "ftp://x", expected an http or https address, for transport \`http\` only. ${fix}`],
      [{ endpoint: 'https://x.example' }, `/endpoint endpoint does not fit the transport: got "kafka", expected transport \`http\`. ${fix}`],
      [{ model: { profile: 'No', maxOutputTokens: 16 } }, `/model/profile model/profile is not valid: got "No", expected the name of a model profile, such as \`default\`. ${fix}`],
      [{ timout: '5s' }, `/timout unknown key: got "timout", expected one of ${keys}. Did you mean 'timeout'?`],
      [{ zzzzzzzz: 1 }, `/zzzzzzzz unknown key: got "zzzzzzzz", expected one of ${keys}. Remove it from agent.yaml.`],
      [{ model: { profile: 'x', maxOutputTokens: 16, profil: 1 } }, `/model/profil unknown key: got "profil", expected one of ${keys}. Did you mean 'profile'?`],
    ]; // prettier-ignore
    for (const [change, line] of rows) assert.deepEqual(told(change), [`AGENT_MANIFEST ${line}`]);
    const [whole] = told({}, 7);
    assert.match(whole ?? '', /^AGENT_MANIFEST {2}the manifest is not valid: got 7, expected /);
    assert.match(told({}, null)[0] ?? '', /the manifest is not valid: got null, /);
  });

  it('with very much wrong is told twenty problems', () => {
    const much = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`key${index}`, 1]));
    assert.equal(told(much).length, 20);
  });

  it('is read whole, at its bounds too', () => {
    const model = { profile: 'default', maxOutputTokens: 16 };
    const full = {
      ...minimal,
      ...{ version: '10.20.30', transport: 'http', endpoint: 'http://x.example/y', timeout: '24h' },
      ...{ onRedelivery: 'repeat', model },
    };
    const { timeout: _text, ...rest } = full;
    assert.deepEqual(parseManifest(full), { ok: true, value: { ...rest, timeoutMs: 86_400_000 } });
    const most = { ...model, maxOutputTokens: 1_000_000 };
    assert.ok(parseManifest({ ...minimal, transport: 'local', onRedelivery: 'once', model: most }).ok);
    for (const change of [
      ...[{ version: 'v1.0.0' }, { version: '1.0.0-beta' }, { onRedelivery: 'never' }],
      ...[{ description: '' }, { description: 'x'.repeat(501) }, { owner: '' }, { owner: 'x'.repeat(201) }],
      ...[{ model: { ...model, maxOutputTokens: 15 } }, { model: { ...most, maxOutputTokens: 1_000_001 } }],
      ...[
        { transport: 'http', endpoint: 'xhttp://x' },
        { transport: 'http', endpoint: 'httpsx://x' },
      ],
    ])
      assert.equal(told(change).length, 1, JSON.stringify(change));
  });
});

describe('the boundary of an agent', () => {
  const agent = {
    name: 'sample',
    input: z.strictObject({ idea: z.string(), n: z.number().optional() }),
    output: z.strictObject({ 'a/b~': z.number() }),
  };
  const outcome = (output: unknown): Failure | undefined => {
    const checked = checkOutput(agent, output);
    return checked.ok ? undefined : checked.problem;
  };

  it('says what of an input or an output does not fit, and how much more', () => {
    const input = checkInput(agent, { idea: 1, n: 'x' });
    assert.equal(
      !input.ok && input.problem.message,
      'the input of agent sample does not fit its contract: got 1 at /idea, ' +
        "expected string (and 1 more). Change the step's `with`.",
    );
    assert.deepEqual(outcome({ 'a/b~': 'x' }), {
      code: 'AGENT_OUTPUT_INVALID',
      message:
        'the output of agent sample does not fit its contract: got "x" at /a~1b~0, ' +
        'expected number. Change what the agent returns, or its output schema.',
      retryable: false,
      details: [{ pointer: '/a~1b~0', expected: 'number', got: '"x"' }],
    });
    assert.match(outcome({ 'a/b~': 1, more: 2 })?.message ?? '', /at the top, expected no key "more"\. /);
    assert.deepEqual((outcome({})?.details as { got: string }[])[0]?.got, 'undefined');
  });

  it('says what of an output is no JSON, or too large', () => {
    assert.deepEqual(outcome(new Date(0)), {
      code: 'AGENT_OUTPUT_TYPE',
      message:
        'agent sample returned a value that is not JSON: got a Date at the top, expected a plain object. ' +
        'Convert it before returning.',
      retryable: false,
      details: [{ pointer: '', expected: 'a plain object', got: 'a Date' }],
    });
    const large = outcome({ a: 'x'.repeat(outputLimitBytes + 1) });
    assert.equal(large?.code, 'PAYLOAD_TOO_LARGE');
    assert.equal(
      large.message,
      `agent sample returned a value that is too large: got more at /a, expected at most ${outputLimitBytes} bytes ` +
        'of JSON. Return less, or store it and return a reference.',
    );
  });

  it('says that a schema itself threw', () => {
    const output = z.unknown().refine(() => {
      throw new Error('oops');
    });
    const checked = checkOutput({ name: 'sample', output }, 1);
    assert.match(
      checked.ok ? '' : checked.problem.message,
      /got 1 at the top, expected a value that the schema can check \(the agent threw Error: oops\)\./,
    );
  });

  it('tells at most so many problems as it shows', () => {
    const many = { name: 'sample', output: z.array(z.number()) };
    const checked = checkOutput(
      many,
      Array.from({ length: 200 }, () => 'x'),
    );
    assert.ok(!checked.ok && (checked.problem.details as unknown[]).length < 200);
  });
});

describe('what an agent threw', () => {
  const thrown = (change: object) =>
    failureOfThrown(new AgentFailure({ ...failure('LLM_RATE', 'slow'), ...change }));
  const kept = { code: 'LLM_RATE', message: 'slow', retryable: false };

  it('is told by its kind', () => {
    const rows: readonly (readonly [thrown: unknown, message: string])[] = [
      [new TypeError('no'), 'the agent threw TypeError: no'],
      ['why', 'the agent threw text: why'],
      [7, 'the agent threw 7'],
      [undefined, 'the agent threw undefined'],
    ];
    for (const [value, message] of rows)
      assert.deepEqual(failureOfThrown(value), { code: 'AGENT_THREW', message, retryable: true });
    const trap = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('trap');
      },
    });
    assert.equal(failureOfThrown(trap).message, 'the agent threw a value that cannot be read');
  });

  it('keeps its meaning where it is a failure, whatever shape the author gave it', () => {
    assert.deepEqual(thrown({}), kept);
    assert.deepEqual(thrown({ details: undefined }), kept);
    assert.deepEqual(thrown({ details: () => 1 }), kept);
    assert.deepEqual(thrown({ retryable: 1 }), kept);
    for (const retryAfterMs of [-1, Infinity, NaN, '5']) assert.deepEqual(thrown({ retryAfterMs }), kept);
    assert.deepEqual(thrown({ retryAfterMs: 0 }), { ...kept, retryAfterMs: 0 });
  });

  it('is an error by name', () => {
    assert.equal(new AgentFailure(failure('LLM_RATE', 'slow')).name, 'AgentFailure');
  });
});

describe('the schema of an answer', () => {
  const schema = answerSchema(z.strictObject({ list: z.array(z.number()) }));

  it('is JSON Schema for the wire and a value for the agent', () => {
    assert.equal((schema.json as { type: string }).type, 'object');
    assert.deepEqual(schema.problems({ list: [1] }), []);
    assert.deepEqual(schema.parse({ list: [1] }), { list: [1] });
  });

  it('tells every problem, and throws the first as a failure that may be retried', () => {
    const text = '/list/0: Invalid input: expected number, received string';
    assert.deepEqual(schema.problems({ list: ['x'] }), [text]);
    assert.throws(
      () => schema.parse({ list: Array.from({ length: 30 }, () => 'x') }),
      (error: AgentFailure) => {
        const { code, message, retryable, details } = error.failure;
        assert.deepEqual(
          [code, retryable, (details as unknown[]).length],
          ['AGENT_OUTPUT_INVALID', true, 20],
        );
        assert.equal(
          message,
          `the model's answer does not fit: ${text}. Expected what the schema asks for; ask again or simplify the question.`,
        );
        return true;
      },
    );
  });

  it('that is too large for the wire is refused', () => {
    const wide = Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`member${n}`, z.string()]));
    assert.throws(
      () => answerSchema(z.object(wide)),
      /cannot be written as JSON Schema: at most 262144 bytes/,
    );
  });
});

/** What is said of each mistake, word for word, and where: code, place, pointer, message; got, expected; hint. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWorkflow } from './parse.ts';
import { newReport } from './report.ts';

const head = 'name: a\nversion: "1.0.0"\n';
const steps = 'steps: {a: {agent: x}}\n';
const labels = (count: number): string =>
  `labels: {${Array.from({ length: count }, (_, index) => `l${index}: v`).join()}}\n`;

function told(text: string): readonly string[] {
  const parsed = parseWorkflow(text, { file: 'a.yaml' });
  if (parsed.ok) return [];
  return parsed.problems.map(
    ({ code, severity, at, path, message, got, expected, hint }) =>
      `${severity} ${code} ${at.line}:${at.column}-${at.endColumn} ${path} ${message}; ${got}; ${expected}; ${hint}`,
  );
}

const expression = 'an expression in CEL; close every bracket and quote; text stands in quotes: steps.a.output.kind == "x"'; // prettier-ignore
const duration = 'a number with a unit (500ms, 90s, 5m, 2h, 7d) or ISO 8601 (PT5M), above 0, up to 366 days';

const mistakes: Readonly<Record<string, readonly [text: string, ...problems: readonly string[]]>> = {
  'no name': [
    `version: "1.0.0"\n${steps}`,
    `error WF_REQUIRED 1:1-17 /name the workflow has no 'name'; undefined; name: Name of the workflow; unique among the stored ones.; add 'name'`,
  ],
  'a version that YAML reads as a number': [
    `name: a\nversion: 1.50\n${steps}`,
    `error WF_TYPE 2:10-14 /version version 1.50 is a number: YAML read 1.5; number; text in quotes; quote it: "1.50"`,
  ],
  'a version too long to repeat': [
    `name: a\nversion: 1.${'1234567890'.repeat(5)}\n${steps}`,
    `error WF_TYPE 2:10-62 /version version 1.12345678901234567890123456789012345678 is a number: YAML read 1.1234567890123457; number; text in quotes; quote it: "1.12345678901234567890123456789012345678"`,
  ],
  'a name that is a number, too long to repeat': [
    `name: 1.${'1234567890'.repeat(5)}\nversion: "1.0.0"\n${steps}`,
    `error WF_TYPE 1:7-59 /name expected text, got number 1.1234567890123457; number; text; put it in quotes: "1.12345678901234567890123456789012345678"`,
  ],
  'twenty labels': [head + labels(20) + steps],
  'too many labels': [
    head + labels(21) + steps,
    'error WF_TYPE 3:9-147 /labels 21 labels; undefined; at most 20; remove some',
  ],
  'no steps': [
    `${head}steps: {}\n`,
    'error WF_STEP_COUNT 3:8-10 /steps the workflow has 0 steps; undefined; 1 to 10000 steps; add a step',
  ],
  'an idempotency key that is no expression': [
    `${head}idempotencyKey: 7\n${steps}`,
    `error WF_TYPE 3:17-18 /idempotencyKey expected an expression, got number 7; number; an expression; put it in quotes: if: 'steps.a.output.ok'`,
  ],
  'an idempotency key of a step': [
    `${head}idempotencyKey: \${{ steps.a.output }}\n${steps}`,
    `error WF_FORWARD_REF 3:17-38 /idempotencyKey idempotencyKey reads 'steps.a.output', which does not exist yet; undefined; an expression over inputs; read only inputs.<name>`,
  ],
  'a secret deep in a list': [
    `${head}steps:\n  a:\n    agent: x\n    with: {k: [[sk-proj-abcdef0123456789abcdef]]}\n`,
    'error WF_INLINE_SECRET 6:17-47 /steps/a/with/k/0/0 this text looks like a key or password (not shown); undefined; {secretRef: NAME}; name the secret and set its value where the agent runs; and revoke this one if it was real',
  ],
  'a circle of steps': [
    `${head}steps:\n  a: {agent: x, needs: [b]}\n  b: {agent: x, needs: [a]}\n`,
    'error WF_CYCLE 4:3-4 /steps/a steps need each other: a → b → a; undefined; an order in which every step comes after those it needs; remove one of these references or needs',
  ],
  'a step that never runs, beside one that is none': [
    `${head}steps:\n  a: {agent: x, if: "false"}\n  b: {agent: x, needs: [a]}\n  c: [1]\n`,
    `error WF_UNREACHABLE 5:3-4 /steps/b step 'b' can never run: what it needs never runs; undefined; at least one needed step that can run; the conditions of a are always false`,
    'error WF_TYPE 6:6-9 /steps/c expected a mapping, got list; list; a mapping; write a mapping',
  ],
  'a join of more than there are': [
    `${head}steps:\n  a: {agent: x}\n  b: {agent: x, needs: [a], join: {atLeast: 2}}\n`,
    'error WF_JOIN_UNSATISFIABLE 5:35-47 /steps/b/join join asks for 2 of 1 needed steps that can run; undefined; at most 1; lower atLeast',
  ],
  'a timeout of a number, too long to repeat': [
    `${head}timeout: 1.${'1234567890'.repeat(3)}\n${steps}`,
    `error WF_DURATION 3:10-42 /timeout 1.1234567890123457 is not a duration; undefined; ${duration}; say the unit: 1.123456789012345678s`,
  ],
  'a timeout of a list': [
    `${head}timeout: [1]\n${steps}`,
    `error WF_DURATION 3:10-13 /timeout [1] is not a duration; undefined; ${duration}; for example 90s`,
  ],
  'a timeout of nothing': [
    `${head}timeout: 0s\n${steps}`,
    `error WF_DURATION 3:10-12 /timeout "0s" is not a duration; undefined; ${duration}; for example 90s`,
  ],
  'the most and the fewest attempts': [
    `${head}steps:\n  a: {agent: x, retry: 1}\n  b: {agent: x, retry: 100}\n`,
  ],
  'attempts out of their bounds': [
    `${head}steps:\n  a: {agent: x, retry: 0}\n  b: {agent: x, retry: 101}\n  c: {agent: x, retry: 1.5}\n`,
    ...['4:24-25 /steps/a/retry 0', '5:24-27 /steps/b/retry 101', '6:24-27 /steps/c/retry 1.5'].map(
      (place) =>
        `error WF_RETRY ${place} is out of range; undefined; a whole number from 1 to 100; write a whole number from 1 to 100`,
    ),
  ],
  'conditions that are none, and names in all ways to write one': [
    `${head}steps:\n  a: {agent: x, if: [1]}\n  b: {agent: x, if: 7}\n  c: {agent: x, if: "  \${{  inputs.x }} "}\n` +
      '  d: {agent: x, if: "  inputs.y "}\n  f: {agent: x, if: "${{ inputs.z"}\n  g: {agent: x, if: "${{ }}"}\n',
    `error WF_TYPE 4:21-24 /steps/a/if expected an expression, got list; list; an expression; put it in quotes: if: 'steps.a.output.ok'`,
    `error WF_TYPE 5:21-22 /steps/b/if expected an expression, got number 7; number; an expression; put it in quotes: if: 'steps.a.output.ok'`,
    `error EXPR_UNKNOWN_NAME 6:36-37 /steps/c/if unknown input 'x'; undefined; undefined; declare it under inputs`,
    `error EXPR_UNKNOWN_NAME 7:31-32 /steps/d/if unknown input 'y'; undefined; undefined; declare it under inputs`,
    `error EXPR_SYNTAX 8:22-23 /steps/f/if cannot read the expression: Unexpected character: $; undefined; ${expression}`,
    `error EXPR_SYNTAX 9:26-27 /steps/g/if cannot read the expression: Unexpected token: the end of the expression; undefined; ${expression}`,
  ],
  'a condition in braces without the sign before them': [
    `${head}inputs: {x: boolean}\nsteps:\n  a: {agent: x, if: "{{ inputs.x }}"}\n  b: {agent: x, if: "}"}\n`,
    `error EXPR_SYNTAX 5:34-35 /steps/a/if cannot read the expression: Expected ':', got '}'; undefined; ${expression}`,
    `error EXPR_SYNTAX 6:22-23 /steps/b/if cannot read the expression: Unexpected token: '}'; undefined; ${expression}`,
  ],
  'two expressions in one condition': [
    `${head}steps:\n  e: {agent: x, if: "\${{ inputs.z }} + \${{ inputs.z }}"}\n  i: {agent: x, if: "a \${{ inputs.z }}"}\n`,
    `error EXPR_SYNTAX 4:22-23 /steps/e/if cannot read the expression: Unexpected character: $; undefined; ${expression}`,
    `error EXPR_SYNTAX 5:24-25 /steps/i/if cannot read the expression: Unexpected character: $; undefined; ${expression}`,
  ],
};

describe('what is said of a mistake', () => {
  for (const [mistake, [text, ...problems]] of Object.entries(mistakes))
    it(mistake, () => assert.deepEqual(told(text), problems));

  it('no more than two hundred of them', () => {
    const many = Array.from({ length: 300 }, (_, index) => `  s${index}: [1]\n`).join('');
    assert.equal(told(`${head}steps:\n${many}`).length, 200);
  });

  it('and no more than 1,500 characters of a text, without half a character', () => {
    const report = newReport();
    const at = { line: 1, column: 1 };
    report.add('WF_TYPE', { at, path: 'p'.repeat(1500) }, `${'m'.repeat(1499)}😀`, { got: 'g'.repeat(1501) });
    assert.deepEqual(report.problems, [
      {
        ...{ code: 'WF_TYPE', severity: 'error', at },
        ...{ path: 'p'.repeat(1500), message: `${'m'.repeat(1499)}\ufffd…`, got: `${'g'.repeat(1500)}…` },
      },
    ]);
  });
});

describe('what is kept of a definition', () => {
  const kept = (text: string) => {
    const parsed = parseWorkflow(head + text + steps, { file: 'a.yaml' });
    assert.ok(parsed.ok);
    const { description, labels, idempotencyKey, timeoutMs } = parsed.value;
    const optional = ['description', 'labels', 'idempotencyKey', 'timeoutMs'];
    const keys = Object.keys(parsed.value).filter((key) => optional.includes(key));
    return { keys, description, labels, source: idempotencyKey?.source, timeoutMs };
  };

  it('is nothing of what it does not say', () => {
    assert.deepEqual(kept('').keys, []);
  });

  it('is an idempotency key of any type', () => {
    assert.equal(kept(`idempotencyKey: '"a-" + string(1)'\n`).source, '"a-" + string(1)');
  });

  it('is everything it says', () => {
    const text =
      'description: D\nlabels: {team: core}\nidempotencyKey: inputs.order\ntimeout: 1h\ninputs: {order: string}\n';
    assert.deepEqual(kept(text), {
      keys: ['description', 'idempotencyKey', 'timeoutMs', 'labels'],
      description: 'D',
      labels: { team: 'core' },
      source: 'inputs.order',
      timeoutMs: 3_600_000,
    });
  });
});

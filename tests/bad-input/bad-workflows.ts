/** Workflow files that are wrong: one list for the tests of letter W, the files in `files/` and the bench. */
import { type ProblemCode } from '#core/workflow/problem.ts';

export interface BadWorkflow {
  readonly id: string;
  readonly what: string;
  readonly text: string | Uint8Array;
  readonly code: ProblemCode;
  /** `line:column`, where the row fixes it. */
  readonly at?: string;
  /** Must stand in the printed problem. */
  readonly says?: RegExp;
  readonly file?: string;
}

export const head = 'name: shop\nversion: "1.0.0"\n';
const steps = 'steps:\n  a: { agent: x }\n';
const flow = (id: string, step: string): string => `${head}steps:\n  ${id}: ${step}\n`;
const manySteps = (count: number): string =>
  head + 'steps:\n' + Array.from({ length: count }, (_, index) => `  s${index}: {agent: x}\n`).join('');
const entries = (count: number): string =>
  Array.from({ length: count }, (_, index) => `"s${index}": {"agent": "x"}`).join(', ');
export const knownAgents = new Map([
  ['research', { version: '1.4.0' }],
  ['x', { version: '1.0.0' }],
]);

export const badWorkflows: readonly BadWorkflow[] = [
  { id: 'W01', what: 'an empty file', text: '', code: 'WF_EMPTY', at: '1:1' },
  { id: 'W01', what: 'only comments', text: '# later\n\n# more\n', code: 'WF_EMPTY' },
  { id: 'W02', what: 'a tab as indentation', text: 'steps:\n\ta: 1\n', code: 'WF_YAML_SYNTAX', at: '2:1', says: /spaces/ },
  { id: 'W03', what: 'steps given twice', text: `${head}${steps}${steps}`, code: 'WF_YAML_DUP_KEY', at: '5:1', says: /first at line 3/ },
  { id: 'W04', what: 'two documents', text: `---\n${head}${steps}---\n${head}`, code: 'WF_MULTI_DOC', at: '6:1' },
  { id: 'W05', what: 'aliases upon aliases', text: `a: &a [x]\n${'b: &b [*a, *a, *a]\n'.repeat(30)}`, code: 'WF_YAML_ALIAS', at: '1:4' },
  { id: 'W06', what: '20,000 open lists', text: '['.repeat(20_000), code: 'WF_YAML_DEPTH' },
  { id: 'W06', what: '20,000 list dashes in a line', text: '- '.repeat(20_000), code: 'WF_YAML_DEPTH' },
  { id: 'W06', what: '20,000 open mappings', text: '{a: '.repeat(20_000), code: 'WF_YAML_DEPTH' },
  { id: 'W06', what: 'deep JSON', text: `${'['.repeat(5000)}${']'.repeat(5000)}`, code: 'WF_YAML_DEPTH', file: 'x.json' },
  { id: 'W06', what: '400 levels by indentation', text: Array.from({ length: 400 }, (_, n) => `${' '.repeat(n)}a:\n`).join(''), code: 'WF_YAML_DEPTH' },
  { id: 'W07', what: '6 MB', text: `# ${'x'.repeat(6_000_000)}`, code: 'WF_TOO_LARGE', says: /1 MiB/ },
  { id: 'W08', what: 'a function tag', text: 'a: !!js/function "x"\n', code: 'WF_YAML_TAG', at: '1:4' },
  { id: 'W08', what: 'a tag of its own', text: 'a: !secret x\n', code: 'WF_YAML_TAG' },
  { id: 'W09', what: '__proto__ as key', text: `${head}__proto__: { admin: true }\n`, code: 'WF_RESERVED_KEY', at: '3:1' },
  { id: 'W09', what: 'constructor as key, inside', text: flow('a', '{ agent: x, with: { constructor: 1 } }'), code: 'WF_RESERVED_KEY' },
  { id: 'W10', what: 'bytes that are not UTF-8', text: new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0x0a]), code: 'WF_ENCODING', says: /byte offset 3/ },
  { id: 'W10', what: 'a NUL', text: 'a: \u0000', code: 'WF_ENCODING', says: /U\+0000 at offset 3/ },
  { id: 'W10', what: 'UTF-16', text: new Uint8Array(Buffer.from('\ufeffname: x', 'utf16le')), code: 'WF_ENCODING' },
  { id: 'W11', what: 'a list', text: '- a\n', code: 'WF_TYPE', says: /expected a mapping, got list/ },
  { id: 'W11', what: 'a word', text: 'hello\n', code: 'WF_TYPE', says: /got text/ },
  { id: 'W12', what: 'no name', text: `version: "1.0.0"\n${steps}`, code: 'WF_REQUIRED', says: /'name'/ },
  { id: 'W12', what: 'no version', text: `name: a\n${steps}`, code: 'WF_REQUIRED', says: /'version'/ },
  { id: 'W13', what: 'a version that YAML reads as a number', text: `name: a\nversion: 1.10\n${steps}`, code: 'WF_TYPE', at: '2:10', says: /YAML read 1\.1[^]*"1\.10"/ },
  { id: 'W14', what: 'an unknown field', text: flow('a', '{ agent: x, retires: 3 }'), code: 'WF_UNKNOWN_FIELD', at: '4:18', says: /did you mean 'retry'/ },
  { id: 'W14', what: "another tool's word", text: flow('a', '{ agent: x, depends_on: [] }'), code: 'WF_UNKNOWN_FIELD', says: /did you mean 'needs'/ },
  { id: 'W15', what: 'a step id with a dash', text: flow('my-step', '{ agent: x }'), code: 'WF_STEP_ID', says: /my_step/ },
  { id: 'W15', what: 'a step id with a space', text: flow('my step', '{ agent: x }'), code: 'WF_STEP_ID' },
  { id: 'W15', what: 'a step id with a dot', text: flow('a.b', '{ agent: x }'), code: 'WF_STEP_ID' },
  { id: 'W15', what: 'a step id with a dollar', text: flow('$where', '{ agent: x }'), code: 'WF_STEP_ID' },
  { id: 'W15', what: 'a step id of 300 characters', text: flow('a'.repeat(300), '{ agent: x }'), code: 'WF_STEP_ID' },
  { id: 'W15', what: 'a step id of an emoji', text: flow('🚀', '{ agent: x }'), code: 'WF_STEP_ID' },
  { id: 'W16', what: 'a step id twice', text: `${head}steps:\n  a: { agent: x }\n  a: { agent: x }\n`, code: 'WF_DUP_STEP', at: '5:3' },
  { id: 'W16', what: 'step ids that differ in case only', text: `${head}steps:\n  a: { agent: x }\n  A: { agent: x }\n`, code: 'WF_DUP_STEP', at: '5:3' },
  { id: 'W17', what: 'needs of an unknown step', text: `${head}steps:\n  research: { agent: x }\n  b: { agent: x, needs: [reserch] }\n`, code: 'WF_UNKNOWN_STEP', at: '5:26', says: /did you mean 'research'/ },
  { id: 'W18', what: 'a circle', text: `${head}steps:\n  a: { agent: x, needs: b }\n  b: { agent: x, needs: a }\n`, code: 'WF_CYCLE', says: /a → b → a/ },
  { id: 'W18', what: 'a circle through expressions', text: `${head}steps:\n  a: { agent: x, if: steps.b.attempts > 1 }\n  b: { agent: x, if: steps.a.attempts > 1 }\n`, code: 'WF_CYCLE' },
  { id: 'W18', what: 'a step that needs itself', text: flow('a', '{ agent: x, needs: a }'), code: 'WF_CYCLE', says: /needs itself/ },
  { id: 'W19', what: 'a step behind one that never runs', text: `${head}steps:\n  a: { agent: x, if: false }\n  b: { agent: x, needs: a }\n`, code: 'WF_UNREACHABLE', at: '5:3' },
  { id: 'W20', what: 'no steps', text: `${head}steps: {}\n`, code: 'WF_STEP_COUNT' },
  { id: 'W20', what: '10,001 steps', text: manySteps(10_001), code: 'WF_STEP_COUNT', at: '3:1', says: /10000/ },
  { id: 'W20', what: '10,001 steps in braces', text: `${head}steps: {${entries(10_001)}}\n`, code: 'WF_STEP_COUNT', says: /10000/ },
  { id: 'W20', what: '10,001 steps in JSON', text: `{"name": "a", "version": "1.0.0", "steps": {${entries(10_001)}}}`, code: 'WF_STEP_COUNT', file: 'x.json' },
  { id: 'W07', what: '200,000 lines', text: '#\n'.repeat(200_000), code: 'WF_TOO_LARGE', says: /150000/ },
  { id: 'W07', what: 'a list of 500,000', text: `a: [${'a,'.repeat(500_000)}]`, code: 'WF_TOO_LARGE' },
  { id: 'W07', what: 'nothing but signs', text: `${head}a: ${"'' ".repeat(300_000)}`, code: 'WF_TOO_LARGE' },
  ...['5', '-1s', '1y', '0', '0s', '367d', '""', 'P', 'PT', '1.5h', 'soon'].map(
    (value): BadWorkflow => ({ id: 'W21', what: `timeout ${value}`, text: flow('a', `{ agent: x, timeout: ${value} }`), code: 'WF_DURATION' }),
  ),
  ...['-1', '0', '1.5', '1e9', '{ max: -1 }', '{ max: 2, factor: 0 }', '{ max: 2, delay: 10s, maxDelay: 1s }', '{ max: 2, jitter: some }', '{ max: 2, on: [nope] }'].map(
    (value): BadWorkflow => ({ id: 'W22', what: `retry ${value}`, text: flow('a', `{ agent: x, retry: ${value} }`), code: 'WF_RETRY' }),
  ),
  { id: 'W23', what: 'an unknown agent', text: flow('a', '{ agent: reserch }'), code: 'WF_UNKNOWN_AGENT', at: '4:15', says: /did you mean 'research'/ },
  { id: 'W23', what: 'a version that is not registered', text: flow('a', '{ agent: research@^2 }'), code: 'WF_AGENT_VERSION', says: /1\.4\.0/ },
  { id: 'W24', what: 'a join over a branch that cannot run', text: `${head}steps:\n  a: { agent: x }\n  b: { agent: x, if: false }\n  c: { agent: x, needs: [a, b], join: { atLeast: 2 } }\n`, code: 'WF_JOIN_UNSATISFIABLE' },
  { id: 'W24', what: 'a join for more than there are', text: `${head}steps:\n  a: { agent: x }\n  c: { agent: x, needs: a, join: { atLeast: 2 } }\n`, code: 'WF_JOIN_UNSATISFIABLE' },
  { id: 'W25', what: 'a type that does not exist', text: `${head}inputs:\n  idea: { type: strnig }\n${steps}`, code: 'WF_SCHEMA_INVALID', at: '4:17', says: /did you mean 'string'/ },
  { id: 'W25', what: 'a short form that does not exist', text: `${head}inputs:\n  idea: strnig\n${steps}`, code: 'WF_SCHEMA_INVALID', says: /did you mean 'string'/ },
  { id: 'W26', what: 'a reference to the web', text: `${head}inputs:\n  idea: { $ref: "http://example.org/s.json" }\n${steps}`, code: 'WF_SCHEMA_REF' },
  { id: 'W26', what: 'a reference to a file', text: `${head}inputs:\n  idea: { $ref: "../s.json" }\n${steps}`, code: 'WF_SCHEMA_REF' },
  { id: 'W27', what: 'a pattern that hangs', text: `${head}inputs:\n  idea: { type: string, pattern: "^(a+)+$" }\n${steps}`, code: 'WF_REGEX_UNSAFE' },
  { id: 'W28', what: 'a value asked for before it exists', text: `${head}idempotencyKey: steps.a.output.id\n${steps}`, code: 'WF_FORWARD_REF' },
  { id: 'W29', what: 'a model key', text: flow('a', '{ agent: x, with: { key: sk-proj-abcdef0123456789 } }'), code: 'WF_INLINE_SECRET', says: /secretRef/ },
  { id: 'W29', what: 'a cloud key', text: flow('a', '{ agent: x, with: { key: AKIAIOSFODNN7EXAMPLE } }'), code: 'WF_INLINE_SECRET' },
  { id: 'W29', what: 'a private key', text: `${head}description: |\n  -----BEGIN RSA PRIVATE KEY-----\n  MIIEow\n${steps}`, code: 'WF_INLINE_SECRET' },
  { id: 'W30', what: 'a whole number beyond 2^53', text: flow('a', '{ agent: x, with: { id: 9007199254740993 } }'), code: 'WF_NUMBER_PRECISION', says: /"9007199254740993"/ },
  ...['.nan', '.inf', '-.inf', '1e400'].map(
    (value): BadWorkflow => ({ id: 'W31', what: value, text: flow('a', `{ agent: x, with: { n: ${value} } }`), code: 'WF_NUMBER' }),
  ),
]; // prettier-ignore

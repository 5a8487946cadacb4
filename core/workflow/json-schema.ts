/**
 * JSON Schema (2020-12), for inputs and for agent contracts. The only file that knows ajv.
 * JS1. A schema that refers outside itself, or whose patterns could hang, is refused before it is compiled.
 * JS2. A schema object is compiled once.
 *      Of one that is stored less is asked: it was accepted once (RX3).
 * JS3. Checking a value ends: a schema that refers to itself does so on a part of the value (`schema-circle.ts`), and
 *      patterns that take long are not tried on long texts (`bounded-pattern.ts`).
 */
import { echoed } from '../redact.ts';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Result } from '../failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { nearest } from './nearest.ts';
import { boundedPattern, type TextTooLong, textsTooLong } from './bounded-pattern.ts';
import { echo } from './problem.ts';
import { type Origin, regexProblem } from './regex-safety.ts';
import { schemaAddresses } from './schema-address.ts';
import { circles } from './schema-circle.ts';
import { isLocal, itsParts, references, sameValue, schemasAt, targetOf } from './schema-parts.ts';
import { childOf, escapePointer, pointerSegments } from './scope.ts';

export interface SchemaProblem {
  readonly code: 'WF_SCHEMA_INVALID' | 'WF_SCHEMA_REF' | 'WF_REGEX_UNSAFE';
  /** JSON pointer in the schema. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** One way in which a value does not fit. `got` is redacted and cut at 80 characters. */
export interface ValueProblem {
  readonly path: string;
  readonly message: string;
  readonly expected: string;
  readonly got: string;
}

/** Every problem of a value, at most twenty; none: it fits. */
export type Validator = (value: Json) => readonly ValueProblem[];
export type CompiledSchema = Result<Validator, readonly SchemaProblem[]>;

const compiled = {
  author: new WeakMap<JsonObject, CompiledSchema>(),
  store: new WeakMap<JsonObject, CompiledSchema>(),
} as const;
let ajv: Ajv2020 | undefined;

export function compileSchema(schema: JsonObject, origin: Origin = 'author'): CompiledSchema {
  const known = compiled[origin].get(schema);
  if (known !== undefined) return known;
  const result = compile(schema, origin);
  compiled[origin].set(schema, result);
  return result;
}

function compile(schema: JsonObject, origin: Origin): CompiledSchema {
  const problems: SchemaProblem[] = [];
  checkSchema(schema, '', { root: schema, origin, problems });
  if (problems.length > 0) return { ok: false, problem: problems };
  // Made at the first use: its own meta schema costs some milliseconds.
  ajv ??= new Ajv2020({
    strict: false,
    allErrors: true,
    validateFormats: false,
    validateSchema: false, // it is asked below, and would be again
    logger: false,
    uriResolver: schemaAddresses,
    code: { regExp: boundedPattern },
  });
  try {
    const endless = circles(schema).map(circleProblem);
    if (endless.length > 0) return { ok: false, problem: endless };
    if (ajv.validateSchema(schema) !== true) {
      // The meta schema is made of several, each of which may say the same.
      const told = new Map((ajv.errors ?? []).map(schemaProblem).map((one) => [JSON.stringify(one), one]));
      return { ok: false, problem: [...told.values()] };
    }
    const validate = ajv.compile(schema);
    return { ok: true, value: (value) => problemsOf(validate, value) };
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'cannot be compiled';
    return { ok: false, problem: [{ code: 'WF_SCHEMA_INVALID', path: '', message }] };
  } finally {
    // The library would keep every schema for ever; the weak map above is the memory.
    ajv.removeSchema(schema);
    delete ajv.refs[''];
  }
}

const circleProblem = (path: string): SchemaProblem => ({
  code: 'WF_SCHEMA_REF',
  path,
  message: 'reference leads back to itself without going into the value',
  hint: 'refer to it from within properties or items',
});

const schemaProblem = (error: ErrorObject): SchemaProblem => {
  const allowed: unknown = error.params['allowedValues'];
  const values = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  const why = (error.message ?? 'unknown').replace('object,boolean', 'an object or a boolean');
  return {
    code: 'WF_SCHEMA_INVALID',
    path: error.instancePath,
    message: `not a valid JSON Schema: ${why}${values}`,
  };
};

/** Those that hold no schemas. */
const others =
  '$schema $id $ref $anchor $dynamicRef $dynamicAnchor $vocabulary $comment title description default deprecated readOnly writeOnly examples type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired format contentEncoding contentMediaType nullable'.split(
    ' ',
  );
const keywords = new Set([
  ...[sameValue, itsParts].flatMap(({ single, several, named }) => [...single, ...several, ...named]),
  ...others,
]);

interface Checking {
  readonly root: JsonObject;
  readonly origin: Origin;
  readonly problems: SchemaProblem[];
}

function checkSchema(schema: Json, path: string, checking: Checking): void {
  if (!isJsonObject(schema)) return;
  for (const [key, value] of Object.entries(schema)) {
    const at = `${path}/${escapePointer(key)}`;
    if (!keywords.has(key) && !key.startsWith('x-')) {
      const near = nearest(key, keywords);
      const hint = near === undefined ? 'remove it, or begin it with x-' : `did you mean '${near}'?`;
      checking.problems.push({
        code: 'WF_SCHEMA_INVALID',
        path: at,
        message: `unknown keyword '${echoed(key)}'`,
        hint,
      });
    }
    if (references.includes(key)) checkRef(value, at, checking);
    if (key === 'pattern') checkPattern(value, at, checking);
    if (key === 'patternProperties' && isJsonObject(value))
      for (const name of Object.keys(value)) checkPattern(name, `${at}/${escapePointer(name)}`, checking);
    for (const kind of [sameValue, itsParts])
      for (const [below, part] of schemasAt(key, value, at, kind)) checkSchema(part, below, checking);
  }
}

function checkRef(ref: Json, path: string, { root, problems }: Checking): void {
  if (targetOf(root, ref) === undefined)
    problems.push({
      code: 'WF_SCHEMA_REF',
      path,
      message: `reference ${echo(ref)} ${isLocal(ref) ? 'leads nowhere' : 'leads out of the schema'}`,
      hint: "only references within the schema are allowed: '#/$defs/…'",
    });
}

function checkPattern(pattern: Json, path: string, { origin, problems }: Checking): void {
  const why = typeof pattern === 'string' ? regexProblem(pattern, origin) : undefined;
  if (why !== undefined)
    problems.push({
      code: why === 'pattern is not a regular expression' ? 'WF_SCHEMA_INVALID' : 'WF_REGEX_UNSAFE',
      path,
      message: `pattern ${echo(pattern)} is refused: ${why}`,
      hint: why.startsWith('repetitions')
        ? 'put between them what neither can be: ^[a-z]+-[a-z]+$'
        : 'repeat single characters or classes, not groups: ^[a-z]+$',
    });
}

function problemsOf(validate: ValidateFunction, value: Json): readonly ValueProblem[] {
  const [fits, long] = textsTooLong(() => validate(value) === true);
  // What was not tried may have been the one that would have said no, or the name of what was not looked at.
  if (fits) return long.slice(0, 20).map(tooLong);
  return (validate.errors ?? []).slice(0, 20).map((error) => valueProblem(error, value, long));
}

const tooLong = (one: TextTooLong): ValueProblem => ({
  path: '',
  message: `a text in the value: expected ${lengthExpected(one)}`,
  expected: lengthExpected(one),
  got: echo(one.text),
});

const lengthExpected = ({ pattern, most }: TextTooLong): string =>
  `at most ${most} characters where the pattern ${echo(pattern)} is tried, which takes too long on more`;

function valueProblem(error: ErrorObject, value: Json, long: readonly TextTooLong[]): ValueProblem {
  const params: Readonly<Record<string, unknown>> = error.params;
  const missing = params['missingProperty'];
  const extra = params['additionalProperty'] ?? params['unevaluatedProperty'];
  const name = typeof missing === 'string' ? missing : typeof extra === 'string' ? extra : undefined;
  const path = name === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(name)}`;
  let got: Json | undefined = value;
  for (const key of pointerSegments(path)) got = got && childOf(got, key);
  const untried = long.find(({ pattern, text }) => text === got && pattern === params['pattern']);
  const expected = untried
    ? lengthExpected(untried)
    : expectedBy(error.keyword, params, error.message ?? 'another value');
  const at = path === '' ? 'the value' : path;
  return {
    path,
    message: `${at}: expected ${expected}`,
    expected,
    got: got === undefined ? 'nothing' : echo(got),
  };
}

function expectedBy(keyword: string, params: Readonly<Record<string, unknown>>, message: string): string {
  if (keyword === 'required') return 'a value';
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return 'no such key';
  const allowed = params['allowedValues'];
  if (Array.isArray(allowed)) return `one of ${JSON.stringify(allowed)}`;
  const unit = sizeUnits[keyword];
  const limit = params['limit'];
  if (unit !== undefined && typeof limit === 'number')
    return `${keyword.startsWith('min') ? 'at least' : 'at most'} ${limit} ${unit}`;
  return message.replace(/^must (?:be |have )?/, '');
}

const sizeUnits: Readonly<Record<string, string>> = {
  minLength: 'characters',
  maxLength: 'characters',
  minItems: 'items',
  maxItems: 'items',
  minProperties: 'keys',
  maxProperties: 'keys',
};

/** What is said of a schema that cannot be used, and of a value that does not fit: word for word, with the place. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json, type JsonObject } from '../json.ts';
import { compileSchema } from './json-schema.ts';

function told(schema: JsonObject): readonly string[] {
  const compiled = compileSchema(schema);
  if (compiled.ok) return [];
  return compiled.problem.map(({ code, path, message, hint }) => `${code} ${path} ${message}; ${hint}`);
}

function misfits(schema: JsonObject, value: Json): readonly string[] {
  const compiled = compileSchema(schema);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.value(value).map(({ path, message, got }) => `${path} ${message}, got ${got}`);
}

const within = "only references within the schema are allowed: '#/$defs/…'";
const refused: readonly (readonly [schema: JsonObject, ...problems: readonly string[]])[] = [
  [
    { items: 'text' },
    'WF_SCHEMA_INVALID /items not a valid JSON Schema: must be an object or a boolean; undefined',
  ],
  [
    { items: null },
    'WF_SCHEMA_INVALID /items not a valid JSON Schema: must be an object or a boolean; undefined',
  ],
  [{ pattern: 7 }, 'WF_SCHEMA_INVALID /pattern not a valid JSON Schema: must be string; undefined'],
  [
    { pattern: '(a+)+' },
    'WF_REGEX_UNSAFE /pattern pattern "(a+)+" is refused: repetition inside a repeated group; repeat single characters or classes, not groups: ^[a-z]+$',
  ],
  [
    { pattern: 'a*a*a*' },
    'WF_REGEX_UNSAFE /pattern pattern "a*a*a*" is refused: repetitions after one another that can share the same text; put between them what neither can be: ^[a-z]+-[a-z]+$',
  ],
  [{ 'note-x-': 1 }, "WF_SCHEMA_INVALID /note-x- unknown keyword 'note-x-'; remove it, or begin it with x-"],
  [
    { properties: { a: { $ref: ['#/$defs/a'] } }, $defs: { a: {} } },
    `WF_SCHEMA_REF /properties/a/$ref reference ["#/$defs/a"] leads out of the schema; ${within}`,
  ],
  [
    { properties: { a: { $ref: 'other#/$defs/a' } }, $defs: { a: {} } },
    `WF_SCHEMA_REF /properties/a/$ref reference "other#/$defs/a" leads out of the schema; ${within}`,
  ],
  [
    { definitions: { a: { typ: 'string' } } },
    "WF_SCHEMA_INVALID /definitions/a/typ unknown keyword 'typ'; did you mean 'type'?",
  ],
];

describe('a schema', () => {
  it('that is wrong in two places is told both, each once', () => {
    assert.deepEqual(told({ items: 'text', not: 1 }).length, 2);
  });

  for (const [schema, ...problems] of refused)
    it(`is refused: ${JSON.stringify(schema)}`, () => assert.deepEqual(told(schema), problems));

  it('that the library does not compile is told in two hundred signs of its words', () => {
    const $id = `https://schemas.example/${'x'.repeat(300)}`;
    const compiled = compileSchema({
      $id,
      $defs: { a: { $id, type: 'string' }, b: { $id, type: 'number' } },
    });
    assert.ok(!compiled.ok);
    const [problem] = compiled.problem;
    assert.equal(problem?.message.length, 200);
    assert.match(problem.message, /^reference "https:\/\/schemas\.example\/x+$/);
  });

  it('may have keys of its own that begin with x-', () => {
    assert.deepEqual(told({ 'x-note': { typ: 1 } }), []);
  });

  it('may have members whose names would be no good patterns', () => {
    assert.deepEqual(told({ properties: { '(a+)+': { type: 'string' }, '(': true } }), []);
    assert.match(told({ patternProperties: { '(a+)+': true } })[0] ?? '', /^WF_REGEX_UNSAFE/);
  });
});

describe('a value that does not fit', () => {
  it('is told with the keys that are too many, each with its place', () => {
    const schema: JsonObject = { allOf: [{ properties: { a: true } }], unevaluatedProperties: false };
    assert.deepEqual(misfits(schema, { a: 1, 'b/c': 2 }), ['/b~1c /b~1c: expected no such key, got 2']);
    assert.deepEqual(misfits({ properties: {}, additionalProperties: false }, { d: 3 }), [
      '/d /d: expected no such key, got 3',
    ]);
  });
});

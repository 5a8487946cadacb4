/** What is said of declared inputs that are wrong: where, what, what was expected, what to do. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseWorkflow } from './parse.ts';

const told = (inputs: string): readonly string[] => {
  const parsed = parseWorkflow(`name: a\nversion: "1.0.0"\ninputs: ${inputs}\nsteps: {a: {agent: x}}\n`);
  if (parsed.ok) return [];
  return parsed.problems.map(
    ({ code, at, path, message, expected, hint }) =>
      `${code} ${at.line}:${at.column} ${path} ${message}; ${expected}; ${hint}`,
  );
};

const name = 'k'.repeat(45);
const schema = 'a JSON Schema (2020-12)';

const mistakes: Readonly<Record<string, readonly [inputs: string, ...problems: readonly string[]]>> = {
  'a type that is none': [
    '{a: strin}',
    "WF_SCHEMA_INVALID 3:13 /inputs/a unknown type 'strin'; string, number, integer, boolean, object, array; did you mean 'string'?",
  ],
  'an input that is a list': [
    `{${name}: [1]}`,
    `WF_TYPE 3:57 /inputs/${name} expected a JSON Schema or a type name, got list; a JSON Schema or a type name; for example ${'k'.repeat(40)}: string`,
  ],
  'a part of a schema that is a list': [
    '{a: {type: object, properties: [1]}}',
    `WF_SCHEMA_INVALID 3:40 /inputs/a/properties not a valid JSON Schema: must be object; ${schema}; see json-schema.org`,
  ],
  'a part of a schema, deep in it, that is a text': [
    '{a: {type: object, properties: {b: {minLength: x}}}}',
    `WF_SCHEMA_INVALID 3:56 /inputs/a/properties/b/minLength not a valid JSON Schema: must be integer (got "x"); ${schema}; see json-schema.org`,
  ],
  'a word that no schema has': [
    '{a: {"a/b": 1}}',
    `WF_SCHEMA_INVALID 3:21 /inputs/a/a~1b unknown keyword 'a/b'; ${schema}; remove it, or begin it with x-`,
  ],
};

for (const [mistake, [inputs, ...problems]] of Object.entries(mistakes))
  it(mistake, () => assert.deepEqual(told(inputs), problems));

/** The input of a run against the declared inputs: defaults filled in, or every problem in one failure. */
import { type Failure, failure, no, ok, type Result } from '../failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { type Definition } from './definition.ts';
import { compileSchema } from './json-schema.ts';
import { nearest } from './nearest.ts';

export function validateInput(definition: Definition, input: Json): Result<JsonObject> {
  if (!isJsonObject(input))
    return no(
      invalid(definition, `expected an object with ${namesOf(definition)}, got ${typeOf(input)}`, []),
    );
  const complete: JsonObject = { ...defaultsOf(definition), ...input };
  // It was accepted when the file was parsed; what is wrong here is wrong with the library's update.
  const compiled = compileSchema(definition.inputSchema, 'store');
  if (!compiled.ok) {
    const refused = compiled.problem.map(({ message }) => message).join('; ');
    return no(invalid(definition, refused, []));
  }
  const problems = compiled.value(complete);
  if (problems.length === 0) return ok(complete);
  const told = problems.map((problem) => {
    const near =
      problem.expected === 'no such key'
        ? nearest(problem.path.slice(1), Object.keys(properties(definition)))
        : undefined;
    return { ...problem, ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }) };
  });
  const first = told
    .slice(0, 3)
    .map((problem) => `${problem.path || '/'}: expected ${problem.expected}, got ${problem.got}`)
    .join('; ');
  return no(invalid(definition, first, told));
}

const invalid = (definition: Definition, what: string, problems: readonly JsonObject[]): Failure =>
  failure(
    'INPUT_INVALID',
    `input does not fit workflow ${definition.name} ${definition.version}: ${what}. Give the inputs it declares: ${namesOf(definition)}`,
    { details: { workflow: definition.name, version: definition.version, problems } },
  );

const properties = (definition: Definition): JsonObject => {
  const declared = definition.inputSchema['properties'];
  return isJsonObject(declared) ? declared : {};
};

const namesOf = (definition: Definition): string => Object.keys(properties(definition)).join(', ') || 'none';

function defaultsOf(definition: Definition): JsonObject {
  const found: [string, Json][] = [];
  for (const [name, schema] of Object.entries(properties(definition)))
    if (isJsonObject(schema) && schema['default'] !== undefined) found.push([name, schema['default']]);
  return Object.fromEntries(found);
}

const typeOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;

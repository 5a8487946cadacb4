/** The input of a run from `-i name=value`, `-f file` or the example beside the workflow; typed by the definition. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkParsed } from '#core/json-bytes.ts';
import { type Json, isJsonObject, type JsonObject } from '#core/json.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { validateInput } from '#core/workflow/validate-input.ts';
import { exitCodes } from './exit-codes.ts';
import { parseJson, readText } from './files.ts';
import { type CliError, toldError, typed, usageError } from './problem.ts';
import { batonFolder } from './workflow-files.ts';

export interface AskedInput {
  readonly input?: readonly string[];
  readonly inputFile?: string;
}

export interface FoundInput {
  readonly input: JsonObject;
  /** Set where the example input was used because none was given. */
  readonly example?: string;
}

/** Checked against the definition. Throws `CliError` that names every input that does not fit. */
export function findInput(definition: Definition, asked: AskedInput): FoundInput {
  const found = gather(definition, asked);
  const checked = validateInput(definition, found.input);
  if (checked.ok) return found;
  const { message, details } = checked.problem;
  throw usageError(checked.problem.code, message, {
    expected:
      isJsonObject(details) && typeof details['expected'] === 'string'
        ? details['expected']
        : 'input that fits what is declared',
    hint: `${describeInputs(definition)}; give them with -i name=value or -f file.json`,
  });
}

function gather(definition: Definition, asked: AskedInput): FoundInput {
  const given = givenInput(definition, asked);
  if (given !== undefined) return { input: given };
  const example = join(batonFolder, 'examples', `${definition.name}.input.json`);
  if (!existsSync(example)) return { input: {} };
  return { input: readObject(example), example: `examples/${definition.name}.input.json` };
}

/** Whatever takes named inputs of declared types: a workflow, an agent. */
export interface Taker {
  readonly name: string;
  /** JSON Schema of an object. */
  readonly inputSchema: JsonObject;
}

/** What was given with `-i` and `-f`, by type; not checked against the schema. `undefined` where nothing was given. */
export function givenInput(taker: Taker, asked: AskedInput): JsonObject | undefined {
  const single = asked.input ?? [];
  if (single.length === 0 && asked.inputFile === undefined) return undefined;
  const fromFile = asked.inputFile === undefined ? {} : readObject(asked.inputFile);
  const given = Object.fromEntries(single.map((text) => parseSingle(taker, text)));
  return { ...fromFile, ...given };
}

function readObject(path: string): JsonObject {
  const where = path === '-' ? 'stdin' : typed(path);
  const text = readText(path);
  const value = carried(parseJson(text, where) as Json, text, where);
  if (isJsonObject(value)) return value;
  throw usageError('INPUT_INVALID', `${where} holds ${kindOf(value)}`, {
    expected: 'a JSON object with one member for each input',
    hint: 'write it as {"name": value, …}',
  });
}

/** No event carries keys that rule objects, numbers that are not exact, or half a sign: a run would never begin. */
function carried(value: Json, text: string, where: string): Json {
  const problem = checkParsed(value, '', text, (root) => root);
  if (problem === undefined) return value;
  throw toldError(exitCodes.usage, { code: problem.code, message: `${where}: ${problem.message}` });
}

function parseSingle(taker: Taker, text: string): readonly [name: string, value: Json] {
  const cut = text.indexOf('=');
  if (cut < 1)
    throw usageError('INPUT_SYNTAX', `-i ${typed(text)} has no name and value`, {
      expected: 'name=value',
      hint: `${describeInputs(taker)}; e.g. -i idea="A parcel tracking service"`,
    });
  const name = text.slice(0, cut);
  const schemas = inputSchemas(taker);
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (schema === undefined) throw unknownInput(taker, name);
  return [name, convert(taker, name, text.slice(cut + 1), schema)];
}

/** Text as it is where the input may be a string; else JSON of a declared type. */
function convert(taker: Taker, name: string, text: string, schema: Json): Json {
  const types = typesOf(schema);
  if (types.length === 0 || types.includes('string')) return text;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw badInput(taker, name, text, types);
  }
  carried(value, text, `input '${name}'`);
  if (types.some((type) => isOfType(value, type))) return value;
  throw badInput(taker, name, text, types);
}

const badInput = (taker: Taker, name: string, text: string, types: readonly string[]): CliError =>
  usageError('INPUT_INVALID', `input '${name}' cannot be ${typed(text)}`, {
    expected: `${types.join(' or ')}, as ${taker.name} declares it`,
    hint:
      types.includes('object') || types.includes('array')
        ? `write it as JSON: -i '${name}=…'`
        : `-i ${name}=…`,
  });

function unknownInput(taker: Taker, name: string): CliError {
  const near = nearest(name, Object.keys(inputSchemas(taker)));
  return usageError('INPUT_UNKNOWN', `${taker.name} has no input ${typed(name)}`, {
    expected: describeInputs(taker),
    hint: near === undefined ? 'leave it out, or give one of these' : `did you mean '${near}'?`,
  });
}

function inputSchemas(taker: Taker): JsonObject {
  const properties = taker.inputSchema['properties'];
  return isJsonObject(properties) ? properties : {};
}

/** `its inputs are idea (string), count (integer)` */
export function describeInputs(taker: Taker): string {
  const inputs = Object.entries(inputSchemas(taker)).map(([name, schema]) => {
    const types = typesOf(schema);
    return types.length === 0 ? name : `${name} (${types.join(' or ')})`;
  });
  return inputs.length === 0 ? 'it takes no input' : `its inputs are ${inputs.join(', ')}`;
}

function typesOf(schema: Json): readonly string[] {
  const type = isJsonObject(schema) ? schema['type'] : undefined;
  const all: readonly unknown[] = Array.isArray(type) ? type : [type];
  return all.filter((one): one is string => typeof one === 'string');
}

function isOfType(value: Json, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return kindOf(value) === type;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** `inputs` of a workflow → one JSON Schema of the whole input object. */
import { type Json, type JsonObject } from '../json.ts';
import { idHint } from './id-hint.ts';
import { mapOf, wrongType } from './field.ts';
import { compileSchema } from './json-schema.ts';
import { inputTypes } from './language.ts';
import { nearest } from './nearest.ts';
import { echo, quote } from './problem.ts';
import { type Origin } from './regex-safety.ts';
import { didYouMean, type Report } from './report.ts';
import { pointerSegments } from './scope.ts';
import { jsonOf, type MapEntry, type MapNode, nodeAt, type SourceNode } from './source-node.ts';

export interface ParsedInputs {
  readonly names: ReadonlySet<string>;
  readonly schema: JsonObject;
}

const idPattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

export function parseInputs(node: SourceNode | undefined, origin: Origin, report: Report): ParsedInputs {
  const entries = mapOf(node, report)?.entries ?? [];
  const properties: [string, Json][] = [];
  const required: string[] = [];
  for (const entry of entries) {
    checkInputName(entry, report);
    const parsed = parseInput(entry, origin, report);
    if (parsed === undefined) continue;
    properties.push([entry.key, parsed.schema]);
    if (parsed.required) required.push(entry.key);
  }
  return {
    names: new Set(entries.map((entry) => entry.key)),
    schema: {
      type: 'object',
      properties: Object.fromEntries(properties),
      required,
      additionalProperties: false,
    },
  };
}

function checkInputName(entry: MapEntry, report: Report): void {
  if (idPattern.test(entry.key)) return;
  report.add('WF_NAME', { at: entry.keyAt, path: entry.value.path }, `input name ${quote(entry.key)}`, {
    expected: 'letters, digits and _, not beginning with a digit, at most 64',
    hint: idHint(entry.key, 'name'),
  });
}

function parseInput(
  entry: MapEntry,
  origin: Origin,
  report: Report,
): { readonly schema: JsonObject; readonly required: boolean } | undefined {
  const node = entry.value;
  if (node.kind === 'map') return parseSchema(node, origin, report);
  const written = jsonOf(node);
  if (typeof written !== 'string')
    return wrongType(
      node,
      'a JSON Schema or a type name',
      report,
      `for example ${entry.key.slice(0, 40)}: string`,
    );
  const type = inputTypes.find((name) => name === written);
  if (type !== undefined) return { schema: { type }, required: true };
  report.add('WF_SCHEMA_INVALID', node, `unknown type ${quote(written)}`, {
    expected: inputTypes.join(', '),
    ...didYouMean(nearest(written, inputTypes), 'write one of these, or a JSON Schema'),
  });
  return undefined;
}

/** `required: false` is a word of ours; in JSON Schema `required` is a list, and stays. */
function parseSchema(
  node: MapNode,
  origin: Origin,
  report: Report,
): { readonly schema: JsonObject; readonly required: boolean } | undefined {
  const json = jsonOf(node) as JsonObject;
  const own = typeof json['required'] === 'boolean' ? json['required'] : undefined;
  const schema = Object.fromEntries(
    Object.entries(json).filter(([key]) => key !== 'required' || own === undefined),
  );
  const compiled = compileSchema(schema, origin);
  if (!compiled.ok) {
    for (const problem of compiled.problem) {
      const at = nodeAt(node, pointerSegments(problem.path));
      report.add(
        problem.code,
        { at: at.at, path: `${node.path}${problem.path}` },
        schemaMessage(problem.message, at),
        {
          expected: 'a JSON Schema (2020-12)',
          hint: problem.hint ?? typeHint(at),
        },
      );
    }
    return undefined;
  }
  const fallback = schema['default'];
  for (const problem of fallback === undefined ? [] : compiled.value(fallback))
    report.add(
      'WF_SCHEMA_INVALID',
      nodeAt(node, ['default', ...pointerSegments(problem.path)]),
      `the default does not fit its own schema: ${problem.message} (got ${problem.got})`,
      { expected: problem.expected, hint: 'correct the default or the schema' },
    );
  return { schema, required: own ?? fallback === undefined };
}

const schemaMessage = (message: string, node: SourceNode): string =>
  node.kind === 'scalar' && message.startsWith('not a valid')
    ? `${message} (got ${echo(node.value)})`
    : message;

function typeHint(node: SourceNode): string {
  const written = jsonOf(node);
  const near = typeof written === 'string' ? nearest(written, inputTypes) : undefined;
  return near === undefined ? 'see json-schema.org' : `did you mean '${near}'?`;
}

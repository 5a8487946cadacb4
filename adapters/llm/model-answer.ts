/**
 * The text of a model's answer: unknown → JSON that fits, or what is wrong with it.
 * MA1. What the provider promises is never relied on: schema and the agent's own check are applied here, always.
 */
import { failure, type Failure, no, ok, type Result } from '#core/failure.ts';
import { isJsonObject, type Json } from '#core/json.ts';
import { type ModelRequest } from '#core/agent/contract.ts';
import { toJson } from '#core/agent/plain-json.ts';
import { cut, shown, told } from '#core/agent/shown.ts';
import { compileSchema } from '#core/workflow/json-schema.ts';

/** The longest answer that is read, in UTF-16 units. */
export const answerLimit = 8 * 1024 * 1024;

export interface Unfit {
  readonly code: 'AGENT_OUTPUT_PARSE' | 'AGENT_OUTPUT_INVALID';
  /** At most 20, each one line. */
  readonly problems: readonly string[];
}

export function parseAnswer(text: string, request: ModelRequest): Result<Json, Unfit> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  const problems = [...schemaProblems(request.schema, parsed.value)];
  // The agent's check may rely on the shape: it is asked only once the shape is right.
  if (problems.length === 0) problems.push(...(request.check?.(parsed.value) ?? []));
  if (problems.length === 0) return parsed;
  return no({
    code: 'AGENT_OUTPUT_INVALID',
    problems: problems.slice(0, 20).map((problem) => told(problem, 300)),
  });
}

/** The failure of an answer that did not fit although the model was told what was wrong. */
export function unfitFailure({ code, problems }: Unfit, request: ModelRequest): Failure {
  const what = code === 'AGENT_OUTPUT_PARSE' ? 'is not JSON' : 'does not fit the schema or its references';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const message =
    `the model's answer '${request.name}' ${what}, also after one repair turn: got ${problems[0] ?? 'nothing'}${more}, ` +
    `expected JSON that fits. Retry, or use a more capable model.`;
  return failure(code, message, { retryable: true, details: [...problems] });
}

/** Sent as the second question: what was wrong, and the whole form once more. */
export const repairText = ({ problems }: Unfit, request: ModelRequest): string =>
  [
    'Your answer cannot be used:',
    ...problems.map((problem) => `- ${problem}`),
    'Answer again with the whole corrected JSON object, and nothing else: no prose, no code fence.',
    `It must fit this JSON Schema: ${JSON.stringify(request.schema)}`,
  ].join('\n');

function parseJson(text: string): Result<Json, Unfit> {
  const unreadable = (problem: string): Result<Json, Unfit> =>
    no({ code: 'AGENT_OUTPUT_PARSE', problems: [told(problem, 600)] });
  if (/^\s*```/.test(text)) return unreadable(`the JSON is inside a code fence: got ${shown(text.trim())}`);
  try {
    // Copied: keys that touch prototypes and lone surrogates would be refused on the way to the log anyway.
    const copied = toJson(JSON.parse(text), answerLimit);
    if (copied.ok) return ok(copied.value);
    const { pointer, expected, got } = copied.problem;
    return unreadable(`got ${got} at ${pointer || 'the top'}, expected ${expected}`);
  } catch (error) {
    const reason = error instanceof SyntaxError ? cut(error.message, 120) : 'unreadable';
    return unreadable(`not JSON (${reason}): got ${shown(text)}`);
  }
}

function schemaProblems(schema: Json, value: Json): readonly string[] {
  if (!isJsonObject(schema)) return schema === false ? ['no answer is allowed by the schema'] : [];
  const compiled = compileSchema(schema);
  // A schema that cannot be compiled is the agent's bug, not the model's: it is told as it is, and never passes.
  if (!compiled.ok)
    throw new TypeError(`the schema of a model request is not usable: ${compiled.problem[0]?.message}`);
  return compiled.value(value).map((problem) => `${problem.message}, got ${problem.got}`);
}

/**
 * One zod schema in the three forms a model question needs: JSON Schema for the wire, problems for the repair
 * turn, and the typed value.
 */
import * as z from 'zod';
import { failure } from '../failure.ts';
import { type Json, type JsonObject } from '../json.ts';
import { onOneLine } from '../redact.ts';
import { AgentFailure } from './contract.ts';
import { toJson } from './plain-json.ts';

export interface AnswerSchema<T> {
  /** JSON Schema (2020-12). What zod checks in code (`refine`, `superRefine`) is not in it. */
  readonly json: Json;
  /** Every way in which the value does not fit, as text; empty if it fits. */
  readonly problems: (value: Json) => readonly string[];
  /** Throws `AgentFailure` (`AGENT_OUTPUT_INVALID`) where the value does not fit. */
  readonly parse: (value: Json) => T;
}

const longest = 256 * 1024;

/** What an agent's output is certain to be, as JSON Schema; what has no such form may be anything. */
export function outputSchema(schema: z.ZodType): JsonObject | undefined {
  try {
    return written(schema, { unrepresentable: 'any' });
  } catch {
    return undefined;
  }
}

/** Throws where it has no such form, or a very long one. */
function written(schema: z.ZodType, options?: z.core.ToJSONSchemaParams): JsonObject {
  const json = toJson(z.toJSONSchema(schema, options), longest);
  if (!json.ok) throw new Error(`the schema cannot be written as JSON Schema: ${json.problem.expected}`);
  return json.value as JsonObject;
}

export function answerSchema<T>(schema: z.ZodType<T>): AnswerSchema<T> {
  const json = written(schema);
  const problems = (value: Json): readonly string[] => {
    const parsed = schema.safeParse(value);
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => onOneLine(`/${path.join('/')}: ${message}`));
  };
  const parse = (value: Json): T => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const details = problems(value).slice(0, 20);
    const message = `the model's answer does not fit: ${details[0] ?? 'unknown'}. Expected what the schema asks for; ask again or simplify the question.`;
    throw new AgentFailure(failure('AGENT_OUTPUT_INVALID', message, { retryable: true, details }));
  };
  return { json, problems, parse };
}

/**
 * A workflow file → its definition, or every problem with its place (WP1–WP3 in parse-definition.ts).
 * What reads stored definitions only should import parse-definition.ts: it does without the YAML library.
 */
import { parseTree, type ParsedWorkflow, type ParseOptions } from './parse-definition.ts';
import { readSource } from './read-source.ts';

export { parseDefinition, type ParsedWorkflow, type ParseOptions } from './parse-definition.ts';

/** From a file. Problems are sorted by place. */
export function parseWorkflow(text: string | Uint8Array, options: ParseOptions = {}): ParsedWorkflow {
  const read = readSource(text, options);
  return read.ok ? parseTree(read.value, 'author', options) : { ok: false, problems: read.problem };
}

/** Small parsers for single fields, shared by the parts of a file. Each reports what is wrong and gives `undefined`. */
import { longestDurationMs, parseDuration } from './duration.ts';
import { nearest } from './nearest.ts';
import { echo, type ProblemCode } from './problem.ts';
import { didYouMean, type Report } from './report.ts';
import { fieldOf, jsonOf, type MapNode, type ScalarNode, type SourceNode, typeName } from './source-node.ts';

/** The field's node; a key with nothing after it is a problem, and not the same as no key. */
export function takeField(node: MapNode, key: string, report: Report): SourceNode | undefined {
  const field = fieldOf(node, key);
  if (field?.kind !== 'scalar' || field.value !== null) return field;
  wrongType(field, 'a value', report, `write a value after '${key}:' or remove the key`);
  return undefined;
}

export function wrongType(node: SourceNode, expected: string, report: Report, hint?: string): undefined {
  const got =
    node.kind === 'scalar' && node.value !== null ? `${typeName(node)} ${echo(node.value)}` : typeName(node);
  report.add('WF_TYPE', node, `expected ${expected}, got ${got}`, {
    got: typeName(node),
    expected,
    hint: hint ?? `write ${expected}`,
  });
}

export function textOf(
  node: SourceNode | undefined,
  report: Report,
): (ScalarNode & { value: string }) | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'string') return node as ScalarNode & { value: string };
  const written = node.kind === 'scalar' ? node.written : undefined;
  return wrongType(
    node,
    'text',
    report,
    written === undefined ? undefined : `put it in quotes: "${written.slice(0, 40)}"`,
  );
}

export function booleanOf(node: SourceNode | undefined, report: Report): boolean | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  return wrongType(node, 'true or false', report);
}

export function mapOf(node: SourceNode | undefined, report: Report): MapNode | undefined {
  if (node === undefined || node.kind === 'map') return node;
  return wrongType(node, 'a mapping', report);
}

export function durationOf(
  node: SourceNode | undefined,
  report: Report,
  options: { readonly zero?: boolean } = {},
): number | undefined {
  if (node === undefined) return undefined;
  const ms = node.kind === 'scalar' && typeof node.value === 'string' ? parseDuration(node.value) : undefined;
  if (ms !== undefined && (ms > 0 || options.zero)) return ms;
  const isNumber = node.kind === 'scalar' && typeof node.value === 'number';
  report.add('WF_DURATION', node, `${echo(jsonOf(node))} is not a duration`, {
    expected: `a number with a unit (500ms, 90s, 5m, 2h, 7d) or ISO 8601 (PT5M), above 0, up to ${longestDurationMs / 86_400_000} days`,
    hint: isNumber ? `say the unit: ${node.written.slice(0, 20)}s` : 'for example 90s',
  });
  return undefined;
}

export function wordOf<W extends string>(
  node: SourceNode | undefined,
  words: readonly W[],
  code: ProblemCode,
  report: Report,
): W | undefined {
  if (node === undefined) return undefined;
  const value = node.kind === 'scalar' ? node.value : undefined;
  const word = words.find((one) => one === value);
  if (word === undefined)
    report.add(code, node, `${echo(jsonOf(node))} is not one of ${words.join(', ')}`, {
      expected: words.join(', '),
      ...didYouMean(typeof value === 'string' ? nearest(value, words) : undefined),
    });
  return word;
}

/** A whole number, or any number, between two bounds (included). */
export function numberOf(
  node: SourceNode | undefined,
  bounds: { readonly least: number; readonly most: number; readonly whole: boolean },
  code: ProblemCode,
  report: Report,
): number | undefined {
  if (node === undefined) return undefined;
  const value = node.kind === 'scalar' ? node.value : undefined;
  if (
    typeof value === 'number' &&
    value >= bounds.least &&
    value <= bounds.most &&
    (!bounds.whole || Number.isInteger(value))
  )
    return value;
  const expected = `a ${bounds.whole ? 'whole ' : ''}number from ${bounds.least} to ${bounds.most}`;
  report.add(code, node, `${echo(jsonOf(node))} is out of range`, { expected, hint: `write ${expected}` });
  return undefined;
}

/** One text or a list of texts. */
export function textsOf(
  node: SourceNode | undefined,
  report: Report,
): readonly (ScalarNode & { value: string })[] {
  if (node === undefined) return [];
  const nodes = node.kind === 'list' ? node.items : [node];
  return nodes.map((item) => textOf(item, report)).filter((text) => text !== undefined);
}

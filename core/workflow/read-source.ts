/**
 * Bytes or text → a tree of JSON values with positions, from YAML or JSON. The only file that knows the YAML library.
 * RS1. Size, encoding, depth, anchors and tags are checked on text and tokens, before anything recursive sees them.
 * RS2. What JSON cannot say, or JavaScript would change, is a problem: duplicate and reserved keys, numbers that
 *      are not finite or not exact.   RS3. Nothing is thrown.
 */
import {
  Composer,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  type YAMLError,
} from 'yaml';
import { type Result } from '../failure.ts';
import { redact } from '../redact.ts';
import { type Position, type Problem, quote } from './problem.ts';
import { checkKey, deepestSource, refuseDepth } from './read-json.ts';
import { enoughProblems, newReport, type Report, type Where } from './report.ts';
import { escapePointer } from './scope.ts';
import { type MapEntry, type ScalarNode, type SourceNode } from './source-node.ts';
import { endOfLine, lineAt, placedText, type PlacedText, positionOf } from './source-places.ts';
import { refuseDocuments } from './source-refusal.ts';
import { checkSize } from './source-size.ts';
import { decodeText } from './source-text.ts';
import { checkTokens } from './source-tokens.ts';

/** `file`: a name ending in `.json` is held to JSON's own syntax; anything else is YAML, of which JSON is a part. */
export function readSource(
  source: string | Uint8Array,
  options: { readonly file?: string } = {},
): Result<SourceNode, readonly Problem[]> {
  const report = newReport();
  const text = decodeText(source, report);
  if (text === undefined) return { ok: false, problem: report.problems };
  const reader: Reader = { ...placedText(text), report };
  checkSize(reader, report);
  if (report.problems.length === 0 && options.file?.endsWith('.json') === true) checkJson(reader);
  const tokens =
    report.problems.length === 0 ? checkTokens(reader, new Lexer().lex(text), report) : undefined;
  const node = tokens === undefined ? undefined : parse(reader, tokens);
  return node === undefined || report.problems.length > 0
    ? { ok: false, problem: report.problems }
    : { ok: true, value: node };
}

/** The text with the places of its lines, and where its problems go. */
interface Reader extends PlacedText {
  readonly report: Report;
}

function checkJson(reader: Reader): void {
  try {
    JSON.parse(reader.text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    const where = { at: positionOf(reader, position === undefined ? 0 : Number(position)), path: '' };
    const what = message.replace(/(?:, )?(?:\.{3})?"[^]*/, '').replace(/ in JSON at.*/, '');
    reader.report.add('WF_JSON_SYNTAX', where, `not JSON: ${what === '' ? 'unexpected text' : what}`, {
      expected: 'JSON (RFC 8259)',
      hint: 'correct it, or name the file .yaml',
    });
  }
}

function parse(reader: Reader, tokens: readonly string[]): SourceNode | undefined {
  try {
    const document = documentOf(reader, tokens);
    if (document === undefined) return undefined;
    if (document.errors.length > 0) reportSyntax(reader, document.errors);
    else if (isNothing(document.contents)) refuseEmpty(reader.report);
    else return convert(document.contents, '', 0, reader);
  } catch {
    // The parser gave up on something that passed the checks above; it must not take the process with it (RS3).
    refuseDepth(reader.report, beginning);
  }
  return undefined;
}

/** What the library's `parseDocument` does, from tokens that are there already. */
function documentOf(reader: Reader, tokens: readonly string[]): Document.Parsed | undefined {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    // Found below, with the place of the first one; the library's own check is quadratic.
    uniqueKeys: false,
  });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(syntaxOf(tokens), true, reader.text.length)) {
    if (first === undefined) first = document;
    else {
      refuseDocuments(reader.report, { at: positionOf(reader, document.range[0]), path: '' });
      return undefined;
    }
  }
  return first;
}

function* syntaxOf(tokens: readonly string[]) {
  const parser = new Parser();
  for (const token of tokens) yield* parser.next(token);
  yield* parser.end();
}

const beginning: Where = { at: { line: 1, column: 1 }, path: '' };

const refuseEmpty = (report: Report): void =>
  report.add('WF_EMPTY', beginning, 'the file defines no workflow', {
    expected: 'name, version and steps',
    hint: 'workflows/design-and-provision.yaml is an example',
  });

const isNothing = (contents: Node | null): contents is null =>
  contents === null || (isScalar(contents) && contents.value === null && contents.source === '');

/** One error makes others follow: one per line, three in all. */
function reportSyntax(reader: Reader, errors: readonly YAMLError[]): void {
  const lines = new Set<number>();
  for (const error of errors) {
    const at = positionOf(reader, error.pos[0], error.pos[1] - error.pos[0]);
    if (lines.has(at.line) || lines.size === 3) continue;
    lines.add(at.line);
    const expression = lineAt(reader, at.line).includes('${{');
    reader.report.add(
      'WF_YAML_SYNTAX',
      { at, path: '' },
      expression ? 'YAML cannot read this line: an expression in it needs quotes' : saidBy(error),
      expression
        ? {
            expected: '"${{ … }}"',
            hint: 'put the whole value in quotes: "${{ inputs.x }}" (always in flow style, {a: …})',
          }
        : {
            expected: 'YAML 1.2',
            hint: "check brackets, quotes and indentation; a text with ': ' in it needs quotes",
          },
    );
  }
}

/** Some of the parser's messages hold a piece of the file, however long. */
function saidBy({ message }: YAMLError): string {
  const safe = redact(message).slice(0, 300);
  return safe.charAt(0).toLowerCase() + safe.slice(1);
}

function convert(node: Node | null, path: string, depth: number, reader: Reader): SourceNode {
  const place = placeOf(node, path, reader);
  if (depth > deepestSource) refuseDepth(reader.report, place);
  else if (isSeq(node)) {
    const items = node.items.map((item, index) =>
      convert(item as Node | null, `${path}/${index}`, depth + 1, reader),
    );
    return withPlace({ kind: 'list', items }, place);
  } else if (isMap(node))
    return withPlace({ kind: 'map', entries: entriesOf(node.items, path, depth, reader) }, place);
  return scalarOf(node, place, reader);
}

/** Its position is worked out when it is asked for: a file has 100,000 values, and few are reported. */
function placeOf(node: Node | null, path: string, reader: Reader): Where {
  const [start, end] = node?.range ?? [0, 0];
  return {
    get at() {
      return positionOf(reader, start, Math.min(end, endOfLine(reader, start)) - start);
    },
    path,
  };
}

/** The getter stays a getter: spreading `place` would work the position out. */
const withPlace = <T extends object>(value: T, place: Where): T & Where => ({
  ...value,
  get at() {
    return place.at;
  },
  path: place.path,
});

function entriesOf(pairs: readonly Pair[], path: string, depth: number, reader: Reader): readonly MapEntry[] {
  const entries = new Map<string, MapEntry>();
  for (const pair of pairs) {
    if (reader.report.problems.length >= enoughProblems) break;
    const keyNode = pair.key as Node | null;
    if (!isScalar(keyNode) || keyNode.value === null) {
      reader.report.add('WF_YAML_SYNTAX', placeOf(keyNode, path, reader), 'a key that is not text', {
        expected: 'a text as key',
        hint: 'put the key in quotes',
      });
      continue;
    }
    const key = keyNode.source ?? '';
    const where = placeOf(keyNode, `${path}/${escapePointer(key)}`, reader);
    checkKey(key, where, reader.report);
    const first = entries.get(key);
    if (first === undefined) entries.set(key, entryOf(key, where, pair, depth, reader));
    else
      reader.report.add(
        path === '/steps' ? 'WF_DUP_STEP' : 'WF_YAML_DUP_KEY',
        where,
        `key ${quote(key)} is given twice: first at line ${first.keyAt.line}`,
        { expected: 'each key once', hint: 'rename or remove one of them' },
      );
  }
  return [...entries.values()];
}

const entryOf = (key: string, where: Where, pair: Pair, depth: number, reader: Reader): MapEntry => ({
  key,
  get keyAt() {
    return where.at;
  },
  value: convert(pair.value as Node | null, where.path, depth + 1, reader),
});

function scalarOf(node: Node | null, place: Where, reader: Reader): ScalarNode {
  const raw: unknown = isScalar(node) ? node.value : null;
  const [start, end] = node?.range ?? [0, 0];
  const written = (isScalar(node) ? node.source : undefined) ?? reader.text.slice(start, end);
  const value = typeof raw === 'number' ? numberOf(raw, written, place, reader.report) : raw;
  const json =
    typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : null;
  const locate = (offset: number, length: number): Position =>
    locateIn(written, { start, end }, offset, length, reader);
  return withPlace({ kind: 'scalar', value: json, written, locate } as const, place);
}

function numberOf(value: number, written: string, where: Where, report: Report): number {
  if (!Number.isFinite(value))
    report.add('WF_NUMBER', where, `number ${quote(written)} is not finite`, {
      expected: 'a finite number',
      hint: 'put it in quotes if it is meant as text',
    });
  else if (Number.isInteger(value) && !Number.isSafeInteger(value))
    report.add(
      'WF_NUMBER_PRECISION',
      where,
      `number ${quote(written)} cannot be kept exactly (it becomes ${value})`,
      {
        expected: 'a whole number up to 9007199254740991',
        hint: `quote it: "${written.slice(0, 40)}"`,
      },
    );
  return Object.is(value, -0) ? 0 : value;
}

/** Where a part of a text stands in the file: exact where it is written as it reads, else the line of text it is in. */
function locateIn(
  text: string,
  range: { readonly start: number; readonly end: number },
  offset: number,
  length: number,
  reader: Reader,
): Position {
  const raw = reader.text.slice(range.start, range.end);
  const whole = raw.indexOf(text);
  if (whole >= 0) return positionOf(reader, range.start + whole + offset, length);
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const to = text.indexOf('\n', offset);
  const line = text.slice(from, to < 0 ? undefined : to);
  const found = line === '' ? -1 : raw.indexOf(line);
  if (found >= 0) return positionOf(reader, range.start + found + offset - from, length);
  const part = text.slice(offset, offset + length);
  const near = part === '' ? -1 : raw.indexOf(part);
  return positionOf(reader, range.start + Math.max(0, near), near < 0 ? 1 : length);
}

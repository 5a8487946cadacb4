/**
 * Bytes or text → a tree of JSON values with positions, from YAML or JSON. The only file that knows the YAML library.
 * RS1. Size, encoding, depth, anchors and tags are checked on tokens, before anything recursive sees the text.
 * RS2. What JSON cannot say, or JavaScript would change, is a problem: duplicate and reserved keys, numbers that
 *      are not finite or not exact.   RS3. Nothing is thrown.
 */
import {
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type Pair,
  type YAMLError,
} from 'yaml';
import { type Result } from '../failure.ts';
import { type Position, type Problem, quote } from './problem.ts';
import { newReport, type Report, type Where } from './report.ts';
import { escapePointer } from './scope.ts';
import { checkKey, deepestSource, refuseDepth } from './read-json.ts';
import { type MapEntry, type ScalarNode, type SourceNode } from './source-node.ts';
import { refuseAlias, refuseDocuments, refuseTag } from './source-refusal.ts';
import { decodeText } from './source-text.ts';

/** Columns: far more than 64 levels need, far fewer than would make the parser's recursion deep. */
const widestIndent = 300;

/** `file`: a name ending in `.json` is held to JSON's own syntax; anything else is YAML, of which JSON is a part. */
export function readSource(
  source: string | Uint8Array,
  options: { readonly file?: string } = {},
): Result<SourceNode, readonly Problem[]> {
  const report = newReport();
  const text = decodeText(source, report);
  if (text === undefined) return { ok: false, problem: report.problems };
  const lines = new LineCounter();
  const reader: Reader = { text, lines, report, isJson: options.file?.endsWith('.json') === true };
  lines.lineStarts.push(0, ...lineStarts(text));
  if (reader.isJson) checkJson(reader);
  if (report.problems.length === 0) checkTokens(reader);
  const node = report.problems.length === 0 ? parse(reader) : undefined;
  return node === undefined || report.problems.length > 0
    ? { ok: false, problem: report.problems }
    : { ok: true, value: node };
}

interface Reader {
  readonly text: string;
  readonly lines: LineCounter;
  readonly report: Report;
  readonly isJson: boolean;
}

function lineStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(reader: Reader, offset: number, length = 1): Position {
  const { line, col } = reader.lines.linePos(Math.min(offset, reader.text.length));
  return { line, column: col, endColumn: col + Math.max(1, length) };
}

const lineAt = (reader: Reader, line: number): string => {
  const start = reader.lines.lineStarts[line - 1] ?? 0;
  return reader.text.slice(start, reader.lines.lineStarts[line] ?? reader.text.length);
};

function checkJson(reader: Reader): void {
  try {
    JSON.parse(reader.text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    const where = { at: positionOf(reader, position === undefined ? 0 : Number(position)), path: '' };
    const what = message
      .replace(/(?:, )?"[^]*$/, '')
      .replace(/ in JSON at.*$/, '')
      .trim();
    reader.report.add('WF_JSON_SYNTAX', where, `not JSON: ${what === '' ? 'unexpected text' : what}`, {
      expected: 'JSON (RFC 8259)',
      hint: 'correct it, or name the file .yaml',
    });
  }
}

/** RS1: one pass over the tokens, which are made without recursion. Stops at the first refusal. */
function checkTokens(reader: Reader): void {
  let offset = 0;
  let lineBegin = 0;
  let flow = 0;
  let documents = 0;
  let lineStart = true;
  let isText = false;
  for (const token of new Lexer().lex(reader.text)) {
    // The lexer's own marks: document, end of flow, "a scalar follows".
    if (token === '\u001f') isText = true;
    if (token === '\u0002' || token === '\u0018' || token === '\u001f') continue;
    const sign = token.charAt(0);
    const where = (): Where => ({ at: positionOf(reader, offset, token.length), path: '' });
    if (isText) isText = false;
    else if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    else if (token === '---') documents += 1;
    else if (sign === '&' || sign === '*') return refuseAlias(reader.report, where(), token);
    else if (sign === '!') return refuseTag(reader.report, where(), token);
    else if (lineStart && flow === 0 && /^ *\t/.test(token))
      refuseTab(reader, where(), offset + token.length);
    const wide =
      flow === 0 && offset - lineBegin > widestIndent && (lineStart || sign === '-' || sign === '?');
    if (flow > deepestSource || (wide && token.trim() !== '')) return refuseDepth(reader.report, where());
    if (documents > 1) return refuseDocuments(reader.report, where());
    lineStart = token.endsWith('\n') || (lineStart && token.trim() === '');
    offset += token.length;
    const end = token.lastIndexOf('\n');
    if (end >= 0) lineBegin = offset - (token.length - end - 1);
  }
}

function refuseTab(reader: Reader, where: Where, next: number): void {
  // A line of nothing but white space is harmless.
  if (/^[\r\n#]?$/.test(reader.text.charAt(next))) return;
  reader.report.add('WF_YAML_SYNTAX', where, 'a tab as indentation: tabs are not allowed', {
    expected: 'spaces',
    hint: 'indent with spaces, two for each level',
  });
}

function parse(reader: Reader): SourceNode | undefined {
  try {
    const document = parseDocument(reader.text, {
      version: '1.2',
      schema: 'core',
      // Found below, with the place of the first one; the library's own check is quadratic.
      uniqueKeys: false,
      prettyErrors: false,
      merge: false,
      logLevel: 'error',
    });
    if (document.errors.length > 0) reportSyntax(reader, document.errors);
    else if (isNothing(document.contents))
      reader.report.add(
        'WF_EMPTY',
        { at: { line: 1, column: 1 }, path: '' },
        'the file defines no workflow',
        {
          expected: 'name, version and steps',
          hint: 'workflows/design-and-provision.yaml is an example',
        },
      );
    else return convert(document.contents, '', 0, reader);
  } catch {
    // The parser gave up on something that passed the checks above; it must not take the process with it (RS3).
    refuseDepth(reader.report, { at: { line: 1, column: 1 }, path: '' });
  }
  return undefined;
}

const isNothing = (contents: Node | null): contents is null =>
  contents === null || (isScalar(contents) && contents.value === null && (contents.source ?? '') === '');

/** One error makes others follow: one per line, three in all. */
function reportSyntax(reader: Reader, errors: readonly YAMLError[]): void {
  const lines = new Set<number>();
  for (const error of errors) {
    const at = positionOf(reader, error.pos[0], error.pos[1] - error.pos[0]);
    if (lines.has(at.line) || lines.size === 3) continue;
    lines.add(at.line);
    const expression = lineAt(reader, at.line).includes('${{');
    reader.report.add(
      error.code === 'MULTIPLE_DOCS' ? 'WF_MULTI_DOC' : 'WF_YAML_SYNTAX',
      { at, path: '' },
      expression ? 'YAML cannot read this line: an expression in it needs quotes' : lowerFirst(error.message),
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

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function convert(node: Node | null, path: string, depth: number, reader: Reader): SourceNode {
  const [start, end] = node?.range ?? [0, 0];
  const at = positionOf(reader, start, Math.min(end, endOfLine(reader, start)) - start);
  if (depth > deepestSource) refuseDepth(reader.report, { at, path });
  else if (isSeq(node)) {
    const items = node.items.map((item, index) =>
      convert(item as Node | null, `${path}/${index}`, depth + 1, reader),
    );
    return { kind: 'list', at, path, items };
  } else if (isMap(node))
    return { kind: 'map', at, path, entries: entriesOf(node.items, path, depth, reader) };
  return scalarOf(node, at, path, reader);
}

const endOfLine = (reader: Reader, offset: number): number => {
  const end = reader.text.indexOf('\n', offset);
  return end < 0 ? reader.text.length : end;
};

function entriesOf(pairs: readonly Pair[], path: string, depth: number, reader: Reader): readonly MapEntry[] {
  const entries = new Map<string, MapEntry>();
  for (const pair of pairs) {
    const keyNode = pair.key as Node | null;
    const [start, end] = keyNode?.range ?? [0, 0];
    const keyAt = positionOf(reader, start, end - start);
    if (!isScalar(keyNode) || keyNode.value === null) {
      reader.report.add('WF_YAML_SYNTAX', { at: keyAt, path }, 'a key that is not text', {
        expected: 'a text as key',
        hint: 'put the key in quotes',
      });
      continue;
    }
    const key = typeof keyNode.value === 'string' ? keyNode.value : (keyNode.source ?? '');
    const where = { at: keyAt, path: `${path}/${escapePointer(key)}` };
    checkKey(key, where, reader.report);
    const first = entries.get(key);
    if (first !== undefined)
      reader.report.add(
        path === '/steps' ? 'WF_DUP_STEP' : 'WF_YAML_DUP_KEY',
        where,
        `key ${quote(key)} is given twice: first at line ${first.keyAt.line}`,
        { expected: 'each key once', hint: 'rename or remove one of them' },
      );
    else
      entries.set(key, {
        key,
        keyAt,
        value: convert(pair.value as Node | null, where.path, depth + 1, reader),
      });
  }
  return [...entries.values()];
}

function scalarOf(node: Node | null, at: Position, path: string, reader: Reader): ScalarNode {
  const raw: unknown = isScalar(node) ? node.value : null;
  const [start, end] = node?.range ?? [0, 0];
  const written = (isScalar(node) ? node.source : undefined) ?? reader.text.slice(start, end);
  const value = typeof raw === 'number' ? numberOf(raw, written, { at, path }, reader.report) : raw;
  const json =
    typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : null;
  const text = typeof json === 'string' ? json : written;
  const locate = (offset: number, length: number): Position =>
    locateIn(text, { start, end }, offset, length, reader);
  return { kind: 'scalar', at, path, value: json, written, locate };
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

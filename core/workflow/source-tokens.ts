/**
 * What is refused on the tokens of a YAML text, before anything recursive sees them (RS1 in read-source.ts).
 * ST1. One pass, which stops at the first refusal.   ST2. Bounded: more tokens than any workflow needs are refused.
 */
import { deepestSource, refuseDepth } from './read-json.ts';
import { type Report, type Where } from './report.ts';
import { type PlacedText, positionOf } from './source-places.ts';
import { refuseAlias, refuseDocuments, refuseTag } from './source-refusal.ts';

/** Columns: far more than 64 levels need, far fewer than would make the parser's recursion deep. */
const widestIndent = 300;
/** 10,000 steps of several fields each have fewer. */
const mostTokens = 400_000;

/** Changed in place, for every token. */
interface Scan {
  readonly source: PlacedText;
  readonly report: Report;
  offset: number;
  lineBegin: number;
  /** Open brackets. */
  flow: number;
  documents: number;
  lineStart: boolean;
}

/** The tokens; `undefined` after a refusal. The lexer makes them without recursion. */
export function checkTokens(
  source: PlacedText,
  lexed: Iterable<string>,
  report: Report,
): readonly string[] | undefined {
  const scan: Scan = { source, report, offset: 0, lineBegin: 0, flow: 0, documents: 0, lineStart: true }; // prettier-ignore
  const tokens: string[] = [];
  let isText = false;
  for (const token of lexed) {
    tokens.push(token);
    // The lexer's own marks: document, end of flow, "a scalar follows".
    if (token === '\u001f') isText = true;
    if (token === '\u0002' || token === '\u0018' || token === '\u001f') continue;
    if (!(isText ? withinBounds(scan, token) : takeSign(scan, token))) return undefined;
    isText = false;
    if (tokens.length > mostTokens) {
      refuseTokens(scan);
      return undefined;
    }
    moveOn(scan, token);
  }
  return report.problems.length > 0 ? undefined : tokens;
}

/** `false` after a refusal that leaves no use in going on. */
function takeSign(scan: Scan, token: string): boolean {
  const { report, source, offset } = scan;
  const sign = token.charAt(0);
  const where = (): Where => ({ at: positionOf(source, offset, token.length), path: '' });
  switch (sign) {
    case '[':
    case '{':
      scan.flow += 1;
      break;
    case ']':
    case '}':
      scan.flow = Math.max(0, scan.flow - 1);
      break;
    case '&':
    case '*':
      refuseAlias(report, where(), token);
      return false;
    case '!':
      refuseTag(report, where(), token);
      return false;
    default:
      if (token === '---') scan.documents += 1;
      else if (scan.lineStart && scan.flow === 0 && token.startsWith('\t')) refuseTab(scan, where(), token);
  }
  return withinBounds(scan, token);
}

function withinBounds(scan: Scan, token: string): boolean {
  const { report, source, offset } = scan;
  const where = (): Where => ({ at: positionOf(source, offset, token.length), path: '' });
  const wide =
    scan.flow === 0 &&
    offset - scan.lineBegin > widestIndent &&
    (scan.lineStart || token === '-' || token === '?');
  if (scan.flow > deepestSource || (wide && token.trim() !== '')) refuseDepth(report, where());
  else if (scan.documents > 1) refuseDocuments(report, where());
  else return true;
  return false;
}

function moveOn(scan: Scan, token: string): void {
  scan.lineStart = token.endsWith('\n') || (scan.lineStart && token.trim() === '');
  const end = token.lastIndexOf('\n');
  if (end !== -1) scan.lineBegin = scan.offset + end + 1;
  scan.offset += token.length;
}

function refuseTab({ source, report, offset }: Scan, where: Where, token: string): void {
  // A line of nothing but white space is harmless.
  if (/^[\r\n#]?$/.test(source.text.charAt(offset + token.length))) return;
  report.add('WF_YAML_SYNTAX', where, 'a tab as indentation: tabs are not allowed', {
    expected: 'spaces',
    hint: 'indent with spaces, two for each level',
  });
}

const refuseTokens = ({ source, report, offset }: Scan): void =>
  report.add(
    'WF_TOO_LARGE',
    { at: positionOf(source, offset), path: '' },
    `the file has more than ${mostTokens} signs, words and breaks`,
    { expected: `at most ${mostTokens}`, hint: 'split the workflow, or pass large data as input' },
  );

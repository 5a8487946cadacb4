/**
 * How much is in a file, counted before anything is parsed: what is refused for its size is refused at once.
 * SS1. One pass over the signs of the text, no tokens, no tree.   SS2. A file with as many steps as are allowed passes.
 */
import { stepCount } from './language.ts';
import { type Report, type Where } from './report.ts';
import { type PlacedText, positionOf } from './source-places.ts';

/** Lines and commas together: every entry of a file needs one of them. */
const mostEntries = 150_000;
/** Quotes: 10,000 steps in JSON that fit in a megabyte have fewer. */
const mostQuotes = 400_000;

export function checkSize(source: PlacedText, report: Report): void {
  const entries = source.lineStarts.length + countOf(source.text, ',');
  if (entries > mostEntries)
    report.add(
      'WF_TOO_LARGE',
      { at: positionOf(source, 0), path: '' },
      `the file has ${entries} lines and commas`,
      { expected: `at most ${mostEntries}`, hint: 'split the workflow, or pass large data as input' },
    );
  else if (countOf(source.text, '"') + countOf(source.text, "'") > mostQuotes)
    report.add(
      'WF_TOO_LARGE',
      { at: positionOf(source, 0), path: '' },
      `the file has more than ${mostQuotes} quotes`,
      {
        expected: `at most ${mostQuotes}`,
        hint: 'split the workflow, or pass large data as input',
      },
    );
  else {
    checkBlockSteps(source, report);
    checkBracedSteps(source, report);
  }
}

export const refuseStepCount = (report: Report, where: Where, count: number | string): void =>
  report.add('WF_STEP_COUNT', where, `the workflow has ${count} steps`, {
    expected: `${stepCount.least} to ${stepCount.most} steps`,
    hint: count === 0 ? 'add a step' : 'split the workflow',
  });

function countOf(text: string, sign: string): number {
  let count = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) count += 1;
  return count;
}

/** In block style each step begins a line, as deep as the first one below `steps:`. */
function checkBlockSteps(source: PlacedText, report: Report): void {
  const { text, lineStarts } = source;
  const begin = /^steps:[ \t]*(?:#.*)?\r?$/m.exec(text);
  if (begin === null) return;
  let indent: number | undefined;
  let count = 0;
  for (const start of lineStarts) {
    if (start <= begin.index) continue;
    const deep = indentOf(text, start);
    if (deep === undefined) continue;
    if (deep === 0) break;
    indent ??= deep;
    if (deep === indent) count += 1;
  }
  if (count > stepCount.most)
    refuseStepCount(report, { at: positionOf(source, begin.index, 5), path: '/steps' }, count);
}

/** In braces, as in JSON: each step but the last has a comma after it. */
function checkBracedSteps(source: PlacedText, report: Report): void {
  const { text } = source;
  const begin =
    /^(?:steps|"steps"):[ \t]*\{/m.exec(text) ??
    (/^\s*\{/.test(text) ? /"?steps"?\s*:\s*\{/.exec(text) : null);
  if (begin === null) return;
  const count = entriesIn(text, begin.index + begin[0].length);
  if (count > stepCount.most)
    refuseStepCount(report, { at: positionOf(source, begin.index, 5), path: '/steps' }, count);
}

const signs = /["'{}[\],]/g;

/**
 * Entries up to the brace that closes, `at` being just after the one that opens. Quoted text is jumped over.
 * No entry counts as one: only too many matter here.
 */
function entriesIn(text: string, at: number): number {
  let depth = 1;
  let commas = 0;
  let closed = text.length;
  signs.lastIndex = at;
  for (let match = signs.exec(text); match !== null; match = signs.exec(text)) {
    const [sign] = match;
    if (sign === '{' || sign === '[') depth += 1;
    else if (sign === ',') commas += depth === 1 ? 1 : 0;
    else if (sign === '"' || sign === "'") signs.lastIndex = endOfQuoted(text, match.index, sign);
    else if ((depth -= 1) === 0) {
      closed = match.index;
      break;
    }
  }
  // YAML allows a comma after the last entry.
  return commas + (text.slice(at, closed).trimEnd().endsWith(',') ? 0 : 1);
}

function endOfQuoted(text: string, start: number, quote: string): number {
  for (let end = text.indexOf(quote, start + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (quote === '"' && text.charAt(end - 1 - slashes) === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Spaces before the first sign; `undefined` for an empty line or a comment. */
function indentOf(text: string, start: number): number | undefined {
  let at = start;
  while (text.charCodeAt(at) === 0x20) at += 1;
  const sign = text.charAt(at);
  return sign === '' || sign === '\n' || sign === '\r' || sign === '#' ? undefined : at - start;
}

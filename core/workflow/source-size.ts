/**
 * How much is in a file, counted before anything is parsed: what is refused for its size is refused at once.
 * SS1. One pass over the signs of the text, no tokens, no tree.   SS2. A file with as many steps as are allowed passes.
 */
import { stepCount } from './language.ts';
import { type Report, type Where } from './report.ts';
import { type PlacedText, positionOf } from './source-places.ts';

/** Lines and commas together: every entry of a file needs one of them. */
const mostEntries = 150_000;

export function checkSize(source: PlacedText, report: Report): void {
  const entries = source.lineStarts.length + commasIn(source.text);
  if (entries > mostEntries)
    report.add(
      'WF_TOO_LARGE',
      { at: positionOf(source, 0), path: '' },
      `the file has ${entries} lines and commas`,
      { expected: `at most ${mostEntries}`, hint: 'split the workflow, or pass large data as input' },
    );
  else checkBlockSteps(source, report);
}

export const refuseStepCount = (report: Report, where: Where, count: number | string): void =>
  report.add('WF_STEP_COUNT', where, `the workflow has ${count} steps`, {
    expected: `${stepCount.least} to ${stepCount.most} steps`,
    hint: count === 0 ? 'add a step' : 'split the workflow',
  });

function commasIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) count += 1;
  return count;
}

/** In block style each step begins a line, as deep as the first one below `steps:`. */
function checkBlockSteps(source: PlacedText, report: Report): void {
  const { text, lineStarts } = source;
  if (lineStarts.length <= stepCount.most) return;
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

/** Spaces before the first sign; `undefined` for an empty line or a comment. */
function indentOf(text: string, start: number): number | undefined {
  let at = start;
  while (text.charCodeAt(at) === 0x20) at += 1;
  const sign = text.charAt(at);
  return sign === '' || sign === '\n' || sign === '\r' || sign === '#' ? undefined : at - start;
}

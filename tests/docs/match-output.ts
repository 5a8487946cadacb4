/**
 * Holds what a command printed against what a page shows.
 * - `…` stands for any text within a line; a line that is nothing but `…` stands for any number of lines.
 * - What differs from run to run is compared by its kind: a run id is as good as any other, so are times and durations.
 * - How wide a column is does not matter.
 */

/** What is wrong, for people; `undefined` where it fits. */
export function mismatch(shown: string, printed: string): string | undefined {
  if (patternOf(shown, '$').test(plain(printed))) return undefined;
  const lines = plain(shown).split('\n');
  // The longest beginning that fits tells which line does not.
  const fitting = lines.findLastIndex((_, index) =>
    patternOf(lines.slice(0, index + 1).join('\n'), '(?:\\n|$)').test(plain(printed)),
  );
  return [
    `the page shows what the command did not print, from this line on: ${lines[fitting + 1] ?? '(its end)'}`,
    '--- printed:',
    printed.trimEnd(),
  ].join('\n');
}

/** Whether the beginning of what was printed fits: what a command that goes on has said so far. */
export const beginsWith = (shown: string, printed: string): boolean =>
  patternOf(shown, '(?:\\n|$)').test(plain(printed));

function patternOf(shown: string, end: string): RegExp {
  const lines = plain(shown).split('\n');
  // Any number of lines at the end is also none.
  const open = lines.at(-1) === '…';
  const told = open ? lines.slice(0, -1) : lines;
  const source = told.map((line, index) => {
    if (line === '…') return '(?:[^\\n]*\\n)*?';
    return `${line.split('…').map(RegExp.escape).join('[^\\n]*')}${index === told.length - 1 ? '' : '\\n'}`;
  });
  const rest = open ? (told.length === 0 ? '[^]*' : '(?:\\n[^]*)?') : '';
  return new RegExp(`^${source.join('')}${rest}${end}`);
}

const plain = (text: string): string =>
  text
    .trimEnd()
    .replace(/\b[0-9a-hjkmnp-tv-z]{26}\b/g, '<run>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replace(/(?<![\w.])\d+(?:\.\d+)?(?:ms|s)\b/g, '<duration>')
    .replace(/ +$/gm, '')
    .replace(/(?<=\S) +/g, ' ');

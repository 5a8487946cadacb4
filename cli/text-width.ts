/** How wide text is in a terminal, near enough to keep it from wrapping. */

/** Cut to `columns`, with an ellipsis where something was cut off. Text without control characters. */
export function clip(text: string, columns: number): string {
  if (text.length * 2 <= columns || widthOf(text) <= columns) return text;
  let width = 1;
  let kept = '';
  for (const sign of text) {
    width += signWidth(sign);
    if (width > columns) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** Lines of at most `columns`, broken at spaces where there are some; what follows a break is indented by six. */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  if (line.length * 2 <= columns || widthOf(line) <= columns) return line;
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/(?<=\S) /)) {
    if (current !== '' && widthOf(`${current} ${word}`) > columns) {
      lines.push(current);
      current = `      ${word}`;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current].join('\n');
}

export const widthOf = (text: string): number => [...text].reduce((sum, sign) => sum + signWidth(sign), 0);

/** East Asian scripts and pictographs take two columns. Combining marks are counted as one: too narrow is harmless. */
function signWidth(sign: string): number {
  const point = sign.codePointAt(0) ?? 0;
  return point >= 0x1100 &&
    (point <= 0x115f ||
      (point >= 0x2e80 && point <= 0xd7a3) ||
      (point >= 0xf900 && point <= 0xfaff) ||
      (point >= 0xfe30 && point <= 0xff60) ||
      point >= 0x1f300)
    ? 2
    : 1;
}

/** Offsets in a text → lines and columns. Worked out only for what is reported: most places never are. */
import { type Position } from './problem.ts';

export interface PlacedText {
  readonly text: string;
  /** Offset at which each line begins. */
  readonly lineStarts: readonly number[];
}

export function placedText(text: string): PlacedText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { text, lineStarts };
}

export function positionOf(source: PlacedText, offset: number, length = 1): Position {
  const { lineStarts } = source;
  const at = Math.min(offset, source.text.length);
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  const column = at - (lineStarts[low] ?? 0) + 1;
  return { line: low + 1, column, endColumn: column + Math.max(1, length) };
}

export function lineAt(source: PlacedText, line: number): string {
  const start = source.lineStarts[line - 1] ?? 0;
  return source.text.slice(start, source.lineStarts[line] ?? source.text.length);
}

export function endOfLine(source: PlacedText, offset: number): number {
  const end = source.text.indexOf('\n', offset);
  return end < 0 ? source.text.length : end;
}

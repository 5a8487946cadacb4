/** Rows in aligned columns. */
import { clip, widthOf } from './text-width.ts';

/**
 * A header line, then a line for each row; the last column is not padded. Where `room` (columns) is given, no line is
 * wider, and columns at the end that would be empty are left out: whoever reads on a terminal wants rows, whoever reads a
 * pipe wants all of them.
 */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], room?: number): string {
  const lastOfUse = heads.findLastIndex((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const head = room === undefined ? heads : heads.slice(0, lastOfUse + 1);
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) - widthOf(cell))}`).join('  ');
  return lines
    .map((cells) => line(cells).trimEnd())
    .map((text) => (room === undefined ? text : clip(text, room)))
    .join('\n');
}

/** Rows in aligned columns. */
import { widthOf } from './text-width.ts';

/** A header line, then a line for each row; the last column is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) - widthOf(cell))}`).join('  ');
  return lines.map((cells) => line(cells).trimEnd()).join('\n');
}

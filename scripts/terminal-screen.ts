/**
 * What stands on a terminal after a program has written to it: enough of ANSI for Baton's own output.
 * T1. A sequence it does not know is an error: a picture that leaves something out would not be of the run.
 */
export interface Piece {
  readonly column: number;
  readonly text: string;
  /** SGR numbers in force, such as 32 (green) and 2 (dim). */
  readonly style: readonly number[];
}

interface Cell {
  readonly sign: string;
  readonly style: readonly number[];
}

/** The lines of the screen, each in pieces of one style. */
export function screenOf(written: string): readonly (readonly Piece[])[] {
  const lines: Cell[][] = [[]];
  let row = 0;
  let column = 0;
  let style: readonly number[] = [];
  for (const [part, parameters, letter] of written.matchAll(/\u001b\[([\d;]*)([A-Za-z])|[^]/gu)) {
    if (letter === 'm') style = styleAfter(style, parameters ?? '');
    else if (letter === 'A') row = Math.max(0, row - Number(parameters || 1));
    else if (letter === 'J') {
      lines.splice(row + 1);
      lines[row]?.splice(column);
    } else if (letter !== undefined)
      throw new Error(`a sequence for the terminal that is not drawn: ${JSON.stringify(part)}`);
    else if (part === '\r') column = 0;
    else if (part === '\n') lines[(row += 1)] ??= [];
    else {
      const line = (lines[row] ??= []);
      while (line.length < column) line.push({ sign: ' ', style: [] });
      line[column] = { sign: part, style };
      column += 1;
    }
  }
  return lines.map(piecesOf);
}

/** 39 and 22 end a colour and dimness or boldness; 0 ends all. */
function styleAfter(style: readonly number[], parameters: string): readonly number[] {
  return parameters.split(';').reduce<readonly number[]>((before, parameter) => {
    const code = Number(parameter);
    if (code === 0) return [];
    if (code === 39) return before.filter((each) => each < 30);
    if (code === 22) return before.filter((each) => each > 2);
    return [...before, code];
  }, style);
}

function piecesOf(line: readonly Cell[]): readonly Piece[] {
  return line.reduce<readonly Piece[]>((pieces, { sign, style }, column) => {
    const last = pieces.at(-1);
    return last !== undefined && String(last.style) === String(style)
      ? [...pieces.slice(0, -1), { ...last, text: last.text + sign }]
      : [...pieces, { column, text: sign, style }];
  }, []);
}

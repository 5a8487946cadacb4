/** Colour for problems as people read them: what is wrong in red, where it stands in bold, the labels set apart. */
import { type Colours } from './output.ts';

/** The same text line for line; unchanged where `colours` has none. */
export const paintProblem = (text: string, colours: Colours): string =>
  text
    .split('\n')
    .map((line) => paintLine(line, colours))
    .join('\n');

function paintLine(line: string, { bold, cyan, dim, red }: Colours): string {
  const [, place = '', code, what = ''] = /^(\S+ )?(error\[[A-Z][A-Z0-9_]*\]:)( .*)?$/.exec(line) ?? [];
  if (code !== undefined) return `${bold(place)}${red(bold(code))}${bold(what)}`;
  const [, label, rest = ''] = /^(got|expected|help|interrupted):( .*)?$/.exec(line) ?? [];
  if (label !== undefined) return `${cyan(`${label}:`)}${rest}`;
  const [, gutter, source = ''] = /^(\d+ \|)( .*)?$/.exec(line) ?? [];
  if (gutter !== undefined) return `${dim(gutter)}${source}`;
  return /^ +\^+$/.test(line) ? red(line) : line;
}

/**
 * Writes docs/images/run.svg: a real run in a terminal of 80 columns, as it stands when it is over.
 * Needs `script` of util-linux, which opens the terminal. Run it when what a run looks like has changed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as surroundings } from 'node:process';
import { type Piece, screenOf } from './terminal-screen.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs', 'images', 'run.svg');
const columns = 80;
const commands = [
  './baton plan design-and-provision',
  './baton run design-and-provision -i idea="Parcel tracking" > out.json',
  './baton runs list',
];

const cell = { width: 8.4, height: 19 };
const margin = 16;
const colours: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  36: '#79c0ff',
  2: '#8b949e',
};

/** What the commands write to a terminal, with the prompts a person would see. */
function record(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-picture-'));
  const typed = commands.map(
    (command) =>
      `printf '$ %s\\n' '${command}'; ${command.replace('out.json', '"$BATON_DATA_DIR/out.json"')}`,
  );
  const foreign = /^(?:BATON_|OPENAI_|KAFKA_|MONGODB_|OTEL_|JAEGER_|CI$|NO_COLOR$|FORCE_COLOR$)/;
  const env = Object.fromEntries(Object.entries(surroundings).filter(([name]) => !foreign.test(name)));
  try {
    return execFileSync(
      'script',
      ['-qec', `stty cols ${columns} rows 40; ${typed.join('; ')}`, '/dev/null'],
      {
        cwd: root,
        env: { ...env, TERM: 'xterm-256color', BATON_DATA_DIR: folder },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function svgOf(lines: readonly (readonly Piece[])[]): string {
  const width = 2 * margin + columns * cell.width;
  const height = 2 * margin + lines.length * cell.height;
  const rows = lines.map((line, row) => {
    const y = margin + row * cell.height + 14;
    return line.map((piece) => pieceText(piece, y)).join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A run of design-and-provision in a terminal">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3" xml:space="preserve">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Held to the grid, whatever font the reader has. */
function pieceText({ column, text, style }: Piece, y: number): string {
  const shown = text.trim();
  if (shown === '') return '';
  // Blanks at the front are left to the grid: readers of SVG differ in what they make of them.
  const at = column + text.length - text.trimStart().length;
  const colour = style.map((code) => colours[code]).find((each) => each !== undefined);
  const length = [...shown].length * cell.width;
  const escaped = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${round(margin + at * cell.width)}" y="${y}" textLength="${round(length)}"${colour === undefined ? '' : ` fill="${colour}"`}>${escaped}</text>`;
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;

if (import.meta.main) {
  const lines = screenOf(record().trimEnd());
  mkdirSync(join(root, 'docs', 'images'), { recursive: true });
  writeFileSync(file, svgOf(lines));
  process.stderr.write(`wrote docs/images/run.svg: ${lines.length} lines\n`);
}

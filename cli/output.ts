/**
 * Where text goes: data to stdout, everything else to stderr.
 * O1. Only `data` writes to stdout, also where guests write to it (guests.ts).   O2. A reader that went away ends the output quietly, never the process loudly.
 * O3. Colour and redrawing only where a person looks: a terminal, not NO_COLOR, not CI, not `TERM=dumb`.
 * O4. What others wrote does not rule the terminal: of control characters only line ends, tabs and colours are written.
 */
import picocolors from 'picocolors';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { paintProblem } from './problem-colours.ts';

export type Colours = ReturnType<typeof picocolors.createColors>;

export interface Output {
  /** One line (or several) of result, to stdout. */
  readonly data: (text: string) => void;
  /** To stderr; silent with `--quiet`. */
  readonly note: (text: string) => void;
  /** To stderr, always: errors and what a person must know. */
  readonly problem: (text: string) => void;
  /** Raw text to stderr, for a view that redraws itself. */
  readonly draw: (text: string) => void;
  /** For text on stderr; `dataColours` for text on stdout. */
  readonly colours: Colours;
  readonly dataColours: Colours;
  /** Stderr is a terminal that can redraw lines. */
  readonly live: boolean;
  readonly quiet: boolean;
  /** Columns of the terminal on stdout; `undefined` where it is none. */
  columns(): number | undefined;
  /** Columns and rows of the terminal on stderr; 80 and 24 where there is none. */
  size(): { readonly columns: number; readonly rows: number };
  /** Aborts when nobody reads stdout any more. */
  readonly closed: AbortSignal;
  /** What the command ends with where its result could not be written. */
  exitCode(): ExitCode | undefined;
  /** Waits until everything written has left the process. */
  flush(): Promise<void>;
}

type Stream = NodeJS.WriteStream;

export function createOutput(
  env: NodeJS.ProcessEnv,
  streams: { readonly stdout: Stream; readonly stderr: Stream } = process,
): Output {
  const { stdout, stderr } = streams;
  const closed = new AbortController();
  let exitCode: ExitCode | undefined;
  // As they are now: what guests write to stdout goes elsewhere from when they are received.
  const [toStdout, toStderr] = [writerOf(stdout), writerOf(stderr)];
  stdout.on('error', (error: Error) => {
    // EPIPE is `baton … | head`. Any other failure to write (a full disk) leaves nothing to say it with but stderr.
    if (!('code' in error) || error.code !== 'EPIPE') {
      exitCode = exitCodes.configuration;
      toStderr(unwritable(error));
    }
    closed.abort();
  });
  // Nobody reads the notes: the work goes on, its result still matters.
  stderr.on('error', () => undefined);
  const colours = picocolors.createColors(hasColour(env, stderr));
  return {
    data: (text) => {
      if (!closed.signal.aborted) toStdout(`${harmless(text)}\n`);
    },
    note: (text) => toStderr(`${harmless(text)}\n`),
    problem: (text) => toStderr(`${harmless(paintProblem(text, colours))}\n`),
    draw: (text) => toStderr(text),
    colours,
    dataColours: picocolors.createColors(hasColour(env, stdout)),
    live: stderr.isTTY === true && !isSet(env.CI) && env.TERM !== 'dumb',
    quiet: false,
    columns: () => (stdout.isTTY ? stdout.columns || 80 : undefined),
    // A pseudo-terminal nobody has sized says 0.
    size: () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 }),
    closed: closed.signal,
    exitCode: () => exitCode,
    flush: async () => {
      await Promise.all([drained(stdout, toStdout), drained(stderr, toStderr)]);
    },
  };
}

/** Written as JSON writes them: JSON itself leaves those from U+007F on as they are, and means the same by both. */
const harmless = (text: string): string =>
  text.replace(
    /\u001b(?!\[[0-9;]*m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const unwritable = (error: Error): string =>
  `error[OUTPUT]: stdout cannot be written: ${error.message}\n` +
  'expected: a place with room for the result\n' +
  'help: free some space or write elsewhere, and ask again; a run is kept: ./baton runs get @last\n';

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

const hasColour = (env: NodeJS.ProcessEnv, stream: Stream): boolean =>
  isSet(env.FORCE_COLOR)
    ? env.FORCE_COLOR !== '0'
    : stream.isTTY === true && !isSet(env.NO_COLOR) && !isSet(env.CI) && env.TERM !== 'dumb';

type Writer = (text: string, done?: () => void) => void;

const writerOf = (stream: Stream): Writer => {
  const write = stream.write.bind(stream);
  return (text, done) => void write(text, done);
};

const drained = (stream: Stream, write: Writer): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else write('', resolve);
  });

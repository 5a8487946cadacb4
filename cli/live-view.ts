/**
 * Shows a run as it goes, on stderr: in a terminal a few lines that redraw themselves, in a pipe a line per event.
 * L1. No drawn line is wider than the terminal, and the view is never taller: redrawing then stays in place.
 */
import { type Commit } from '#core/ports.ts';
import { durationText, skipText, stepsOf, type StepSummary, timelineOf } from '#core/run/timeline.ts';
import { type Colours, type Output } from './output.ts';
import { oneLine } from './record-text.ts';
import { clip, widthOf } from './text-width.ts';

export interface RunView {
  /** The whole history so far. */
  show(commits: readonly Commit[]): void;
  /** A line beside the view. */
  readonly note: (text: string) => void;
  /** Leaves the last state standing. */
  end(): void;
}

export interface ViewOptions {
  /** Ids of the definition's steps, in its order. */
  readonly steps: readonly string[];
  readonly title: string;
  readonly now: () => number;
}

export const openView = (output: Output, options: ViewOptions): RunView =>
  output.live ? drawnView(output, options) : plainView(output);

function plainView(output: Output): RunView {
  let shown = 0;
  return {
    show(commits) {
      const entries = timelineOf(commits);
      const from = entries[0]?.at ?? 0;
      for (const entry of entries.slice(shown))
        output.note(`${sinceText(entry.at - from)} ${oneLine(entry.text)}`);
      shown = entries.length;
    },
    note: output.note,
    end: () => undefined,
  };
}

const redrawMs = 100;

function drawnView(output: Output, options: ViewOptions): RunView {
  let commits: readonly Commit[] = [];
  let drawn = 0;
  let frame = 0;
  // From the first column: a terminal echoes the Ctrl-C that is typed, and the cursor stands behind it.
  const erase = (): string => (drawn === 0 ? '' : `\r\u001b[${drawn}A\u001b[0J`);
  const draw = (before = ''): void => {
    const lines = drawRun({ ...options, commits, frame, colours: output.colours, ...output.size() });
    output.draw(`${erase()}${before}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, redrawMs);
  draw();
  return {
    show(next) {
      commits = next;
      draw();
    },
    note: (text) => draw(`${text}\n`),
    end() {
      clearInterval(timer);
      draw();
      drawn = 0;
    },
  };
}

export interface Drawing extends ViewOptions {
  readonly commits: readonly Commit[];
  readonly frame: number;
  readonly colours: Colours;
  readonly columns: number;
  readonly rows: number;
}

/** The lines of the view: a title, then the steps; of many steps, those that are of interest now. */
export function drawRun(drawing: Drawing): readonly string[] {
  const { commits, colours, columns, rows } = drawing;
  const entries = timelineOf(commits);
  const last = entries.at(-1);
  const over = last !== undefined && /^run\.(?:completed|failed|cancelled)$/.test(last.type);
  const startedAt = entries[0]?.at;
  const took =
    startedAt === undefined ? '' : `  ${durationText((over ? last.at : drawing.now()) - startedAt)}`;
  const status = last === undefined ? 'waiting to start' : over ? last.type.slice('run.'.length) : 'running';
  const paint = status === 'completed' ? colours.green : over ? colours.red : colours.cyan;
  const title = clip(`${drawing.title}  ${status}${took}`, columns - 1).replace(status, () => paint(status));
  const steps = stepsOf(commits, drawing.steps);
  const room = Math.max(1, rows - 3);
  const shown = steps.length <= room ? steps : pick(steps, room - 1);
  const width = (words: readonly string[]): number => Math.min(24, Math.max(...words.map(widthOf), 1));
  const widths = {
    id: width(shown.map((step) => step.step)),
    // Behind the agent stands how long it took: those times begin below one another.
    agent: width(shown.filter(showsAgent).map((step) => step.agent ?? '')),
  };
  const rest = steps.length - shown.length;
  return [
    title,
    ...shown.map((step) => stepLine(step, widths, drawing)),
    ...(rest > 0 ? [colours.dim(clip(`  … and ${countText(steps)}`, columns - 1))] : []),
  ];
}

/** What is going on and what went wrong first, then what comes next, then the newest of what is done. */
function pick(steps: readonly StepSummary[], room: number): readonly StepSummary[] {
  const ranks: Readonly<Record<StepSummary['status'], number>> = {
    ...{
      undecided: 0,
      running: 0,
      backingOff: 0,
      failed: 1,
      waiting: 2,
      completed: 3,
      cancelled: 3,
      skipped: 4,
    },
  };
  const chosen = new Set([...steps].sort((a, b) => ranks[a.status] - ranks[b.status]).slice(0, room));
  return steps.filter((step) => chosen.has(step));
}

function countText(steps: readonly StepSummary[]): string {
  const done = steps.filter((step) => step.status === 'completed').length;
  return `others: ${steps.length} steps in all, ${done} completed`;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

interface Widths {
  readonly id: number;
  readonly agent: number;
}

const showsAgent = ({ status }: StepSummary): boolean => status === 'completed' || status === 'running';

function stepLine(step: StepSummary, widths: Widths, { colours, columns, frame, now }: Drawing): string {
  const [sign, paint] = signOf(step, frame, colours);
  const until = step.endedAt ?? now();
  const took = step.startedAt === undefined ? '' : durationText(until - step.startedAt);
  const attempt = step.attempts > 1 ? `attempt ${step.attempts}` : '';
  const detail = detailOf(step, now());
  const words = [showsAgent(step) ? detail.padEnd(widths.agent) : detail, attempt, took]
    .filter((word) => word !== '')
    .join('  ');
  const text = clip(`${clip(step.step, widths.id).padEnd(widths.id)}  ${oneLine(words)}`, columns - 5);
  return `  ${paint(sign)} ${step.status === 'waiting' ? colours.dim(text) : text}`;
}

function detailOf(step: StepSummary, now: number): string {
  switch (step.status) {
    case 'failed':
      return `failed: ${step.failure === undefined ? '' : `${step.failure.code}: ${step.failure.message}`}`;
    case 'skipped':
      return `skipped${step.skipped === undefined ? '' : `: ${skipText[step.skipped]}`}`;
    case 'backingOff':
      return `${step.failure?.code ?? 'failed'}, next attempt in ${durationText((step.retryAt ?? now) - now)}`;
    case 'completed':
    case 'running':
      return step.agent ?? '';
    case 'undecided':
      return `waits for ${step.approval?.to.join(', ') ?? 'a decision'}: ${step.approval?.prompt ?? ''}`;
    case 'waiting':
    case 'cancelled':
      return step.status;
  }
}

type Painted = readonly [sign: string, paint: (text: string) => string];

function signOf(step: StepSummary, frame: number, colours: Colours): Painted {
  switch (step.status) {
    case 'completed':
      return ['✔', colours.green];
    case 'failed':
      return ['✖', colours.red];
    case 'running':
      return [spinner[frame % spinner.length] ?? '·', colours.cyan];
    case 'backingOff':
      return ['↻', colours.yellow];
    case 'undecided':
      return ['?', colours.yellow];
    case 'cancelled':
      return ['■', colours.yellow];
    case 'skipped':
      return ['–', colours.dim];
    case 'waiting':
      return ['·', colours.dim];
  }
}

const sinceText = (ms: number): string => `+${(Math.max(0, ms) / 1000).toFixed(3)}s`;

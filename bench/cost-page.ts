/** The tables of `docs/reference/cost-of-a-step.md`, each between `<!-- bench <part> -->` and `<!-- end -->`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CostCounts, type CostName } from './cost.ts';
import { counted } from './counted-platform.ts';
import { type Embedded } from './embedded.ts';
import { type Growth } from './growth.ts';
import { type Memory } from './memory.ts';
import { requestsText, type Services } from './services.ts';
import { type Shares } from './where-time-goes.ts';

export const costPage = join(import.meta.dirname, '..', 'docs', 'reference', 'cost-of-a-step.md');

export type Part = 'counts' | 'embedded' | 'services' | 'growth' | 'memory';

/** The page with another text in one of its parts. */
export function withPart(page: string, part: Part, text: string): string {
  const place = new RegExp(`(<!-- bench ${part} -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!place.test(page))
    throw new Error(
      `the page has no place for what was measured: got the part '${part}', expected <!-- bench ${part} --> and <!-- end --> in it. Put them there.`,
    );
  return page.replace(place, (_, begin: string, end: string) => `${begin}\n${text}\n${end}`);
}

export function writePart(part: Part, text: string): void {
  writeFileSync(costPage, withPart(readFileSync(costPage, 'utf8'), part, text));
}

export interface Machine {
  readonly cpus: number;
  readonly model: string;
  readonly node: string;
  /** Programs that wanted a processor in the last minute, before anything was measured. */
  readonly load: number;
}

/** Above every table of times: they hold for nowhere else, and for no other day. */
export const measuredOn = ({ cpus, model, node, load }: Machine, at: Date): string =>
  `Measured ${at.toISOString().slice(0, 10)} on ${cpus} × ${model}, Node ${node}, ` +
  `beside other work with a load of ${load.toFixed(1)}.`;

const labels: Readonly<Record<CostName, string>> = {
  ...counted,
  flushes: 'flushes of the disk, log and store in the data folder',
};

export const countsTable = ({ once, repeat }: CostCounts): string =>
  table(
    ['counted', 'a run', 'and each step, `once`', 'and each step, `repeat`'],
    (Object.keys(labels) as CostName[]).map((name) => [
      labels[name],
      // What agents cost belongs to the steps, so a run is the same with both kinds of them.
      ...[once.perRun, once.perStep, repeat.perStep].map((costs) => String(Math.round(costs[name]))),
    ]),
  );

export const embeddedTable = ({ floors, chains, shares }: Embedded): string =>
  table(
    [
      'log and store in the data folder',
      ...chains.map(({ steps }) => `${steps} step${steps === 1 ? '' : 's'}`),
    ],
    [
      ['one run alone, p50, ms', ...chains.map(({ alone }) => two(alone.p50))],
      ['one run alone, p99, ms', ...chains.map(({ alone }) => two(alone.p99))],
      ['flushes of a run alone', ...chains.map(({ syncsPerRun }) => String(syncsPerRun))],
      ['p50 over the time of one flush', ...chains.map(({ alone }) => two(alone.p50 / floors.fdatasync.p50))],
      ['steps a second, 50 callers', ...chains.map((chain) => chain.stepsPerSecondAt50.toFixed(0))],
      ['CPU a step, 50 callers, ms', ...chains.map(({ cpuMsPerStep }) => two(cpuMsPerStep))],
      ['flushes a step, 50 callers', ...chains.map(({ syncsPerStepAt50 }) => two(syncsPerStepAt50))],
    ],
    `One flush (512 bytes appended, then \`fdatasync\`) took ${two(floors.fdatasync.p50)} ms. ` +
      `Where the time of a run of three steps alone went, waiting apart: ${sharesLine(shares)}.`,
  );

const sharesLine = (shares: Shares): string =>
  shares.map(([part, share]) => `${(100 * share).toFixed(0)} % ${part}`).join('; ');

export const servicesTable = ({ roundTrip, insert, chain, overFloor, load }: Services): string =>
  table(
    ['Kafka and MongoDB', `${chain.steps} steps`],
    [
      ['one run alone, p50, ms', two(chain.alone.p50)],
      ['one run alone, p99, ms', two(chain.alone.p99)],
      ['p50 over 8 R + 5 W', two(overFloor)],
      ['steps a second, 50 callers', chain.stepsPerSecondAt50.toFixed(0)],
      ['CPU a step in the functions’ process, 50 callers, ms', two(chain.cpuMsPerStep)],
    ],
    `R, a record from produce to consume, took ${two(roundTrip.p50)} ms; W, one journaled insert, ${two(insert.p50)} ms. Broker, database and functions shared the machine. ` +
      `Requests of a step at 50 callers: ${requestsText(load)}. ` +
      `Where the time of the functions' process went: ${sharesLine(load.shares)}.`,
  );

export const growthTable = (growth: Growth): string =>
  table(
    ['what grows', 'ratio', 'from', 'to'],
    [
      ['a step: the 90th to 99th of a run over the 1st to 10th', two(growth.lateOverEarlyStep), '', ''],
      [
        `a run of 3 steps, beside ${growth.others} ended and ${growth.others} waiting runs`,
        two(growth.fullStore / growth.emptyStore),
        `${two(growth.emptyStore)} ms`,
        `${two(growth.fullStore)} ms`,
      ],
      [
        'CPU of a host with nothing to do, beside the same',
        two(growth.idleFull / growth.idleEmpty),
        `${two(growth.idleEmpty)} ms a second`,
        `${two(growth.idleFull)} ms a second`,
      ],
      ...growth.perStep.slice(1).map(([steps, ms]) => {
        const [least, first] = growth.perStep[0] ?? [NaN, NaN];
        return [`CPU of a step, in a definition of ${steps} steps over one of ${least}`, two(ms / first), `${two(first)} ms`, `${two(ms)} ms`]; // prettier-ignore
      }),
    ],
  );

const shown: readonly number[] = [0.1, 0.5, 1];

export function memoryTable({ samples }: Memory): string {
  const last = samples.at(-1)?.runs ?? NaN;
  return table(
    ['runs so far', 'heap, MB', 'resident, MB', 'CPU a run of one step, ms'],
    samples
      .filter(({ runs }) => shown.includes(runs / last))
      .map(({ runs, heap, resident, cpuMsPerRun }) => [
        String(runs),
        (heap / 2 ** 20).toFixed(0),
        (resident / 2 ** 20).toFixed(0),
        two(cpuMsPerRun),
      ]),
  );
}

const two = (value: number): string => value.toFixed(2);

function table(heads: readonly string[], rows: readonly (readonly string[])[], note?: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, at) => (at === 0 ? '---' : '---:'));
  const lines = [line(heads), line(rule), ...rows.map(line), ''];
  return (note === undefined ? lines : [...lines, note, '']).join('\n');
}

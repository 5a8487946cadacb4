/** What runs of 1 to 100 steps cost on the embedded default, beside the floors of the same disk. */
import { openHostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf, measureChain, submitterOf, type Chain } from './chain.ts';
import { measureFloors, type Floors } from './floors.ts';
import { count, ms, ratio } from './numbers.ts';
import { type Parts, type Shares, sharesText, whereTimeGoes } from './where-time-goes.ts';

export interface Embedded {
  readonly floors: Floors;
  readonly chains: readonly Chain[];
  /** Where the time of lone runs of three steps goes, waiting apart. Sampled beside what is measured. */
  readonly shares: Shares;
}

const lengths = [1, 3, 10, 100];

export async function measureEmbedded(quick: boolean): Promise<Embedded> {
  const engine = await openHostedEngine({
    workflows: lengths.map(chainOf),
    agents: { worker: (input) => input },
  });
  try {
    const floors = await measureFloors(quick ? 200 : 1000);
    const chains = [];
    for (const length of lengths) chains.push(await measureChain(engine, length, quick));
    const submit = submitterOf(engine, aimed.steps);
    const shares = await whereTimeGoes(parts, async () => {
      for (let run = 0; run < (quick ? 50 : 300); run += 1) await submit();
    });
    return { floors, chains, shares };
  } finally {
    await engine.close();
  }
}

const parts: Parts = [
  [/\/bench\/|\/tests\//, 'the caller'],
  [/\/adapters\/embedded\/(?:writer|database)\.ts$/, 'SQLite, flushes included'],
  [/\/adapters\/embedded\//, 'log and store around SQLite'],
  [/\/core\/run\//, 'decide, evolve, effects'],
  [/\/core\/(?:json|commit|capability)/, 'hashing, signing, canonical JSON'],
  [/\/core\/|node_modules/, 'codecs: records, CloudEvents, JSON'],
  [/\/functions\/orchestrator\//, 'orchestrator'],
  [/\/functions\/|\/adapters\//, 'agent host and the rest of the functions'],
  [/\/local\//, 'invoker and host'],
];

export function embeddedText({ floors, chains, shares }: Embedded): string {
  const flush = floors.fdatasync.p50;
  const lines = [
    'embedded: floor                     p50 ms   p99 ms',
    `append 512 B + fdatasync          ${ms(floors.fdatasync.p50)} ${ms(floors.fdatasync.p99)}`,
    `embedded log, one record          ${ms(floors.append.p50)} ${ms(floors.append.p99)}`,
    `embedded store, one commit        ${ms(floors.commit.p50)} ${ms(floors.commit.p99)}`,
    '',
    'one run of                   1 caller          p50 in        50 callers     CPU ms    records  commits    syncs',
    'n steps                 p50 ms   p99 ms  fdatasyncs      steps/s    a step     a step   a step    a run',
    ...chains.map((chain) =>
      [
        `${String(chain.steps).padEnd(20)} `,
        ms(chain.alone.p50),
        ' ',
        ms(chain.alone.p99),
        '    ',
        ratio(chain.alone.p50 / flush),
        '     ',
        count(chain.stepsPerSecondAt50),
        '  ',
        ms(chain.cpuMsPerStep),
        '   ',
        ratio(chain.recordsPerStep),
        ' ',
        ratio(chain.commitsPerStep),
        ' ',
        count(chain.syncsPerRun),
      ].join(''),
    ),
    '',
    ...chains.filter(({ steps }) => steps === aimed.steps).flatMap((chain) => aimLines(chain, floors)),
    ...sharesText(shares),
    '',
  ];
  return lines.join('\n');
}

/** What is aimed at: a run of three steps, alone, and so many steps a second at 50 callers. */
const aimed = { steps: 3, p50: 4, flushMs: 0.2, stepsPerSecond: 2500 } as const;

/** Whether the aims are met, and how much of a run alone is waiting for the disk. */
function aimLines({ alone, syncsPerRun, stepsPerSecondAt50 }: Chain, floors: Floors): readonly string[] {
  const flushes = syncsPerRun * floors.fdatasync.p50;
  const there = alone.p50 - flushes + syncsPerRun * aimed.flushMs;
  const verdict = (met: boolean): string => (met ? 'met' : 'missed');
  return [
    `aim: ${aimed.steps} steps alone below ${aimed.p50} ms where a flush takes ${aimed.flushMs} ms: ${there.toFixed(2)} ms, ${verdict(there < aimed.p50)}`,
    `aim: ${aimed.stepsPerSecond} steps/s at 50 callers: ${stepsPerSecondAt50.toFixed(0)}, ${verdict(stepsPerSecondAt50 >= aimed.stepsPerSecond)}`,
    `where the time of a run of ${aimed.steps} steps alone goes, waiting apart; its ${syncsPerRun} flushes take about ${flushes.toFixed(2)} ms`,
  ];
}

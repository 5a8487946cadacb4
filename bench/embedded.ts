/** What runs of 1 to 100 steps cost on the embedded default, beside the floors of the same disk. */
import { openHostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf, measureChain, type Chain } from './chain.ts';
import { measureFloors, type Floors } from './floors.ts';
import { count, ms, ratio } from './numbers.ts';
import { type Part, parts } from './where.ts';

export interface Embedded {
  readonly floors: Floors;
  readonly chains: readonly Chain[];
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
    return { floors, chains };
  } finally {
    await engine.close();
  }
}

export function embeddedText({ floors, chains }: Embedded): string {
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
    ...chains.filter(({ steps }) => steps === aimed.steps).flatMap((chain) => whereLines(chain, floors)),
    '',
  ];
  return lines.join('\n');
}

/** What is aimed at: a run of three steps, alone, and so many steps a second at 50 callers. */
const aimed = { steps: 3, p50: 4, flushMs: 0.2, stepsPerSecond: 2500 } as const;

/** Whether the aims are met, and what the time of a run alone consists of. */
function whereLines(
  { alone, syncsPerRun, stepsPerSecondAt50, where }: Chain,
  floors: Floors,
): readonly string[] {
  const flushes = syncsPerRun * floors.fdatasync.p50;
  const there = alone.p50 - flushes + syncsPerRun * aimed.flushMs;
  const verdict = (met: boolean): string => (met ? 'met' : 'missed');
  return [
    `aim: ${aimed.steps} steps alone below ${aimed.p50} ms where a flush takes ${aimed.flushMs} ms: ${there.toFixed(2)} ms, ${verdict(there < aimed.p50)}`,
    `aim: ${aimed.stepsPerSecond} steps/s at 50 callers: ${stepsPerSecondAt50.toFixed(0)}, ${verdict(stepsPerSecondAt50 >= aimed.stepsPerSecond)}`,
    `where a run of ${aimed.steps} steps alone spends its time (sampled, mean), ms; ${syncsPerRun} flushes are about ${flushes.toFixed(2)} of it`,
    ...Object.entries(parts).map(([part, label]) => `  ${label.padEnd(44)}${ms(where[part as Part])}`),
  ];
}

/** What runs of 1 to 100 steps cost on the embedded default, beside the floors of the same disk. */
import { openHostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf, measureChain, type Chain } from './chain.ts';
import { measureFloors, type Floors } from './floors.ts';
import { count, ms, ratio } from './numbers.ts';

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
  ];
  return lines.join('\n');
}

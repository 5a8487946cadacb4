/** The report as a person reads it. */
import { type BadInput, printBadInput } from './bad-input.ts';
import { type Chain } from './chain.ts';
import { type CommandLine } from './command-line.ts';
import { type Floors } from './floors.ts';
import { simulatorText, type SimulatorMeasure } from './simulator.ts';

export interface Report {
  readonly machine: { readonly cpus: number; readonly model: string; readonly node: string };
  readonly floors: Floors;
  readonly chains: readonly Chain[];
  readonly simulator: SimulatorMeasure;
  readonly commandLine: CommandLine;
  readonly badInput: BadInput;
}

const ms = (value: number): string => value.toFixed(2).padStart(8);
const count = (value: number): string => value.toFixed(0).padStart(8);
const ratio = (value: number): string => value.toFixed(1).padStart(8);

export function printReport({ machine, floors, chains, simulator, commandLine, badInput }: Report): string {
  const flush = floors.fdatasync.p50;
  const lines = [
    `embedded default, ${machine.cpus} × ${machine.model}, Node ${machine.node}; milliseconds hold for this machine only`,
    '',
    'floor                               p50 ms   p99 ms',
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
    'command line                        p50 ms   p99 ms',
    `node -e ''                        ${ms(commandLine.bare.p50)} ${ms(commandLine.bare.p99)}`,
    `baton --help                      ${ms(commandLine.help.p50)} ${ms(commandLine.help.p99)}   ${commandLine.modules} modules; ${ms(commandLine.help.p50 - commandLine.bare.p50).trim()} ms more, of 150 allowed`,
  ];
  return `${lines.join('\n')}\n\n${simulatorText(simulator)}${printBadInput(badInput)}`;
}

/**
 * What a run costs on the embedded default, beside the floors of the same disk in the same minute:
 * `npm run bench [-- --quick] [--json]`. Ratios to the floors are what counts; milliseconds hold for this machine only.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openHostedEngine } from '#tests/engine/embedded-host.ts';
import { measureCommandLine } from './command-line.ts';
import { measureBadInput } from './bad-input.ts';
import { measureFloors } from './floors.ts';
import { chainOf, measureChain } from './chain.ts';
import { printReport, type Report } from './report.ts';
import { measureSimulator } from './simulator.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } });
const quick = values.quick ?? false;
const lengths = [1, 3, 10, 100];

const engine = await openHostedEngine({
  workflows: lengths.map(chainOf),
  agents: { worker: (input) => input },
});
try {
  const floors = await measureFloors(quick ? 200 : 1000);
  const chains = [];
  for (const length of lengths) chains.push(await measureChain(engine, length, quick));
  const report: Report = {
    machine: { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version },
    floors,
    chains,
    simulator: await measureSimulator(quick),
    commandLine: measureCommandLine(quick ? 10 : 30),
    badInput: measureBadInput(),
  };
  process.stdout.write(values.json === true ? `${JSON.stringify(report)}\n` : printReport(report));
} finally {
  await engine.close();
}

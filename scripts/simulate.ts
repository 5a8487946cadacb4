/** `npm run test:simulate [-- --schedules n --from seed]`: many schedules over our own scenarios, with what they met. */
import { parseArgs } from 'node:util';
import { hunt } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';

const { values } = parseArgs({
  options: { schedules: { type: 'string' }, seeds: { type: 'string' }, from: { type: 'string' } },
});
const total = Number(values.schedules ?? values.seeds ?? 1_000_000);
const from = Number(values.from ?? 1);
Error.stackTraceLimit = 0;

const begun = performance.now();
const met = new Map<string, number>();
let played = 0;
for (const scenario of scenarios) {
  const result = await hunt(scenario, { from, schedules: Math.ceil(total / scenarios.length) });
  played += result.schedules;
  for (const [what, times] of result.met) met.set(what, (met.get(what) ?? 0) + times);
  process.stdout.write(`${scenario.name}: ${result.schedules} schedules, ${result.events} events\n`);
  for (const [outcome, times] of result.outcomes)
    process.stdout.write(`  ${times} × ${outcome.slice(0, 100)}\n`);
  if (result.found !== undefined) {
    process.stdout.write(
      `VIOLATION in ${scenario.name}, seed ${result.found.seed}: ${result.found.violation}\n`,
    );
    process.exit(1);
  }
}
process.stdout.write(
  `\n${played} schedules, no violation, ${Math.round((played * 1000) / (performance.now() - begun))} a second\n`,
);
for (const [what, times] of [...met].sort(([, a], [, b]) => b - a))
  process.stdout.write(`  ${times} × ${what}\n`);

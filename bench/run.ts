/**
 * Measures, section by section, each beside its floors in the same minute:
 * `npm run bench [-- section…] [--quick] [--json] [--write-docs]`. Without names: every section that needs nothing but
 * this machine. Ratios to the floors are what counts; milliseconds hold for one machine only. With `--write-docs`, what
 * was measured replaces its table in docs/reference/cost-of-a-step.md.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Machine, measuredOn, writePart } from './cost-page.ts';
import { type Section, type SectionName, sections } from './sections.ts';
import { servicesProblem } from './services.ts';

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, 'write-docs': { type: 'boolean' } },
  allowPositionals: true,
});
const known = Object.keys(sections) as SectionName[];
const unknown = positionals.filter((name) => !known.some((section) => section === name));
if (unknown.length > 0)
  refuse(`there is no section '${unknown.join("', '")}'. Expected: ${known.join(', ')}. Name one of these.`);
const writes = values['write-docs'] === true;
if (writes && values.quick === true)
  refuse('--quick measures too little for a page. Got --write-docs with it. Leave one of them out.');
const asked = known.filter((name) =>
  positionals.length === 0 ? sections[name].always : positionals.includes(name),
);
const problem = asked.includes('services') ? servicesProblem() : undefined;
if (problem !== undefined) refuse(problem);
const machine: Machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  load: loadavg()[0] ?? 0,
};
if (values.json !== true)
  process.stdout.write(
    `${machine.cpus} × ${machine.model}, Node ${machine.node}, load ${machine.load.toFixed(1)}; milliseconds hold for this machine only\n\n`,
  );
const measured: Record<string, unknown> = { machine };
for (const name of asked) {
  const section: Section = sections[name];
  const { data, text, table } = await section.measure(values.quick ?? false);
  measured[name] = data;
  if (values.json !== true) process.stdout.write(`${text}\n`);
  if (!writes || section.part === undefined || table === undefined) continue;
  // Counts are the same everywhere and always; everything else says where and when.
  const above = section.part === 'counts' ? '' : `${measuredOn(machine, new Date())}\n\n`;
  writePart(section.part, `${above}${table}`);
}
if (values.json === true) process.stdout.write(`${JSON.stringify(measured)}\n`);

function refuse(why: string): never {
  process.stderr.write(`error: ${why}\n`);
  process.exit(2);
}

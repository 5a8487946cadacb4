/**
 * Measures, section by section, each beside its floors in the same minute:
 * `npm run bench [-- section…] [--quick] [--json]`. Without names: every section that needs nothing but this machine.
 * Ratios to the floors are what counts; milliseconds hold for one machine only.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { sections, type SectionName } from './sections.ts';

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
  allowPositionals: true,
});
const known = Object.keys(sections) as SectionName[];
const unknown = positionals.filter((name) => !known.some((section) => section === name));
if (unknown.length > 0) {
  process.stderr.write(
    `error: there is no section '${unknown.join("', '")}'. Expected: ${known.join(', ')}. Name one of these.\n`,
  );
  process.exit(2);
}
const asked = known.filter((name) =>
  positionals.length === 0 ? sections[name].always : positionals.includes(name),
);
const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
if (values.json !== true)
  process.stdout.write(
    `${machine.cpus} × ${machine.model}, Node ${machine.node}; milliseconds hold for this machine only\n\n`,
  );
const measured: Record<string, unknown> = { machine };
for (const name of asked) {
  const { data, text } = await sections[name].measure(values.quick ?? false);
  measured[name] = data;
  if (values.json !== true) process.stdout.write(`${text}\n`);
}
if (values.json === true) process.stdout.write(`${JSON.stringify(measured)}\n`);

/**
 * Hostile input for every parser of Baton: `npm run test:fuzz [-- --inputs 100000 --seed 7 --surface expressions]`.
 * Prints the seed; the same seed gives the same inputs. Exit 1 where something was found, with the smallest input.
 */
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type FuzzReport } from './fuzz-surface.ts';
import { surfaces } from './surfaces.ts';
import { watchedFuzz } from './watched-fuzz.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '110000' },
    seed: { type: 'string' },
    surface: { type: 'string' },
    path: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
});
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const inputs = Number(values.inputs);
const chosen = surfaces.filter(({ name }) => values.surface === undefined || name === values.surface);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(inputs) || inputs < 1 || chosen.length === 0) {
  const names = surfaces.map(({ name }) => name).join(', ');
  process.stderr.write(`usage: npm run test:fuzz -- [--inputs n] [--seed n] [--surface one of ${names}] [--path p] [--show]\n`);
  process.exit(2);
} // prettier-ignore

process.stdout.write(`seed ${seed}\n`);
const shares = chosen.reduce((sum, { share }) => sum + share, 0);
const waiting = [...chosen];
let total = 0;

/** Surfaces one after the other; there are as many lanes as the machine has cores. */
async function lane(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const report = await watchedFuzz({
      surface: next.name,
      seed,
      inputs: Math.ceil((inputs * next.share) / shares),
      ...(values.path === undefined ? {} : { path: values.path }),
      show: values.show,
    });
    total += report.inputs;
    print(report);
  }
}

await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, lane));
process.stdout.write(`${total} inputs, seed ${seed}: ${process.exitCode === 1 ? 'something was found' : 'nothing found'}\n`); // prettier-ignore

function print({ surface, inputs: fed, accepted, codes, slowestMs, feedMs, found }: FuzzReport): void {
  const kinds = Object.keys(codes).length;
  process.stdout.write(
    `${surface.padEnd(18)} ${String(fed).padStart(7)} inputs  ${String(accepted).padStart(6)} accepted  ` +
      `${String(kinds).padStart(3)} codes  mean ${(feedMs / fed).toFixed(2)} ms  slowest ${slowestMs.toFixed(0)} ms\n`,
  );
  if (found === undefined) return;
  process.exitCode = 1;
  const path = found.path === '' ? '' : ` --path ${found.path}`;
  process.stdout.write(
    `FOUND in ${surface}: ${found.input}\n${found.error}\nagain: npm run test:fuzz -- --surface ${surface} --seed ${seed}${path}\n`,
  );
}

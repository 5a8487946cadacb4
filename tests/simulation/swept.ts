/** What crashes are swept over beside the scenarios of our own. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { simulated } from '#cli/simulated-answers.ts';
import { type JsonObject } from '#core/json.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { planOf, type Plan } from '#simulation/plan.ts';
import { type Scenario } from '#simulation/scenario.ts';

const root = join(import.meta.dirname, '../..');

/** Every workflow that Baton ships, with its example as input and its agents on the scripted model. */
export async function shippedScenarios(): Promise<readonly Scenario[]> {
  const files = globSync('workflows/*.yaml', { cwd: root });
  return Promise.all(
    files.map(async (file) => {
      const parsed = parseWorkflow(readFileSync(join(root, file)), { file });
      if (!parsed.ok) throw new Error(`${file} does not parse: ${parsed.problems[0]?.message ?? ''}`);
      const example = join(root, 'examples', `${basename(file, '.yaml')}.input.json`);
      const input = JSON.parse(readFileSync(example, 'utf8')) as JsonObject;
      return (await simulated(parsed.value, input)).scenario;
    }),
  );
}

/** Small generated definitions. */
export const crashedPlans: readonly Plan[] = Array.from({ length: 16 }, (_, at) => planOf(at + 1, 'small'));

/**
 * Records `workflows/<name>.history.json` for every workflow with an example input: a golden run with the scripted
 * model. Run it when a decision is meant to change, and read the difference: it is what users' runs will do.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { registry } from '#agents/registry.ts';
import { openModels } from '#adapters/llm/open-model.ts';
import { type Json } from '#core/json.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { callAgent } from '#functions/agent/call-agent.ts';
import { silent } from '#tests/engine/engine.ts';
import { playHistory } from '#tests/engine/history.ts';

const models = openModels({ names: {} });

for (const file of globSync('workflows/*.yaml')) {
  const name = basename(file, '.yaml');
  const example = `examples/${name}.input.json`;
  if (!existsSync(example)) continue;
  const parsed = parseWorkflow(readFileSync(file), { file });
  if (!parsed.ok) throw new Error(`${file} does not parse; see ./baton validate ${file}`);
  const input = JSON.parse(readFileSync(example, 'utf8')) as Json;
  const history = await playHistory(parsed.value, input, async ({ agent, step, attempt, input: given }) => {
    const local = registry.get(agent);
    if (local === undefined) throw new Error(`agent ${agent} is not registered`);
    const outcome = await callAgent({ model: models.model, secret: () => undefined }, local, {
      task: { id: `${step}:${attempt}`, runId: 'golden', step, attempt, secrets: [] },
      input: given.value,
      signal: new AbortController().signal,
      logger: silent,
    });
    if (outcome.status === 'failed') throw new Error(`${agent}: ${outcome.failure.message}`);
    return outcome.output.value;
  });
  writeFileSync(`workflows/${name}.history.json`, `${JSON.stringify(history, null, 1)}\n`);
  process.stdout.write(`workflows/${name}.history.json: ${history.events.length} events\n`);
}

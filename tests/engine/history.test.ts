import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { playHistory, type GoldenHistory } from './history.ts';

const files = globSync('workflows/*.history.json');

it('there is a golden history of the shipped workflow', () => {
  assert.ok(files.includes('workflows/design-and-provision.history.json'));
});

for (const file of files) {
  it(`${file} is what decide and evolve still do, event by event`, async () => {
    const golden = JSON.parse(readFileSync(file, 'utf8')) as GoldenHistory;
    const parsed = parseWorkflow(readFileSync(file.replace('.history.json', '.yaml')));
    assert.ok(parsed.ok);
    const again = await playHistory(parsed.value, golden.input, ({ step }) => golden.answers[step] ?? null);
    assert.deepEqual(again.events, golden.events, 'run scripts/record-histories.ts if this change is meant');
  });
}

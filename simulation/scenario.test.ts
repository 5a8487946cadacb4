import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RunState } from '#core/run/types.ts';
import { ordinary, outcomeOf, stepsOf, type Scenario } from './scenario.ts';
import { definitionOf, scenarios } from './scenarios.ts';

const [anyScenario] = scenarios;

/** One step that answers with `text`, which is the output of the run. */
async function runThatAnswers(text: string): Promise<RunState> {
  assert.ok(anyScenario);
  const scenario: Scenario = {
    ...anyScenario,
    definitions: [
      definitionOf(`name: big
version: "1.0.0"
steps:
  one: { agent: worker }
outputs: { all: "\${{ steps.one.output.text }}" }
`),
    ],
    agent: () => ({ delayMs: 5, outcome: { status: 'completed', output: { value: { text } } } }),
    runs: [{ id: 'start', workflow: 'big', input: {} }],
  };
  const [run] = (await ordinary(scenario)).runs.values();
  assert.ok(run);
  return run;
}

describe('what histories are compared by', () => {
  it('tells apart outputs too big for the state, by what they hold', async () => {
    const one = await runThatAnswers('x'.repeat(20_000));
    const other = await runThatAnswers('y'.repeat(20_000));
    const again = await runThatAnswers('x'.repeat(20_000));
    assert.match(outcomeOf(one), /sha256:[0-9a-f]{64}/);
    assert.notEqual(outcomeOf(one), outcomeOf(other));
    assert.notDeepEqual(stepsOf(one), stepsOf(other));
    assert.deepEqual([outcomeOf(again), stepsOf(again)], [outcomeOf(one), stepsOf(one)]);
  });

  it('shows a small output as it is, without a digest', async () => {
    const run = await runThatAnswers('short');
    assert.equal(outcomeOf(run), 'completed {"all":"short"}');
    assert.deepEqual(stepsOf(run), ['one completed {"text":"short"}']);
  });
});

/**
 * A workflow that breaks C6 under faults: its agent is called again after a fault (`repeat`), and answers differently
 * each time it is called, which no agent of a simulation may.
 */
import { type SimulatedAgent } from './agents.ts';
import { definitionOf } from './scenarios.ts';
import { type Scenario } from './scenario.ts';

const definition = definitionOf(`name: brittle
version: "1.0.0"
steps:
  one: { agent: counter }
outputs: { calls: "\${{ steps.one.output.calls }}" }
`);

function counter(): SimulatedAgent {
  let calls = 0;
  return () => {
    calls += 1;
    return { delayMs: 10, outcome: { status: 'completed', output: { value: { calls } } } };
  };
}

export const brittle: Scenario = {
  name: 'brittle',
  definitions: [definition],
  // Above an hour no timeout is taken for a race, so that all histories are held to one outcome.
  agents: [{ name: 'counter', version: '1.0.0', onRedelivery: 'repeat', timeoutMs: 7_200_000 }],
  /** A new one for every schedule, which copies the scenario: counts begin at 1 each time. */
  get agent() {
    return counter();
  },
  runs: [{ id: 'start-0', workflow: 'brittle', input: {} }],
};

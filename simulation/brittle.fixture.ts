/**
 * A workflow that breaks C6 under faults: its agent needs nearly all of its hour, so that one lost call costs the
 * attempt its deadline, and what the agent answers depends on the attempt. The checks hold an hour for never reached.
 */
import { definitionOf } from './scenarios.ts';
import { type Scenario } from './scenario.ts';

const definition = definitionOf(`name: brittle
version: "1.0.0"
steps:
  one: { agent: worker, timeout: 1h, retry: { max: 5, delay: 1s, jitter: none } }
outputs: { attempt: "\${{ steps.one.output.attempt }}" }
`);

export const brittle: Scenario = {
  name: 'brittle',
  definitions: [definition],
  agents: [{ name: 'worker', version: '1.0.0', onRedelivery: 'repeat' }],
  agent: ({ attempt }) => ({
    delayMs: attempt === 1 ? 3_599_000 : 10,
    outcome: { status: 'completed', output: { value: { attempt } } },
  }),
  runs: [{ id: 'start-0', workflow: 'brittle', input: {} }],
};

/** Scenarios of our own: small, and between them every state of a run is reached. */
import { failure } from '#core/failure.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { echo, type SimulatedAgent } from './agents.ts';
import { type Scenario } from './scenario.ts';

const once = {
  name: 'worker',
  version: '1.0.0',
  onRedelivery: 'once',
  timeoutMs: 2 * 60 * 60 * 1000,
} as const;
const repeat = { ...once, name: 'cheap', onRedelivery: 'repeat' } as const;

export function definitionOf(text: string): Definition {
  const parsed = parseWorkflow(text);
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return parsed.value;
}

const scenario = (
  name: string,
  steps: string,
  rest: Partial<Scenario> & { readonly head?: string; readonly copies?: number } = {},
): Scenario => {
  const { head = '', copies = 1, ...more } = rest;
  const definition = definitionOf(`name: ${name}\nversion: "1.0.0"\n${head}steps:\n${steps}`);
  return {
    name,
    definitions: [definition],
    agents: [once, repeat],
    agent: echo,
    runs: Array.from({ length: copies }, (_, index) => ({ id: `start-${index}`, workflow: name, input: {} })),
    ...more,
  };
};

/** The first attempts of a step fail in a way that may be tried again; one step fails for good. */
const unsteady: SimulatedAgent = (task) => {
  const outcome = (code: string, retryable: boolean) => ({
    status: 'failed' as const,
    failure: { ...failure('AGENT_THREW', 'simulated', { retryable }), code },
  });
  if (task.step === 'hopeless') return { delayMs: 5, outcome: outcome('HOPELESS', false) };
  if (task.attempt === 1) return { delayMs: 5, outcome: outcome('AGAIN', true) };
  return echo(task);
};

/** Never answers the first attempt; answers the second at its very deadline. */
const slow: SimulatedAgent = (task) =>
  task.attempt === 1 ? { delayMs: 10_000, outcome: 'silent' } : { ...echo(task), delayMs: 900 };

const huge: SimulatedAgent = (task) => ({
  delayMs: 5,
  outcome: { status: 'completed', output: { value: { text: 'x'.repeat(20_000), step: task.step } } },
});

/** One step is due again just as the others answer: wakes and responses meet. */
const busy: SimulatedAgent = (task) => {
  if (task.attempt > 1 || task.step.startsWith('steady')) return { ...echo(task), delayMs: 1_000 };
  return { ...unsteady(task), delayMs: task.step === 'first' ? 5 : 1_000 };
};

/** Outlasts a lease twice over: whoever is at it has to renew. */
const patient: SimulatedAgent = (task) => ({ ...echo(task), delayMs: 40_000 });

const retry = 'retry: { max: 3, delay: 1s, jitter: none }';

export const scenarios: readonly Scenario[] = [
  scenario(
    'chain',
    `  one: { agent: worker }
  two: { agent: worker, with: { before: "\${{ steps.one.output.step }}" } }
  three: { agent: worker, with: { before: "\${{ steps.two.output.step }}" } }
`,
  ),
  scenario(
    'diamond',
    `  first: { agent: worker }
  left: { agent: cheap, needs: [first], if: steps.first.output.step == "first" }
  right: { agent: worker, needs: [first], if: steps.first.output.step == "none" }
  last: { agent: worker, needs: [left, right] }
`,
    { copies: 2 },
  ),
  scenario(
    'unsteady',
    `  steady: { agent: worker, ${retry} }
  hopeless: { agent: worker, continueOnError: true }
  after: { agent: cheap, needs: [steady, hopeless], ${retry} }
`,
    { agent: unsteady },
  ),
  scenario(
    'slow',
    `  waits: { agent: worker, timeout: 1s, ${retry} }
  other: { agent: cheap, timeout: 3s, needs: [waits], ${retry} }
`,
    { agent: slow },
  ),
  scenario(
    'race',
    `  a: { agent: worker }
  b: { agent: cheap }
  c: { agent: worker }
  last: { agent: worker, needs: [a, b, c], join: { atLeast: 1, cancelRest: true } }
`,
    { cancel: true, copies: 2 },
  ),
  scenario(
    'huge',
    '  one: { agent: worker }\n  two: { agent: worker, with: { all: "${{ steps.one.output }}", text: "${{ steps.one.output.step }}" } }\n',
    {
      agent: huge,
    },
  ),
  scenario(
    'limited',
    `  one: { agent: worker, deadline: 3s, ${retry} }\n  two: { agent: worker, needs: [one] }\n`,
    {
      agent: unsteady,
      head: 'timeout: 10s\n',
      cancel: true,
    },
  ),
  scenario(
    'busy',
    `  first: { agent: worker, ${retry} }
  second: { agent: cheap, ${retry} }
  steadyOne: { agent: worker }
  steadyTwo: { agent: cheap }
  after: { agent: cheap, needs: [first, second, steadyOne, steadyTwo] }
`,
    { agent: busy },
  ),
  scenario('patient', '  one: { agent: worker }\n  two: { agent: worker, needs: [one] }\n', {
    agent: patient,
  }),
  scenario('senders', '  one: { agent: worker }\n', {
    runs: ['/shop', '/warehouse'].map((source) => ({ id: 'same', workflow: 'senders', input: {}, source })),
  }),
  // Two wait at once, whoever is first decides; where nobody does, each has its own rule for its deadline.
  scenario(
    'approvals',
    `  draft: { agent: worker }
  legal: { approval: { to: lawyer, prompt: "\${{ steps.draft.output.step }}?", timeout: 20s, onTimeout: approve }, continueOnError: true }
  money: { approval: { to: [owner, bank], prompt: pay?, timeout: 5s, onTimeout: reject }, needs: [draft], continueOnError: true }
  note: { approval: { to: clerk, prompt: noted?, timeout: 8s }, continueOnError: true }
  sign: { approval: { to: owner, prompt: sign?, timeout: 1h }, needs: [legal, money, note] }
  last: { agent: cheap, needs: [sign], with: { by: "\${{ steps.sign.output.by }}" } }
`,
    { copies: 2, cancel: true },
  ),
  // Two keys: starts of one key are one run, whichever comes first, and another payload under it is a conflict.
  scenario('keyed', '  one: { agent: worker, with: { key: "${{ inputs.key }}" } }\n', {
    head: 'inputs: { key: string, note: { type: string, required: false } }\nidempotencyKey: inputs.key\n',
    runs: [{ key: 'a' }, { key: 'a' }, { key: 'b' }, { key: 'a', note: 'other' }].map((input, at) => ({
      ...{ id: `start-${at}`, workflow: 'keyed', input },
    })),
  }),
];

/** Inputs that once broke something: found by the fuzzer or by hand, mended, and fed again for ever. */
export interface Found {
  readonly surface: string;
  readonly what: string;
  readonly input: unknown;
}

export const found: readonly Found[] = [
  {
    surface: 'workflow-files',
    what: '200,000 lines ended the process with a RangeError',
    input: { file: 'x.yaml', source: '#\n'.repeat(200_000) },
  },
  {
    surface: 'workflow-files',
    what: 'a list of 500,000 took ten seconds to be refused',
    input: { file: 'x.yaml', source: `a: [${'a,'.repeat(500_000)}]` },
  },
  {
    surface: 'workflow-files',
    what: 'a key in a step id was shown in the pointer, in the list of steps and in the hint',
    input: {
      file: 'x.yaml',
      source:
        'steps:\n  a:\n    agent: x\n    if: steps.b.output == 1\n  __proto__`sk-planted-0123456789abcdef0123456789:\n    agent: x\n',
    },
  },
  {
    surface: 'expressions',
    what: 'a control character was shown as it came',
    input: { kind: 'template', source: '${{ \u0000 }}', value: null },
  },
  {
    surface: 'agent-answers',
    what: 'an error coloured the terminal of who read it',
    input: { kind: 'thrown', value: new Error('\u001b[31m') },
  },
  {
    surface: 'agent-answers',
    what: 'a key that no schema has was shown with its control characters',
    input: { kind: 'text', text: '{"said":"hello","\\u0000list":[1,2]}' },
  },
  {
    surface: 'agent-answers',
    what: 'an answer that is not JSON was shown with its control characters',
    input: { kind: 'text', text: '\u0000{"said":"hello"}' },
  },
  {
    surface: 'agent-answers',
    what: 'an error that carries a stack in its message showed it',
    input: { kind: 'thrown', value: new Error('x\n    at evil (file.ts:1:1)') },
  },
  { surface: 'command-lines', what: 'an unknown command coloured the terminal', input: ['\u001b[31m'] },
  {
    surface: 'command-lines',
    what: 'a key typed as a command was shown',
    input: ['sk-planted-0123456789abcdef0123456789'],
  },
];

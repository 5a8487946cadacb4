/** Agents whose code does not work, in a clone whose path has to be encoded in a URL. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { baton, type Ended, hasStack, resultOf } from './spawn.fixture.ts';
import { copyTree } from './tree.fixture.ts';

const tree = copyTree();
after(() => tree.remove());

const broken = 'kafka-expert';
const file = `agents/${broken}/agent.ts`;
const command = (...args: readonly string[]): Promise<Ended> =>
  baton(args, { tree: tree.path, dataDir: join(tree.path, 'data') });
const get = () => command('agents', 'get', broken);

interface Report {
  readonly checks: readonly { readonly check: string; readonly state: string; readonly says: string }[];
}
const agentsFinding = ({ stdout }: Ended) =>
  (JSON.parse(stdout) as Report).checks.find(({ check }) => check === 'agents');

/** By what is wrong: the file as it is then, and what is said of it. */
const cases: readonly (readonly [
  what: string,
  text: (before: string) => string,
  says: string,
  got: string,
])[] = [
  [
    'throws an error as it loads',
    (before) => `throw new Error('no luck');\n${before}`,
    'no luck',
    `an error at ${file}:1`,
  ],
  [
    'throws a text as it loads',
    (before) => `throw 'no luck';\n${before}`,
    'it threw "no luck"',
    `what is no Error at ${file}`,
  ],
  [
    'is an empty file',
    () => '',
    `The requested module './${broken}/agent.ts' does not provide an export named 'agent'`,
    `an error at ${file}`,
  ],
  [
    'exports undefined',
    () => 'export const agent = undefined;\n',
    `${file} exports no agent: got undefined, expected what defineAgent gives, with a name. Write there: export const agent = defineAgent({ name: '${broken}', … }).`,
    `an error at ${file}`,
  ],
  [
    'has the name of another',
    (before) => before.replace(`name: '${broken}'`, "name: 'other'"),
    `${file} defines an agent of another name: got 'other', expected '${broken}'. Give defineAgent the name of the folder.`,
    `an error at ${file}`,
  ],
];

describe('an agent whose module', () => {
  for (const [what, text, says, got] of cases)
    it(`${what} is told by its own file`, async () => {
      tree.change(broken, text);
      const { code, stdout, stderr } = await get();
      assert.equal(
        stderr,
        `error[AGENT_BROKEN]: the code of an agent does not work: ${says}\ngot: ${got}\n` +
          'expected: code that loads, awaits every promise it makes, and throws from run() or nowhere\n' +
          'help: correct that file: npm run types says more; npm run registry, if an agent was added or removed\n',
      );
      assert.deepEqual([code, stdout], [1, '']);
    });

  it('never finishes loading is told after a while, and workflows are read without it', async () => {
    tree.change(broken, (before) => `await new Promise(() => undefined);\n${before}`);
    const workflow = 'design-and-provision';
    const [got, invoked, run, simulated, doctor, validated] = await Promise.all([
      get(),
      command('agents', 'invoke', broken, '-i', 'design={}'),
      command('run', workflow),
      command('simulate', workflow, '--seeds', '1'),
      command('doctor', '--json'),
      command('validate', `workflows/${workflow}.yaml`),
    ]);
    for (const { code, stderr } of [got, invoked, run, simulated]) {
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /^error\[AGENT_BROKEN\]: the code of an agent does not finish loading\ngot: nothing after 10 s from agents\/kafka-expert\/agent\.ts\nexpected: .+\nhelp: .+$/m,
      );
      assert.equal(hasStack(stderr), false);
    }
    assert.equal(doctor.code, 4, doctor.stderr);
    assert.equal(
      agentsFinding(doctor)?.says,
      `the code of an agent does not finish loading; got: nothing after 10 s from ${file}`,
    );
    assert.equal(validated.code, 0, validated.stderr);
  });
});

describe('an agent that throws when its run() is over', () => {
  it('ends no host', async () => {
    tree.change(broken, (before) =>
      before.replace(
        'const { value }',
        "setTimeout(() => { throw new Error('too late'); });\n    const { value }",
      ),
    );
    const { code, stdout, stderr } = await command('run', 'design-and-provision');
    assert.equal(code, 0, stderr);
    assert.equal(resultOf(stdout).status, 'completed');
    assert.match(stderr, /too late/);
  });
});

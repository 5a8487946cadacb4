import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  baton,
  hasStack,
  resultOf,
  startBaton,
  type Started,
  temporaryFolder,
  until,
} from './spawn.fixture.ts';

const workflow = 'design-and-provision';
const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
let dev: Started;
before(async () => {
  dev = startBaton(['dev', '--quiet'], { dataDir });
  await until(
    async () => (await baton(['doctor'], { dataDir })).stdout.includes('works on this'),
    'dev is up',
  );
});
after(async () => {
  dev.child.kill('SIGTERM');
  await dev.ended;
  folder.remove();
});

const logs = (...args: readonly string[]) => baton(['logs', ...args], { dataDir });
const functionsOf = (stdout: string): readonly string[] => [
  ...new Set(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { function?: string }).function ?? ''),
  ),
];

describe('logs beside a host that runs', () => {
  it('shows what every function wrote, of one run or of one function', async () => {
    const follower = startBaton(['logs', '--follow', '--function', 'output-logger'], { dataDir });
    await until(() => follower.stderr().includes('Following'), 'it follows');
    const [first, second] = [
      resultOf((await baton(['run', workflow], { dataDir })).stdout).run,
      resultOf((await baton(['run', workflow], { dataDir })).stdout).run,
    ];
    await until(() => follower.stdout().includes(second), 'the follower has seen both runs');
    follower.child.kill('SIGINT');
    const followed = await follower.ended;
    assert.equal(followed.code, 130);
    assert.match(followed.stdout, new RegExp(`info {2}output-logger {2}run ended {2}run=${first}`));
    assert.doesNotMatch(followed.stdout, /agent-kafka-expert/);

    const ofRun = await logs('--run', first, '--json');
    assert.ok(ofRun.stdout.includes(first));
    assert.ok(!ofRun.stdout.includes(second));
    const expected = ['agent-kafka-expert', 'agent-terraform-generator', 'http-bridge-app-designer'];
    for (const name of [...expected, 'output-logger'])
      assert.ok(functionsOf(ofRun.stdout).includes(name), name);
    const ofAgent = await logs('--function', 'kafka-expert', '--json');
    assert.deepEqual(functionsOf(ofAgent.stdout), ['agent-kafka-expert']);
    assert.equal((await logs('--limit', '2', '--json')).stdout.trimEnd().split('\n').length, 2);
    assert.equal((await logs('--level', 'error')).stdout, '');
  });

  it('explains an unknown function, level and run, exit 2', async () => {
    const wrong: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
      [['--function', 'orchestrater'], /FUNCTION_UNKNOWN[^]*did you mean 'orchestrator'/],
      [['--level', 'loud'], /--level 'loud'[^]*debug, info, warn or error/],
      [['--run', 'zzzz'], /RUN_NOT_FOUND/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await logs(...args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.equal(hasStack(stderr), false);
    }
  });

  it('is one of the reads that work beside it', async () => {
    const reads = [
      ['runs', 'list'],
      ['runs', 'get', '@last'],
      ['dlq', 'list'],
      ['topics', 'list'],
      ['recover'],
      ['doctor'],
    ];
    for (const read of reads) {
      const { code, stderr } = await baton(read, { dataDir });
      assert.equal(code, 0, `${read.join(' ')}: ${stderr}`);
    }
  });
});

describe('logs of a folder without any', () => {
  it('says how lines come to be there, exit 0', async () => {
    const { code, stdout, stderr } = await baton(['logs'], { dataDir: join(folder.path, 'none') });
    assert.equal(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /\.\/baton dev/);
  });
});

describe('logs that may not be read', () => {
  it('are a matter of the data folder and no bug, exit 4', async () => {
    const unreadable = join(folder.path, 'unreadable');
    // Root may read everything, but no folder as a file.
    mkdirSync(join(unreadable, 'logs', 'host.jsonl'), { recursive: true });
    const { code, stderr } = await baton(['logs'], { dataDir: unreadable });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /^error\[STORE_IO\]: .+\ngot: .+unreadable\)\nexpected: .+\nhelp: .+/);
  });
});

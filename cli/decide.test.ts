import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { baton, hasStack, startBaton, type Started, temporaryFolder, until } from './spawn.fixture.ts';

const workflow = `name: go-live
version: "1.0.0"
inputs:
  what: string
steps:
  legal:
    approval: { to: lawyer, prompt: 'May \${{ inputs.what }} be shown?' }
  money:
    approval: { to: [owner, bank], prompt: Pay?, timeout: 2d }
    continueOnError: true
outputs:
  legal: \${{ steps.legal.output.decision }}
  money: \${{ steps.money.output.decision }}
  by: \${{ steps.money.output.by }}
`;

const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
const file = join(folder.path, 'go-live.yaml');
const at = (...args: readonly string[]) => baton(args, { dataDir });
const starts = async (): Promise<string> => {
  const { code, stdout } = await at('run', file, '-i', 'what=it');
  assert.equal(code, 3);
  return (JSON.parse(stdout) as { readonly run: string }).run;
};

before(() => writeFileSync(file, workflow));
after(() => folder.remove());

describe('a run that waits for decisions', () => {
  it('is left by run, exit 3, with who is asked what and how to answer', async () => {
    const { code, stdout, stderr } = await at('run', file, '-i', 'what=it');
    assert.equal(code, 3, stderr);
    const left = JSON.parse(stdout) as {
      readonly run: string;
      readonly status: string;
      readonly approvals: unknown;
    };
    assert.equal(left.status, 'waiting');
    assert.deepEqual(
      (left.approvals as { readonly step: string; readonly to: unknown }[]).map(({ step, to }) => [step, to]),
      [
        ['legal', ['lawyer']],
        ['money', ['owner', 'bank']],
      ],
    );
    assert.match(stderr, /'legal' waits for a decision of lawyer: May it be shown\?/);
    assert.match(
      stderr,
      new RegExp(`\\./baton approve ${left.run} money {3}or: \\./baton reject ${left.run} money`),
    );
    assert.match(stderr, /within 1d 23h/);
  });

  it('is listed, shown and completed as one that waits', async () => {
    const run = await starts();
    assert.match((await at('runs', 'list', '--status', 'waiting')).stdout, new RegExp(run));
    const { stdout } = await at('runs', 'get', run);
    assert.match(stdout, /^money +undecided +0 +asks owner, bank/m);
    const { stdout: words } = await at('complete', '--', 'approve', run, '');
    assert.deepEqual(words.trimEnd().split('\n').slice(0, 2).map((line) => line.split('\t')[0]), ['legal', 'money']); // prettier-ignore
  });

  it('keeps a decision while nobody works on it, exit 3', async () => {
    const run = await starts();
    const { code, stdout, stderr } = await at('approve', run, 'legal');
    assert.deepEqual([code, stdout], [3, `${run}  legal  requested\n`]);
    assert.match(stderr, /Nobody works on it yet: \.\/baton dev/);
  });

  it('refuses what is not clear, exit 2: which step, none that waits, too much said', async () => {
    const run = await starts();
    const wrong: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
      [
        ['approve', run],
        /USAGE[^]*waits for 2 decisions[^]*one of legal, money[^]*approve [0-9a-z]{26} legal/,
      ],
      [['reject', run, 'mony'], /NOT_WAITING[^]*did you mean 'money'\?/],
      [['approve', run, 'legal', '--comment', 'x'.repeat(1025)], /--comment is too long/],
      [['approve', run, 'legal', '--by', ''], /--by is empty/],
      [['approve', 'zzzz'], /RUN_NOT_FOUND/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await at(...args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, expected);
      assert.ok(!hasStack(stderr));
    }
  });
});

describe('a decision, where a host works on runs', () => {
  let host: Started;
  before(async () => {
    host = startBaton(['dev'], { dataDir });
    await until(() => /Baton is up/.test(host.stderr()), 'dev is up');
  });
  after(async () => {
    host.child.kill('SIGINT');
    await host.ended;
  });

  it('is taken, recorded with who gave it, and the run goes on', async () => {
    const run = await starts();
    const first = await at('approve', run, 'legal', '--by', 'ada', '--comment', 'as agreed');
    assert.deepEqual([first.code, first.stdout], [0, `${run}  legal  approved\n`], first.stderr);
    const second = await at('reject', run, '--json');
    assert.equal(second.code, 0, second.stderr);
    assert.deepEqual({ ...(JSON.parse(second.stdout) as object), by: '' }, {
      ...{ run, step: 'money', decision: 'rejected', by: '', status: 'taken' },
    }); // prettier-ignore
    const watched = await at('runs', 'watch', run);
    assert.equal(watched.code, 0, watched.stderr);
    const { outputs } = JSON.parse(watched.stdout) as { readonly outputs: Readonly<Record<string, string>> };
    assert.deepEqual([outputs['legal'], outputs['money']], ['approved', 'rejected']);
    const { stdout } = await at('runs', 'get', run);
    assert.match(stdout, /legal approved by ada: as agreed/);
    const late = await at('approve', run, 'money');
    assert.equal(late.code, 2);
    assert.match(late.stderr, /NOT_WAITING[^]*'money' was rejected by/);
  });

  it('is waited for with --watch, and told', async () => {
    const run = startBaton(['run', file, '-i', 'what=it', '--watch'], { dataDir });
    await until(() => run.stderr().includes('baton approve'), 'the decisions are told');
    for (const step of ['legal', 'money']) assert.equal((await at('approve', '@last', step)).code, 0);
    const { code, stdout } = await run.ended;
    assert.equal(code, 0);
    assert.match(stdout, /"legal":"approved","money":"approved"/);
  });
});

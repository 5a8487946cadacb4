import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { brittle } from '#simulation/brittle.fixture.ts';
import { replayedChoices } from '#simulation/choices.ts';
import { allFaults } from '#simulation/faults.ts';
import { judgeOf } from '#simulation/hunt.ts';
import { runSchedule } from '#simulation/schedule.ts';
import { playMany, playOne, type Subject } from './commands/simulate.ts';
import { createOutput } from './output.ts';
import { baton, hasStack, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

/** The wall clock may show on stderr only. */
const simulate = (...args: readonly string[]) =>
  baton(['simulate', ...args], { dataDir: join(folder.path, 'never-made') });

function workflowFile(name: string, body: string): string {
  const path = join(folder.path, `${name}.yaml`);
  writeFileSync(path, `name: ${name}\nversion: "1.0.0"\n${body}`);
  return path;
}

interface Report {
  readonly schedules: number;
  readonly agents: readonly { readonly step: string; readonly agent: string; readonly answers: string }[];
  readonly faults: Readonly<Record<string, number>>;
  readonly outcomes: readonly { readonly outcome: string; readonly times: number }[];
  readonly races: readonly string[];
  readonly violation: null | {
    readonly seed: number;
    readonly promise: string;
    readonly choices: readonly number[];
  };
}

const parsed = (stdout: string): Report => JSON.parse(stdout) as Report;

describe('baton simulate', () => {
  it('plays the shipped workflow with its own agents and reports faults, outcomes and races', async () => {
    const { code, stdout, stderr } = await simulate('design-and-provision', '--seeds', '40');
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^design-and-provision 1\.0\.0: 40 hostile histories, [\d,]+ events: no promise broken\n/,
    );
    assert.match(stdout, /kafka-expert +its own code, with the scripted model/);
    assert.match(stdout, /callFails +[1-9]\d* {2}a call of the store or the log fails/);
    assert.match(stdout, /100\.0 % {2}completed \{"design"/);
    assert.match(stdout, /design: its timeout against its result/);
    assert.match(stderr, /40 histories in [\d.]+ s: \d+ a second/);
    assert.doesNotMatch(stdout, /a second/);
  });

  it('gives the same report for the same seeds, as one JSON document', async () => {
    const args = ['design-and-provision', '-i', 'idea=A parcel tracker', '--seeds', '30', '--json'];
    const [one, other] = await Promise.all([simulate(...args), simulate(...args)]);
    assert.equal(one.stdout, other.stdout);
    const report = parsed(one.stdout);
    assert.equal(report.schedules, 30);
    assert.deepEqual(Object.keys(report.faults), allFaults);
    assert.equal(
      report.outcomes.reduce((sum, { times }) => sum + times, 0),
      30,
    );
    assert.equal(report.violation, null);
  });

  it('answers for agents that are not registered with a stub that has what the workflow reads', async () => {
    const file = workflowFile(
      'stubbed',
      `steps:
  one: { agent: not-written-yet }
  two: { agent: nor-this-one, if: steps.one.output.kind.name == "stub", with: { text: "\${{ steps.one.output.text }}" } }
outputs: { text: "\${{ steps.two.output.input.text }}" }
`,
    );
    const { code, stdout } = await simulate(file, '--seeds', '20', '--json');
    assert.equal(code, 0);
    const report = parsed(stdout);
    assert.deepEqual(report.outcomes, [{ outcome: 'completed {"text":"stub"}', times: 20 }]);
    assert.match(report.agents[0]?.answers ?? '', /^a stub: the agent is not registered/);
  });

  it('plays one seed again byte for byte, with times from its begin', async () => {
    const args = ['design-and-provision', '--seed', '7'];
    const [one, other] = await Promise.all([simulate(...args), simulate(...args)]);
    assert.equal(one.code, 0);
    assert.ok(one.stdout.length > 1000);
    assert.equal(one.stdout, other.stdout);
    assert.match(one.stdout, /What happened\n +0\.000 s {2}/);
    assert.match(one.stdout, /agent called [0-9a-z]+:design:1\n/);
    const another = await simulate('design-and-provision', '--seed', '8');
    assert.notEqual(one.stdout, another.stdout);
  });

  it('meets only the faults it is asked for', async () => {
    const { stdout } = await simulate(
      'design-and-provision',
      '--seeds',
      '30',
      '--faults',
      'ackLost, redeliver',
      '--json',
    );
    const { faults } = parsed(stdout);
    assert.deepEqual(Object.keys(faults), ['ackLost', 'redeliver']);
    assert.ok(
      Object.values(faults).every((times) => times > 0),
      JSON.stringify(faults),
    );
    const { stdout: quiet } = await simulate(
      'design-and-provision',
      '--seed',
      '3',
      '--faults',
      'none',
      '--json',
    );
    assert.deepEqual(parsed(quiet).faults, {});
  });

  it('refuses what it does not know with exit code 2 and what it could be', async () => {
    const wrong: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
      [
        ['design-and-provision', '--faults', 'ackLos'],
        /no fault 'ackLos'[^]+lostLog[^]+did you mean 'ackLost'/,
      ],
      [['design-and-provision', '--seeds', 'many'], /--seeds cannot be 'many'/],
      [['design-and-provision', '--seed', '0'], /--seed cannot be '0'/],
      [['design-and-provision', '--seed', '1', '--seeds', '2'], /exclude each other/],
      [['design-and-provison'], /did you mean 'design-and-provision'/],
      [[workflowFile('broken', 'steps: {}\n')], /error\[WF_/],
      [['design-and-provision', '-i', 'nope=1'], /INPUT_UNKNOWN/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await simulate(...args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.equal(hasStack(stderr), false);
    }
  });
});

/** The command over a workflow that breaks a promise, in this process: a shipped one never should. */
async function inProcess<T>(work: (context: Parameters<typeof playMany>[0]) => Promise<T>) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const output = createOutput({}, streams as unknown as NonNullable<Parameters<typeof createOutput>[1]>);
  const [stdout, stderr] = [text(streams.stdout), text(streams.stderr)];
  const value = await work({ output, env: {}, interactive: false });
  streams.stdout.end();
  streams.stderr.end();
  return { value, stdout: await stdout, stderr: await stderr };
}

describe('a broken promise', () => {
  const subject: Subject = {
    ...{ scenario: brittle, agents: [], workflow: 'brittle', version: '1.0.0' },
    faults: ['callFails', 'crashBefore', 'crashAfter'],
  };

  it('ends with exit code 1, the seed, and the shortest schedule that shows it', async () => {
    const { value, stdout } = await inProcess((context) =>
      playMany(context, subject, { seeds: 500, json: false }),
    );
    assert.equal(value, 1);
    assert.match(stdout, /^brittle 1\.0\.0: [^\n]+: seed \d+ breaks a promise\n/);
    assert.match(stdout, /Seed \d+ breaks a promise: C6: run [^\n]+"calls":[2-9][^\n]+"calls":1/);
    assert.match(stdout, /The shortest schedule that shows it, after \d+ replays: \d+ choices/);
    assert.match(stdout, /agent called [0-9a-z]+:one:1\n[^]*agent called [0-9a-z]+:one:1\n/);
  });

  it('gives choices that show it again, and its seed shows it too', async () => {
    const { stdout } = await inProcess((context) => playMany(context, subject, { seeds: 500, json: true }));
    const { violation } = parsed(stdout);
    assert.ok(violation);
    const judge = await judgeOf(brittle);
    const again = await runSchedule(
      { ...brittle, faults: subject.faults },
      replayedChoices(violation.choices),
    );
    assert.equal(judge(again), violation.promise);
    const one = await inProcess((context) =>
      playOne(context, subject, { seed: violation.seed, json: false }),
    );
    assert.equal(one.value, 1);
    assert.match(one.stdout, /\nA promise was broken: C6: /);
  });
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { baton, hasStack, resultOf, temporaryFolder, type Result } from './spawn.fixture.ts';

const workflow = 'design-and-provision';
const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
after(() => folder.remove());

describe('run on a free data folder', () => {
  it('hosts until its own run ends and prints the result as the last line of stdout', async () => {
    const { code, stdout, stderr } = await baton(['run', workflow], { dataDir });
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    const result = resultOf(stdout);
    assert.deepEqual(Object.keys(result), ['run', 'workflow', 'status', 'outputs']);
    assert.equal(result.workflow, workflow);
    assert.equal(result.status, 'completed');
    assert.deepEqual(Object.keys(result.outputs), ['design', 'terraform', 'kafka']);
    assert.ok(result.outputs['terraform'], 'claim checks are resolved');
    assert.match(stderr, /Input from examples\/design-and-provision\.input\.json: idea=/);
    assert.match(stderr, /design asked of app-designer[^]*run completed/);
    assert.match(stderr, /scripted model answered[^\n]*OPENAI_API_KEY/);
  });

  it('takes another idea on the same folder, and the result follows from it', async () => {
    const idea = 'A parcel tracking service with live updates';
    const { code, stdout, stderr } = await baton(['run', workflow, '-i', `idea=${idea}`], { dataDir });
    assert.equal(code, 0, stderr);
    assert.match(JSON.stringify(resultOf(stdout).outputs['design']), /parcel/i);
    assert.doesNotMatch(stderr, /Input from/);
  });

  it('takes inputs from a file and prints what happens as JSON lines with --json, and no note but who answered with --quiet', async () => {
    const file = join(folder.path, 'input.json');
    writeFileSync(file, JSON.stringify({ idea: 'A choir that plans its rehearsals' }));
    const { code, stdout, stderr } = await baton(['run', workflow, '-f', file, '--json', '--quiet'], {
      dataDir,
    });
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(stderr, 'The scripted model answered. Set OPENAI_API_KEY to ask a real one.\n');
    const types = lines.slice(0, -1).map((line) => (JSON.parse(line) as { type: string }).type);
    assert.equal(types[0], 'run.started');
    assert.equal(types.at(-1), 'run.completed');
    assert.equal(resultOf(stdout).status, 'completed');
  });

  it('refuses at once an input that no event carries, which would never begin', async () => {
    const file = join(folder.path, 'numbers.yaml');
    writeFileSync(
      file,
      'name: numbers\nversion: "1.0.0"\ninputs: { n: integer, o: { type: object, required: false } }\n' +
        'steps: { a: { agent: kafka-expert, with: { n: "${{ inputs.n }}" } } }\n',
    );
    const given = join(folder.path, 'given.json');
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    const rows: readonly (readonly [string, string])[] = [
      ['{"n":1,"o":{"__proto__":1}}', 'CE_FORBIDDEN_KEY'],
      ['{"n":9007199254740993}', 'CE_NUMBER'],
      ['{"n":1e400}', 'CE_NUMBER'],
      ['{"n":1,"o":{"a":"\\ud800"}}', 'CE_UNICODE'],
      [`{"n":1,"o":{"a":${nested(62)}}}`, 'CE_DATA_LIMIT'],
    ];
    for (const [text, problem] of rows) {
      writeFileSync(given, text);
      const { code, stderr } = await baton(['run', file, '-f', given], { dataDir });
      assert.equal(code, 2, text);
      assert.match(stderr, new RegExp(`^error\\[${problem}\\]: `), text);
    }
    const single = await baton(['run', file, '-i', 'n=1', '-i', 'o={"constructor":1}'], { dataDir });
    assert.match(single.stderr, /^error\[CE_FORBIDDEN_KEY\]: input 'o': /);
  });

  it('does not call a folder empty because of what was asked for', async () => {
    const [status, workflow, none] = await Promise.all([
      baton(['runs', 'list', '--status', 'cancelled'], { dataDir }),
      baton(['runs', 'list', '--workflow', 'nope', '--status', 'failed'], { dataDir }),
      baton(['runs', 'list'], { dataDir: join(folder.path, 'empty') }),
    ]);
    assert.match(status.stderr, /^No run in \/\S+ is cancelled\. \.\/baton runs list shows all\.$/m);
    assert.match(workflow.stderr, /^No run of 'nope' in \/\S+ is failed\./m);
    assert.match(none.stderr, /^No run in \/\S+\/empty yet\. Start one/m);
  });

  it('lists the runs afterwards, newest first, and shows one of them', async () => {
    const list = await baton(['runs', 'list', '--json'], { dataDir });
    const rows = JSON.parse(list.stdout) as readonly { run: string; status: string }[];
    assert.deepEqual(
      rows.map((row) => row.status),
      ['completed', 'completed', 'completed'],
    );
    const id = rows[2]?.run ?? '';
    const [json, text] = await Promise.all([
      baton(['runs', 'get', id.slice(0, 8), '--json'], { dataDir }),
      baton(['runs', 'get', '@last'], { dataDir }),
    ]);
    const run = JSON.parse(json.stdout) as Result & {
      steps: readonly { status: string; attempts: number }[];
    };
    assert.equal(run.run, id);
    assert.deepEqual(
      run.steps.map((step) => [step.status, step.attempts]),
      [
        ['completed', 1],
        ['completed', 1],
        ['completed', 1],
      ],
    );
    assert.deepEqual(Object.keys(run.outputs), ['design', 'terraform', 'kafka']);
    assert.match(text.stdout, /STEP +STATUS[^]*timeline[^]*run completed after/);
    assert.ok(text.stdout.startsWith(rows[0]?.run ?? '-'));
  });

  it('shows every topic of a finished run, capabilities apart', async () => {
    const expected: readonly (readonly [topic: string, records: number])[] = [
      ['request', 3],
      ['command', 0],
      ['response', 9],
      ['output', 3],
      ['dlq', 0],
      ['app-designer', 3],
      ['workflow.step.kafka-expert.request', 3],
    ];
    for (const [topic, records] of expected) {
      const tail = await baton(['events', 'tail', '--topic', topic, '--no-follow', '--json'], { dataDir });
      const lines = tail.stdout.split('\n').filter((line) => line !== '');
      assert.equal(tail.code, 0, tail.stderr);
      assert.equal(lines.length, records, topic);
      assert.doesNotMatch(tail.stdout, /"v1\.[a-z0-9]+\.\d+\./);
      for (const line of lines)
        assert.equal((JSON.parse(line) as { specversion: string }).specversion, '1.0');
    }
    const text = await baton(['events', 'tail', '--topic', 'response', '--no-follow'], { dataDir });
    assert.match(text.stdout, /step\.completed\.v1 .*design#1 .*cap:[a-z0-9]+ /);
  });
});

describe('mistakes with run and its relatives', { concurrency: 4 }, () => {
  const mistakes: readonly (readonly [name: string, args: readonly string[], expected: RegExp])[] = [
    [
      'a misspelt workflow',
      ['run', 'design-and-provison'],
      /WF_UNKNOWN_WORKFLOW[^]*did you mean 'design-and-provision'/,
    ],
    ['a missing file', ['run', 'workflows/nope.yaml'], /FILE_MISSING/],
    ['a directory', ['run', './workflows/'], /FILE_IS_DIRECTORY/],
    ['an unknown input', ['run', workflow, '-i', 'ideas=x'], /INPUT_UNKNOWN[^]*did you mean 'idea'/],
    ['an input without value', ['run', workflow, '-i', 'idea'], /INPUT_SYNTAX[^]*name=value/],
    ['an input that breaks its schema', ['run', workflow, '-i', 'idea='], /INPUT_INVALID[^]*idea/],
    ['an input file that is no JSON', ['run', workflow, '-f', 'README.md'], /JSON_SYNTAX|FILE_MISSING/],
    ['watching and detaching at once', ['run', workflow, '--watch', '--detach'], /exclude each other/],
    ['an unknown run', ['runs', 'get', 'zzzz'], /RUN_NOT_FOUND/],
    ['an id that cannot be one', ['runs', 'get', '{"$ne":null}'], /ID_INVALID/],
    ['an unknown status', ['runs', 'list', '--status', 'done'], /--status 'done'[^]*completed/],
    ['a limit of nothing', ['runs', 'list', '--limit', '0'], /--limit '0'[^]*1 to 1000/],
    ['an unknown topic', ['events', 'tail', '--topic', 'outptu'], /TOPIC_MISSING[^]*did you mean 'output'/],
    [
      'an empty reason',
      ['runs', 'cancel', '@last', '--reason', ''],
      /--reason is empty\nexpected: 1 to 1024/,
    ],
    ['a run that is over', ['runs', 'cancel', '@last'], /RUN_ENDED[^]*completed already/],
  ];
  for (const [name, args, expected] of mistakes)
    it(`explains ${name}, exit 2`, async () => {
      const { code, stdout, stderr } = await baton(args, { dataDir });
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.equal(hasStack(stderr), false);
    });

  it('names the input and its type where a value is of another one', async () => {
    const file = join(folder.path, 'typed.yaml');
    const inputs = 'inputs:\n  count: integer\n  tags: array\n  deep: boolean\n';
    const steps = 'steps:\n  a:\n    agent: kafka-expert\n    with:\n      design: ${{ inputs.tags }}\n';
    writeFileSync(file, `name: typed\nversion: "1.0.0"\n${inputs}${steps}`);
    const wrong = [
      ['count=many', /input 'count' cannot be 'many'[^]*integer/],
      ['count=1.5', /input 'count' cannot be '1\.5'[^]*integer/],
      ['tags={}', /input 'tags' cannot be '\{\}'[^]*array/],
      ['deep=yes', /input 'deep' cannot be 'yes'[^]*boolean/],
    ] as const;
    for (const [input, expected] of wrong) {
      const { code, stderr } = await baton(['run', file, '-i', input], { dataDir });
      assert.equal(code, 2);
      assert.match(stderr, expected);
    }
  });

  it('shows the problems of a bad workflow and starts nothing', async () => {
    const file = join(folder.path, 'bad.yaml');
    writeFileSync(file, 'name: bad\nversion: "1.0.0"\nsteps: {}\n');
    const { code, stderr } = await baton(['run', file], { dataDir });
    assert.equal(code, 2);
    assert.match(stderr, /bad\.yaml:3:\d+ error\[WF_STEP_COUNT\]/);
  });
});

describe('run of a workflow that fails', () => {
  const ends = async (name: string, design: string, output: string) => {
    const file = join(folder.path, `${name}.yaml`);
    const step = `steps:\n  a:\n    agent: kafka-expert\n    continueOnError: true\n    with: { design: '${design}' }\n`;
    const outputs = `outputs:\n  one: \${{ ${output} }}\n`;
    writeFileSync(file, `name: ${name}\nversion: "1.0.0"\ninputs:\n  list: array\n${step}${outputs}`);
    return await baton(['run', file, '-i', 'list=[]'], { dataDir });
  };

  it('offers no retry where the same must happen again', async () => {
    const { code, stdout, stderr } = await ends('repeats', '${{ inputs.list[3] }}', 'inputs.list[3]');
    assert.equal(code, 1);
    assert.equal(resultOf(stdout).failure?.code, 'EXPR_NO_SUCH_KEY');
    assert.match(stderr, /a retry would end the same way: change the workflow or its input/);
    assert.doesNotMatch(stderr, /runs retry/);
  });

  it('offers one where a step that failed is done again, whose output may be there then', async () => {
    const { stdout, stderr } = await ends('differs', 'no design', 'steps.a.output.topics');
    assert.equal(resultOf(stdout).failure?.code, 'EXPR_NO_SUCH_KEY');
    assert.match(stderr, /\.\/baton runs retry \S+ starts again where it stopped/);
  });
});

describe('run of a workflow with an idempotency key', () => {
  it('gives the first result again for the same input, and refuses another input under the same key', async () => {
    const file = join(folder.path, 'order.yaml');
    const inputs = 'idempotencyKey: inputs.order\ninputs:\n  order: string\n  note: string\n';
    const steps = 'steps:\n  a:\n    agent: app-designer\n    with:\n      idea: ${{ inputs.note }}\n';
    writeFileSync(file, `name: order\nversion: "1.0.0"\n${inputs}${steps}`);
    const run = (note: string) => baton(['run', file, '-i', 'order=7', '-i', `note=${note}`], { dataDir });
    const first = await run('A shop');
    const again = await run('A shop');
    assert.equal(first.code, 0, first.stderr);
    assert.equal(again.stdout, first.stdout);
    assert.match(again.stderr, /same idempotency key/);
    const other = await run('A school');
    assert.equal(other.code, 2);
    assert.equal(other.stdout, '');
    assert.match(other.stderr, /IDEMPOTENCY_CONFLICT/);
  });
});

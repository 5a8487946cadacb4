import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { baton, hasStack, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const good = 'workflows/design-and-provision.yaml';
const bad = join(folder.path, 'bad.yaml');
writeFileSync(
  bad,
  'name: bad\nversion: "1.0.0"\nsteps:\n  a:\n    agent: kafka-expret\n  b:\n    agent: kafka-expert\n    needs: [c]\n',
);

interface Report {
  readonly ok: boolean;
  readonly files: readonly {
    readonly ok: boolean;
    readonly problems: readonly { readonly code: string; readonly line: number; readonly hint?: string }[];
  }[];
}

describe('validate', () => {
  it('says ok on stdout and exits 0 where every file is good', async () => {
    const { code, stdout, stderr } = await baton(['validate', good]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^workflows\/design-and-provision\.yaml: ok \(design-and-provision 1\.0\.0, 3 steps\)\n$/,
    );
    assert.equal(stderr, '');
  });

  it('shows every problem of every file with its place, exit 2', async () => {
    const { code, stdout, stderr } = await baton(['validate', good, bad]);
    assert.equal(code, 2);
    assert.match(stdout, /: ok/);
    assert.match(stderr, /bad\.yaml:5:12 error\[WF_UNKNOWN_AGENT\]/);
    assert.match(stderr, /did you mean 'kafka-expert'\?/);
    assert.match(stderr, /bad\.yaml:8:\d+ error\[WF_UNKNOWN_STEP\]/);
    assert.match(stderr, /1 of 2 files has problems/);
  });

  it('gives the same problems as JSON', async () => {
    const { code, stdout, stderr } = await baton(['validate', bad, '--json']);
    assert.equal(code, 2);
    assert.equal(stderr, '');
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.ok, false);
    assert.deepEqual(
      report.files[0]?.problems.map(({ code: problem, line }) => [problem, line]),
      [
        ['WF_UNKNOWN_AGENT', 5],
        ['WF_UNKNOWN_STEP', 8],
      ],
    );
  });

  it('explains files that are missing or directories and still checks the others', async () => {
    const { code, stdout, stderr } = await baton([
      'validate',
      folder.path,
      join(folder.path, 'bda.yaml'),
      good,
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /FILE_IS_DIRECTORY/);
    assert.match(stderr, /FILE_MISSING[^]*did you mean 'bad\.yaml'/);
    assert.match(stdout, /: ok/);
    assert.equal(hasStack(stderr), false);
  });

  it('takes an empty file and bytes that are not text for problems of the file', async () => {
    const empty = join(folder.path, 'empty.yaml');
    const bytes = join(folder.path, 'bytes.yaml');
    writeFileSync(empty, '');
    writeFileSync(bytes, Buffer.from([0xff, 0xfe, 0x00, 0x41]));
    const { code, stderr } = await baton(['validate', empty, bytes]);
    assert.equal(code, 2);
    assert.match(stderr, /WF_EMPTY[^]*WF_ENCODING/);
  });
});

describe('plan', () => {
  it('shows the levels as text, as JSON and as Mermaid', async () => {
    const [text, json, mermaid] = await Promise.all([
      baton(['plan', good]),
      baton(['plan', good, '--json']),
      baton(['plan', 'design-and-provision', '--mermaid']),
    ]);
    assert.match(text.stdout, /design[^]*terraform[^]*kafka/);
    const plan = JSON.parse(json.stdout) as { levels: unknown; edges: unknown };
    assert.deepEqual(plan.levels, [['design'], ['terraform', 'kafka']]);
    assert.deepEqual(plan.edges, [
      { from: 'design', to: 'terraform', kind: 'inferred' },
      { from: 'design', to: 'kafka', kind: 'inferred' },
    ]);
    assert.match(mermaid.stdout, /^flowchart /);
    assert.deepEqual([text.code, json.code, mermaid.code], [0, 0, 0]);
  });

  it('marks an edge that the file names as explicit', async () => {
    const file = join(folder.path, 'explicit.yaml');
    const steps = '  a:\n    agent: kafka-expert\n  b:\n    agent: kafka-expert\n    needs: [a]\n';
    writeFileSync(file, `name: explicit\nversion: "1.0.0"\nsteps:\n${steps}`);
    const { stdout } = await baton(['plan', file, '--json']);
    const plan = JSON.parse(stdout) as { edges: unknown };
    assert.deepEqual(plan.edges, [{ from: 'a', to: 'b', kind: 'explicit' }]);
  });

  it('shows the problems of a bad file and no plan, exit 2', async () => {
    const { code, stdout, stderr } = await baton(['plan', bad]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /WF_UNKNOWN_AGENT/);
  });
});

describe('agents', () => {
  it('lists the agents as a table and as JSON', async () => {
    const [text, json] = await Promise.all([baton(['agents', 'list']), baton(['agents', 'list', '--json'])]);
    const agents = JSON.parse(json.stdout) as readonly { name: string }[];
    assert.deepEqual(
      agents.map((agent) => agent.name),
      ['app-designer', 'kafka-expert', 'terraform-generator'],
    );
    for (const { name } of agents) assert.ok(text.stdout.includes(name));
  });

  it('shows the contract of one agent', async () => {
    const { code, stdout } = await baton(['agents', 'get', 'app-designer', '--json']);
    assert.equal(code, 0);
    const agent = JSON.parse(stdout) as {
      transport: string;
      input: { properties: object };
      output: { type: string };
    };
    assert.equal(agent.transport, 'http');
    assert.deepEqual(Object.keys(agent.input.properties), ['idea']);
    assert.equal(agent.output.type, 'object');
  });

  it('names the nearest agent for one that is unknown, exit 2', async () => {
    const { code, stdout, stderr } = await baton(['agents', 'get', 'app-desinger']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /AGENT_UNKNOWN[^]*did you mean 'app-designer'/);
  });
});

describe('workflows/ of a project', () => {
  it('is looked for in the current folder first', async () => {
    const project = join(folder.path, 'project');
    mkdirSync(join(project, 'workflows'), { recursive: true });
    writeFileSync(
      join(project, 'workflows', 'mine.yaml'),
      'name: mine\nversion: "1.0.0"\nsteps:\n  a:\n    agent: kafka-expert\n',
    );
    const { code, stdout } = await baton(['plan', 'mine', '--json'], { cwd: project });
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { workflow: string }).workflow, 'mine');
  });
});

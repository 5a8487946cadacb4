/** The pages people read, held against the repository: links, commands, files, dependencies, and the code in them. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Command } from 'commander';
import { parse as parseYaml } from 'yaml';
import { openPostEvent } from '#adapters/http/post-event.ts';
import { manifests } from '#agents/manifests.ts';
import { buildProgram } from '#cli/program.ts';
import { createOutput } from '#cli/output.ts';
import { type AgentManifest } from '#core/agent/contract.ts';
import { parseManifest } from '#core/agent/manifest.ts';
import { topics } from '#core/event-catalog.ts';
import { type JsonObject } from '#core/json.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { createHandler } from '#functions/http-bridge/handler.ts';
import {
  contextWith,
  idOf,
  kafkaEvent,
  openWorld,
  recordOf,
  taskEvent,
  type World,
} from '#functions/agent/fixtures/host.ts';
import { agentSteps } from '#core/workflow/graph.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort();
const howTo = 'docs/how-to/write-an-agent-in-another-language.md';
const manifestOfPackage = JSON.parse(read('package.json')) as Readonly<
  Record<'scripts' | 'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>
>;

/** The texts of the code blocks of a language, in order. */
const blocks = (page: string, language: string): readonly string[] =>
  [...read(page).matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');

/** A section of CONTRIBUTING.md, by its heading. */
const section = (title: string): string => {
  const parts = read('CONTRIBUTING.md').split(/^## /m);
  return parts.find((part) => part.startsWith(`${title}\n`)) ?? '';
};

test('the pages are there, and the README is short', () => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', howTo])
    assert.ok(pages.includes(page));
  assert.ok(read('README.md').trimEnd().split('\n').length <= 100);
});

test('every relative link points at something that is there', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ page, to: match[1] ?? '' })),
  );
  const relative = links.filter(({ to }) => !/^(?:https?:|mailto:)/.test(to));
  assert.ok(relative.length >= 8, `links were found: ${relative.length}`);
  assert.deepEqual(
    relative.filter(({ page, to }) => !existsSync(join(root, dirname(page), to.split('#')[0] ?? ''))),
    [],
  );
});

test('every command, subcommand and option of ./baton that a page shows exists', () => {
  const program = buildProgram(createOutput({}), async () => undefined);
  const shown = pages.flatMap((page) =>
    [...read(page).matchAll(/\.\/baton((?: +[^\s`#|;]+)*)/g)].map((match) => ({
      page,
      line: match[1] ?? '',
    })),
  );
  assert.ok(shown.length >= 12, `commands were found: ${shown.length}`);
  assert.deepEqual(
    shown.flatMap(({ page, line }) =>
      unknownOf(program, line.trim().split(/\s+/)).map((what) => `${page}: ${line} (${what})`),
    ),
    [],
  );
  assert.deepEqual(unknownOf(program, ['runs', 'lst']), ['lst']);
  assert.deepEqual(unknownOf(program, ['run', 'x', '--jsn']), ['--jsn']);
});

function unknownOf(program: Command, words: readonly string[]): readonly string[] {
  const [word = '', ...rest] = words;
  if (program.commands.length > 0 && /^[a-z]/.test(word)) {
    const command = program.commands.find((candidate) => candidate.name() === word);
    return command === undefined ? [word] : unknownOf(command, rest);
  }
  // The options of the whole program go with every command.
  const options = [...program.options, ...(program.parent?.parent ?? program.parent ?? program).options];
  const known = options.flatMap(({ short, long }) => [short, long]);
  return words.filter((each) => /^--?[a-z]/.test(each) && each !== '--help' && !known.includes(each));
}

test('every npm script that a page names exists, and every script is described', () => {
  const scripts = Object.keys(manifestOfPackage.scripts);
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/\bnpm (?:run ([a-z][a-z:-]*)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    ),
  );
  assert.ok(named.length >= 10, `scripts were found: ${named.length}`);
  assert.deepEqual(
    named.filter((name) => !scripts.includes(name)),
    [],
  );
  const table = read('CONTRIBUTING.md');
  for (const name of scripts) assert.match(table, new RegExp(`^\\| \`npm (?:run )?${name}\\b`, 'm'));
  for (const [name, command] of Object.entries(manifestOfPackage.scripts))
    for (const file of command.match(/[\w./-]+\.ts\b/g) ?? [])
      assert.ok(existsSync(join(root, file)), `npm run ${name} starts ${file}, which is not there`);
});

test('every file and folder of this repository that a page names is there', () => {
  const places =
    /^(?:core|adapters|functions|agents|workflows|infra|local|cli|tests|bench|schemas|scripts|examples)\//;
  const named = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap((page) =>
    [...read(page).matchAll(/`([^`\s]+)`/g)].map((match) => ({ page, path: match[1] ?? '' })),
  );
  const paths = named.filter(({ path }) => places.test(path));
  assert.ok(paths.length >= 60, `files were found: ${paths.length}`);
  // A name still to be chosen stands for the ones that are there already.
  const patternOf = (path: string): string => path.replace(/<[a-z]+>/g, '*').replace(/\/$/, '');
  assert.deepEqual(
    paths.filter(({ path }) => globSync(patternOf(path), { cwd: root }).length === 0),
    [],
  );
});

test('the recipes name the files they touch', () => {
  const parts = section('Recipes').split(/^### /m).slice(1);
  const things = [
    'n event type',
    'n agent',
    ' workflow',
    ' function',
    ' command',
    ' setting',
    ' failure code',
  ];
  assert.deepEqual(
    parts.map((part) => part.split('\n')[0]),
    things.map((thing) => `Add a${thing}`),
  );
  for (const part of parts) assert.match(part, /`[a-z]+\/[^`\s]+\.[a-z]+`/, part.split('\n')[0]);
});

test('every dependency has its reason in CONTRIBUTING.md, and is pinned', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifestOfPackage;
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const rows = section('Dependencies').match(/^\| `.*$/gm) ?? [];
  const reasons = new Map(
    rows.flatMap((row) => {
      const [, names = '', why = ''] = row.split('|');
      return [...names.matchAll(/`([^`]+)`/g)].map((match) => [match[1] ?? '', why.trim()] as const);
    }),
  );
  assert.deepEqual([...reasons.keys()].sort(), all.map(([name]) => name).sort());
  for (const [name, why] of reasons) assert.ok(why.length >= 10, name);
  for (const [name, version] of all) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test('no page names a path of one machine or the host of a package registry', () => {
  const forbidden =
    /(?<![\w.>])\/(?:work|tmp|root|home|Users|mnt|opt|private)\/|~\/|\bregistry\.(?!ts\b)[a-z]|npmjs|yarnpkg|jsdelivr|unpkg|pypi|artifactory|verdaccio/;
  for (const text of ['see /tmp/x', 'from https://registry.example.org/']) assert.match(text, forbidden);
  assert.deepEqual(
    pages.flatMap((page) =>
      read(page)
        .split('\n')
        .filter((line) => forbidden.test(line))
        .map((line) => `${page}: ${line}`),
    ),
    [],
  );
});

test('the workflow in the README is the shipped one, shortened, and it is valid', () => {
  const [text = '', ...others] = blocks('README.md', 'yaml');
  assert.equal(others.length, 0);
  assert.ok(text.trimEnd().split('\n').length <= 20);
  const shown = definitionOf(text, manifests);
  const shipped = definitionOf(read('workflows/design-and-provision.yaml'), manifests);
  const outline = ({ name, version, steps }: typeof shown) => [
    name,
    version,
    agentSteps({ steps }).map(({ id, agent, needs, if: condition }) => [
      id,
      agent.name,
      needs,
      condition?.source,
    ]),
  ];
  assert.deepEqual(outline(shown), outline(shipped));
});

function definitionOf(text: string, agents: readonly AgentManifest[]) {
  const known = new Map(agents.map(({ name, version }) => [name, { version }]));
  const parsed = parseWorkflow(Buffer.from(text), { file: 'page.yaml', agents: known });
  assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.problems));
  return parsed.value;
}

describe('the agent in another language', () => {
  let world: World;
  let python: ChildProcess;
  let folder: string;
  let url: string;

  before(async () => {
    const [source, ...others] = blocks(howTo, 'python');
    assert.ok(source !== undefined && others.length === 0, 'the page has one Python program');
    folder = mkdtempSync(join(tmpdir(), 'baton-docs-'));
    writeFileSync(join(folder, 'agent.py'), source);
    world = await openWorld(['word-count']);
    assert.equal(definitionOf(blocks(howTo, 'yaml')[1] ?? '', [manifest()]).name, 'count-words');
    python = spawn('python3', [join(folder, 'agent.py'), '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
    // Rejects with ENOENT where there is no Python.
    await once(python, 'spawn');
    url = await addressOf(python);
  });
  after(async () => {
    if (python.kill('SIGKILL')) await once(python, 'exit');
    await world.close();
    rmSync(folder, { recursive: true });
  });

  /** Hands a task to the bridge as Lambda would, and gives the responses published so far. */
  const post = async (run: number, input: JsonObject) => {
    const task = taskEvent({ agent: 'word-count', run, step: 'count', input });
    const handler = createHandler({
      log: world.embedded.log,
      invocations: world.embedded.store.invocations,
      blobs: world.embedded.store.blobs,
      clock: world.time,
      random: world.random,
      timers: world.time,
      logger: world.logger,
      partialResponses: true,
      agents: [{ manifest: manifest(), url }],
      post: openPostEvent({ allowedHosts: [], loopback: true }),
    });
    const answer = await handler(kafkaEvent(recordOf(task, run, 'word-count')), contextWith(world));
    assert.deepEqual(answer, { batchItemFailures: [] });
    const published = await world.events(topics.response);
    return { task, response: published.find(({ runid }) => runid === task.runid) };
  };

  it('takes a task that the bridge posts, and its response is published', async () => {
    const { task, response } = await post(1, { text: 'to be or not to be' });
    assert.equal(response?.type, 'dev.baton.step.completed.v1');
    assert.deepEqual(response.data, { output: { words: 6, characters: 18 } });
    assert.deepEqual(
      [response.id, response.source, response.capability, response.traceparent],
      [idOf({ run: 1, step: 'count' }), '/baton/agents/word-count', task.capability, task.traceparent],
    );
  });

  it('tells a failure as one, with its code', async () => {
    const { response } = await post(2, { text: 7 });
    assert.equal(response?.type, 'dev.baton.step.failed.v1');
    const { failure } = response.data as { failure: { code: string; message: string; retryable: boolean } };
    assert.deepEqual([failure.code, failure.retryable], ['AGENT_INPUT_INVALID', false]);
    assert.match(failure.message, /got 7, expected a string/);
  });

  it('gives, to whoever posts it, an event that fits the published schema', async () => {
    const [task = ''] = blocks(howTo, 'json').filter((text) => text.includes('specversion'));
    assertFits(JSON.parse(task) as { type: string });
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const answered = await fetch(url, { method: 'POST', headers, body: task });
    assert.equal(answered.status, 200);
    assertFits((await answered.json()) as { type: string });
    const refused = await fetch(url, {
      method: 'POST',
      body: task,
      headers: { 'content-type': 'text/plain' },
    });
    assert.equal(refused.status, 415);
  });
});

function manifest(): AgentManifest {
  const parsed = parseManifest(parseYaml(blocks(howTo, 'yaml')[0] ?? ''));
  assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.problem));
  return parsed.value;
}

// Formats are named for readers; the codec checks them.
const ajv = new Ajv2020({ allErrors: true, validateFormats: false, allowUnionTypes: true });

function assertFits(event: { readonly type: string }): void {
  const schema = JSON.parse(read(`schemas/events/${event.type}.schema.json`)) as JsonObject;
  const validate = ajv.compile(schema);
  assert.ok(validate(event), JSON.stringify(validate.errors));
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  assert.ok(stdout);
  // Ends with the program's output: a program that cannot start says nothing.
  for await (const line of createInterface({ input: stdout })) {
    const [, address] = /^listening on (http:\S+)$/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('the agent ended before it said where it listens');
}

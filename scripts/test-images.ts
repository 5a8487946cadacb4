/**
 * Builds every Dockerfile and runs what the compose file starts, from those images, against Kafka and MongoDB of this
 * machine, without a container engine: `npm run test:images`. Needs buildah and debootstrap, and to be root.
 * What it cannot show is in docs/unverified.md.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBaseImage } from './images/base-image.ts';
import { type Buildah, openBuildah } from './images/buildah.ts';
import { composePrograms, type ComposeProgram } from './images/compose-programs.ts';
import {
  answers,
  finish,
  killProgram,
  type Running,
  type Starting,
  startProgram,
  stopProgram,
} from './images/running.ts';
import { markVerified } from './images/verified.ts';
import { kafka } from './services/kafka.ts';
import { mongo } from './services/mongo.ts';
import { freePorts } from './services/ports.ts';
import { ServicesError } from './services/problem.ts';
import { portOf } from './services/service.ts';
import { startServices } from './services/start.ts';
import { readState } from './services/state.ts';
import { stopService } from './services/stop.ts';
import { requireTools, tools } from './services/tools.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.cache', 'images');
const logs = join(folder, 'logs');
const composeFile = join(root, 'docker-compose.local.yml');
const say = (line: string): void => void process.stderr.write(`images: ${line}\n`);
const services = {
  folder: join(root, '.cache', 'services'),
  home: join(folder, 'services'),
  stateFile: join(folder, 'services', 'state.json'),
  say,
  keep: false,
  readyWithinMs: 120_000,
};

try {
  await testImages();
  markVerified(root);
  say('every image was built, and the system ran from them; commit scripts/images/verified.txt');
} catch (error) {
  if (!(error instanceof ServicesError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exit === 2 ? 2 : 1;
}

async function testImages(): Promise<void> {
  requireTools([tools.buildah, tools.debootstrap], 'building images');
  requireRoot();
  mkdirSync(folder, { recursive: true });
  const buildah = openBuildah(folder);
  await buildAll(buildah, composePrograms(composeFile, []));
  const containers = new Map<string, string>();
  try {
    await startServices([kafka, mongo], services);
    const programs = composePrograms(composeFile, await addresses());
    for (const { image } of programs)
      if (!containers.has(image)) containers.set(image, await buildah.container(image));
    await runSystem({ buildah, logs, containers }, programs);
  } finally {
    for (const name of ['kafka', 'mongo'] as const) await stopService(name, services);
    await buildah.remove([...containers.values()]);
  }
}

async function buildAll(buildah: Buildah, programs: readonly ComposeProgram[]): Promise<void> {
  const base = /^FROM (\S+)/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1] ?? '';
  const official = `docker.io/library/${base}`;
  if (!(await buildah.has(official))) {
    say(`making ${base} from Debian and this machine's Node (once)`);
    await makeBaseImage(buildah, official, { folder, root });
  }
  const images = new Map(programs.map(({ image, dockerfile }) => [image, dockerfile]));
  for (const [image, dockerfile] of images) {
    await buildah.build(image, join(root, dockerfile), root);
    const { user, size, command } = await buildah.inspect(image);
    assert.equal(user, 'node', `${image} runs as ${user}`);
    say(`${image}: built, ${size}, starts ${command.join(' ')}`);
  }
}

/** Those of the compose file → those of this machine. Nothing listens for spans: they are lost, and must not matter. */
async function addresses(): Promise<readonly (readonly [there: string, here: string])[]> {
  const state = readState(services.stateFile);
  const { agent = 0 } = await freePorts(['agent']);
  return [
    ['redpanda:9092', `127.0.0.1:${portOf(state.kafka?.ports ?? {}, 'broker')}`],
    ['mongodb:27017', `127.0.0.1:${portOf(state.mongo?.ports ?? {}, 'server')}`],
    ['app-designer:8080', `127.0.0.1:${agent}`],
    ['8080', String(agent)],
    ['jaeger', '127.0.0.1'],
  ];
}

/** Setup, the workers, a run, and an end: what `docker compose up` and `down` do. */
async function runSystem(starting: Starting, programs: readonly ComposeProgram[]): Promise<void> {
  const running: Running[] = [];
  const [setup, ...workers] = programs;
  assert.ok(setup?.command[0] === 'setup' && workers.length >= 5, 'the compose file starts with setup');
  try {
    await finish(await startProgram(starting, setup), 60_000);
    say('setup: done');
    for (const worker of workers) running.push(await startProgram(starting, worker));
    const designer = running.find(({ name }) => name === 'app-designer');
    assert.ok(designer !== undefined);
    const port = workers.find(({ name }) => name === designer.name)?.command.at(-1) ?? '';
    await answers(designer, `http://127.0.0.1:${port}/health`, 60_000);
    say(`${workers.length} workers: started`);
    await runExample(starting, setup);
    await Promise.all(running.map((program) => stopProgram(program, 15_000)));
    say(`${workers.length} workers: stopped within their time`);
  } finally {
    running.forEach(killProgram);
  }
}

async function runExample(starting: Starting, setup: ComposeProgram): Promise<void> {
  const example = { ...setup, name: 'example', command: ['run', 'design-and-provision', '--watch'] };
  const program = await startProgram(starting, example);
  try {
    await finish(program, 180_000);
  } finally {
    killProgram(program);
  }
  const printed = readFileSync(program.log, 'utf8').trimEnd().split('\n');
  const result = printed.find((line) => line.startsWith('{')) ?? '';
  const { status, outputs } = JSON.parse(result) as { status: string; outputs: Record<string, unknown> };
  assert.equal(status, 'completed');
  for (const output of ['terraform', 'kafka'])
    assert.ok((outputs[output] ?? undefined) !== undefined, `the run has no ${output}`);
  say('design-and-provision: completed');
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new ServicesError({
    what: `images are built by user ${process.getuid?.() ?? 'unknown'}`,
    expected: 'root: without an engine, files of other users in an image need it',
    fix: 'run `sudo npm run test:images`, or build with an engine: docker compose -f docker-compose.local.yml build',
  });
}

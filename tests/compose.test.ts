/** The compose file and the Dockerfiles, held against the topology, the settings and each other. No container runs. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, normalize } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import { capabilityKeys } from '#adapters/setting-values.ts';
import { settings } from '#adapters/settings.ts';
import { manifests } from '#agents/manifests.ts';
import { registry } from '#agents/registry.ts';
import { topologyOf } from '#infra/topology.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const service = z.strictObject({
  image: z.string(),
  build: z.union([z.string(), z.strictObject({ context: z.string(), dockerfile: z.string() })]).optional(),
  profiles: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  restart: z.enum(['no', 'unless-stopped']).optional(),
  stop_grace_period: z.string().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int().positive(),
      start_period: z.string().optional(),
    })
    .optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .default({}),
});
const file = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const text = read('docker-compose.local.yml');
const compose = file.parse(parse(text, { merge: true }));
const all = Object.entries(compose.services);
const own = all.filter(([, { image }]) => /^baton(?:-[a-z-]+)?:local$/.test(image));
const workers = own.filter(([, { command }]) => command?.[0] === 'worker');
const topology = topologyOf(manifests);
/** What a worker is told to run: names up to the first option. */
const functionsOf = (command: readonly string[] = []): readonly string[] =>
  command.slice(1, command.findIndex((word) => word.startsWith('-')) >>> 0);

test('every function of the topology is run by exactly one service', () => {
  const run = workers.flatMap(([, { command }]) => functionsOf(command));
  assert.deepEqual(run.toSorted(), topology.functions.map(({ name }) => name).toSorted());
  for (const [name, { restart }] of workers) assert.equal(restart, 'unless-stopped', name);
});

test('each of our containers is told the services under the names Baton knows, and its own name', () => {
  assert.equal(own.length, workers.length + 2);
  for (const [name, { environment }] of own) {
    for (const variable of Object.keys(environment)) assert.ok(variable in settings, `${name}: ${variable}`);
    const told = [
      'KAFKA_BOOTSTRAP_SERVERS',
      'MONGODB_URI',
      'OTEL_SERVICE_NAME',
      'JAEGER_HOST',
      'JAEGER_PORT',
    ];
    for (const variable of told) assert.ok(environment[variable] !== undefined, `${name} lacks ${variable}`);
  }
  const names = own.map(([, { environment }]) => environment['OTEL_SERVICE_NAME']);
  assert.equal(new Set(names).size, own.length);
});

test('who asks a model gets the key, and nobody else does; who orchestrates gets the signing key, and nobody else', () => {
  const having = (variable: string) =>
    workers
      .filter(([, { environment }]) => variable in environment)
      .flatMap(([, { command }]) => functionsOf(command));
  const asking = topology.functions.filter(({ kind }) => kind === 'agent' || kind === 'http-agent');
  assert.deepEqual(having('OPENAI_API_KEY').toSorted(), asking.map(({ name }) => name).toSorted());
  assert.deepEqual(having('BATON_CAPABILITY_KEYS'), ['orchestrator']);
  const [, key = ''] =
    /^\$\{BATON_CAPABILITY_KEYS:-(.+)\}$/.exec(environmentOf('orchestrator', 'BATON_CAPABILITY_KEYS')) ?? [];
  assert.ok(capabilityKeys(key).ok);
});

const environmentOf = (name: string, variable: string): string =>
  compose.services[name]?.environment[variable] ?? '';

test('what comes from outside is known: settings, and the token of LocalStack', () => {
  const outside = [...text.replaceAll('$$', '').matchAll(/\$\{([A-Z_]+)(:-[^}]*)?\}/g)];
  assert.ok(outside.length >= 4);
  for (const [whole, variable = '', fallback] of outside) {
    assert.ok(variable in settings || variable === 'LOCALSTACK_AUTH_TOKEN', whole);
    assert.ok(fallback !== undefined, `${whole} has no default: the file could not be read without it`);
  }
});

test('the bridge knows where the HTTP agent listens', () => {
  for (const { agents, name } of topology.functions.filter(({ kind }) => kind === 'http-agent')) {
    const host = workers.find(([, { command }]) => functionsOf(command).includes(name));
    assert.ok(host !== undefined);
    const [agentService, { command = [] }] = host;
    const address = `${agentService}:${command[command.indexOf('--port') + 1] ?? ''}`;
    assert.equal(environmentOf('http-bridge', 'BATON_ENDPOINTS'), `${agents.join()}=http://${address}/`);
    assert.equal(environmentOf('http-bridge', 'BATON_ALLOWED_HOSTS'), address);
    assert.equal(compose.services['http-bridge']?.depends_on[agentService]?.condition, 'service_healthy');
    assert.match(
      compose.services[agentService]?.healthcheck?.test.join(' ') ?? '',
      new RegExp(`:${address.split(':')[1]}/health`),
    );
  }
});

test('every image is of one version, and what is built has its Dockerfile', () => {
  for (const [name, { image, build }] of all) {
    if (build === undefined) assert.match(image, /^[a-z/-]+:v?\d+\.\d+\.\d+$/, name);
    else assert.ok(existsSync(join(root, typeof build === 'string' ? 'Dockerfile' : build.dockerfile)), name);
  }
});

test('what is waited for is there, can be waited for, and starts whenever who waits does', () => {
  for (const [name, { depends_on, profiles = [] }] of all)
    for (const [awaited, { condition }] of Object.entries(depends_on)) {
      const other = compose.services[awaited];
      assert.ok(other !== undefined, `${name} waits for ${awaited}, which is nowhere`);
      if (condition === 'service_healthy') assert.ok(other.healthcheck, `${awaited} has no health check`);
      else assert.equal(other.restart, 'no', `${awaited} never completes`);
      assert.ok(
        (other.profiles ?? profiles).every((profile) => profiles.includes(profile)),
        `${name} → ${awaited}`,
      );
    }
  for (const [name, { depends_on }] of workers)
    assert.equal(depends_on['setup']?.condition, 'service_completed_successfully', name);
});

test('everything that stays up has a health check, and a worker’s looks for the port that feeds it', () => {
  for (const [name, { healthcheck, restart }] of all)
    assert.equal(healthcheck === undefined, restart === 'no', name);
  const hex = (port: string | undefined): string => Number(port).toString(16).toUpperCase().padStart(4, '0');
  const kafka = hex(environmentOf('orchestrator', 'KAFKA_BOOTSTRAP_SERVERS').split(':')[1]);
  const mongo = hex(new URL(environmentOf('orchestrator', 'MONGODB_URI')).port);
  for (const [name, { healthcheck }] of workers) {
    const [, port] = /^:([0-9A-F]{4}) 01 $/.exec(healthcheck?.test[3] ?? '') ?? [];
    if (name !== 'app-designer') assert.equal(port, name === 'timer' ? mongo : kafka, name);
  }
});

test('ports are open on loopback alone, each once, and named volumes are declared', () => {
  const ports = all.flatMap(([, { ports: open }]) => open);
  for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+(?:\/udp)?$/);
  assert.equal(new Set(ports.map((port) => port.replace(/:\d+(?=\/|$)/, ''))).size, ports.length);
  const named = all.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
  assert.deepEqual(
    named.filter((volume) => !volume.startsWith('/')).toSorted(),
    Object.keys(compose.volumes).toSorted(),
  );
});

test('our containers run without root, without capabilities, and have time to stop', () => {
  for (const [name, { cap_drop, security_opt, stop_grace_period }] of own)
    assert.deepEqual(
      [cap_drop, security_opt, stop_grace_period],
      [['ALL'], ['no-new-privileges:true'], '15s'],
      name,
    );
  for (const dockerfile of dockerfiles) assert.match(read(dockerfile), /^USER node$/m, dockerfile);
});

const dockerfiles = ['Dockerfile', ...globSync('agents/*/Dockerfile', { cwd: root }).sort()];

test('every agent has a Dockerfile that differs from the framework’s in what it starts alone', () => {
  assert.deepEqual(
    dockerfiles.slice(1),
    [...registry.keys()].map((name) => `agents/${name}/Dockerfile`).sort(),
  );
  const common = (dockerfile: string): string =>
    read(dockerfile)
      .replace(/^#.*\n/gm, '')
      .replace(/^HEALTHCHECK .*\\\n.*\n|^(?:EXPOSE|CMD) .*\n/gm, '');
  for (const dockerfile of dockerfiles) assert.equal(common(dockerfile), common('Dockerfile'), dockerfile);
  for (const [, { build, command }] of workers) {
    if (typeof build !== 'object') continue;
    const [, started = ''] = /^CMD (.+)$/m.exec(read(build.dockerfile)) ?? [];
    assert.deepEqual(JSON.parse(started), command, build.dockerfile);
  }
});

test('the base image is of one version, a Node 24', () => {
  const bases = dockerfiles.flatMap((dockerfile) =>
    [...read(dockerfile).matchAll(/^FROM (\S+)/gm)].map(([, base]) => base),
  );
  assert.equal(new Set(bases).size, 1);
  assert.match(bases[0] ?? '', /^node:24\.\d+\.\d+-bookworm-slim$/);
});

test('whatever the command line and the functions import goes into the image, and no test does', () => {
  const needed = reachableFrom(['cli/main.ts', ...topology.functions.map(({ entry }) => entry)]);
  assert.ok(needed.size > 200, `${needed.size} files`);
  const others = [
    'baton',
    'scripts/with-node',
    'package.json',
    'package-lock.json',
    'functions/local-agents/worker.ts',
  ];
  const workflows = globSync('workflows/*.yaml', { cwd: root });
  assert.deepEqual(
    [...needed, ...others, ...workflows].filter((path) => !isInContext(path)),
    [],
  );
  for (const path of [
    'tests/compose.test.ts',
    'core/ids.test.ts',
    'node_modules/yaml/package.json',
    '.git/HEAD',
    '.env',
    'Dockerfile',
  ])
    assert.ok(!isInContext(path), path);
});

/** The last line that fits decides. */
function isInContext(path: string): boolean {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const fits = (pattern: string): boolean => matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`);
  const last = lines.findLast((line) => line === '*' || fits(line.replace(/^!/, '')));
  return last?.startsWith('!') ?? true;
}

/** Files of this repository that are imported, by any way of writing it. */
function reachableFrom(entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (!path.endsWith('.ts')) continue;
    for (const [, specifier = ''] of read(path).matchAll(/\b(?:from|import)\s*\(?\s*'([#.][^']+)'/g))
      open.push(normalize(specifier.startsWith('#') ? specifier.slice(1) : join(dirname(path), specifier)));
  }
  return seen;
}

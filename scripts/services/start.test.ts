/** Starting and stopping, with small programs that stand where Kafka and the others do. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { alone } from './lock.ts';
import { identityOf } from '#adapters/process-identity.ts';
import { envOf, statusOf } from './report.ts';
import { portOf, type Service } from './service.ts';
import { startServices, type StartOptions } from './start.ts';
import { readState, type ServiceName, serviceNames, withService, writeState } from './state.ts';
import { stopService } from './stop.ts';

let options: StartOptions;
let said: string[];
let installs: string[];

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-services-'));
  said = [];
  installs = [];
  const say = (line: string): void => void said.push(line);
  options = {
    folder,
    home: folder,
    stateFile: join(folder, 'state.json'),
    say,
    keep: false,
    readyWithinMs: 20_000,
  };
});

afterEach(async () => {
  const left = Object.entries(readState(options.stateFile));
  for (const name of serviceNames) await stopService(name, options);
  for (const [name, { pid, identity }] of left)
    assert.notEqual(identityOf(pid), identity, `${name} is left running`);
  rmSync(options.folder, { recursive: true });
});

const listens = `require('node:net').createServer().listen(+process.argv[1], '127.0.0.1', () => console.log('up'))`;
const staysSilent = `console.log('waiting for a friend'); setInterval(() => {}, 1000)`;
/** Only once its start was written down: one that ends at once is told in other words. */
const failsOnceSeen = (stateFile: string): string => `
setInterval(() => {
  const { existsSync, readFileSync } = require('node:fs');
  if (!existsSync(${JSON.stringify(stateFile)}) || !readFileSync(${JSON.stringify(stateFile)}, 'utf8').includes('kafka')) return;
  console.log('the disk is full');
  process.exit(1);
}, 10)`;
const ignoresTerm = `process.on('SIGTERM', () => {}); ${listens}`;

function service(name: ServiceName, source = listens): Service {
  return {
    name,
    title: `${name} 1.0`,
    recipe: [import.meta.filename],
    buildTools: [],
    runTools: [],
    ports: ['server'],
    install: async (into) => {
      installs.push(name);
      writeFileSync(join(into, 'program.js'), source);
    },
    prepare: async ({ installed, data, ports }) => ({
      command: process.execPath,
      args: ['-e', readFileSync(join(installed, 'program.js'), 'utf8'), String(portOf(ports, 'server'))],
      cwd: data,
    }),
    ask: async (ports) => {
      const socket = connect(portOf(ports, 'server'), '127.0.0.1');
      await once(socket, 'connect').finally(() => socket.destroy());
    },
    env: (ports) => ({ [`${name.toUpperCase()}_AT`]: `127.0.0.1:${portOf(ports, 'server')}` }),
  };
}

test('services get ready, a second start changes nothing, and stopping ends exactly their processes', async () => {
  const all = [service('kafka'), service('mongo')];
  await startServices(all, options);
  const first = readState(options.stateFile);
  assert.deepEqual(Object.keys(first), ['kafka', 'mongo']);
  await startServices(all, options);
  assert.deepEqual(readState(options.stateFile), first);
  assert.deepEqual(installs, ['kafka', 'mongo']);
  await stopService('kafka', options);
  assert.deepEqual(Object.keys(readState(options.stateFile)), ['mongo']);
  assert.equal(identityOf(first.kafka?.pid ?? 0), undefined);
  assert.equal(identityOf(first.mongo?.pid ?? 0), first.mongo?.identity);
});

test('one that ends before it is ready is told with its last lines, and the others go on', async () => {
  const all = [service('kafka', failsOnceSeen(options.stateFile)), service('mongo')];
  await assert.rejects(startServices(all, options), (error: Error) => {
    assert.match(
      error.message,
      /kafka 1\.0 did not get ready: process \d+ has ended.*\n {4}the disk is full\n/,
    );
    assert.match(error.message, /\n {2}expected: .+\n {2}to fix: .+up --only kafka/);
    return true;
  });
  assert.deepEqual(Object.keys(readState(options.stateFile)), ['mongo']);
});

test('one that never answers is stopped, and the next start begins anew', async () => {
  const silent = service('jaeger', staysSilent);
  // Long enough for a busy machine to start a program that prints one line.
  const patience = { ...options, readyWithinMs: 3_000 };
  await assert.rejects(startServices([silent], patience), /waiting for a friend/);
  assert.deepEqual(readState(options.stateFile), {});
  assert.ok(
    said.some((line) => /^jaeger: stopped \(process \d+\)$/.test(line)),
    said.join('\n'),
  );
});

test('a program that cannot be started at all is an error and leaves nothing behind', async () => {
  const broken = {
    ...service('mongo'),
    prepare: async () => ({ command: 'no-such-program', args: [], cwd: '.' }),
  };
  await assert.rejects(startServices([broken], options), /mongo 1\.0 could not be started: .*ENOENT/);
  assert.deepEqual(readState(options.stateFile), {});
});

test('a process id that is another process by now is left alone', async () => {
  const mine = {
    pid: process.pid,
    identity: 'boot:1',
    ports: {},
    startedAt: new Date(0).toISOString(),
    log: '',
  };
  writeState(options.stateFile, withService({}, 'kafka', mine));
  await stopService('kafka', options);
  assert.deepEqual(said, [`kafka: process ${process.pid} is another one by now: left alone`]);
  assert.deepEqual(readState(options.stateFile), {});
});

test('one that was stopped by a signal and one that ended on its own are both put right', async () => {
  await startServices([service('kafka'), service('mongo')], options);
  const { kafka, mongo } = readState(options.stateFile);
  assert.ok(kafka !== undefined && mongo !== undefined);
  process.kill(kafka.pid, 'SIGSTOP');
  await stopService('kafka', options);
  assert.equal(identityOf(kafka.pid), undefined);
  process.kill(mongo.pid, 'SIGKILL');
  while (identityOf(mongo.pid) !== undefined) await new Promise((resolve) => setImmediate(resolve));
  await stopService('mongo', options);
  assert.match(said.at(-1) ?? '', /^mongo: process \d+ had ended already$/);
});

test('one that takes no SIGTERM is killed', async () => {
  await startServices([service('kafka', ignoresTerm)], options);
  await stopService('kafka', { ...options, politeMs: 100 });
  assert.match(said.at(-1) ?? '', /^kafka: killed \(process \d+\)/);
});

test('data begins empty, unless it is kept: then it goes on at the same port', async () => {
  const one = service('mongo');
  const mark = join(options.folder, 'data', 'mongo', 'mark');
  await startServices([one], options);
  const { ports } = readState(options.stateFile).mongo ?? { ports: {} };
  writeFileSync(mark, 'written by the first');
  await stopService('mongo', options);
  await startServices([one], { ...options, keep: true });
  assert.deepEqual(readState(options.stateFile).mongo?.ports, ports);
  assert.ok(existsSync(mark));
  await stopService('mongo', options);
  await startServices([one], options);
  assert.ok(!existsSync(mark));
});

test('status and env tell what runs; env refuses where what was asked for does not', async () => {
  const all = [service('kafka'), service('mongo')];
  assert.throws(
    () => envOf(all, {}, []),
    /no service runs\n {2}expected: .+\n {2}to fix: {3}`npm run services -- up`/,
  );
  await startServices([all[0] ?? service('kafka')], options);
  const state = readState(options.stateFile);
  const port = state.kafka?.ports['server'] ?? 0;
  assert.equal(envOf(all, state, []), `export KAFKA_AT='127.0.0.1:${port}'\n`);
  assert.throws(() => envOf(all, state, ['mongo']), /mongo does not run[^]*up --only mongo/);
  assert.match(
    statusOf(all, state),
    new RegExp(`^kafka .*running .*server ${port}\nmongo +not started *\n$`),
  );
});

test('two at once work one after the other', async () => {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = alone(options.folder, options.say, async () => {
    order.push('first begins');
    await promise;
    order.push('first ends');
  });
  await assert.rejects(
    alone(options.folder, options.say, async () => void order.push('second'), 50),
    /another .*`npm run services`/s,
  );
  resolve();
  await first;
  await alone(options.folder, options.say, async () => void order.push('third'));
  assert.deepEqual(order, ['first begins', 'first ends', 'third']);
  assert.deepEqual(said, ['waiting for another `npm run services` that is at work']);
});

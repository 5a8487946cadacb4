/** The host end to end: real log, store, HTTP and timer, with functions made for the test. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Config, readConfig } from '#adapters/config.ts';
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { type KafkaEvent } from '#core/lambda-kafka.ts';
import { type FunctionSpec, type MappingSpec, type Topology } from '#infra/topology.ts';
import { asLoaded, type LoadFunction } from './load-function.ts';
import { startHost } from './host.ts';
import { openSession, type Session } from './session.ts';
import { type UrlEvent } from './url-event.ts';

let folder: string;
let config: Config;
const sessions: Session[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-host-'));
  const read = readConfig({ BATON_DATA_DIR: folder, BATON_LOG: 'silent' });
  config = read.ok ? read.value : assert.fail();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  rmSync(folder, { recursive: true });
});

const topicOf = (name: string) => ({ name, partitions: 4, retentionMs: 1_000, maxMessageBytes: 1_000 });
const mappingOf = (topic: string): MappingSpec => ({
  topic,
  group: `group.${topic}`,
  batchSize: 100,
  batchWindowMs: 0,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  partialResponses: true,
  pollers: 'provisioned',
});
const functionOf = (kind: FunctionSpec['kind'], mapped: readonly string[]): FunctionSpec => ({
  name: `fn-${kind}`,
  kind,
  entry: `functions/${kind}/index.ts`,
  timeoutMs: 10_000,
  agents: ['helper'],
  mappings: mapped.map(mappingOf),
  http: kind === 'http-agent',
  scheduled: kind === 'timer',
  access: { read: [], write: [], collections: {} },
});

const topology: Topology = {
  topics: ['in', 'task', 'out'].map(topicOf),
  functions: [
    functionOf('orchestrator', ['in']),
    functionOf('http-bridge', ['task']),
    functionOf('http-agent', []),
    functionOf('output-logger', ['out']),
    functionOf('timer', []),
  ],
  storeRetentionMs: 1_000,
};

const texts = (event: KafkaEvent): readonly string[] =>
  Object.values(event.records).flatMap((list) =>
    list.map((record) => Buffer.from(record.value ?? '', 'base64').toString()),
  );

const recordOf = (topic: string, value: string) => ({
  topic,
  key: value,
  value: Buffer.from(value),
  headers: [],
});

/** in → (orchestrator) → task → (bridge, which asks the hosted agent over HTTP) → out → (logger) collects. */
function functions(results: string[], given: FunctionSettings[] = []): LoadFunction {
  const forward =
    (platform: Platform, topic: string, change: (text: string) => Promise<string>) =>
    async (event: KafkaEvent) => {
      const changed = await Promise.all(texts(event).map(change));
      await platform.log.publish(changed.map((text) => recordOf(topic, text)));
      return { batchItemFailures: [] };
    };
  return async (spec, platform, settings) => {
    given.push(settings);
    switch (spec.kind) {
      case 'orchestrator':
        return asLoaded(
          forward(platform, 'task', async (text) => `${text}>`),
          spec.entry,
        );
      case 'http-bridge': {
        const ask = async (text: string) => (await fetch(settings.endpoints['helper'] ?? '', { method: 'POST', body: text, headers: { 'content-type': 'text/plain' } })).text(); // prettier-ignore
        return asLoaded(forward(platform, 'out', ask), spec.entry);
      }
      case 'http-agent':
        return asLoaded(async (event: UrlEvent) => ({ statusCode: 200, body: `${event.body}!` }), spec.entry);
      case 'output-logger':
        return asLoaded(async (event: KafkaEvent) => void results.push(...texts(event)), spec.entry);
      default:
        return asLoaded({ tick: async () => ({}) }, spec.entry);
    }
  };
}

async function open(host: 'try' | 'never', load: LoadFunction): Promise<Session> {
  const session = await openSession(config, { host, topology, load });
  sessions.push(session);
  return session;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail('condition not met within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('a host', () => {
  it('starts nothing of a topology with mappings that AWS would not have', async () => {
    const shared = { ...topology, functions: [...topology.functions, functionOf('output-logger', ['out'])] };
    const given: FunctionSettings[] = [];
    const session = await open('never', functions([], given));
    await assert.rejects(
      startHost({ platform: session.platform, topology: shared, load: functions([], given) }),
      {
        name: 'InfrastructureError',
        message: /group group\.out is used by the mappings of out and out/,
      },
    );
    assert.deepEqual(given, []);
  });

  it('feeds every function of the topology, each from its own topic, and over HTTP', async () => {
    const results: string[] = [];
    const given: FunctionSettings[] = [];
    const session = await open('try', functions(results, given));
    await session.platform.log.publish(['a', 'b', 'c'].map((text) => recordOf('in', text)));
    await until(() => results.length === 3);
    assert.deepEqual(results.toSorted(), ['a>!', 'b>!', 'c>!']);
    assert.match(session.host()?.endpoints['helper'] ?? '', /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const bridge = given.find((settings) => settings.name === 'fn-http-bridge');
    assert.deepEqual(bridge, {
      name: 'fn-http-bridge',
      agents: ['helper'],
      partialResponses: true,
      endpoints: session.host()?.endpoints,
      development: true,
      storeRetentionMs: 1_000,
    });
  });

  it('keeps ended runs as long as the environment says, which must be as long as the topics', async () => {
    const day = 24 * 60 * 60 * 1000;
    const read = readConfig({
      BATON_DATA_DIR: folder,
      BATON_LOG: 'silent',
      BATON_STORE_RETENTION_DAYS: '90',
    });
    config = read.ok ? read.value : assert.fail();
    const given: FunctionSettings[] = [];
    await open('try', functions([], given));
    assert.deepEqual([...new Set(given.map((settings) => settings.storeRetentionMs))], [90 * day]);
    const kept = { ...topology, topics: [{ ...topicOf('in'), retentionMs: 91 * day }] };
    await assert.rejects(openSession(config, { host: 'never', topology: kept }), {
      name: 'InfrastructureError',
      message: /^CONFIG_CONFLICT: .*90 days.*91 days/,
    });
  });

  it('goes on after a restart where it stopped, with nothing lost or fed again', async () => {
    const before: string[] = [];
    const first = await open('try', functions(before));
    await first.platform.log.publish([recordOf('in', 'a')]);
    await until(() => before.length === 1);
    await first.host()?.stop();
    await first.platform.log.publish([recordOf('in', 'b')]);
    await first.close();
    const after: string[] = [];
    await open('try', functions(after));
    await until(() => after.length > 0);
    assert.deepEqual(after, ['b>!']);
  });

  it('leaves nothing running, and the lock free, where a function cannot be loaded', async () => {
    const broken: LoadFunction = (spec, platform, settings) =>
      spec.kind === 'output-logger'
        ? assert.fail('no such function')
        : functions([])(spec, platform, settings);
    await assert.rejects(open('try', broken), /no such function/);
    const results: string[] = [];
    const session = await open('try', functions(results));
    await session.platform.log.publish([recordOf('in', 'a')]);
    await until(() => results.length === 1);
  });

  it('tells a function that is not what its kind must be', async () => {
    await assert.rejects(
      open('try', async (spec) => asLoaded(spec.kind, spec.entry)),
      /create of functions\/.+ gave string, expected/,
    );
  });

  it('does not hold up the end of its session while it is starting', async () => {
    const loading = Promise.withResolvers<void>();
    const session = await open('never', async (...given) => {
      await loading.promise;
      return functions([])(...given);
    });
    const becoming = session.becomeHost();
    await session.close();
    loading.resolve();
    assert.equal(await becoming.catch(() => undefined), undefined);
    assert.equal(session.host(), undefined);
    await open('try', functions([]));
  });

  it('closes what functions hold, after everything else has stopped', async () => {
    const closed: string[] = [];
    const load: LoadFunction = async (spec, platform, settings) => {
      const loaded = await functions([])(spec, platform, settings);
      return { ...loaded, close: async () => void closed.push(spec.kind) };
    };
    const session = await open('try', load);
    await session.host()?.stop();
    assert.equal(closed.length, topology.functions.length);
  });
});

describe('sessions on one data folder', () => {
  it('have one host: the second follows, appends, and hosts when the first is gone', async () => {
    const first = await open('try', functions([]));
    const results: string[] = [];
    const second = await open('try', functions(results));
    assert.equal(second.host(), undefined);
    assert.equal(second.holder()?.pid, process.pid);
    assert.equal(await second.becomeHost(), undefined);
    const given = new AbortController();
    const taking = second.takeOver(given.signal);
    await first.close();
    assert.ok((await taking) !== undefined);
    await second.platform.log.publish([recordOf('in', 'a')]);
    await until(() => results.length === 1);
    assert.equal(await second.becomeHost(), second.host());
  });

  it('stop trying to host when told to', async () => {
    await open('try', functions([]));
    const second = await open('never', functions([]));
    const given = new AbortController();
    const taking = second.takeOver(given.signal);
    given.abort();
    assert.equal(await taking, undefined);
  });

  it('take over from a host that was killed, and finish what it had begun', async (test) => {
    const script = `
      import { tryHostLock } from '#adapters/embedded/host-lock.ts';
      globalThis.held = tryHostLock(process.argv[1]); // kept: a collected lock is a free one
      process.stdout.write('held');
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    test.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const results: string[] = [];
    const session = await open('try', functions(results));
    assert.equal(session.host(), undefined);
    assert.equal(session.holder()?.pid, child.pid);
    await session.platform.log.publish([recordOf('in', 'a')]);
    child.kill('SIGKILL');
    await exited;
    await session.takeOver(new AbortController().signal);
    await until(() => results.length === 1);
    assert.deepEqual(results, ['a>!']);
  });
});

/**
 * The whole product on Kafka and MongoDB, as its users start it: the same workflow, agents and commands as on a
 * laptop, and the same result; starts from somebody else's client; workers that share, stop and take over.
 * One file, because the topics have fixed names: nothing else may host on this broker meanwhile.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { baton, resultOf, startBaton, type Started, temporaryFolder, until } from '#cli/spawn.fixture.ts';
import { jars } from './jars.ts';
import { bootstrapServers, ownDatabase } from './services.ts';

const folder = temporaryFolder();
const brokers = bootstrapServers();
const env = { KAFKA_BOOTSTRAP_SERVERS: brokers, MONGODB_URI: ownDatabase('run') };
const options = { dataDir: folder.path, env };
const input = ['-i', 'idea=A library where members borrow books'];
after(() => folder.remove());

async function up(args: readonly string[], sign: RegExp): Promise<Started> {
  const started = startBaton(args, { ...options, lifeMs: 600_000 });
  await until(
    () => sign.test(started.stderr()) || started.child.exitCode !== null,
    `${args.join(' ')} is up`,
  );
  assert.match(started.stderr(), sign);
  return started;
}

async function stop(started: Started): Promise<void> {
  const begun = Date.now();
  started.child.kill('SIGTERM');
  const { code, stderr } = await started.ended;
  assert.equal(code, 0, stderr);
  assert.ok(Date.now() - begun < 20_000, 'it was killed, or took far longer than the ten seconds it has');
}

const data = (id: string): string =>
  JSON.stringify({ workflow: 'design-and-provision', input: { idea: `The idea of ${id}` } });
const structured = (id: string): string =>
  `{"specversion":"1.0","id":"${id}","source":"/shop","type":"dev.baton.workflow.requested.v1","data":${data(id)}}`;
const binary = (id: string): string =>
  `ce_specversion:1.0,ce_id:${id},ce_source:/shop,ce_type:dev.baton.workflow.requested.v1,content-type:application/json\t${data(id)}`;
const reading = (...properties: readonly string[]): readonly string[] =>
  properties.flatMap((property) => ['--property', property]);

/** What is said of it, how the producer reads its line, and the line. */
const foreignRecords: readonly (readonly [string, readonly string[], (id: string) => string])[] = [
  ['structured, without key', [], structured],
  [
    'structured, with a key',
    reading('parse.key=true', 'key.separator=|'),
    (id) => `customer-7|${structured(id)}`,
  ],
  ['binary, without key', reading('parse.headers=true'), binary],
  [
    'binary, with a key',
    reading('parse.headers=true', 'parse.key=true', 'key.separator=|'),
    (id) => binary(id).replace('\t', '\tcustomer-8|'),
  ],
];

function produce(lines: readonly string[], properties: readonly string[] = []): void {
  const args = ['--bootstrap-server', brokers, '--topic', 'workflow.request', ...properties];
  execFileSync('java', ['-cp', `${jars()}/*`, 'org.apache.kafka.tools.ConsoleProducer', ...args], {
    input: `${lines.join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

describe('on Kafka and MongoDB', () => {
  let dev: Started;
  before(async () => {
    const ready = await baton(['setup'], options);
    assert.equal(ready.code, 0, ready.stderr);
    dev = await up(['dev'], /Baton is up/);
  });
  after(() => stop(dev));

  it('setup again finds everything there', async () => {
    const { code, stdout } = await baton(['setup', '--json'], options);
    assert.equal(code, 0);
    const { topics, workflows } = JSON.parse(stdout) as Setup;
    assert.deepEqual(topics.created, []);
    assert.deepEqual(workflows.map(({ name, state }) => [name, state]), [['design-and-provision', 'unchanged']]); // prettier-ignore
  });

  it('a run gives what it gives on a laptop', async () => {
    const [here, laptop] = [temporaryFolder(), temporaryFolder()];
    const ran = await baton(['run', 'design-and-provision', ...input], { ...options, dataDir: here.path });
    const embedded = await baton(['run', 'design-and-provision', ...input], { dataDir: laptop.path });
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(resultOf(ran.stdout).outputs, resultOf(embedded.stdout).outputs);
    here.remove();
    laptop.remove();
  });

  for (const [what, properties, record] of foreignRecords)
    it(`a record of Kafka's own producer starts a run: ${what}`, async () => {
      const id = randomUUID();
      produce([record(id)], properties);
      await until(async () => {
        const listed = await baton(['runs', 'list', '--json'], options);
        const [newest] = JSON.parse(listed.stdout) as { run: string; status: string }[];
        if (newest?.status !== 'completed') return false;
        const got = await baton(['runs', 'get', newest.run, '--json'], options);
        return got.stdout.includes(id);
      }, `the run of ${id} completes`);
    });

  it('a poison record in front of good ones is set aside as it was, and sent again changes nothing', async () => {
    const poison = `{"specversion":"1.0","id":"${randomUUID()}`;
    produce([poison, structured(randomUUID())]);
    let letters: readonly Letter[] = [];
    await until(async () => {
      const listed = await baton(['dlq', 'list', '--json'], options);
      letters = listed.stdout === '' ? [] : (JSON.parse(listed.stdout) as readonly Letter[]);
      return letters.length > 0;
    }, 'the poison is a dead letter');
    const shown = await baton(['dlq', 'show', '@last', '--json'], options);
    assert.match(shown.stdout, /CE_PARSE/);
    assert.match(shown.stdout, /workflow\.request/);
    assert.ok(shown.stdout.includes(JSON.stringify(poison).slice(1, -1)), shown.stdout);
    const again = await baton(['dlq', 'redrive', '@last'], options);
    assert.equal(again.code, 0, again.stderr);
  });

  it('an agent and its orchestrator in processes of their own do the work together', async () => {
    const names = ['agent-kafka-expert', 'agent-terraform-generator'];
    const worker = await up(['worker', ...names], /Working on/);
    const ran = await baton(['run', 'design-and-provision', ...input], options);
    assert.equal(ran.code, 0, ran.stderr);
    await stop(worker);
    const after = await baton(['run', 'design-and-provision', ...input], options);
    assert.equal(after.code, 0, after.stderr);
  });

  it('an unknown function and a worker without Kafka are refused in four parts', async () => {
    const unknown = await baton(['worker', 'agent-kafka-exprt'], options);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /did you mean 'agent-kafka-expert'/);
    const alone = await baton(['worker', 'orchestrator'], { dataDir: folder.path });
    assert.equal(alone.code, 4);
    assert.match(alone.stderr, /KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI/);
  });
});

interface Setup {
  readonly topics: { readonly created: readonly string[] };
  readonly workflows: readonly { readonly name: string; readonly state: string }[];
}

interface Letter {
  readonly code: string;
}

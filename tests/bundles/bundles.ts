/**
 * What is deployed runs: the assets of `cdk.out`, each alone in a process that is frozen, killed and told what Lambda
 * tells it, on a real Kafka broker and a real MongoDB. `npm run test:bundles`.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type BatonEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { type Account, openAccount } from './account.ts';
import { type Assembly } from './assembly.ts';
import { established } from './connections.ts';
import { deploy, type Deployment } from './deployment.ts';
import { openRuns, type Runs } from './runs.ts';
import { synth } from './synth.ts';

const golden = JSON.parse(readFileSync('workflows/design-and-provision.history.json', 'utf8')) as Golden;

let folder: string;
let account: Account;
let runs: Runs;
let deployment: Deployment;
let assemblies: { readonly dev: Assembly; readonly prod: Promise<Assembly> };

const opened = new AsyncDisposableStack();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-bundles-'));
  opened.defer(() => rmSync(folder, { recursive: true }));
  const synthesised = (profile: string): Promise<Assembly> => synth(join(folder, profile), { profile });
  // One after the other, because the bundles are built into one folder; the second beside the first tests.
  const dev = await synthesised('dev');
  account = await openAccount();
  opened.defer(() => account.close());
  const prod = synthesised('prod');
  opened.defer(() => prod.then(() => undefined));
  assemblies = { dev, prod };
});
after(() => opened.disposeAsync());

const said = (): string =>
  deployment.hosts
    .map(
      ({ name, lines, ends }) =>
        `${name}: ${JSON.stringify(ends.slice(-4))}\n  ${lines.slice(-4).join('\n  ')}`,
    )
    .join('\n');

/** The run has the result of the golden run, said so once, and no agent was called twice for it. */
async function assertDone(runId: string, twice?: 'allowed'): Promise<void> {
  const output = await runs.ended(runId);
  assert.equal(output.type, 'dev.baton.run.completed.v1', JSON.stringify(output.data));
  const { design, terraform, kafka } = golden.answers;
  assert.deepEqual((output.data as unknown as Output).outputs, { design, terraform: terraform.files, kafka });
  assert.equal(runs.records(topics.output, runId).length, 1);
  const calls = deployment.hosts.flatMap(({ lines }) => lines).flatMap((line) => callOf(line, runId));
  assert.ok(new Set(calls).size >= 3, said());
  if (twice !== 'allowed') assert.equal(new Set(calls).size, calls.length, calls.join(', '));
}

describe('the bundles of cdk.out, profile dev', () => {
  before(async () => {
    deployment = await deploy(assemblies.dev, account);
    // Now that there are topics.
    runs = await openRuns(account, said);
    opened.defer(() => runs.close());
  });
  after(() => deployment.close());

  it('make the store ready, and find it so when they are asked again', async () => {
    const { Data } = await deployment.setUp();
    assert.equal(Data.Workflows, 'design-and-provision@1.0.0 unchanged');
  });

  it('complete design-and-provision; what fails first is done again when the timer says so', async () => {
    account.urls.next(503);
    const id = await runs.start(golden.input);
    await assertDone(id);
    // Signed by the bridge for its role, and checked: what is refused is never counted here.
    assert.deepEqual(
      account.urls.answered.map(({ status, problem }) => [status, problem]),
      [
        [503, undefined],
        [200, undefined],
      ],
    );
    const logger = deployment.host('-output-logger');
    await until(() => logger.lines.some((line) => line.includes(id)), said);
  });

  it('say of every answer that a script gave it, because no key is configured', async () => {
    const id = await runs.start(golden.input);
    await assertDone(id);
    const models = runs.records(topics.response, id).flatMap(modelOf);
    assert.ok(models.length > 0);
    assert.deepEqual(new Set(models), new Set(['scripted']));
  });

  it('answer nobody at a Function URL who does not sign', async () => {
    const before = deployment.host('-http-agent-app-designer').ends.length;
    const { answered, port } = account.urls;
    const host = hostOf(account);
    const status = await new Promise((resolve, reject) => {
      const ca = readFileSync(account.caFile);
      request(
        { host: '127.0.0.1', port, servername: host, headers: { host }, ca, method: 'POST' },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end('{}');
    });
    assert.equal(status, 403);
    assert.equal(answered.at(-1)?.problem, 'no signature');
    assert.equal(deployment.host('-http-agent-app-designer').ends.length, before);
  });

  it('go on in the same sandboxes after these were frozen for longer than their connections last', async () => {
    const port = Number(account.broker.tls.split(':')[1]);
    const sandboxes = deployment.hosts.flatMap((host) => host.sandboxes);
    const idle = sandboxes.filter(({ pid }) => !busy(pid));
    const open = (): number => idle.reduce((sum, { pid }) => sum + established(pid, port), 0);
    assert.ok(open() > 0, 'nobody was connected');
    await until(
      () => open() === 0,
      () => `${open()} connections are left open by the broker`,
      30_000,
    );
    account.store.cut();
    await assertDone(await runs.start(golden.input));
    assert.deepEqual(
      deployment.hosts.flatMap((host) => host.sandboxes).map(({ pid }) => pid),
      sandboxes.map(({ pid }) => pid),
      'a sandbox was started anew',
    );
  });

  for (const what of ['request', 'answer'] as const)
    it(`lose and double nothing where the orchestrator is killed at its deadline, its commit's ${what} on the way`, async () => {
      const host = deployment.host('-orchestrator');
      const first = host.ends.length;
      const swallowed = account.store.swallow(what, insertInto('commits'));
      // Enough for a cold start on a busy machine: it must be killed for the silence, not before.
      host.shortenNext(10_000);
      const id = await runs.start(golden.input);
      await swallowed;
      await assertDone(id);
      const failed = host.ends.slice(first).filter(({ type }) => type === 'failed');
      assert.deepEqual(failed, [{ type: 'failed', message: 'the sandbox ended with SIGKILL' }]);
    });

  it('throw before their deadline where a task takes longer, and do the others once', async () => {
    const failed = await oneTaskHeld();
    assert.equal(failed?.type, 'failed');
    assert.match(failed.message, /InfrastructureError: 1 of \d tasks? (?:is|are) unfinished/);
  });
});

describe('the bundles of cdk.out, profile prod', () => {
  before(async () => {
    deployment = await deploy(await assemblies.prod, account);
  });
  after(() => deployment.close());

  it('complete design-and-provision', async () => assertDone(await runs.start(golden.input)));

  it('name the unfinished record before their deadline, and do the others once', async () => {
    const partial = await oneTaskHeld();
    assert.equal(partial?.type, 'answered');
    const { batchItemFailures } = partial.answer as { readonly batchItemFailures: readonly unknown[] };
    assert.ok(batchItemFailures.length > 0);
  });
});

/** Four runs whose first task the agent behind HTTP does not answer before the bridge's time is up. How that ended. */
async function oneTaskHeld(): Promise<Deployment['hosts'][number]['ends'][number] | undefined> {
  const { urls } = account;
  const bridge = deployment.host('-http-bridge-app-designer');
  const [firstEnd, firstAnswer] = [bridge.ends.length, urls.answered.length];
  urls.next('hold');
  // Time enough for the others, on a busy machine too.
  bridge.shortenNext(15_000);
  const ids = await Promise.all([1, 2, 3, 4].map(() => runs.start(golden.input)));
  // The one that was given up is called again; the others are counted below.
  for (const id of ids) await assertDone(id, 'allowed');
  const keys = urls.answered.slice(firstAnswer);
  const held = keys.filter(({ status }) => status === 0);
  assert.equal(held.length, 1);
  const times = (key: string | undefined): number =>
    keys.filter(({ idempotencyKey }) => idempotencyKey === key).length;
  for (const { idempotencyKey } of keys)
    assert.equal(times(idempotencyKey), idempotencyKey === held[0]?.idempotencyKey ? 2 : 1);
  return bridge.ends.slice(firstEnd).find((end) => end.type === 'failed' || !isWhole(end.answer));
}

const isWhole = (answer: unknown): boolean =>
  (answer as { readonly batchItemFailures: readonly unknown[] }).batchItemFailures.length === 0;

/** The attempt that an agent was called for, where the line says so. */
function callOf(line: string, runId: string): readonly string[] {
  if (!line.includes('"message":"agent called"') || !line.includes(runId)) return [];
  const { invocation } = JSON.parse(line) as { readonly invocation: string };
  return [invocation];
}

const modelOf = ({ data }: BatonEvent): readonly string[] => {
  const { usage } = data as unknown as { readonly usage?: { readonly model: string } };
  return usage === undefined ? [] : [usage.model];
};

/** Where the agent behind HTTP is, as its bridge is told. */
const hostOf = ({ urls }: Account): string => urls.hosts()[0] ?? '';

/** Found in the bytes of an insert into this collection and of nothing else: a BSON string begins with its length. */
const insertInto = (collection: string): string =>
  `insert\0${String.fromCharCode(collection.length + 1)}\0\0\0${collection}\0`;

/** The timer always works; everybody else is stopped (T) when it has answered. */
const busy = (pid: number): boolean => !/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

interface Golden {
  readonly input: { readonly idea: string };
  readonly answers: {
    readonly design: unknown;
    readonly terraform: { readonly files: unknown };
    readonly kafka: unknown;
  };
}

interface Output {
  readonly outputs: unknown;
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { baton, resultOf, root, startBaton, type Started, temporaryFolder, until } from './spawn.fixture.ts';

const workflow = 'design-and-provision';
const folder = temporaryFolder();
after(() => folder.remove());

describe('dev, and commands beside it', () => {
  const shared = join(folder.path, 'shared');
  let dev: Started;
  before(async () => {
    dev = startBaton(['dev'], { dataDir: shared });
    await until(() => /Baton is up/.test(dev.stderr()), 'dev is up');
  });
  after(async () => {
    dev.child.kill('SIGTERM');
    const { code, stdout, stderr } = await dev.ended;
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
  });

  it('says where its data is, who answers and how to start a run', () => {
    for (const word of [shared, 'scripted', 'http://127.0.0.1:', 'events publish'])
      assert.ok(dev.stderr().includes(word), word);
  });

  it('is the only one on its folder: a second exits 4 and says who holds it', async () => {
    const { code, stdout, stderr } = await baton(['dev'], { dataDir: shared });
    assert.equal(code, 4);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`HOST_TAKEN[^]*process ${dev.child.pid}`));
  });

  it('works on a published event; the same event again starts nothing', async () => {
    const first = await baton(['events', 'publish', 'examples/request.json', '--json'], { dataDir: shared });
    assert.equal(first.code, 0, first.stderr);
    const sent = JSON.parse(first.stdout) as { run: string; topic: string };
    assert.equal(sent.topic, 'workflow.request');
    const watched = await baton(['runs', 'watch', sent.run], { dataDir: shared });
    assert.equal(watched.code, 0, watched.stderr);
    assert.equal(resultOf(watched.stdout).run, sent.run);
    const again = await baton(['events', 'publish', 'examples/request.json'], { dataDir: shared });
    assert.match(again.stdout, new RegExp(`run ${sent.run}`));
    const list = await baton(['runs', 'list', '--json'], { dataDir: shared });
    assert.equal((JSON.parse(list.stdout) as unknown[]).length, 1);
  });

  it('publishes lists and lines from stdin, and refuses all of them if one is wrong', async () => {
    const request = JSON.parse(readFileSync(join(root, 'examples/request.json'), 'utf8')) as object;
    const lines = ['l1', 'l2'].map((id) => JSON.stringify({ ...request, id })).join('\n');
    const sent = await baton(['events', 'publish', '-', '--json'], { dataDir: shared, stdin: lines });
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal(sent.stdout.trimEnd().split('\n').length, 2);
    const wrong: readonly (readonly [stdin: string, expected: RegExp])[] = [
      ['', /EVENT_MISSING/],
      ['{', /CE_PARSE/],
      [JSON.stringify([request, { ...request, specversion: '0.3' }]), /CE_SPECVERSION/],
      [
        JSON.stringify({ ...request, type: 'dev.baton.workflow.request.v1' }),
        /CE_UNKNOWN_TYPE[^]*did you mean/,
      ],
      [JSON.stringify({ ...request, data: {} }), /REQUEST_INVALID[^]*\/workflow/],
      [JSON.stringify({ ...request, type: 'dev.baton.run.cancel.v1', data: { by: 'me' } }), /ID_INVALID/],
      [
        `[{"specversion":"1.0","id":"1","source":"/x","type":"t","data":9007199254740993}]`,
        /CE_NUMBER|CE_UNKNOWN_TYPE/,
      ],
    ];
    for (const [stdin, expected] of wrong) {
      const { code, stdout, stderr } = await baton(['events', 'publish', '-'], { dataDir: shared, stdin });
      assert.equal(code, 2, stdin);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
    }
    const requests = ['events', 'tail', '--topic', 'request', '--no-follow', '--json'];
    const tail = await baton(requests, { dataDir: shared });
    assert.equal(tail.stdout.trimEnd().split('\n').length, 4);
  });

  it('follows a topic until it is interrupted, exit 130', async () => {
    const tail = startBaton(['events', 'tail', '--topic', 'output'], { dataDir: shared });
    await until(() => tail.stderr().includes('Waiting for events'), 'tail waits');
    const run = await baton(['run', workflow], { dataDir: shared });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, new RegExp(`Process ${dev.child.pid} hosts`));
    await until(() => tail.stdout().includes(resultOf(run.stdout).run), 'tail shows the run');
    tail.child.kill('SIGINT');
    assert.equal((await tail.ended).code, 130);
  });

  it('gives a detached run to the host, exit 0', async () => {
    const detached = await baton(['run', workflow, '--detach'], { dataDir: shared });
    assert.equal(detached.code, 0, detached.stderr);
    const id = detached.stdout.trim();
    const watched = await baton(['runs', 'watch', id], { dataDir: shared });
    assert.equal(resultOf(watched.stdout).run, id);
    assert.equal(watched.code, 0);
  });
});

describe('a folder that nobody hosts', () => {
  const idle = join(folder.path, 'idle');

  it('keeps a detached run for whoever hosts next: id, hint, exit 3', async () => {
    const detached = await baton(['run', workflow, '--detach', '--json'], { dataDir: idle });
    assert.equal(detached.code, 3);
    const order = JSON.parse(detached.stdout) as { run: string; status: string };
    assert.equal(order.status, 'requested');
    assert.match(detached.stderr, /\.\/baton dev/);
    const watched = await baton(['runs', 'watch', order.run], { dataDir: idle });
    assert.equal(watched.code, 3);
    assert.match(watched.stderr, /nobody works on it: \.\/baton dev/);
    const other = await baton(['run', workflow], { dataDir: idle });
    assert.equal(other.code, 0, other.stderr);
    const dev = startBaton(['dev'], { dataDir: idle });
    await until(() => /Baton is up/.test(dev.stderr()), 'dev is up');
    const finished = await baton(['runs', 'watch', order.run], { dataDir: idle });
    assert.equal(resultOf(finished.stdout).status, 'completed');
    dev.child.kill('SIGINT');
    assert.equal((await dev.ended).code, 0);
  });
});

describe('run beside a host that dies', () => {
  it('takes over and finishes', async () => {
    const taken = join(folder.path, 'taken');
    const dev = startBaton(['dev'], { dataDir: taken });
    await until(() => /Baton is up/.test(dev.stderr()), 'dev is up');
    // Stopped, it keeps the lock and does nothing.
    dev.child.kill('SIGSTOP');
    const run = startBaton(['run', workflow], { dataDir: taken });
    await until(() => run.stderr().includes(`Process ${dev.child.pid} hosts`), 'run follows');
    dev.child.kill('SIGKILL');
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    assert.equal(resultOf(stdout).status, 'completed');
    await dev.ended;
  });
});

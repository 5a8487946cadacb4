import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { baton, hasStack, resultOf, startBaton, temporaryFolder, until } from './spawn.fixture.ts';

const workflow = 'design-and-provision';
const folder = temporaryFolder();
after(() => folder.remove());

describe('a run whose model does not answer', () => {
  const slow = (name: string): string => join(folder.path, `slow-${name}`);
  let server: Server;
  let mode: 'hang' | 'refuse' = 'hang';
  let env: Readonly<Record<string, string>>;
  before(async () => {
    server = createServer((_, response) => {
      if (mode === 'refuse') response.writeHead(401).end('{"error":{"message":"bad key"}}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    env = { OPENAI_API_KEY: 'sk-test-not-a-real-key', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` };
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('survives Ctrl-C: how to go on, exit 130; a second Ctrl-C does not wait for what is in flight', async () => {
    const run = startBaton(['run', workflow], { dataDir: slow('interrupted'), env });
    await until(() => run.stderr().includes('design asked of'), 'the step is in flight');
    run.child.kill('SIGINT');
    await until(() => run.stderr().includes('is not lost'), 'it says that the run is not lost');
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    assert.equal(code, 130, stderr);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /is running: 0 of 3 steps done, design in flight; it is not lost[^]*\.\/baton dev[^]*\.\/baton runs watch/,
    );
    assert.equal(hasStack(stderr), false);
    const list = await baton(['runs', 'list', '--status', 'running', '--json'], {
      dataDir: slow('interrupted'),
    });
    assert.equal((JSON.parse(list.stdout) as unknown[]).length, 1);
  });

  it('is cancelled by another command, with the reason kept; the run exits 1', async () => {
    const run = startBaton(['run', workflow], { dataDir: slow('cancelled'), env });
    await until(() => run.stderr().includes('design asked of'), 'the step is in flight');
    const cancelled = await baton(['runs', 'cancel', '@last', '--reason', 'wrong idea'], {
      dataDir: slow('cancelled'),
    });
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.match(cancelled.stdout, /^[0-9a-z]{26} {2}cancelled\n$/);
    const { code, stdout } = await run.ended;
    assert.equal(code, 1);
    const result = resultOf(stdout);
    assert.equal(result.status, 'cancelled');
    assert.equal(result.reason, 'wrong idea');
    assert.ok(result.by);
  });

  it('fails with the typed failure of its step, exit 1', async () => {
    mode = 'refuse';
    const { code, stdout, stderr } = await baton(['run', workflow], { dataDir: slow('refused'), env });
    assert.equal(code, 1);
    const result = resultOf(stdout);
    assert.equal(result.status, 'failed');
    assert.equal(result.failure?.code, 'LLM_AUTH');
    assert.equal(result.step, 'design');
    assert.doesNotMatch(stdout + stderr, /sk-test-not-a-real-key/);
    assert.doesNotMatch(stderr, /scripted model answered/);
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { type SecretsServer, startSecretsServer } from './aws/loopback-secrets.ts';
import { lambdaEntry, type Create } from './lambda.ts';
import { type Platform } from './platform.ts';

let folder: string;
let opened: Platform[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-lambda-'));
  opened = [];
});
afterEach(async () => {
  for (const platform of opened) await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

const context = { awsRequestId: '1', functionName: 'f', getRemainingTimeInMillis: () => 1000 };
const create: Create<string, string> = (platform, settings) => {
  opened.push(platform);
  return async (event) => `${settings.agents.join(',')} ${event}`;
};

describe('the entry for Lambda', () => {
  it('opens nothing before the first invocation, and the platform once', async () => {
    const handler = lambdaEntry(create, {
      env: { BATON_DATA_DIR: folder, BATON_AGENTS: 'echo', BATON_LOG: 'silent' },
    });
    assert.equal(opened.length, 0);
    assert.deepEqual(
      [await handler('one', context), await handler('two', context)],
      ['echo one', 'echo two'],
    );
    assert.equal(opened.length, 1);
  });

  it('names every problem of the environment', async () => {
    const handler = lambdaEntry(create, { env: { BATON_AGENT: 'x', BATON_PARTIAL_RESPONSES: 'maybe' } });
    await assert.rejects(handler('one', context), (error) => {
      assert.ok(error instanceof InfrastructureError);
      assert.match(error.message, /BATON_AGENT /);
      assert.match(error.message, /BATON_PARTIAL_RESPONSES/);
      return true;
    });
  });

  it('tries again after an opening that failed', async () => {
    const path = join(folder, 'data');
    writeFileSync(path, 'a file where a folder should be');
    const handler = lambdaEntry(create, { env: { BATON_DATA_DIR: path, BATON_LOG: 'silent' } });
    await assert.rejects(handler('one', context));
    rmSync(path);
    assert.equal(await handler('two', context), ' two');
  });

  describe('with secrets kept elsewhere', () => {
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf';
    let server: SecretsServer;
    let env: Record<string, string>;
    beforeEach(async () => {
      server = await startSecretsServer('session', { [arn]: 'first-key' });
      env = {
        BATON_DATA_DIR: folder,
        BATON_LOG: 'silent',
        BATON_SECRETS_FROM: `OPENAI_API_KEY=${arn}`,
        AWS_SESSION_TOKEN: 'session',
        PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(server.port),
      };
    });
    afterEach(() => server.close());

    it('asks for them once in a while, and opens anew where one was changed', async () => {
      const handler = lambdaEntry(create, { env, secretsEveryMs: 0 });
      await handler('one', context);
      await handler('two', context);
      assert.deepEqual([server.asked(), opened.length], [2, 1], 'the same key');
      server.secrets.set(arn, 'second-key');
      await handler('three', context);
      assert.deepEqual([server.asked(), opened.length], [3, 2], 'another key');
    });

    it('keeps the platform where something else of the environment changes, as the trace id does', async () => {
      const handler = lambdaEntry(create, { env, secretsEveryMs: 0 });
      for (const trace of ['Root=1-a', 'Root=1-b', 'Root=1-c']) {
        env['_X_AMZN_TRACE_ID'] = trace;
        await handler('one', context);
      }
      assert.deepEqual([server.asked(), opened.length], [3, 1]);
    });

    it('goes on with the secrets it has while they cannot be asked for', async () => {
      const handler = lambdaEntry(create, { env, secretsEveryMs: 0 });
      await handler('one', context);
      server.secrets.delete(arn);
      assert.equal(await handler('two', context), ' two');
      server.secrets.set(arn, 'second-key');
      await handler('three', context);
      assert.deepEqual([server.asked(), opened.length], [3, 2]);
    });
  });
});

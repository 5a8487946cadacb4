import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
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
});

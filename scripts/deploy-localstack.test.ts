import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const script = join(import.meta.dirname, 'deploy-localstack.ts');
const run = (endpoint: string) =>
  spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: endpoint },
  });

describe('npm run deploy:localstack', () => {
  it('says where LocalStack was looked for, and how it is started', () => {
    const { status, stderr } = run('http://127.0.0.1:9');
    assert.equal(status, 4);
    assert.match(
      stderr,
      /^LOCALSTACK_MISSING: .*Got: no answer from http:\/\/127\.0\.0\.1:9\..*Expected: .*Fix: /,
    );
  });

  it('never deploys to AWS, nor to what is no address', () => {
    for (const endpoint of ['https://cloudformation.eu-central-1.amazonaws.com', 'localstack']) {
      const { status, stderr } = run(endpoint);
      assert.equal(status, 4, endpoint);
      assert.match(stderr, /^LOCALSTACK_ENDPOINT: .*Got: .*Expected: .*Fix: /);
    }
  });

  it('starts what it names by the profile that the compose file has', () => {
    const compose = readFileSync(join(import.meta.dirname, '..', 'docker-compose.local.yml'), 'utf8');
    assert.match(compose, /profiles: \[localstack\]/);
    assert.match(compose, /127\.0\.0\.1:4566:4566/);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signIamToken } from './iam-token.ts';

test('a token is a signed address of the cluster service, made without asking anybody', async (t) => {
  const before = { ...process.env };
  t.after(() => (process.env = before));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'an-example-of-a-key',
  });
  const token = await signIamToken('eu-central-1');
  const address = new URL(Buffer.from(token, 'base64url').toString());
  assert.equal(address.host, 'kafka.eu-central-1.amazonaws.com');
  assert.equal(address.searchParams.get('Action'), 'kafka-cluster:Connect');
  assert.match(address.searchParams.get('X-Amz-Credential') ?? '', /^AKIAIOSFODNN7EXAMPLE\//);
});

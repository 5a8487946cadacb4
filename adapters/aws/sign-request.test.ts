import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHash, createHmac } from 'node:crypto';
import { signedPost } from './sign-request.ts';

const own = 'https://abc123.lambda-url.eu-central-1.on.aws/';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key', sessionToken: 'session' };
const body = new TextEncoder().encode('{"a":1}');
const now = Date.UTC(2026, 10, 22, 12, 0, 0);

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
const post = signedPost<Sent, Sent>((request) => Promise.resolve(request), {
  credentials,
  addresses: [own, 'https://agent.example.org/'],
  now: () => now,
});

describe('requests to Function URLs', () => {
  it('are signed as AWS describes it', async () => {
    const { headers } = await post({ url: own, headers: { 'content-type': 'application/json' }, body });
    const signed = 'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token';
    const bodyHash = createHash('sha256').update(body).digest('hex');
    // Steps 1 to 4 of "Create a signed AWS API request", written out.
    const canonical = [
      'POST',
      '/',
      '',
      'content-type:application/json',
      'host:abc123.lambda-url.eu-central-1.on.aws',
      `x-amz-content-sha256:${bodyHash}`,
      'x-amz-date:20261122T120000Z',
      'x-amz-security-token:session',
      '',
      signed,
      bodyHash,
    ].join('\n');
    const scope = '20261122/eu-central-1/lambda/aws4_request';
    const text = ['AWS4-HMAC-SHA256', '20261122T120000Z', scope, createHash('sha256').update(canonical).digest('hex')].join('\n'); // prettier-ignore
    const key = scope
      .split('/')
      .reduce<Buffer | string>(
        (secret, part) => createHmac('sha256', secret).update(part).digest(),
        'AWS4secret-key',
      );
    const signature = createHmac('sha256', key).update(text).digest('hex');
    assert.equal(
      headers.authorization,
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
    );
    assert.equal(headers.host, undefined);
  });

  it('are signed only where the deployment gave the address', async () => {
    for (const url of ['https://agent.example.org/', 'https://other.lambda-url.eu-central-1.on.aws/']) {
      const { headers } = await post({ url, headers: {}, body });
      assert.deepEqual(headers, {});
    }
  });

  it('go as they are without credentials', async () => {
    const plain = signedPost<Sent, Sent>((request) => Promise.resolve(request), {
      credentials: undefined,
      addresses: [own],
      now: () => now,
    });
    assert.deepEqual((await plain({ url: own, headers: {}, body })).headers, {});
  });
});

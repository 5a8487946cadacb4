/** Rows H01–H04 and H06: what the endpoint of an HTTP agent may not be, and what may not be sent there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forbiddenRange } from '#adapters/http/address-ranges.ts';
import { openPostEvent } from '#adapters/http/post-event.ts';
import { type Resolve } from '#adapters/http/target.ts';
import { close, codeOf, development, listen, production, request } from './fixtures/http.ts';

const resolvesTo =
  (...addresses: readonly string[]): Resolve =>
  (_name, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('H01 and H02: addresses that are not public are refused, however they are spelled', () => {
  const hosts = [
    '169.254.169.254',
    '[fd00:ec2::254]',
    '127.0.0.1:9001',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.254',
    '0.0.0.0',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.9',
    '168.63.129.16',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '127.1',
    '①②⑦.0.0.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:8.8.8.8]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fdff::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[2001::1]',
    '[2002:7f00:1::]',
    '[100::1]',
    '[3fff::1]',
    '[4000::1]',
    '[5f00::1]',
  ];
  for (const host of hosts) {
    it(host, async () => {
      assert.equal(await codeOf(production, `https://${host}/`), 'SSRF_BLOCKED');
      assert.equal(await codeOf(production, `http://${host}/`), 'SSRF_BLOCKED');
    });
  }

  it('names the range', async () => {
    const posted = await openPostEvent(production)(request('https://169.254.169.254/'));
    assert.ok(posted.type === 'failed');
    assert.match(posted.failure.message, /cloud metadata/);
  });

  it('and public ones are not', () => {
    for (const address of [
      '8.8.8.8',
      '1.1.1.1',
      '100.63.255.255',
      '100.128.0.0',
      '172.32.0.1',
      '192.0.1.1',
      '2606:4700::1111',
      '2a00:1450:4001::1',
    ]) {
      assert.equal(forbiddenRange(address), undefined, address);
    }
  });

  it('development allows loopback and nothing else', async () => {
    assert.equal(await codeOf(development, 'http://127.0.0.1:1/'), 'HTTP_UNREACHABLE');
    assert.equal(await codeOf(development, 'https://192.168.1.1/'), 'SSRF_BLOCKED');
    assert.equal(await codeOf(development, 'https://169.254.169.254/'), 'SSRF_BLOCKED');
  });
});

describe('H03: other schemes and credentials are refused', () => {
  for (const url of [
    'file:///etc/passwd',
    'gopher://example.com/',
    'data:,x',
    'ftp://example.com',
    'http://example.com/',
    'nonsense',
    '',
  ]) {
    it(`URL_SCHEME for '${url}'`, async () => assert.equal(await codeOf(production, url), 'URL_SCHEME'));
  }
  it('plain http to another host than loopback is refused in development too', async () => {
    assert.equal(await codeOf(development, 'http://example.com/'), 'URL_SCHEME');
  });
  for (const url of [
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://:secret@example.com/',
  ]) {
    it(`URL_CREDENTIALS for ${url}, which are not shown`, async () => {
      const posted = await openPostEvent(production)(request(url));
      assert.ok(posted.type === 'failed');
      assert.equal(posted.failure.code, 'URL_CREDENTIALS');
      assert.ok(!posted.failure.message.includes('secret'));
    });
  }
});

describe('H04: names are checked where the socket connects', () => {
  for (const addresses of [
    ['10.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['2606:4700::1111', '::1'],
    ['::ffff:10.0.0.1'],
  ]) {
    it(`a name that resolves to ${addresses.join(' and ')} is refused`, async () => {
      assert.equal(
        await codeOf({ ...production, resolve: resolvesTo(...addresses) }, 'https://agent.test/'),
        'SSRF_BLOCKED',
      );
    });
  }

  it('a second lookup with another answer is never made for one connection', async () => {
    const { server, port } = await listen((_request, response) => response.end('x'));
    let lookups = 0;
    const rebinding: Resolve = (name, done) => {
      lookups += 1;
      resolvesTo(lookups === 1 ? '127.0.0.1' : '169.254.169.254')(name, done);
    };
    const code = await codeOf({ ...development, resolve: rebinding }, `http://localhost:${String(port)}/`);
    assert.deepEqual([code, lookups], ['answered 200', 1]);
    await close(server);
  });

  it('an allow-listed host may be private and plain', async () => {
    const { server, port } = await listen((_request, response) => response.end('x'));
    const host = `127.0.0.1:${String(port)}`;
    assert.equal(await codeOf({ allowedHosts: [host], loopback: false }, `http://${host}/`), 'answered 200');
    assert.equal(
      await codeOf({ allowedHosts: ['127.0.0.1:1'], loopback: false }, `http://${host}/`),
      'SSRF_BLOCKED',
    );
    await close(server);
  });

  it('a name that does not resolve is unreachable, to be tried again', async () => {
    const missing: Resolve = (_name, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    assert.equal(
      await codeOf({ ...production, resolve: missing }, 'https://agent.test/'),
      'HTTP_UNREACHABLE',
    );
  });
});

describe('H06: headers', () => {
  const bad: readonly Record<string, string>[] = [
    { 'x-a': 'one\r\nx-b: two' },
    { 'x-a': 'one\ntwo' },
    { 'x-a': 'nul\0' },
    { host: 'other.test' },
    { 'transfer-encoding': 'chunked' },
    { 'content-length': '1' },
    { 'x a': '1' },
    { 'X-A:': '1' },
    { 'x-a': 'ünï' },
  ];
  for (const headers of bad) {
    it(`HTTP_HEADER_INVALID for ${JSON.stringify(headers)}`, async () => {
      assert.equal(await codeOf(development, 'http://127.0.0.1:1/', { headers }), 'HTTP_HEADER_INVALID');
    });
  }
});

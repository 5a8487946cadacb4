import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClient } from './client.ts';

describe('the database that a URI names', () => {
  const names: readonly (readonly [uri: string, name: string])[] = [
    ['mongodb://db.example.org/shop', 'shop'],
    ['mongodb://user:p%2Fw@db.example.org:27017,other.example.org/shop?tls=true', 'shop'],
    ['mongodb://db.example.org/my%2Dshop', 'my-shop'],
    ['mongodb://db.example.org', 'baton'],
    ['mongodb://db.example.org/?replicaSet=rs0', 'baton'],
    ['mongodb://db.example.org?tls=true&tlsCAFile=/etc/ssl/bundle.pem', 'baton'],
  ];
  for (const [uri, name] of names)
    it(`is ${name}, of ${uri}`, async () => {
      const client = createClient({ uri });
      assert.equal(client.name, name);
      await client.close();
    });
});

it('has 20 connections at most, unless the options or the URI say otherwise', async () => {
  const most = async (uri: string, maxPoolSize?: number): Promise<unknown> => {
    const opened = createClient({ uri, ...(maxPoolSize !== undefined && { maxPoolSize }) });
    await opened.close();
    return opened.client.options.maxPoolSize;
  };
  assert.equal(await most('mongodb://db.example.org'), 20);
  assert.equal(await most('mongodb://db.example.org/?replicaSet=rs0&maxPoolSize=7'), 7);
  assert.equal(await most('mongodb://db.example.org/?maxPoolSize=7', 2), 2);
});

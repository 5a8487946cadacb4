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

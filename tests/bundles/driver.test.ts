/** The database's driver as bundles have it, without what Baton does not use, beside the driver as its package is. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { MongoClient } from 'mongodb';
import { buildBundles } from '#infra/bundles.ts';

let folder: string;
let bundled: { readonly MongoClient: typeof MongoClient };
before(async () => {
  mkdirSync('.cache', { recursive: true });
  folder = mkdtempSync(join(process.cwd(), '.cache', 'test-driver-'));
  const bundles = await buildBundles(['tests/bundles/driver.fixture.ts'], folder);
  const [bundle] = bundles.values();
  bundled = (await import(pathToFileURL(join(bundle?.folder ?? '', 'index.mjs')).href)) as typeof bundled;
});
after(() => rmSync(folder, { recursive: true, force: true }));

const addresses = [
  'mongodb://127.0.0.1:27017/?replicaSet=rs0',
  'mongodb://user:p%40ss%3Aw%C3%B6rd%25@a.example:1,b.example:2,[::1]:3/shop?tls=true&retryWrites=false',
  'mongodb://user@host/db%20name?authSource=%24external&authMechanism=MONGODB-X509&tls=true',
  'mongodb://u:p@h/?readPreference=secondaryPreferred&readPreferenceTags=dc:eu,rack:1&readPreferenceTags=',
  'mongodb://u:p@h/?AUTHSOURCE=Admin&appName=a+b%20c&compressors=zlib&w=majority&journal=true',
  'mongodb+srv://user:secret@cluster.example.net/app?retryWrites=false',
  'mongodb://xn--bcher-kva.example/%C3%BC',
  'mongodb://bücher.example/ü?appName=ö',
  'mongodb://h',
  'mongodb://%2Ftmp%2Fmongodb-27017.sock/db',
  'mongodb://u:p@h/?authMechanism=PLAIN&authSource=%24external',
  'mongodb://u:p@h/?authMechanism=SCRAM-SHA-256',
];
const refused = [
  'http://h/',
  'mongodb://',
  'mongodb://u:p@/db',
  'mongodb://u:p:q@h/',
  'mongodb://u/x:p@h/',
  'mongodb://h:99999/',
  'mongodb://h/?nonsense=1',
  'mongodb://h/?tls=maybe',
  'mongodb://@h/',
];

const optionsOf = (Client: typeof MongoClient, uri: string): unknown => {
  const { hosts, srvHost, credentials, dbName, readPreference, ...rest } = new Client(uri).options;
  const plain = { ...rest, hosts: hosts.map(String), srvHost, dbName, readPreference, credentials };
  return JSON.parse(JSON.stringify(plain)) as unknown;
};

describe('the driver of the bundles', () => {
  for (const uri of addresses)
    it(`reads ${uri} as its package does`, () =>
      assert.deepEqual(optionsOf(bundled.MongoClient, uri), optionsOf(MongoClient, uri)));

  for (const uri of refused)
    it(`refuses ${uri} as its package does`, () => {
      const problem = (Client: typeof MongoClient): string => {
        try {
          new Client(uri);
          return 'none';
        } catch (error) {
          assert.ok(error instanceof Error);
          return error.name;
        }
      };
      assert.notEqual(problem(MongoClient), 'none');
      assert.equal(problem(bundled.MongoClient), problem(MongoClient));
    });

  it('says what is not in it to whoever asks for it', async () => {
    const client = new bundled.MongoClient('mongodb://127.0.0.1:1/');
    const expected =
      /is not in this bundle: it was asked for, expected .* leave it in: infra\/bundle-parts\.ts/;
    assert.throws(() => client.watch(), expected);
    await assert.rejects(async () => client.bulkWrite([]), expected);
    await client.close();
  });
});

/** Letter D, what a database on a server refuses: its users, its primaries, its limits. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { MongoServerError } from 'mongodb';
import { openMongo } from '#adapters/mongo/open.ts';
import { storeError } from '#adapters/mongo/store-error.ts';
import { silent } from '#tests/engine/engine.ts';
import { freePorts } from '../../scripts/services/ports.ts';
import { assertThrown, plantedSecret } from './error-contract.ts';
import { row } from './rows.ts';

const place = { address: 'db1:27017', isClosed: () => false };

const answers: readonly (readonly [what: string, code: number, said: string, expected: string, says: RegExp])[] = [
  ['a user or password it does not know', 18, 'Authentication failed.', 'STORE_AUTH', /MONGODB_URI/],
  ['a user without the right', 13, 'not authorized on baton to execute command { insert: "commits", documents: [ { body: "secret" } ] }', 'STORE_FORBIDDEN', /readWrite/],
  ['a member that is primary no more', 10_107, 'not master', 'STORE_INTERRUPTED', /tried again/],
  ['a member that is shutting down', 91, 'shutting down', 'STORE_INTERRUPTED', /tried again/],
]; // prettier-ignore

describe('bad databases', () => {
  for (const [what, code, message, expected, says] of answers)
    row('D06', `${what} is ${expected}, without what was sent`, () => {
      const said = assertThrown(storeError(place, new MongoServerError({ message, code })), expected);
      assert.match(said, says);
      assert.ok(said.includes('db1:27017'), said);
      assert.doesNotMatch(said, /body|secret/);
    });

  row('D06', 'a database that is not there is STORE_UNREACHABLE with its address and without its password', async () => {
    const { none = 0 } = await freePorts(['none']);
    const address = `127.0.0.1:${none}`;
    const mongo = openMongo({ uri: `mongodb://me:${plantedSecret}@${address}/baton`, logger: silent, clock: { now: () => 0 } });
    try {
      await assert.rejects(mongo.ping(), (error) => {
        const message = assertThrown(error, 'STORE_UNREACHABLE');
        assert.ok(message.includes(address), message);
        assert.doesNotMatch(message, /me:|planted/);
        return true;
      });
    } finally {
      await mongo.close();
    }
  }); // prettier-ignore

  row(
    'D06',
    'an address with a password in it that cannot be read is STORE_URI, without the password',
    () => {
      const uri = `mongodb://me:${plantedSecret}@/baton?replicaSet`;
      assert.throws(
        () => openMongo({ uri, logger: silent, clock: { now: () => 0 } }),
        (error) => {
          assert.doesNotMatch(assertThrown(error, 'STORE_URI'), /planted/);
          return true;
        },
      );
    },
  );
});

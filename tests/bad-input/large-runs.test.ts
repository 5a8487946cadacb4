/** Letter D, runs that grow: no document of a run holds all of it, so none can outgrow the database. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { MongoServerError } from 'mongodb';
import { storeError } from '#adapters/mongo/store-error.ts';
import { InfrastructureError } from '#core/failure.ts';
import { completed, openEngine, type Engine } from '#tests/engine/engine.ts';
import { onlyRun } from '#tests/engine/sandbox.ts';
import { assertSentence } from './error-contract.ts';
import { row } from './rows.ts';

const open: Engine[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

const mebibyte = 1024 * 1024;
/** As much as a value may have and stay in the state. */
const output = { text: 'x'.repeat(16_000) };
const steps = Math.ceil((17 * mebibyte) / 16_000);
const wide = [
  'name: wide',
  "version: '1.0.0'",
  'inputs: { idea: string }',
  'steps:',
  ...Array.from({ length: steps }, (_, index) => `  s${index}: { agent: worker }`),
  '',
].join('\n');

describe('large runs', () => {
  row('D03', 'a run whose results add up to more than 16 MB ends, and each of its commits stays under 4 MiB', async () => {
    const e = await openEngine({ workflow: wide, agents: { worker: () => completed(output) } });
    open.push(e);
    await e.start('a', { idea: 'x' });
    await e.settle();
    const { runId, status } = await onlyRun(e);
    assert.equal(status, 'completed');
    const sizes = (await e.store.commits.history(runId)).map((commit) => JSON.stringify(commit).length);
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) > 17 * mebibyte);
    assert.ok(Math.max(...sizes) < 4.5 * mebibyte, `the largest commit has ${Math.max(...sizes)} bytes`);
  }); // prettier-ignore

  row('D03', 'a document that is larger all the same is STORE_TOO_LARGE, with the limit', () => {
    const error = storeError({ address: 'db1:27017', isClosed: () => false }, new MongoServerError({ message: 'BSONObj size', code: 10_334 })); // prettier-ignore
    assert.ok(error instanceof InfrastructureError);
    const [code = '', message = ''] = error.message.split(/: ([^]*)/);
    assertSentence({ code, message }, 'STORE_TOO_LARGE');
    assert.match(message, /16 MB[^]*references/);
  });
});

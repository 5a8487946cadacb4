import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { baton, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const dataDir = join(folder.path, 'data');

const reads: readonly (readonly [line: string, code: number, says: string])[] = [
  ['runs list', 0, `No run in ${dataDir} yet.`],
  ['runs list --json', 0, '[]'],
  ['runs get @last', 2, `there is no run in ${dataDir} yet`],
  ['runs get 01hq', 2, `no run in ${dataDir} has an id that begins with '01hq'`],
  ['runs watch @last', 2, `there is no run in ${dataDir} yet`],
  ['trace @last', 2, `there is no run in ${dataDir} yet`],
  ['logs', 0, 'No log line yet'],
  ['dlq list', 0, 'No dead letter.'],
  ['topics list', 0, 'missing'],
  ['workflows list', 0, 'None is registered yet'],
  ['events tail --topic request --no-follow', 0, ''],
  ['complete -- runs get ', 0, ''],
];

describe('a read where nothing was run yet', () => {
  for (const [line, expected, says] of reads)
    it(`makes no data folder: ${line}`, async () => {
      const { code, stdout, stderr } = await baton(line.split(' '), { dataDir });
      assert.equal(code, expected, stderr);
      assert.ok((stdout + stderr).includes(says), stdout + stderr);
      assert.equal(existsSync(dataDir), false);
    });
});

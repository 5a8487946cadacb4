import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { rowStatuses } from '#core/row-status.ts';
import { baton, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const file = (name: string, text: string): string => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};

/** That no error of a command lacks a part is a matter of types (`usageError`); these show how they are printed. */
const mistakes: readonly (readonly [code: string, args: readonly string[]])[] = [
  ['FILE_MISSING', ['validate', 'workflows/nope.yaml']],
  ['FILE_ENCODING', ['events', 'publish', file('latin.json', '')]],
  ['JSON_SYNTAX', ['run', 'design-and-provision', '-f', file('bad.json', '{')]],
  ['RUN_NOT_FOUND', ['runs', 'get', '@last']],
  ['RUN_NOT_FOUND', ['runs', 'get', '01hq']],
  ['TOPIC_MISSING', ['events', 'tail', '--topic', 'zzzzzzzz', '--no-follow']],
  ['WF_UNKNOWN_WORKFLOW', ['run', 'zzzzzzzz']],
  ['USAGE', ['run', 'design-and-provision', '--watch', '--detach']],
  ['USAGE', ['runs', 'list', '--status', 'zzzzzzzz']],
];
writeFileSync(join(folder.path, 'latin.json'), Buffer.from([0xe9]));

describe('a mistake on the command line', () => {
  for (const [code, args] of mistakes)
    it(`is told in all its parts: ${args.slice(0, 2).join(' ')}, ${code}`, async () => {
      const { stderr } = await baton(args, { dataDir: join(folder.path, 'data') });
      assert.match(stderr, new RegExp(`^error\\[${code}\\]: .+\\nexpected: .+\\nhelp: .+`, 'm'));
    });

  it('in a status offers those that the help names', async () => {
    const { stdout } = await baton(['runs', 'list', '--help'], {});
    const [, named = ''] = /--status <status>\s+([^]*?)\n\s+--/.exec(stdout) ?? [];
    assert.deepEqual(named.split(/(?:,\s|\s+or)\s*/), [...rowStatuses]);
  });
});

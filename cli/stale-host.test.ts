import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { temporaryFolder } from './spawn.fixture.ts';
import { changedAgentFile } from './stale-host.ts';

const temporary = temporaryFolder();
after(() => temporary.remove());
const folder = join(temporary.path, 'agents');

function write(name: string, at: number): void {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '');
  utimesSync(path, at / 1000, at / 1000);
}

it('names the newest file of an agent that changed after the host began', () => {
  write('old/agent.ts', 1_000_000);
  write('new/agent.yaml', 2_000_000);
  write('new/agent.ts', 3_000_000);
  write('new/agent.test.ts', 9_000_000);
  write('new/fixtures/thread.ts', 9_000_000);
  assert.equal(changedAgentFile(1_500_000, folder), join('agents', 'new', 'agent.ts'));
  assert.equal(changedAgentFile(3_000_000, folder), undefined);
});

it('finds nothing where there is no such folder', () => {
  assert.equal(changedAgentFile(0, join(folder, 'none')), undefined);
});

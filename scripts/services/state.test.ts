import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ServicesError } from './problem.ts';
import { readState, type Started, withoutService, withService, writeState } from './state.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-state-'));
after(() => rmSync(folder, { recursive: true }));

const started = (pid: number): Started => ({
  pid,
  identity: `boot:${pid}`,
  ports: { broker: 20_001 },
  startedAt: '2026-01-02T03:04:05.678Z',
  log: 'kafka.log',
});

test('what was written is read back, and a file that is not there is nothing started', () => {
  const file = join(folder, 'new', 'state.json');
  assert.deepEqual(readState(file), {});
  const both = withService(withService({}, 'kafka', started(7)), 'mongo', started(8));
  writeState(file, both);
  assert.deepEqual(readState(file), both);
  writeState(file, withoutService(readState(file), 'kafka'));
  assert.deepEqual(readState(file), { mongo: started(8) });
});

test('a file that cannot be read is an error in four parts, never an empty list', () => {
  const file = join(folder, 'damaged.json');
  const damaged = [
    '',
    '{"schema":1,"serv',
    '{"schema":2,"services":{}}',
    '{"schema":1,"services":{"kafka":{}}}',
  ];
  for (const text of damaged) {
    writeFileSync(file, text);
    assert.throws(
      () => readState(file),
      (error: unknown) => {
        assert.ok(error instanceof ServicesError && error.exit === 4, text);
        assert.match(error.message, /cannot be read: .*damaged\.json begins with "/);
        assert.match(error.message, /\n {2}expected: .+\n {2}to fix: {3}.+delete the file/);
        return true;
      },
    );
  }
});

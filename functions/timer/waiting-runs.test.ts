import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runIdOf } from '#core/ids.ts';
import { type Logger, type RunRow } from '#core/ports.ts';
import { watchWaiting } from './waiting-runs.ts';

const row = (id: string, startedAt: number): RunRow => ({
  runId: runIdOf({ tenant: 'default', source: '/test', id }),
  ...{ workflow: 'w', status: 'waiting', version: 3, armedBy: 0, startedAt, tenant: 'default' },
});

it('how many runs wait, and the oldest, is said once a minute, and nothing where none does', async () => {
  const lines: [object, string][] = [];
  const logger: Logger = {
    ...{ debug: () => undefined, warn: () => undefined, error: () => undefined, child: () => logger },
    info: (fields, message) => void lines.push([fields, message]),
  };
  let now = 100_000;
  let rows: readonly RunRow[] = [];
  const asked: unknown[] = [];
  const list = async (filter: unknown) => (asked.push(filter), rows);
  const timer = watchWaiting(
    { tick: async () => ({ nextDueAt: 7 }) },
    { store: { runs: { list } }, clock: { now: () => now }, logger },
  );
  assert.deepEqual(await timer.tick(), { nextDueAt: 7 }, 'what the timer itself says is passed on');
  assert.deepEqual([asked, lines], [[{ status: 'waiting', limit: 1_000 }], []]);
  rows = [row('new', 90_000), row('old', 40_000)];
  now += 59_999;
  await timer.tick();
  assert.equal(asked.length, 1);
  now += 1;
  await timer.tick();
  const [, old] = rows;
  assert.deepEqual(lines, [
    [{ waiting: 2, oldestRun: old?.runId, oldestAgeMs: 120_000 }, 'runs wait for a decision'],
  ]);
});

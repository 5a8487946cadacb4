import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import picocolors from 'picocolors';
import { failure } from '#core/failure.ts';
import { runIdOf } from '#core/ids.ts';
import { type Commit } from '#core/ports.ts';
import { type RunEvent } from '#core/run/types.ts';
import { drawRun, openView } from './live-view.ts';
import { createOutput } from './output.ts';
import { clip, widthOf } from './text-width.ts';

const runId = runIdOf({ tenant: 'default', source: '/test', id: '1' });
const start = Date.UTC(2026, 0, 1);

const commitOf = (...events: readonly RunEvent[]): Commit => ({
  schema: 1,
  runId,
  version: 1,
  causes: [],
  events,
  published: 0,
  at: start,
});
const started: RunEvent = {
  type: 'run.started',
  runId,
  source: '/test',
  id: '1',
  payloadDigest: 'sha256:00',
  asked: 'demo',
  steps: 3,
  input: { value: {} },
  at: start,
  tenant: 'default',
};
const dispatched = (step: string): RunEvent => ({
  type: 'step.dispatched',
  step,
  attempt: 1,
  agent: 'writer',
  input: { value: {} },
  at: start,
  deadlineAt: start + 60_000,
});

const draw = (commits: readonly Commit[], steps: readonly string[], size = { columns: 80, rows: 24 }) =>
  drawRun({
    title: `demo  ${runId}`,
    steps,
    commits,
    frame: 0,
    now: () => start + 2500,
    colours: picocolors.createColors(false),
    ...size,
  });

describe('drawRun', () => {
  it('shows each step with its status, agent and duration', () => {
    const commit = commitOf(
      started,
      dispatched('design'),
      { type: 'step.completed', step: 'design', attempt: 1, output: { value: 1 }, at: start + 1200 },
      dispatched('report'),
    );
    assert.deepEqual(draw([commit], ['design', 'report', 'send']), [
      `demo  ${runId}  running  2.5s`,
      '  ✔ design  writer  1.2s',
      '  ⠋ report  writer  2.5s',
      '  · send    waiting',
    ]);
  });

  it('says that the run has not begun before its first commit', () => {
    assert.deepEqual(draw([], ['design']), [`demo  ${runId}  waiting to start`, '  · design  waiting']);
  });

  it('stays within the columns of the terminal, whatever a failure message holds', () => {
    const message = 'line one\nline two \u001b[31m 日本語の長いメッセージ '.repeat(20);
    const problem = failure('AGENT_THREW', message);
    const commit = commitOf(started, dispatched('a'.repeat(64)), {
      type: 'step.failed',
      step: 'a'.repeat(64),
      failure: problem,
      caught: false,
      at: start,
    });
    for (const columns of [30, 80, 200]) {
      const lines = draw([commit], [], { columns, rows: 24 });
      assert.equal(
        lines.some((line) => /[\n\u001b]/.test(line)),
        false,
      );
      assert.deepEqual(
        lines.filter((line) => widthOf(line) >= columns),
        [],
      );
    }
  });

  it('shows what is of interest where there are more steps than rows', () => {
    const steps = Array.from({ length: 100 }, (_, index) => `step${index}`);
    const done: RunEvent[] = steps
      .slice(0, 60)
      .map((step) => ({ type: 'step.completed', step, attempt: 1, output: { value: 1 }, at: start }));
    const lines = draw([commitOf(started, ...done, dispatched('step99'))], steps, { columns: 80, rows: 12 });
    assert.ok(lines.length <= 11, `${lines.length} lines`);
    assert.ok(lines.some((line) => line.includes('step99')));
    assert.match(lines.at(-1) ?? '', /100 steps in all, 60 completed/);
  });
});

describe('openView', () => {
  it('redraws from the first column: a terminal echoes ^C there', () => {
    const drawn: string[] = [];
    const output = { ...createOutput({}), live: true, draw: (text: string) => void drawn.push(text) };
    const view = openView(output, { title: 'demo', steps: ['design'], now: () => start });
    view.show([commitOf(started)]);
    view.end();
    assert.equal(drawn.length, 3);
    for (const text of drawn.slice(1)) assert.ok(text.startsWith('\r\u001b[2A\u001b[0J'), text);
  });
});

describe('clip', () => {
  it('cuts text to the columns and marks the cut', () => {
    assert.equal(clip('abcdef', 6), 'abcdef');
    assert.equal(clip('abcdefg', 6), 'abcde…');
    assert.equal(clip('日本語', 5), '日本…');
    assert.equal(widthOf(clip('日本語日本語', 7)) <= 7, true);
  });
});

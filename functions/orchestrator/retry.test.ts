/** Runs that take over what an earlier one recorded. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { parseRunId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { completed, openEngine, type Engine } from '#tests/engine/engine.ts';
import { codes } from '#tests/engine/sandbox.ts';

const open: Engine[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

const boom = { status: 'failed', failure: { code: 'BOOM', message: 'no', retryable: false } } as const;

/** Runs it until `breaks` has failed, mends it, and retries. A step whose answer is undefined gives none. */
async function retried(
  workflow: string,
  breaks: string,
  answer: (step: string) => Json | typeof boom | undefined,
) {
  let broken = true;
  const e = await openEngine({
    workflow,
    agents: {
      worker: ({ stepid = '' }) => {
        if (stepid === breaks && broken) return boom;
        const value = answer(stepid);
        if (value === undefined) return 'silent';
        return value === boom ? boom : completed(value);
      },
    },
  });
  open.push(e);
  await e.start('a', {});
  await e.settle();
  const [first] = await e.store.runs.list({ limit: 10 });
  assert.deepEqual([first?.status, first?.error?.code], ['failed', 'BOOM']);
  broken = false;
  e.calls.clear();
  await e.start('again', {}, {}, { retryOf: first?.runId });
  await e.settle();
  const rows = await e.store.runs.list({ limit: 10 });
  const [second] = rows.filter(({ runId }) => runId !== first?.runId);
  const outputs = (await e.outputs()).filter(({ subject }) => subject === second?.runId);
  return { e, status: second?.status, runId: second?.runId, output: outputs[0]?.data };
}

describe('a retry', () => {
  it('looks into recorded results that are claim checks', async () => {
    const text = 'x'.repeat(40_000);
    const workflow = `
name: big
version: '1.0.0'
steps:
  one: { agent: worker }
  two:
    agent: worker
    if: steps.one.output.text.size() > 3
    with: { size: '\${{ steps.one.output.text.size() }}' }
outputs:
  size: \${{ steps.one.output.text.size() }}
`;
    const { e, status, output } = await retried(workflow, 'two', (step) => (step === 'one' ? { text } : {}));
    assert.deepEqual(codes(await e.deadLetters()), []);
    assert.equal(status, 'completed');
    assert.deepEqual(output, { workflow: 'big', outputs: { size: 40_000 } });
    assert.equal(e.calls.size, 1, 'only the failed step is asked again');
  });

  it('does not ask the losers of a race that was won', async () => {
    const workflow = `
name: race
version: '1.0.0'
steps:
  fast: { agent: worker }
  slow: { agent: worker }
  behind: { agent: worker, needs: slow }
  first:
    agent: worker
    needs: [fast, slow]
    join: { atLeast: 1, cancelRest: true }
  last: { agent: worker, needs: first }
`;
    const { e, status, runId } = await retried(workflow, 'last', (step) =>
      step === 'slow' ? undefined : {},
    );
    assert.equal(status, 'completed');
    assert.deepEqual([...e.calls.keys()], [`${String(runId)}last`]);
  });

  it('asks a step again that had failed before its race was won, and those behind it', async () => {
    const workflow = `
name: race
version: '1.0.0'
steps:
  lost: { agent: worker, continueOnError: true }
  won: { agent: worker }
  behind: { agent: worker, needs: lost }
  first:
    agent: worker
    needs: [won, lost]
    join: { atLeast: 1, cancelRest: true }
`;
    const { e, status, runId } = await retried(workflow, 'behind', (step) => (step === 'lost' ? boom : {}));
    assert.equal(status, 'completed');
    const id = parseRunId(runId);
    assert.ok(id);
    const history = (await e.store.commits.history(id)).flatMap(({ events: all }) => all);
    assert.ok(history.some((event) => event.type === 'step.completed' && event.step === 'behind'));
  });

  it('of many long results stays within what one commit may hold', async () => {
    const steps = Array.from({ length: 600 }, (_, i) => `  s${i}: { agent: worker }`);
    const last = "  last: { agent: worker, needs: s0, with: { text: '${{ steps.s1.output.text }}' } }";
    const workflow = `name: wide\nversion: '1.0.0'\nsteps:\n${[...steps, last].join('\n')}\n`;
    const text = 'x'.repeat(16_000);
    const { e, status, runId } = await retried(workflow, 'last', (step) => ({ text: text + step }));
    assert.equal(status, 'completed');
    const id = parseRunId(runId);
    assert.ok(id);
    const sizes = (await e.store.commits.history(id)).map((commit) => JSON.stringify(commit).length);
    assert.ok(Math.max(...sizes) <= 4 * 1024 * 1024, `the longest has ${Math.max(...sizes)} bytes`);
    assert.equal(e.calls.size, 1);
  });
});

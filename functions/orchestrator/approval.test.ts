import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { decisionData, type DecisionData } from '#core/approval-data.ts';
import { topics } from '#core/event-catalog.ts';
import { runIdOf } from '#core/ids.ts';
import { completed, openEngine, type Engine, type EngineOptions } from '#tests/engine/engine.ts';
import { codes, onlyRun } from '#tests/engine/sandbox.ts';
import { recoverRuns } from './recover.ts';

const open: Engine[] = [];
const workflow = `
name: guarded
version: "1.0.0"
steps:
  draft: { agent: worker }
  ok: { approval: { to: owner, prompt: "\${{ steps.draft.output }}?", timeout: 1h } }
  last: { agent: worker, needs: ok }
outputs: { by: "\${{ steps.ok.output.by }}" }
`;
async function engine(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const made = await openEngine({ workflow, agents: { worker: () => completed('fine') }, ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

const decide = (e: Engine, runId: string, id: string, data: Partial<DecisionData> = {}): Promise<void> =>
  e.publish(topics.command, {
    id,
    ...{ source: '/test', type: 'dev.baton.approval.decided.v1', subject: runId, runid: runId },
    data: decisionData({ step: 'ok', decision: 'approved', by: 'ada', ...data }),
  });

async function waiting(options: Partial<EngineOptions> = {}) {
  const e = await engine(options);
  await e.start('a', {});
  await e.settle();
  return { e, runId: (await onlyRun(e)).runId };
}
const seen = async (e: Engine, type: string): Promise<number> =>
  (await e.store.commits.history((await onlyRun(e)).runId)).flatMap(({ events }) => events).filter((event) => event.type === type).length; // prettier-ignore

describe('a run that waits for a decision', () => {
  it('says so in its row, sends nothing, and goes on once it is decided, each with one write of the row', async () => {
    const { e, runId } = await waiting();
    assert.equal((await onlyRun(e)).status, 'waiting');
    assert.deepEqual(await e.outputs(), []);
    const before = e.counts.get('runs.write') ?? 0;
    await decide(e, runId, 'one');
    await e.settle();
    const [output] = await e.outputs();
    assert.deepEqual(output?.data, { workflow: 'guarded', outputs: { by: 'ada' } });
    assert.equal((await onlyRun(e)).status, 'completed');
    assert.equal((e.counts.get('runs.write') ?? 0) - before, 2, 'when it goes on, and when it ends');
  });

  it('costs a run without approvals no write', async () => {
    const { e } = await waiting({
      workflow:
        'name: plain\nversion: "1.0.0"\nsteps:\n  a: { agent: worker }\n  b: { agent: worker, needs: a }\n',
    });
    assert.equal((await onlyRun(e)).status, 'completed');
    assert.equal(e.counts.get('runs.write'), 2, 'begin and end');
  });

  it('is decided once: copies are absorbed, another decision is recorded', async () => {
    const { e, runId } = await waiting();
    for (const id of ['one', 'one', 'two', 'two']) await decide(e, runId, id);
    await e.settle();
    await decide(e, runId, 'one');
    await decide(e, runId, 'three', { decision: 'rejected' });
    await e.settle();
    assert.equal(await seen(e, 'approval.decided'), 1);
    assert.equal(await seen(e, 'approval.ignored'), 2);
    assert.equal((await onlyRun(e)).status, 'completed');
    assert.deepEqual(codes(await e.deadLetters()), []);
  });

  it('takes a decision that came before the run did: it is kept until something waits', async () => {
    const e = await engine();
    const runId = runIdOf({ tenant: 'default', source: '/test', id: 'a' });
    await decide(e, runId, 'early');
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), []);
    await e.start('a', {});
    await e.settle();
    await e.pass(6_000);
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'completed');
  });

  it('that never comes leaves the decision a dead letter', async () => {
    const e = await engine();
    await decide(e, '0'.repeat(26), 'lost');
    for (let minute = 0; minute < 3; minute += 1) {
      await e.settle();
      await e.pass(61_000);
    }
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), ['RUN_NOT_FOUND']);
  });

  it('refuses decisions for what is no approval of it, before and after its end', async () => {
    const { e, runId } = await waiting();
    await decide(e, runId, 'a', { step: 'draft' });
    await decide(e, runId, 'b', { step: 'nowhere' });
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'waiting');
    await decide(e, runId, 'c');
    await e.settle();
    await decide(e, runId, 'd', { step: 'nowhere' });
    await e.settle();
    assert.deepEqual(codes(await e.deadLetters()), ['STEP_MISMATCH', 'STEP_MISMATCH', 'STEP_MISMATCH']);
  });

  it('meets its deadline like any other', async () => {
    const { e } = await waiting();
    await e.pass(3_600_000);
    await e.settle();
    const { status, error } = await onlyRun(e);
    assert.deepEqual([status, error?.code], ['failed', 'APPROVAL_TIMEOUT']);
  });

  it('is cancelled like any other', async () => {
    const { e, runId } = await waiting();
    await e.cancel(runId);
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'cancelled');
  });

  /** The commit is stored, its worker died before it wrote the row. */
  async function unsaid() {
    const e = await engine();
    await e.start('a', {});
    await e.deliver(await e.take(topics.request));
    await e.answerTasks();
    const responses = await e.take(topics.response);
    const write = e.store.runs.write.bind(e.store.runs);
    Object.assign(e.store.runs, { write: () => Promise.reject(new Error('died')) });
    await e.deliver(responses).catch(() => undefined);
    Object.assign(e.store.runs, { write });
    assert.equal((await onlyRun(e)).status, 'running');
    e.restart();
    return { e, responses };
  }

  it('gets its status from the record that comes again, where the first worker died before it wrote it', async () => {
    const { e, responses } = await unsaid();
    await e.deliver(responses);
    assert.equal((await onlyRun(e)).status, 'waiting');
  });

  it('gets its status from recovery, where that record is lost as well', async () => {
    const { e } = await unsaid();
    await recoverRuns(e.deps);
    assert.equal((await onlyRun(e)).status, 'waiting');
    const before = e.counts.get('runs.write') ?? 0;
    await recoverRuns(e.deps);
    assert.equal(e.counts.get('runs.write') ?? 0, before, 'what the row says already is not written');
  });

  it('that is released from quarantine tells its status anew with the next wake', async () => {
    const { e, runId } = await waiting();
    const error = { code: 'ENGINE_BUG', message: 'm', retryable: false };
    await e.store.runs.write([{ type: 'quarantine', runId: (await onlyRun(e)).runId, error }]);
    assert.equal((await onlyRun(e)).status, 'quarantined');
    await e.store.runs.write([{ type: 'release', runId: (await onlyRun(e)).runId, wakeAt: e.time.now }]);
    e.restart();
    await e.pass(1_000);
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'waiting');
    await decide(e, runId, 'one');
    await e.settle();
    assert.equal((await onlyRun(e)).status, 'completed');
  });

  it('is not asked of again by its snapshot', async () => {
    const { e, runId } = await waiting({ orchestrator: { snapshotEvery: 1 } });
    e.restart();
    await decide(e, runId, 'one');
    await e.settle();
    assert.equal(await seen(e, 'approval.requested'), 1);
    assert.equal((await onlyRun(e)).status, 'completed');
  });
});

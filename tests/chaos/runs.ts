/** Starts runs, waits for their ends, and holds everything that was stored and sent to what Baton promises. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#adapters/config.ts';
import { openPlatform } from '#adapters/open-platform.ts';
import { decodeEvent, encodeEvent } from '#core/cloud-event.ts';
import { commitDigest } from '#core/commit.ts';
import { topics } from '#core/event-catalog.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type RunId, runIdOf } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { type LogLine } from './fleet.ts';

export interface Runs {
  /** Starts so many runs of the shipped workflow; resolves once every one has completed. Gives the last one's outputs. */
  all(count: number): Promise<Json>;
  /** Throws at the first promise that was broken; else tells what was looked at. */
  verify(lines: readonly LogLine[], expected: Json): Promise<string>;
  close(): Promise<void>;
}

const patienceMs = 240_000;
const source = '/chaos';
const input = { idea: 'A library where members borrow books and get reminders' };

export async function openRuns(environment: Readonly<Record<string, string>>, home: string): Promise<Runs> {
  const config = readConfig({ ...environment, BATON_DATA_DIR: home, BATON_LOG: 'silent' });
  if (!config.ok) throw new Error(config.problem.map(({ message }) => message).join('\n'));
  const platform = await openPlatform(config.value);
  const { log, store } = platform;
  const started: RunId[] = [];

  const outputs = async (): Promise<ReadonlyMap<string, ReadonlyMap<string, Json>>> => {
    const seen = new Map<string, Map<string, Json>>();
    for await (const record of log.read({ topic: topics.output, from: 'beginning', follow: false })) {
      const event = decodeEvent(record);
      assert.ok(event.ok);
      const { runid = '', id, data } = event.value;
      const { outputs: value } = data as { readonly outputs: Json };
      seen.set(runid, (seen.get(runid) ?? new Map<string, Json>()).set(id, value));
    }
    return seen;
  };

  return {
    async all(count) {
      const ids = Array.from({ length: count }, (_, index) => `run-${started.length + index}`);
      const runIds = ids.map((id) => runIdOf({ tenant: 'default', source, id }));
      started.push(...runIds);
      const records = ids.map((id) => ({
        topic: topics.request,
        key: id,
        ...encodeEvent({
          id,
          source,
          type: 'dev.baton.workflow.requested.v1',
          data: { workflow: 'design-and-provision', input },
        }),
      }));
      await patiently(() => log.publish(records));
      for (const runId of runIds)
        await until(async () => (await store.runs.get(runId))?.status, `run ${runId} completes`);
      const last = runIds.at(-1) ?? '';
      return [...((await patiently(outputs)).get(last)?.values() ?? [])][0] ?? null;
    },
    async verify(lines, expected) {
      const sent = await outputs();
      for (const runId of started) {
        const results = sent.get(runId);
        assert.equal(results?.size, 1, `run ${runId} has ${results?.size ?? 0} outputs of different ids`);
        assert.deepEqual([...results.values()], [expected], `run ${runId} has another result`);
        const commits = await store.commits.history(runId);
        commits.forEach((commit, index) => {
          assert.equal(commit.version, index + 1, `run ${runId}: commits have a gap`);
          const before = commits[index - 1];
          assert.equal(commit.parent, before && commitDigest(before), `run ${runId}: the chain is broken`);
        });
      }
      assert.equal(sent.size, started.length, 'nobody else has outputs');
      const { calls, recorded } = verifyCalls(lines);
      assert.ok(recorded >= started.length * 2, `results of ${recorded} calls were logged`);
      return `${started.length} runs, ${calls} calls of agents, ${recorded} recorded results`;
    },
    close: () => platform.close(),
  };
}

/** No call is made after its result was recorded. */
function verifyCalls(lines: readonly LogLine[]): { readonly calls: number; readonly recorded: number } {
  const recorded = new Set<string>();
  let calls = 0;
  for (const { message, invocation = '' } of lines) {
    if (message === 'result recorded') recorded.add(invocation);
    if (message !== 'agent called') continue;
    calls += 1;
    assert.ok(!recorded.has(invocation), `${invocation} was called again after its result was recorded`);
  }
  return { calls, recorded: recorded.size };
}

async function until(status: () => Promise<string | undefined>, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const now = await patiently(status);
    if (now === 'completed') return;
    assert.ok(now === undefined || now === 'running', `${what}: it is ${now ?? 'nothing'}`);
    assert.ok(performance.now() < deadline, `waited ${patienceMs / 1000} s in vain: ${what}`);
    await pause(100);
  }
}

/** Broker and database are killed on purpose: what they refuse meanwhile is asked again. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InfrastructureError) || performance.now() > deadline) throw error;
      await pause(200);
    }
  }
}

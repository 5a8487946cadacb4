/**
 * The handler's side of a function's timeout, under the invoker: with less than its margin left a handler takes nothing
 * more, reports what it did not finish in the order of the log, and what comes of that is no failed invocation.
 * The handler alone: `functions/agent/handler.test.ts`, "time running out".
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { parseRunId } from '#core/ids.ts';
import { partitionOf } from '#core/partitioner.ts';
import { agentOf, depsOf, echo, responses, type Run, world } from '#functions/agent/fixtures/agent.ts';
import { idOf, runOf, taskEvent } from '#functions/agent/fixtures/host.ts';
import { createHandler } from '#functions/agent/handler.ts';
import { answerMarginMs } from '#functions/agent/host-batch.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { type Call, type Feed, openFeed } from './feed.ts';

const topic = topics.step('echo');

/** Runs whose tasks are on this partition of the agent's topic, which has two. */
function runsOn(partition: number, count: number): readonly number[] {
  const runs: number[] = [];
  for (let run = 1; runs.length < count; run += 1)
    if (partitionOf(Buffer.from(runOf(run)), 2) === partition) runs.push(run);
  return runs;
}

const send = (tasks: readonly { readonly run: number; readonly step: string }[]): Promise<void> =>
  world.embedded.append(
    tasks.map(({ run, step }) => {
      const event = taskEvent({ run, step });
      return { topic, key: Buffer.from(parseRunId(event.runid) ?? ''), ...encodeEvent(event) };
    }),
  );

function feedAgent(run: Run, timeoutMs: number): Promise<Feed> {
  const handler = createHandler(depsOf(agentOf(run)));
  const time = {
    ...world.time,
    clock: world.time,
    timers: {
      after: (ms: number, due: () => void) => world.time.after(ms, due),
      turn: () => new Promise<void>((resolve) => world.time.soon(resolve)),
    },
  };
  const respond = ({ event, context }: Call) => handler(event, context);
  return openFeed({ subject: world.embedded, time }, topic, { timeoutMs, respond });
}

const offsetsOf = ({ event }: Call) =>
  Object.fromEntries(
    Object.entries(event.records).map(([place, list]) => [place, list.map((record) => record.offset)]),
  );

const timedOut = ({ lines }: Feed): boolean => lines.some((line) => line.message.includes('timed out'));

describe('a handler whose time runs out', () => {
  it('gives back the call it cannot finish and all behind it, in order, and finished calls are not made again', async () => {
    const called: string[] = [];
    const run: Run = (input, ctx) => {
      called.push(ctx.step);
      const hangs = ctx.step === 'slow' && called.filter((step) => step === 'slow').length === 1;
      return hangs ? new Promise(() => undefined) : echo(input, ctx);
    };
    const [first = 0, second = 0, third = 0] = runsOn(0, 3);
    const [beside = 0] = runsOn(1, 1);
    const tasks = [
      { run: first, step: 'quick' },
      { run: second, step: 'slow' },
      { run: third, step: 'behind' },
      { run: beside, step: 'beside' },
    ];
    await send(tasks);
    const feed = await feedAgent(run, 15_000);
    await feed.gather(4);
    assert.deepEqual(offsetsOf(await feed.call(0)), { [`${topic}-0`]: [0, 1, 2], [`${topic}-1`]: [0] });
    await until(
      async () => (await responses()).length === 3,
      () => 'three of four tasks were not answered',
    );
    assert.equal(feed.positions.size, 0);
    await world.time.advance(15_000 - answerMarginMs);
    await until(
      () => feed.positions.get(0) === 1 && feed.positions.get(1) === 1,
      () => `committed are ${JSON.stringify([...feed.positions])}`,
    );
    await world.time.advance(1_000);
    assert.deepEqual(offsetsOf(await feed.call(1)), { [`${topic}-0`]: [1, 2] });
    await until(
      () => feed.positions.get(0) === 3,
      () => `committed are ${JSON.stringify([...feed.positions])}`,
    );
    assert.deepEqual(called.toSorted(), ['behind', 'beside', 'quick', 'slow', 'slow']);
    assert.deepEqual(
      [...new Set((await responses()).map(({ id }) => id))].sort(),
      tasks.map(({ run: number, step }) => idOf({ run: number, step })).sort(),
    );
    assert.equal(timedOut(feed), false);
    await feed.stop();
  });

  it('before it began gives back every record untouched, in order', async () => {
    let calls = 0;
    const count: Run = (input, ctx) => ((calls += 1), echo(input, ctx));
    const tasks = runsOn(0, 3).map((run) => ({ run, step: 'greet' }));
    await send(tasks);
    const feed = await feedAgent(count, answerMarginMs - 1);
    await feed.gather(3);
    for (const index of [0, 1, 2]) {
      assert.deepEqual(offsetsOf(await feed.call(index)), { [`${topic}-0`]: [0, 1, 2] });
      await world.time.advance(1_000);
    }
    assert.equal(calls, 0);
    assert.equal(feed.positions.size, 0);
    assert.equal(timedOut(feed), false);
    await feed.stop();
  });
});

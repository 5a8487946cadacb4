import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#adapters/config.ts';
import { traceIdOfRun } from '#adapters/telemetry/hop.ts';
import { spanTree } from '#adapters/telemetry/span-tree.ts';
import { sendStart, startEvent, runIdOfStart } from '#cli/send.ts';
import { AgentFailure } from '#core/agent/contract.ts';
import { type RunId } from '#core/ids.ts';
import { type JsonObject } from '#core/json.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { openSession, type Session } from '#local/session.ts';
import { flaky, goldenTrace, terraformLast, traceText } from '#tests/engine/golden-traces.ts';
import { openHostedEngine, type HostedEngine } from '#tests/engine/hosted-engine.ts';
import { keepSpans, type KeptSpan } from '#tests/engine/kept-spans.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the trace of design-and-provision', () => {
  const kept = keepSpans();
  const folder = mkdtempSync(join(tmpdir(), 'baton-trace-'));
  let session: Session;
  let runId: RunId;
  let all: readonly KeptSpan[];

  before(async () => {
    const config = readConfig({ BATON_DATA_DIR: folder, BATON_LOG: 'error' });
    assert.ok(config.ok);
    session = await openSession(config.value, {
      host: 'never',
      telemetry: kept.telemetry,
      load: terraformLast(() => ({ store: session.platform.store, runId })),
    });
    const { store, random, clock } = session.platform;
    const definition = parseWorkflow(read('../../workflows/design-and-provision.yaml'));
    assert.ok(definition.ok);
    await store.definitions.put(definition.value, { activate: true });
    const input = JSON.parse(read('../../examples/design-and-provision.input.json')) as JsonObject;
    const event = startEvent(random, clock.now(), { workflow: 'design-and-provision', input });
    runId = await runIdOfStart(store, event);
    await session.becomeHost();
    await sendStart(session.platform, event, runId);
    all = await endedTrace(kept);
  });
  after(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  it('is this tree', () => {
    const mine = all.filter(({ traceId }) => traceId === traceIdOfRun(runId));
    assert.equal(traceText(mine), goldenTrace('design-and-provision'));
  });

  it('is the only one, and has one root', () => {
    assert.deepEqual(new Set(all.map(({ traceId }) => traceId)), new Set([traceIdOfRun(runId)]));
    assert.equal(spanTree(all).length, 1);
  });

  it('names models and agents as the conventions for generative AI do, and says that the model is scripted', () => {
    const chat = all.find(({ name }) => name.startsWith('chat '));
    assert.deepEqual(chat?.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'baton.scripted',
      'gen_ai.request.model': 'scripted',
      'gen_ai.output.type': 'json',
      'gen_ai.usage.input_tokens': 0,
      'gen_ai.usage.output_tokens': 0,
    });
  });

  it('leaves what users send and agents answer out of the spans', () => {
    const idea = 'bookshop';
    for (const { name, attributes } of all)
      assert.ok(!JSON.stringify(attributes).includes(idea), `${name} shows data`);
  });
});

describe('a trace', () => {
  let engine: HostedEngine;
  afterEach(() => engine.close());

  it('shows the attempts of a step as siblings, also where a timer sent the second', async () => {
    const kept = keepSpans();
    let calls = 0;
    const worker = (): string => {
      calls += 1;
      if (calls === 1) throw new AgentFailure({ code: 'BUSY', message: 'come back later', retryable: true });
      return 'done';
    };
    engine = await openHostedEngine({ workflows: [flaky], agents: { worker }, telemetry: kept.telemetry });
    const { runid } = await engine.submit('again', { idea: 'x' });
    const spans = await endedTrace(kept);
    assert.equal(traceText(spans), goldenTrace('retry'));
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([traceIdOfRun(runid ?? '')]));
  });

  it('goes on where the start brought a context, and every span of the run is in it', async () => {
    const kept = keepSpans();
    engine = await openHostedEngine({
      workflows: [flaky],
      agents: { worker: () => 'done' },
      telemetry: kept.telemetry,
    });
    const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    await engine.submit('foreign', { idea: 'x' }, 'flaky', `00-${parent.traceId}-${parent.spanId}-01`);
    const spans = await endedTrace(kept, { outside: parent.spanId });
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([parent.traceId]));
    const outside = spans.filter(({ parentId }) => parentId === parent.spanId).map(({ name }) => name);
    assert.deepEqual(outside.toSorted(), ['process workflow.request', 'wait workflow.request']);
  });

  it('keeps the parent of each record where several come in one batch, and links them to the invocation', async () => {
    const kept = keepSpans();
    engine = await openHostedEngine({
      workflows: [flaky],
      agents: { worker: () => 'done' },
      telemetry: kept.telemetry,
    });
    const ids = Array.from({ length: 40 }, (_, index) => `run-${index}`);
    const ends = await Promise.all(ids.map((id) => engine.submit(id, { idea: id })));
    const spans = await endedTrace(kept, { runs: ids.length });
    const batches = spans.filter(({ name }) => name.startsWith('invoke '));
    const batchIds = new Set(batches.map(({ spanId }) => spanId));
    assert.ok(
      spans.some(
        ({ name, links }) => name.startsWith('process ') && links.some(({ spanId }) => batchIds.has(spanId)),
      ),
      'a record links to the invocation it came in',
    );
    for (const { runid = '' } of ends) {
      const mine = spans.filter(({ traceId }) => traceId === traceIdOfRun(runid));
      assert.equal(spanTree(mine).length, 1, 'one root');
      assert.equal(traceText(mine), goldenTrace('flaky'));
    }
  });

  it('that is not sampled leaves no span, and its run ends all the same', async () => {
    const kept = keepSpans({ OTEL_TRACES_SAMPLER: 'always_off' });
    engine = await openHostedEngine({
      workflows: [flaky],
      agents: { worker: () => 'done' },
      telemetry: kept.telemetry,
    });
    const end = await engine.submit('unseen', { idea: 'x' });
    assert.equal(end.type, 'dev.baton.run.completed.v1');
    assert.deepEqual(await kept.spans(), []);
  });
});

/** The spans once every run's output was handled and whatever has spans below it has ended too. */
async function endedTrace(
  kept: ReturnType<typeof keepSpans>,
  { runs = 1, outside = '' }: { readonly runs?: number; readonly outside?: string } = {},
): Promise<readonly KeptSpan[]> {
  let spans: readonly KeptSpan[] = [];
  await until(async () => {
    spans = await kept.spans();
    const known = new Set([...spans.map(({ spanId }) => spanId), outside]);
    const outputs = spans.filter(({ name }) => name === 'process workflow.output');
    return (
      outputs.length === runs && spans.every(({ parentId }) => parentId === undefined || known.has(parentId))
    );
  });
  return spans;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'it did not happen in 20 s');
    await pause(5);
  }
}

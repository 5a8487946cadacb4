/**
 * The traces of runs on Kafka and MongoDB, as a real Jaeger shows them: the same trees as on a laptop. On a broker of
 * its own, because topics have fixed names and nobody else may take these runs.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import { readConfig } from '#adapters/config.ts';
import { traceIdOfRun } from '#adapters/telemetry/hop.ts';
import { queryTrace } from '#adapters/telemetry/jaeger-query.ts';
import { type TreeSpan } from '#adapters/telemetry/span-tree.ts';
import { runIdOfStart, sendStart, startEvent } from '#cli/send.ts';
import { temporaryFolder, until } from '#cli/spawn.fixture.ts';
import { AgentFailure } from '#core/agent/contract.ts';
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { type RunId } from '#core/ids.ts';
import { type JsonObject } from '#core/json.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { openSession } from '#local/session.ts';
import { flaky, goldenTrace, terraformLast, traceText } from '#tests/engine/golden-traces.ts';
import { type HostedEngine, openHostedEngine } from '#tests/engine/hosted-engine.ts';
import { type Broker, ownBroker } from './own-broker.ts';
import { jaegerQueryUrl, otlpEndpoint, ownDatabase } from './services.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('in Jaeger, on Kafka and MongoDB', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  let settings: Readonly<Record<string, string>>;
  before(async () => {
    broker = await ownBroker();
    await broker.start();
    settings = {
      KAFKA_BOOTSTRAP_SERVERS: broker.plaintext,
      MONGODB_URI: ownDatabase('trace'),
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint(),
      OTEL_SERVICE_NAME: 'baton-kafka-trace-test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
  });
  after(async () => {
    await broker.close();
    folder.remove();
  });

  it('the trace of design-and-provision is the golden one', async (test) => {
    const config = readConfig({ ...settings, BATON_DATA_DIR: folder.path, BATON_LOG: 'error' });
    assert.ok(config.ok);
    const started: { runId?: RunId } = {};
    const session = await openSession(config.value, {
      host: 'never',
      load: terraformLast(() => {
        assert.ok(started.runId);
        return { store: session.platform.store, runId: started.runId };
      }),
    });
    test.after(() => session.close());
    const { store, log, random, clock } = session.platform;
    await log.createTopics(session.topology.topics);
    await session.platform.prepareStore();
    const definition = parseWorkflow(read('../../workflows/design-and-provision.yaml'));
    assert.ok(definition.ok);
    await store.definitions.put(definition.value, { activate: true });
    const input = JSON.parse(read('../../examples/design-and-provision.input.json')) as JsonObject;
    const event = startEvent(random, clock.now(), { workflow: 'design-and-provision', input });
    const runId = await runIdOfStart(store, event);
    started.runId = runId;
    await session.becomeHost();
    await sendStart(session.platform, event, runId);
    await isGolden(runId, 'design-and-provision');
  });

  describe('the trace of a step', () => {
    let engine: HostedEngine;
    const refused = new Set<string>();
    const worker = (input: unknown): string => {
      const { idea } = input as { readonly idea: string };
      if (!idea.startsWith('refused') || refused.has(idea)) return 'done';
      refused.add(idea);
      throw new AgentFailure({ code: 'BUSY', message: 'come back later', retryable: true });
    };
    before(async () => {
      engine = await openHostedEngine({ workflows: [flaky], agents: { worker }, services: settings });
    });
    after(() => engine.close());

    it('whose agent failed once has both attempts, side by side', async () => {
      const { runid = '' } = await engine.submit(randomUUID(), { idea: 'refused at first' });
      await isGolden(runid, 'retry');
    });

    it('is its own where two runs came in one batch, which both link to', async () => {
      const ids = [randomUUID(), randomUUID()];
      const ends = ids.map((id) => engine.results.wait(id));
      // One key and one request: they lie side by side in one partition, and are fetched together.
      await engine.session.platform.log.publish(
        ids.map((id) => ({
          topic: topics.request,
          key: 'together',
          ...encodeEvent({
            id,
            source: '/bench',
            type: 'dev.baton.workflow.requested.v1',
            data: { workflow: 'flaky', input: { idea: id } },
          }),
        })),
      );
      const runs = (await Promise.all(ends)).map(({ runid = '' }) => runid);
      for (const run of runs) await isGolden(run, 'flaky');
      const [first = [], second = []] = await Promise.all(runs.map((run) => linksOf(run)));
      assert.equal(first.length, 1);
      assert.deepEqual(first, second);
    });
  });
});

async function isGolden(run: string, name: Parameters<typeof goldenTrace>[0]): Promise<void> {
  const golden = goldenTrace(name);
  const count = golden.trimEnd().split('\n').length;
  let spans: readonly TreeSpan[] = [];
  await until(async () => {
    const found = await queryTrace(jaegerQueryUrl(), traceIdOfRun(run));
    assert.notEqual(found.type, 'unreachable', `Jaeger at ${jaegerQueryUrl()} could not be asked`);
    if (found.type === 'found') spans = found.spans;
    return spans.length >= count;
  }, `${count} spans of run ${run} in Jaeger`);
  assert.equal(traceText(spans), golden);
}

interface JaegerSpan {
  readonly operationName: string;
  readonly references: readonly {
    readonly refType: string;
    readonly traceID: string;
    readonly spanID: string;
  }[];
}

/** The invocations in which the request of a run was handled: trace and span of each. */
async function linksOf(run: string): Promise<readonly string[]> {
  const answer = await fetch(`${jaegerQueryUrl()}/api/traces/${traceIdOfRun(run)}`);
  const { data } = (await answer.json()) as {
    readonly data: readonly { readonly spans: readonly JaegerSpan[] }[];
  };
  return data
    .flatMap(({ spans }) => spans)
    .filter(({ operationName }) => operationName === 'process workflow.request')
    .flatMap(({ references }) => references)
    .filter(({ refType }) => refType === 'FOLLOWS_FROM')
    .map(({ traceID, spanID }) => `${traceID} ${spanID}`);
}

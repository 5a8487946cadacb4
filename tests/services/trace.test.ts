/**
 * The trace of a real run in a real Jaeger, sent in both ways it can be sent. Found by JAEGER_QUERY_URL,
 * OTEL_EXPORTER_OTLP_ENDPOINT, and JAEGER_HOST with JAEGER_PORT.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { traceIdOfRun } from '#adapters/telemetry/hop.ts';
import { queryTrace } from '#adapters/telemetry/jaeger-query.ts';
import { spanTree, treeLines, type TreeSpan } from '#adapters/telemetry/span-tree.ts';
import { baton, resultOf, startBaton, temporaryFolder, until } from '#cli/spawn.fixture.ts';
import { setting } from './services.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const golden = readFileSync(new URL('../e2e/design-and-provision.trace.txt', import.meta.url), 'utf8');
/** Which of the last two agents ends the run is left to chance here: the output is looked at by itself. */
const [withoutOutput, outputSpans] = [golden.trimEnd().split('\n').slice(0, -3), 3];

describe('the trace of design-and-provision in Jaeger', () => {
  it('is the golden one, sent over OTLP', async () => {
    await isGolden({ OTEL_EXPORTER_OTLP_ENDPOINT: setting('OTEL_EXPORTER_OTLP_ENDPOINT') });
  });

  it('is the golden one, sent to the Jaeger agent over UDP', async () => {
    await isGolden({ JAEGER_HOST: setting('JAEGER_HOST'), JAEGER_PORT: setting('JAEGER_PORT') });
  });
});

/** One process asks for the run, another hosts it: their spans are one trace. */
async function isGolden(exporter: Readonly<Record<string, string>>): Promise<void> {
  const queryUrl = setting('JAEGER_QUERY_URL');
  const env = { ...exporter, OTEL_SERVICE_NAME: 'baton-trace-test', OTEL_BSP_SCHEDULE_DELAY: '100' };
  const options = { dataDir: folder.path, env };
  const dev = startBaton(['dev'], options);
  try {
    await until(() => /Baton is up/.test(dev.stderr()), 'dev is up');
    const ran = await baton(['run', 'design-and-provision', '--json'], options);
    assert.equal(ran.code, 0, ran.stderr);
    await matchesGolden(queryUrl, resultOf(ran.stdout).run);
  } finally {
    dev.child.kill('SIGTERM');
    await dev.ended;
  }
}

async function matchesGolden(queryUrl: string, run: string): Promise<void> {
  const spans = await spansOf(queryUrl, run, withoutOutput.length + outputSpans);

  const isOutput = ({ name }: TreeSpan): boolean => name.endsWith('workflow.output');
  const rest = spans.filter((span) => !isOutput(span)).map((span) => ({ ...span, startAt: 0 }));
  assert.deepEqual(treeLines(spanTree(rest)), withoutOutput);
  const sent = spans.find(({ name }) => name === 'send workflow.output');
  assert.equal(spans.find(({ spanId }) => spanId === sent?.parentId)?.name, 'decide');
  const below = spans.filter(({ parentId }) => parentId === sent?.spanId).map(({ name }) => name);
  assert.deepEqual(below.toSorted(), ['process workflow.output', 'wait workflow.output']);

  const shown = await baton(['trace', run], { dataDir: folder.path, env: { BATON_TRACE_URL: queryUrl } });
  assert.equal(shown.code, 0, shown.stderr);
  assert.ok(shown.stdout.includes(`${queryUrl}/trace/${traceIdOfRun(run)}`), 'the link is shown');
  assert.match(shown.stdout, /^send workflow\.request {2}\+0\.000s/m);
}

async function spansOf(queryUrl: string, run: string, count: number): Promise<readonly TreeSpan[]> {
  let spans: readonly TreeSpan[] = [];
  await until(async () => {
    const found = await queryTrace(queryUrl, traceIdOfRun(run));
    if (found.type === 'unreachable')
      assert.fail(`Jaeger at ${queryUrl} could not be asked: ${found.reason}`);
    if (found.type === 'found') spans = found.spans;
    return spans.length >= count;
  }, `${count} spans of run ${run} in Jaeger`);
  return spans;
}

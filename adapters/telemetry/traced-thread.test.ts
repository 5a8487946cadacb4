import assert from 'node:assert/strict';
import { it } from 'node:test';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { countedExport } from './counted-export.ts';
import { openSdk } from './sdk.ts';
import { type CallTrace } from './traced-agent.ts';
import { type ThreadEvents, tracedThread } from './traced-thread.ts';

const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', sampled: true };

it('the calls of an agent in a thread are spans from question to answer, however they end', async () => {
  const exporter = new InMemorySpanExporter();
  const counted = countedExport({ exporter, queueSize: 100, onFirstDrop: () => undefined });
  const sdk = openSdk({ serviceName: 'baton', standard: {}, processor: counted.processor });
  const trace: CallTrace = {
    spans: sdk.spans,
    above: (id) => (id === 'unknown' ? undefined : parent),
    at: (_hop, work) => work(),
  };
  const posted: unknown[] = [];
  const received: unknown[] = [];
  let inside: ThreadEvents<unknown> | undefined;
  const start = tracedThread<unknown, unknown>(trace, (_agent, events) => {
    inside = events;
    return { post: (message) => void posted.push(message), terminate: () => Promise.resolve() };
  });
  const thread = start('counter', {
    message: (message) => void received.push(message),
    output: () => undefined,
    ended: (why) => void received.push(why),
  });
  const call = (number: number, id = 'r:one:1') => ({
    type: 'call',
    call: number,
    task: { id, runId: 'r', step: 'one', attempt: 1 },
  });
  const asked = [call(1), call(2), call(3), call(4, 'unknown'), { type: 'ping' }];
  for (const message of asked) thread.post(message);
  const usage = { model: 'm', inputTokens: 3, outputTokens: 5, calls: 1 };
  const answers = [
    { type: 'ended', call: 1, outcome: { status: 'completed', usage } },
    { type: 'ended', call: 2, outcome: { status: 'failed', failure: { code: 'BUSY' } } },
    { type: 'ended', call: 4, outcome: { status: 'completed' } },
  ];
  for (const message of answers) inside?.message(message);
  inside?.ended('exit 1');
  await sdk.flush();

  assert.deepEqual([posted, received], [asked, [...answers, 'exit 1']], 'all goes through as it is');
  const spans = exporter.getFinishedSpans();
  assert.deepEqual(
    spans.map(({ name, attributes }) => [
      name,
      attributes['error.type'],
      attributes['gen_ai.usage.output_tokens'],
    ]),
    [
      ['invoke_agent counter', undefined, 5],
      ['invoke_agent counter', 'BUSY', undefined],
      ['invoke_agent counter', 'AGENT_CRASHED', undefined],
    ],
  );
});

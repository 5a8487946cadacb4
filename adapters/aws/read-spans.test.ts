import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LogReader } from './read-logs.ts';
import { readSpans, spansGroup } from './read-spans.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** A record of `aws/spans`, as Transaction Search keeps them. */
const record = (more: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    resource: { attributes: { 'service.name': 'baton-orchestrator', 'cloud.region': 'eu-central-1' } },
    scope: { name: 'baton' },
    traceId,
    flags: 256,
    kind: 'PRODUCER',
    durationNano: 2_500_000,
    status: { code: 'UNSET' },
    ...more,
  });

const texts = [
  record({
    spanId: '00f067aa0ba902b7',
    name: 'run design-and-provision',
    startTimeUnixNano: 1_795_390_496_000_000_000,
    endTimeUnixNano: 1_795_390_496_002_500_000,
    attributes: { 'error.type': 'AGENT_TIMEOUT' },
  }),
  record({
    spanId: '00f067aa0ba902b8',
    parentSpanId: '00f067aa0ba902b7',
    name: 'send workflow.step.kafka-expert.request',
    startTimeUnixNano: '1795390496001000000',
    endTimeUnixNano: '1795390496002000000',
    attributes: { 'baton.attempt': 2 },
  }),
  record({ traceId: 'f'.repeat(32), spanId: '1', name: 'of another trace', startTimeUnixNano: 1 }),
  'not JSON',
];

const keeping = (events: readonly string[] | undefined): LogReader => ({
  events: ({ group, pattern }) => {
    assert.equal(group, spansGroup);
    assert.equal(pattern, `{ $.traceId = "${traceId}" }`);
    return Promise.resolve(events?.map((text, index) => ({ id: String(index), at: 0, text })));
  },
  close: () => undefined,
});

describe('spans that an account keeps in a log group', () => {
  it('are those of the trace, with parent, time, error and attempt', async () => {
    assert.deepEqual(await readSpans(keeping(texts), traceId, 0), [
      {
        spanId: '00f067aa0ba902b7',
        name: 'run design-and-provision',
        startAt: 1_795_390_496_000,
        durationMs: 2.5,
        error: 'AGENT_TIMEOUT',
      },
      {
        spanId: '00f067aa0ba902b8',
        parentId: '00f067aa0ba902b7',
        name: 'send workflow.step.kafka-expert.request',
        startAt: 1_795_390_496_001,
        durationMs: 1,
        note: 'attempt 2',
      },
    ]);
  });

  it('are not there where the account keeps none', async () => {
    assert.equal(await readSpans(keeping(undefined), traceId, 0), undefined);
  });
});

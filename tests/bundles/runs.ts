/** Starts runs as anybody does who has a Kafka producer, and sees what came of them on `workflow.output`. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { decodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { runIdOf } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { until } from '#tests/contract/contract-suite.ts';
import { type Account } from './account.ts';

export interface Runs {
  start(input: Json): Promise<string>;
  /** The run's output, once it is there. */
  ended(runId: string, withinMs?: number): Promise<BatonEvent>;
  /** Every record of the topic so far that belongs to the run, each copy counted. */
  records(topic: string, runId: string): readonly BatonEvent[];
  close(): Promise<void>;
}

const source = '/tests/bundles';

export async function openRuns({ kafka: { log } }: Account, context: () => string): Promise<Runs> {
  const seen = new Map<string, BatonEvent[]>();
  const stopping = new AbortController();
  const read = async (topic: string): Promise<void> => {
    const consumer = await log.consumer({ topic, group: `watch-${randomUUID()}` });
    while (!stopping.signal.aborted) {
      const records = await consumer.poll({ maxRecords: 1_000, maxWaitMs: 1_000, signal: stopping.signal });
      for (const record of records) {
        const decoded = decodeEvent(record);
        assert.ok(decoded.ok);
        const key = `${topic} ${decoded.value.runid ?? decoded.value.subject ?? ''}`;
        seen.set(key, [...(seen.get(key) ?? []), decoded.value]);
      }
    }
    await consumer.close();
  };
  const reading = [topics.output, topics.response].map(read);
  const of = (topic: string, runId: string): readonly BatonEvent[] => seen.get(`${topic} ${runId}`) ?? [];
  return {
    async start(input) {
      const id = randomUUID();
      const event = {
        specversion: '1.0',
        id,
        source,
        type: 'dev.baton.workflow.requested.v1',
        data: { workflow: 'design-and-provision', input },
      };
      const value = new TextEncoder().encode(JSON.stringify(event));
      await log.publish([{ topic: topics.request, key: id, value, headers: [] }]);
      return runIdOf({ tenant: 'default', source, id });
    },
    async ended(runId, withinMs = 120_000) {
      await until(
        () => of(topics.output, runId).length > 0,
        () => `the run has no output after ${withinMs} ms\n${context()}`,
        withinMs,
      );
      const [output] = of(topics.output, runId);
      assert.ok(output);
      return output;
    },
    records: of,
    async close() {
      stopping.abort();
      await Promise.all(reading);
    },
  };
}

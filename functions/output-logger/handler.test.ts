import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { outputData } from '#core/event-data.ts';
import { topics } from '#core/event-catalog.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type LogRecord } from '#core/ports.ts';
import { type RunOutcome } from '#core/run/types.ts';
import { contextWith, kafkaEvent, openWorld, runOf, taskEvent, type World } from '../agent/fixtures/host.ts';
import { createHandler } from './handler.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld([]);
});
afterEach(() => world.close());

const recordOf = (event: BatonEvent, offset = 0): LogRecord => ({
  topic: topics.output,
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  ...encodeEvent(event),
});

const outputRecord = (outcome: RunOutcome, offset = 0): LogRecord =>
  recordOf(
    { id: 'a', source: '/baton/orchestrator', runid: runOf(1), ...outputData('shop', outcome) },
    offset,
  );

const handle = (...records: readonly LogRecord[]) =>
  createHandler({ log: world.embedded.log, logger: world.logger })(
    kafkaEvent(...records),
    contextWith(world),
  );

describe('the output logger', () => {
  it('logs run, workflow, status and a short result', async () => {
    await handle(outputRecord({ status: 'completed', outputs: { value: { total: 3 } } }));
    const [line] = world.logger.lines;
    assert.equal(line?.message, 'run ended');
    assert.deepEqual(line.fields, {
      run: runOf(1),
      workflow: 'shop',
      status: 'completed',
      outputs: { total: 3 },
    });
  });

  it('logs the size of a long result instead of the result', async () => {
    await handle(outputRecord({ status: 'completed', outputs: { value: 'x'.repeat(5000) } }));
    const fields = world.logger.lines[0]?.fields;
    assert.equal(fields?.['outputsBytes'], 5002);
    assert.equal(fields['outputs'], undefined);
  });

  it('logs why a run failed and who cancelled one', async () => {
    const failure = { code: 'AGENT_THREW', message: 'broken', retryable: false };
    await handle(
      outputRecord({ status: 'failed', failure, step: 'pay' }, 0),
      outputRecord({ status: 'cancelled', by: 'ann', reason: 'typo' }, 1),
    );
    const [failed, cancelled] = world.logger.lines.map(({ fields }) => fields);
    assert.deepEqual([failed?.['code'], failed?.['step'], cancelled?.['by']], ['AGENT_THREW', 'pay', 'ann']);
  });

  it('dead-letters what is no result, and logs the others of the batch', async () => {
    const poison = { ...outputRecord({ status: 'cancelled', by: 'x' }, 1), value: new Uint8Array([0xff]) };
    const answer = await handle(
      outputRecord({ status: 'cancelled', by: 'ann' }, 0),
      poison,
      recordOf(taskEvent(), 2),
      outputRecord({ status: 'cancelled', by: 'bob' }, 3),
    );
    assert.deepEqual(answer, { batchItemFailures: [] });
    assert.equal(world.logger.lines.filter(({ message }) => message === 'run ended').length, 2);
    assert.equal((await world.records(topics.deadLetter)).length, 2);
  });

  it('lets the batch come again where the dead letter cannot be stored', async () => {
    const poison = { ...outputRecord({ status: 'cancelled', by: 'x' }), value: null };
    const log = { publish: () => Promise.reject(new InfrastructureError('away')) };
    const handler = createHandler({ log, logger: world.logger });
    await assert.rejects(handler(kafkaEvent(poison), contextWith(world)), InfrastructureError);
  });
});

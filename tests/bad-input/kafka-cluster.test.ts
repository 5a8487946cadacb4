/** Letter K, what a cluster does: bombs of compressed records, rights that are missing, brokers that are not there. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { addCodecs } from '#adapters/kafka/compression.ts';
import { kafkaError } from '#adapters/kafka/kafka-error.ts';
import { openKafka } from '#adapters/kafka/open.ts';
import { silent } from '#tests/engine/engine.ts';
import { freePorts } from '../../scripts/services/ports.ts';
import { assertThrown } from './error-contract.ts';
import { row } from './rows.ts';

const attempt = { action: 'read workflow.request', brokers: ['b1:9092'], topic: 'workflow.request' };

describe('bad clusters', () => {
  const bomb = Buffer.alloc(65 * 1024 * 1024);
  const { GZIP, ZSTD } = kafkajs.CompressionTypes;
  for (const [name, type, packed] of [
    ['gzip', GZIP, gzipSync(bomb)],
    ['zstd', ZSTD, zstdCompressSync(bomb)],
  ] as const)
    row('K04', `${packed.byteLength} bytes of ${name} that hold 65 MiB are KAFKA_DECOMPRESS_LIMIT`, async () => {
      addCodecs();
      const codec = kafkajs.CompressionCodecs[type] as () => { decompress: (bytes: Buffer) => Promise<Buffer> };
      const failed: unknown = await codec().decompress(packed).catch((error: unknown) => error);
      const message = assertThrown(kafkaError(failed, attempt), 'KAFKA_DECOMPRESS_LIMIT');
      assert.match(message, /64 MiB[^]*workflow\.request|workflow\.request[^]*64 MiB/);
      const small = await codec().decompress(name === 'gzip' ? gzipSync('x') : zstdCompressSync('x'));
      assert.equal(small.toString(), 'x', 'what is within the bounds is read');
    }); // prettier-ignore

  for (const type of ['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'])
    row('K07', `${type} is KAFKA_FORBIDDEN with what was tried, where, and how it is granted`, () => {
      const refused = Object.assign(new Error('Not authorized'), { name: 'KafkaJSProtocolError', type });
      const message = assertThrown(kafkaError(refused, attempt), 'KAFKA_FORBIDDEN');
      for (const part of ['read workflow.request', 'b1:9092', type, 'ACL']) assert.ok(message.includes(part), message); // prettier-ignore
    });

  row('K08', 'a broker that is not there is KAFKA_UNREACHABLE with its address, and is tried again', async () => {
    const { none = 0 } = await freePorts(['none']);
    const address = `127.0.0.1:${none}`;
    const kafka = openKafka({ brokers: [address], clientId: 'test', security: { type: 'plaintext' }, logger: silent });
    try {
      await assert.rejects(kafka.log.topics(), (error) => {
        const message = assertThrown(error, 'KAFKA_UNREACHABLE');
        assert.ok(message.includes(address), message);
        assert.match(message, /tried again/);
        return true;
      });
    } finally {
      await kafka.close();
    }
  }); // prettier-ignore
});

/** Where nobody listens any more. */

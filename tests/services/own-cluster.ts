/**
 * Two Kafka brokers of a test's own, each with every partition, and a controller beside them: either broker may be
 * killed, and the other one leads.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { until } from '#tests/contract/contract-suite.ts';
import { freePorts } from '../../scripts/services/ports.ts';
import { kafkaProcess, type KafkaProcess } from './kafka-process.ts';

export interface Cluster {
  /** Both brokers, comma-separated. */
  readonly bootstrapServers: string;
  /** The broker that leads more partitions than the other. */
  leader(): Promise<KafkaProcess>;
  /** Resolves once both brokers have every record of every partition. */
  inSync(): Promise<void>;
  close(): Promise<void>;
}

const patienceMs = 90_000;
const ids = [1, 2] as const;

export async function ownCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-cluster-'));
  const ports = await freePorts(['broker-1', 'broker-2', 'controller']);
  const at = (name: string): string => `127.0.0.1:${ports[name] ?? 0}`;
  const addresses = ids.map((id) => at(`broker-${id}`));
  const shared = {
    controller: at('controller'),
    replicas: ids.length,
    // Who is dead is to be found out in seconds.
    more: { 'broker.session.timeout.ms': 4_000, 'broker.heartbeat.interval.ms': 500 },
  };
  const cluster = randomBytes(16).toString('base64url');
  const controller = kafkaProcess({
    folder,
    cluster,
    node: { ...shared, id: 3, roles: ['controller'], clients: {} },
  });
  const brokers = ids.map((id, index) => {
    const clients = { PLAINTEXT: addresses[index] ?? '' };
    return kafkaProcess({ folder, cluster, node: { ...shared, id, roles: ['broker'], clients } });
  });
  await controller.start();
  await Promise.all(brokers.map((broker) => broker.start()));

  return {
    bootstrapServers: addresses.join(','),
    async leader() {
      const led = (await partitions(addresses)).map(({ leader }) => leader);
      const [first, second] = ids.map((id) => led.filter((one) => one === id).length);
      const found = brokers[(second ?? 0) > (first ?? 0) ? 1 : 0];
      assert.ok(found);
      return found;
    },
    inSync: () =>
      until(
        async () => (await partitions(addresses)).every(({ isr }) => isr.length === ids.length),
        () => 'the brokers did not come to have the same records',
        patienceMs,
      ),
    async close() {
      await Promise.all([...brokers, controller].map((node) => node.stop('SIGKILL')));
      rmSync(folder, { recursive: true });
    },
  };
}

/** Of every topic, Kafka's own included. */
async function partitions(brokers: readonly string[]) {
  const admin: Admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata();
    return topics.flatMap((topic) => topic.partitions);
  } finally {
    await admin.disconnect();
  }
}

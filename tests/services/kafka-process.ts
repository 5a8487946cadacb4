/** A Kafka node as a process of a test's own, which it may stop, kill and start again. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { until } from '#tests/contract/contract-suite.ts';
import { kafkaProperties, type KafkaNode } from '../../scripts/services/kafka-properties.ts';
import { jars } from './jars.ts';

export interface KafkaProcess {
  /** Resolves once it serves; with the data and ports it had before. A mere controller is not waited for. */
  start(): Promise<void>;
  /** Resolves once the process is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface KafkaProcessOptions {
  /** Of the test; each node has its files in it. */
  readonly folder: string;
  /** The id of the cluster. */
  readonly cluster: string;
  readonly node: Omit<KafkaNode, 'data'>;
  /** For what formats its data, beside what every node needs. */
  readonly format?: readonly string[];
}

export function kafkaProcess(options: KafkaProcessOptions): KafkaProcess {
  const { folder, node, cluster, format = [] } = options;
  const file = (name: string): string => join(folder, `${node.id}-${name}`);
  const config = file('server.properties');
  writeFileSync(config, kafkaProperties({ ...node, data: file('data') }));
  const first = node.roles.includes('controller') ? '--standalone' : '--no-initial-controllers';
  const tool = ['-cp', `${jars()}/*`, 'kafka.tools.StorageTool', 'format', first, '-t', cluster];
  execFileSync('java', [...tool, '-c', config, ...format], { stdio: 'pipe' });
  const address = node.clients.PLAINTEXT;

  let running: ChildProcess | undefined;
  return {
    async start() {
      const log = openSync(file('broker.log'), 'a');
      const jvm = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', `${jars()}/*`];
      running = spawn('java', [...jvm, 'kafka.Kafka', config], { stdio: ['ignore', log, log] });
      if (address === undefined) return;
      await until(
        () => serves(address, node.id),
        () => `node ${node.id} did not start: ${readFileSync(file('broker.log'), 'utf8').slice(-2_000)}`,
        90_000,
      );
    },
    async stop(signal) {
      const stopped = running;
      running = undefined;
      if (stopped === undefined || stopped.exitCode !== null) return;
      const gone = once(stopped, 'exit');
      stopped.kill(signal);
      await gone;
    },
  };
}

async function serves(address: string, id: number): Promise<boolean> {
  const quiet = { logLevel: logLevel.NOTHING, connectionTimeout: 1_000, retry: { retries: 0 } };
  const admin = new Kafka({ brokers: [address], ...quiet }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.some(({ nodeId }) => nodeId === id);
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** Apache Kafka, one broker that is its own controller (KRaft): the real thing, from its published jars. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaProperties } from './kafka-properties.ts';
import { portOf, type Service } from './service.ts';
import { type Ports } from './state.ts';
import { perform, tools } from './tools.ts';

const pom = join(import.meta.dirname, 'kafka', 'pom.xml');
const address = (ports: Ports, name: string): string => `127.0.0.1:${portOf(ports, name)}`;

export const kafka: Service = {
  name: 'kafka',
  title: 'Apache Kafka 4.1.1',
  recipe: [pom],
  buildTools: [tools.maven, tools.java],
  runTools: [tools.java],
  ports: ['broker', 'controller'],

  async install(into, log) {
    copyFileSync(pom, join(into, 'pom.xml'));
    await perform({
      command: 'mvn',
      args: ['--batch-mode', '--quiet', 'dependency:copy-dependencies', '-DoutputDirectory=libs'],
      cwd: into,
      log,
    });
  },

  async prepare({ installed, data, ports, log }) {
    const config = join(data, 'server.properties');
    const cwd = installed;
    const node = {
      id: 1,
      roles: ['broker', 'controller'],
      data: join(data, 'log'),
      clients: { PLAINTEXT: address(ports, 'broker') },
      controller: address(ports, 'controller'),
      replicas: 1,
    } as const;
    writeFileSync(config, kafkaProperties(node));
    // Kafka refuses a folder without its mark; a kept one has it.
    if (!existsSync(join(data, 'log', 'meta.properties'))) {
      const cluster = randomBytes(16).toString('base64url');
      const args = ['-cp', 'libs/*', 'kafka.tools.StorageTool', 'format'];
      await perform({
        command: 'java',
        args: [...args, '--standalone', '-t', cluster, '-c', config],
        cwd,
        log,
      });
    }
    const jvm = ['-Xms256m', '-Xmx1g', '-XX:+UseG1GC', '-Djava.awt.headless=true'];
    const logging = '-Dorg.slf4j.simpleLogger.showDateTime=true';
    return { command: 'java', args: [...jvm, logging, '-cp', 'libs/*', 'kafka.Kafka', config], cwd };
  },

  /** Registered, and able to answer consumer groups: the first question makes Kafka create the topic of their offsets. */
  async ask(ports) {
    const client = new Kafka({
      brokers: [address(ports, 'broker')],
      connectionTimeout: 1000,
      retry: { retries: 0 },
      logLevel: logLevel.NOTHING,
    }).admin();
    try {
      await client.connect();
      const { brokers } = await client.describeCluster();
      if (brokers.length === 0) throw new Error('no broker is registered yet');
      await client.fetchOffsets({ groupId: 'services' });
    } finally {
      await client.disconnect();
    }
  },

  env: (ports) => ({ KAFKA_BOOTSTRAP_SERVERS: address(ports, 'broker') }),
};

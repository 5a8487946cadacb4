/** Brokers that are not there, go away and come back, and those that want credentials. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type KafkaLog, type KafkaOptions, openKafka } from '#adapters/kafka/open.ts';
import { InfrastructureError } from '#core/failure.ts';
import { infrastructureProblem, until } from '#tests/contract/contract-suite.ts';
import { commitAll, outgoing, patienceMs, receive, textOf } from '#tests/contract/log-subject.ts';
import { unique } from '#tests/contract/samples.ts';
import { freePorts } from '../../scripts/services/ports.ts';
import { optionsOf } from './kafka-subject.ts';
import { type Broker, ownBroker } from './own-broker.ts';

async function using(
  options: Partial<KafkaOptions>,
  work: (kafka: KafkaLog) => Promise<void>,
): Promise<void> {
  const kafka = openKafka(optionsOf(options));
  try {
    await work(kafka);
  } finally {
    await kafka.close();
  }
}

const warnings: string[] = [];
process.on('warning', ({ name, message }) => void warnings.push(`${name}: ${message}`));
after(() => assert.deepEqual(warnings, []));

test('where no broker listens every call says so, with the address and the reason', async () => {
  const { none = 0 } = await freePorts(['none']);
  const address = `127.0.0.1:${none}`;
  const refused = infrastructureProblem(
    /KAFKA_UNREACHABLE/,
    address,
    'ECONNREFUSED',
    'KAFKA_BOOTSTRAP_SERVERS',
  );
  await using({ brokers: [address] }, async ({ log }) => {
    await assert.rejects(log.publish([outgoing('t', 'k', 'v')]), refused);
    await assert.rejects(log.consumer({ topic: 't', group: 'g' }), refused);
    await assert.rejects(log.topics(), refused);
    await assert.rejects(log.createTopics([{ name: 't', partitions: 1 }]), refused);
    await assert.rejects(async () => {
      for await (const _record of log.read({ topic: 't', from: 'beginning', follow: false })) break;
    }, refused);
  });
});

test('a closed log is refused, and opening one does nothing', async () => {
  const kafka = openKafka(optionsOf({ brokers: ['127.0.0.1:1'] }));
  await kafka.close();
  await assert.rejects(kafka.log.topics(), infrastructureProblem(/LOG_CLOSED/, '127.0.0.1:1'));
});

describe('a broker of its own', () => {
  let broker: Broker;
  before(async () => {
    broker = await ownBroker();
    await broker.start();
  });
  after(() => broker.close());

  test('after it was killed and started again the same log goes on: nothing is lost, nothing comes twice', async () => {
    await using({ brokers: [broker.plaintext], sessionTimeoutMs: 6_000 }, async ({ log }) => {
      const [topic, group] = [unique('outage'), unique('group')];
      await log.createTopics([{ name: topic, partitions: 2 }]);
      const consumer = await log.consumer({ topic, group });
      await using follower = follow(log, topic);
      await log.publish([outgoing(topic, 'a', '1'), outgoing(topic, 'b', '2')]);
      const first = await receive(consumer, 2);
      await follower.until(2);
      await commitAll(consumer, first.slice(0, 1));
      await broker.stop('SIGKILL');

      const gone = infrastructureProblem(/KAFKA_UNREACHABLE/, broker.plaintext);
      await assert.rejects(log.publish([outgoing(topic, 'a', 'lost')]), gone);
      await untilPollFails(consumer);
      await assert.rejects(commitAll(consumer, first), InfrastructureError);

      await broker.start();
      await untilPublished(() => log.publish([outgoing(topic, 'a', '3'), outgoing(topic, 'b', '4')]));
      const seen: string[] = [];
      const problems: string[] = [];
      await until(
        async () => {
          const records = await consumer.poll({ maxRecords: 10, maxWaitMs: 500 }).catch((error: unknown) => {
            problems.push(String(error));
            return [];
          });
          seen.push(...records.map(textOf));
          return new Set(seen).size >= 2;
        },
        () => `after the restart came '${seen.join()}' and ${problems.join('; ')}`,
        // The session of the lost membership has to pass, after the broker has found its groups again.
        2 * patienceMs,
      );
      // A publish whose answer was lost may be in the log twice; what was handed out before may not come again.
      assert.deepEqual([...new Set(seen)].sort(), ['3', '4']);
      await commitAll(consumer, first);
      await follower.until(4);
      await consumer.close();
    });
  });

  test('a connection that the broker closed for being idle is made anew, and nobody hears of it', async () => {
    await using({ brokers: [broker.plaintext] }, async ({ log }) => {
      const topic = unique('idle');
      await log.createTopics([{ name: topic, partitions: 1 }]);
      await log.publish([outgoing(topic, 'a', 'before')]);
      const sockets = () =>
        process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
      assert.ok(sockets() > 0);
      await until(
        () => sockets() === 0,
        () => `${sockets()} connections are still open`,
        patienceMs,
      );
      await log.publish([outgoing(topic, 'a', 'after')]);
      const texts: string[] = [];
      for await (const record of log.read({ topic, from: 'beginning', follow: false }))
        texts.push(textOf(record));
      assert.deepEqual(texts, ['before', 'after']);
    });
  });

  test('TLS is spoken where the authority is known, and refused with its reason where it is not', async () => {
    const { caFile } = broker;
    await using({ brokers: [broker.tls], security: { type: 'tls', caFile } }, roundTrip);
    const ca = readFileSync(caFile, 'utf8');
    await using({ brokers: [broker.tls], security: { type: 'tls', ca } }, roundTrip);
    await using({ brokers: [broker.tls], security: { type: 'tls' } }, async ({ log }) => {
      await assert.rejects(log.topics(), infrastructureProblem(/KAFKA_TLS/, broker.tls));
    });
    const none = { type: 'tls', caFile: '/nowhere/ca.pem' } as const;
    await using({ brokers: [broker.tls], security: none }, async ({ log }) => {
      await assert.rejects(log.topics(), infrastructureProblem(/KAFKA_CA_FILE/, none.caFile));
    });
  });

  test('SCRAM takes the right password, and a wrong one is said without being shown', async () => {
    const { caFile, user: username, password, scram } = broker;
    const security = {
      type: 'scram',
      mechanism: 'scram-sha-512',
      username,
      password,
      tls: true,
      caFile,
    } as const;
    await using({ brokers: [scram], security }, roundTrip);
    const wrong = { ...security, password: 'guessed-wrongly' };
    await using({ brokers: [scram], security: wrong }, async ({ log }) => {
      for (const call of [() => log.topics(), () => log.publish([outgoing('t', 'k', 'v')])])
        await assert.rejects(call, (error: Error) => {
          assert.ok(!error.message.includes(wrong.password));
          return infrastructureProblem(/KAFKA_AUTH/, scram)(error);
        });
    });
  });
});

async function roundTrip({ log }: KafkaLog): Promise<void> {
  const topic = unique('secure');
  await log.createTopics([{ name: topic, partitions: 1 }]);
  await log.publish([outgoing(topic, 'a', 'hello')]);
  const consumer = await log.consumer({ topic, group: unique('group') });
  assert.deepEqual((await receive(consumer, 1)).map(textOf), ['hello']);
  await consumer.close();
  for await (const record of log.read({ topic, from: 'beginning', follow: false }))
    assert.equal(textOf(record), 'hello');
}

/** Somebody who looks on while the broker comes and goes. */
function follow(log: KafkaLog['log'], topic: string) {
  const stopping = new AbortController();
  const seen = new Set<string>();
  const reading = (async () => {
    for await (const record of log.read({ topic, from: 'beginning', follow: true, signal: stopping.signal }))
      seen.add(textOf(record));
  })();
  return {
    until: (count: number) =>
      until(
        () => seen.size >= count,
        () => `the follower saw ${[...seen].join()}`,
        patienceMs,
      ),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await reading;
    },
  };
}

type Consumer = Awaited<ReturnType<KafkaLog['log']['consumer']>>;

async function untilPollFails(consumer: Consumer): Promise<void> {
  await until(
    async () => {
      try {
        await consumer.poll({ maxRecords: 10, maxWaitMs: 500 });
        return false;
      } catch (error) {
        assert.ok(error instanceof InfrastructureError, String(error));
        return true;
      }
    },
    () => 'polls went on although the broker is gone',
    patienceMs,
  );
}

async function untilPublished(publish: () => Promise<void>): Promise<void> {
  await until(
    () =>
      publish().then(
        () => true,
        (error: unknown) => {
          assert.ok(error instanceof InfrastructureError, String(error));
          return false;
        },
      ),
    () => 'nothing could be published after the broker was back',
    patienceMs,
  );
}

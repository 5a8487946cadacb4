/** The kafkajs client: addresses, security, patience and its log lines. */
import { readFileSync } from 'node:fs';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ISocketFactory, Kafka, type KafkaConfig, type logCreator, logLevel } from 'kafkajs';
import { type Logger } from '#core/ports.ts';
import { refusal } from '#core/refusal.ts';
import { addCodecs } from './compression.ts';
import { mendIdleWakeUps } from './idle-wake-ups.ts';
import { type KafkaAuthority, type KafkaOptions, type KafkaSecurity } from './options.ts';
import { mendFetches } from './paced-fetches.ts';
import { mendStoppedFetches } from './stopped-fetches.ts';

/** kafkajs gives a broker one second, which a TLS handshake over some distance does not always take. */
const connectionTimeout = 5_000;

/** Throws `InfrastructureError` where the file of certificates cannot be read. Does no other I/O. */
export function createClient(options: KafkaOptions): Kafka {
  mendIdleWakeUps();
  mendFetches();
  mendStoppedFetches();
  addCodecs();
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    // Every configured broker has its turn; then the caller hears of it and decides.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: Math.max(3, options.brokers.length) },
    socketFactory,
    logLevel: logLevel.INFO,
    logCreator: toLogger(options.logger),
    ...securityOf(options.security),
  });
}

/** As kafkajs's own, but small requests are not held back for company. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const byName = isIP(host) === 0 ? { servername: host } : {};
  const socket =
    (ssl as object | undefined) === undefined || (ssl as object | null) === null
      ? connect({ host, port }, onConnect)
      : connectTls({ host, port, ...byName, ...ssl }, onConnect);
  socket.setKeepAlive(true, 60_000);
  socket.setNoDelay(true);
  // kafkajs ends a dead connection again with every attempt, and each time a listener would stay.
  const unref = socket.unref.bind(socket);
  socket.unref = () => (socket.destroyed ? socket : unref());
  return socket;
};

function securityOf(security: KafkaSecurity): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  switch (security.type) {
    case 'plaintext':
      return {};
    case 'tls':
      return { ssl: tlsOf(security) };
    case 'scram': {
      const { mechanism, username, password, tls } = security;
      const credentials = { username, password };
      const sasl: KafkaConfig['sasl'] =
        mechanism === 'scram-sha-256' ? { mechanism, ...credentials } : { mechanism, ...credentials };
      return { sasl, ...(tls && { ssl: tlsOf(security) }) };
    }
    case 'msk-iam':
      return {
        ssl: true,
        sasl: {
          mechanism: 'oauthbearer',
          oauthBearerProvider: async () => {
            const { signIamToken } = await import('./iam-token.ts');
            return { value: await signIamToken(security.region) };
          },
        },
      };
  }
}

function tlsOf({ caFile, ca }: KafkaAuthority): NonNullable<KafkaConfig['ssl']> {
  if (caFile === undefined) return ca === undefined ? true : { ca };
  try {
    return { ca: readFileSync(caFile, 'utf8') };
  } catch (cause) {
    throw refusal(
      {
        code: 'KAFKA_CA_FILE',
        what: 'the certificates of the cluster cannot be read',
        got: caFile,
        expected: 'a readable file of certificates in PEM',
        fix: 'correct the path, or its permissions',
      },
      cause,
    );
  }
}

const outOfRange = 'Offset out of range, resetting to default offset';

/** What kafkajs says becomes a field of a line with a constant message. Failed connections are what calls report. */
function toLogger(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _, logger: __, stack: ___, ...fields } = log;
      if (message === outOfRange) {
        logger.warn(
          fields,
          'records expired before this group read them; it goes on at the oldest that is kept',
        );
        return;
      }
      const said = { client: namespace, said: message, ...fields };
      if (level > logLevel.WARN || /connect/i.test(message)) logger.debug(said, 'the Kafka client says');
      else logger.warn(said, 'the Kafka client has a problem');
    };
}

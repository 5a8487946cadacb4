/** Codes of the adapter for Kafka: meaning, example and what to do. */
import { type FullGuide } from './guide.ts';

export const kafkaGuide: Readonly<Record<string, FullGuide>> = {
  KAFKA_UNREACHABLE: ['no broker answers', 'a broker that is not started', 'start it, or correct `KAFKA_BOOTSTRAP_SERVERS`; the work is tried again'],
  KAFKA_AUTH: ['the cluster refused the credentials', 'a wrong password', 'correct the settings of the connection'],
  KAFKA_TLS: ['no trusted connection could be made', 'an authority that this machine does not know', 'name the file of its certificates, or correct the address'],
  KAFKA_CA_FILE: ['the file of certificates cannot be read', 'a path that is not there', 'correct it'],
  KAFKA_FORBIDDEN: ['the user may not do this on the cluster', 'a topic without an ACL for it', 'grant what the message names'],
  KAFKA_REPLICAS: ['too few brokers are up for the copies of a topic', 'three copies on one broker', 'bring the brokers back, or ask for fewer copies'],
  KAFKA_COMPRESSION: ['a producer used a compression that is not read', 'snappy, on a topic somebody else made', 'set `compression.type=uncompressed` on the topic'],
  KAFKA_DECOMPRESS_LIMIT: ['compressed records are too large unpacked', 'a megabyte of gzip that holds a gigabyte', 'set `compression.type=uncompressed` on the topic, and move the group past them'],
  KAFKA_FAILED: ['Kafka failed otherwise', 'a broker without disk', 'look at its logs; the work is tried again'],
  LOG_CLOSED: ['the log was used after it was closed', 'a bug', 'please report it'],
}; // prettier-ignore

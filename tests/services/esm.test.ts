/** The local invoker over real Kafka, held to what AWS documents. What only Kafka does: invoker.test.ts. */
import { testEsmConformance } from '#tests/esm/esm.conformance.ts';
import { openKafkaSubject } from './kafka-subject.ts';

testEsmConformance('event source mapping, Kafka', async () => openKafkaSubject());

/** The log on real Kafka: the contract of every log. What only Kafka does: kafka-*.test.ts beside this file. */
import { testLogConsumer } from '#tests/contract/log-consumer.contract.ts';
import { testLog } from '#tests/contract/log.contract.ts';
import { openKafkaSubject } from './kafka-subject.ts';

const open = async () => openKafkaSubject();

testLog('log on Kafka', open);
testLogConsumer('consumer on Kafka', open);

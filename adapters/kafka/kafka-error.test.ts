import assert from 'node:assert/strict';
import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { InfrastructureError } from '#core/failure.ts';
import { codeOf, isSettling, kafkaError, noBrokerAnswered } from './kafka-error.ts';

const attempt = { action: 'publish to orders', brokers: ['b1:9092', 'b2:9092'], topic: 'orders' };
const protocol = (type: string) =>
  Object.assign(new Error(`the broker says ${type}`), { name: 'KafkaJSProtocolError', type, code: 1 });
const named = (name: string, message = 'no') => Object.assign(new Error(message), { name });

test('what the broker answered decides the code, however deep it is wrapped', () => {
  const expected: readonly (readonly [type: string, code: string])[] = [
    ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_MISSING'],
    ['TOPIC_AUTHORIZATION_FAILED', 'KAFKA_FORBIDDEN'],
    ['GROUP_AUTHORIZATION_FAILED', 'KAFKA_FORBIDDEN'],
    ['MESSAGE_TOO_LARGE', 'PAYLOAD_TOO_LARGE'],
    ['NOT_ENOUGH_REPLICAS', 'KAFKA_REPLICAS'],
    ['SASL_AUTHENTICATION_FAILED', 'KAFKA_AUTH'],
    ['UNKNOWN_SERVER_ERROR', 'KAFKA_FAILED'],
  ];
  for (const [type, code] of expected) {
    const wrapped = new Error('retries exceeded', { cause: new Error('again', { cause: protocol(type) }) });
    const error = kafkaError(wrapped, attempt);
    assert.equal(codeOf(error), code);
    assert.match(error.message, /Got: .*\(could not publish to orders\)\. Expected: .+\. Fix: .+\.$/);
    assert.equal(error.cause, wrapped);
  }
});

test('a right that is missing names the action, the topic and the cluster', () => {
  const { message } = kafkaError(protocol('TOPIC_AUTHORIZATION_FAILED'), attempt);
  for (const part of ['publish to orders', 'b1:9092,b2:9092', 'TOPIC_AUTHORIZATION_FAILED'])
    assert.ok(message.includes(part), message);
});

test('a connection that failed names its broker; without one, all that are configured', () => {
  const { KafkaJSConnectionError } = kafkajs;
  const refused = new KafkaJSConnectionError('Connection error', { broker: 'b2:9092', code: 'ECONNREFUSED' });
  assert.match(kafkaError(refused, attempt).message, /^KAFKA_UNREACHABLE: .*Got: b2:9092 \(ECONNREFUSED\)/);
  const timeout = new KafkaJSConnectionError('Connection timeout', { broker: 'b2:9092' });
  assert.match(kafkaError(timeout, attempt).message, /Got: b2:9092 \(Connection timeout\)/);
  const untrusted = new KafkaJSConnectionError('x', { broker: 'b1:9092', code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  assert.equal(codeOf(kafkaError(untrusted, attempt)), 'KAFKA_TLS');
  for (const nobody of [named('KafkaJSBrokerNotFound'), new Error(noBrokerAnswered)])
    assert.match(kafkaError(nobody, attempt).message, /^KAFKA_UNREACHABLE: .*b1:9092,b2:9092/);
  const denied = named('KafkaJSSASLAuthenticationError');
  assert.equal(codeOf(kafkaError(denied, attempt)), 'KAFKA_AUTH');
});

test('records that cannot be unpacked say so', () => {
  const snappy = named('KafkaJSNotImplemented', 'Snappy compression not implemented');
  assert.equal(codeOf(kafkaError(snappy, attempt)), 'KAFKA_COMPRESSION');
  const bomb = Object.assign(new RangeError('too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
  assert.equal(codeOf(kafkaError(bomb, attempt)), 'KAFKA_DECOMPRESS_LIMIT');
});

test('an infrastructure error stays as it is, and what is no error becomes one', () => {
  const already = new InfrastructureError('X: y');
  assert.equal(kafkaError(already, attempt), already);
  assert.equal(codeOf(kafkaError('text', attempt)), 'KAFKA_FAILED');
});

test('a broker that is still finding its groups is told from one that refuses', () => {
  const wrapped = new Error('retries exceeded', { cause: protocol('GROUP_LOAD_IN_PROGRESS') });
  assert.equal(isSettling(wrapped), true);
  assert.equal(isSettling(protocol('GROUP_AUTHORIZATION_FAILED')), false);
});

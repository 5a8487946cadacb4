/** Composition root of what a deployment asks of its Kafka cluster. */
import { brokersOf } from '#adapters/aws/msk-brokers.ts';
import { createHandler } from './handler.ts';

export const create = () =>
  createHandler({ brokersOf, createTopics: () => Promise.reject(new Error('topics are resources here')) });

export const handler = create();

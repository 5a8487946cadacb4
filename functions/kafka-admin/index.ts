/** Composition root of what a deployment asks of its Kafka cluster. */
import { brokersOf, createTopicsByIam } from '#adapters/aws/msk.ts';
import { createHandler } from './handler.ts';

export const create = () => createHandler({ brokersOf, createTopics: createTopicsByIam });

export const handler = create();

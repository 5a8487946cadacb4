/** Composition root of what a deployment asks of its Kafka cluster. */
import { brokersOf, bringTopicsByIam } from '#adapters/aws/msk.ts';
import { createHandler } from './handler.ts';

export const create = () => createHandler({ brokersOf, bringTopics: bringTopicsByIam });

export const handler = create();

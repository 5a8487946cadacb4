/** What a topic may be on Kafka, and so in every log. */
import { refusal } from './refusal.ts';

export interface TopicShape {
  readonly name: string;
  readonly partitions: number;
}

const namePattern = /^[A-Za-z0-9._-]{1,249}$/;

/** Throws `InfrastructureError` (`TOPIC_NAME`, `TOPIC_PARTITIONS`). */
export function checkTopicShape({ name, partitions }: TopicShape): void {
  if (!namePattern.test(name))
    throw refusal({
      code: 'TOPIC_NAME',
      what: 'a topic cannot have this name',
      got: JSON.stringify(name.slice(0, 80)),
      expected: '1 to 249 letters, digits, dots, underscores and hyphens, as on Kafka',
      fix: 'choose such a name',
    });
  if (!Number.isInteger(partitions) || partitions < 1)
    throw refusal({
      code: 'TOPIC_PARTITIONS',
      what: `the topic ${name} cannot have this number of partitions`,
      got: String(partitions),
      expected: 'a whole number from 1',
      fix: 'give such a number',
    });
}

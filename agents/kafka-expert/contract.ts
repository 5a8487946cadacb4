/** What kafka-expert takes, asks its model and gives back. */
import * as z from 'zod';
import { type ApplicationDesign, applicationDesign } from '../application-design.ts';

export const input = z.strictObject({ design: applicationDesign });

const hours = z
  .int()
  .min(-1)
  .max(24 * 366)
  .describe('-1 keeps records for ever');
const reasons = z.array(z.string().min(1).max(400)).min(1).max(6);

const topicPlan = z.strictObject({
  event: z.string().describe('name of the event; the topic has the same name'),
  partitions: z.int().min(1).max(200),
  replicationFactor: z.union([z.literal(2), z.literal(3)]),
  retentionHours: hours,
  cleanupPolicy: z.enum(['delete', 'compact', 'compact,delete']),
  key: z.string().describe('the field of the event that keys its records'),
  reasons,
});

/** The judgement that is asked of the model. Schemas and consumer groups follow from the design by code. */
export const layoutPlan = z.strictObject({
  topics: z.array(topicPlan).max(40),
  advice: z.array(z.string().min(1).max(400)).max(12),
});
export type LayoutPlan = z.infer<typeof layoutPlan>;

const valueSchema = z.strictObject({
  $schema: z.literal('https://json-schema.org/draft/2020-12/schema'),
  title: z.string(),
  type: z.literal('object'),
  properties: z.record(z.string(), z.strictObject({ type: z.string(), format: z.string().optional() })),
  required: z.array(z.string()),
  additionalProperties: z.boolean(),
});

export const output = z.strictObject({
  topics: z.array(
    z.strictObject({
      ...topicPlan.shape,
      topic: z.string(),
      producer: z.string(),
      minInsyncReplicas: z.int(),
      /** Topic settings as Kafka names them. */
      config: z.record(z.string(), z.string()),
      valueSchema,
      consumerGroups: z.array(z.strictObject({ group: z.string(), service: z.string() })),
    }),
  ),
  advice: z.array(z.string()),
});
export type Layout = z.infer<typeof output>;

/** A topic for each event, once, keyed by one of its required fields. */
export function layoutProblems({ events }: ApplicationDesign, { topics }: LayoutPlan): readonly string[] {
  const names = events.map(({ name }) => name);
  return [
    ...names.flatMap((name) => {
      const count = topics.filter(({ event }) => event === name).length;
      return count === 1 ? [] : [`event '${name}' has ${count} topics: expected exactly one`];
    }),
    ...topics.flatMap(({ event, key }) => {
      const declared = events.find(({ name }) => name === event);
      if (declared === undefined)
        return [`topic for '${event}', which is no event of the design: expected one of ${names.join(', ')}`];
      const keys = declared.fields.filter(({ required }) => required).map(({ name }) => name);
      return keys.includes(key)
        ? []
        : [`event '${event}' is keyed by '${key}': expected one of its required fields ${keys.join(', ')}`];
    }),
  ];
}

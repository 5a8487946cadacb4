/** A design and the plan for it as a topic layout: settings, schemas and groups follow from both. */
import {
  type ApplicationDesign,
  consumerGroupOf,
  type DesignEvent,
  type Service,
} from '../application-design.ts';
import { type Layout, type LayoutPlan } from './contract.ts';

const hour = 3_600_000;
const types = {
  string: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  timestamp: { type: 'string', format: 'date-time' },
} as const;

/** Topics in the order of the design's events. `plan` has been checked: events it does not name are left out. */
export function layoutOf({ events, services }: ApplicationDesign, plan: LayoutPlan): Layout {
  return {
    topics: events.flatMap((event) =>
      plan.topics
        .filter((planned) => planned.event === event.name)
        .map((planned) => topicOf(event, planned, services)),
    ),
    advice: plan.advice,
  };
}

function topicOf(
  event: DesignEvent,
  planned: LayoutPlan['topics'][number],
  services: readonly Service[],
): Layout['topics'][number] {
  const minInsyncReplicas = planned.replicationFactor - 1;
  return {
    ...planned,
    topic: event.name,
    producer: event.producer,
    minInsyncReplicas,
    config: {
      'cleanup.policy': planned.cleanupPolicy,
      'retention.ms': planned.retentionHours < 0 ? '-1' : String(planned.retentionHours * hour),
      'min.insync.replicas': String(minInsyncReplicas),
    },
    valueSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: event.name,
      type: 'object',
      properties: Object.fromEntries(event.fields.map(({ name, type }) => [name, types[type]])),
      required: event.fields.filter(({ required }) => required).map(({ name }) => name),
      // A consumer of today must take the fields of tomorrow.
      additionalProperties: true,
    },
    consumerGroups: event.consumers.flatMap((consumer) =>
      services
        .filter(({ name }) => name === consumer)
        .map((service) => ({ group: consumerGroupOf(service, event), service: consumer })),
    ),
  };
}

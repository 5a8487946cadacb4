/** The scripted layout: partitions, retention and reasons by fixed rules over the events. */
import { type ApplicationDesign, type DesignEvent } from '../application-design.ts';
import { type LayoutPlan } from './contract.ts';

const frequent = /\b(?:recorded|updated|posted|moved|located|measured|cast)$/;
const state = /\b(?:changed|updated)$/;
const money = /\b(?:payment|transfer|order|invoice|auction)\b/;

export function scriptedLayout({ events, messaging }: ApplicationDesign): LayoutPlan {
  return {
    topics: events.map(topicFor),
    advice: [
      ...(messaging === 'none'
        ? ['The design needs no messaging: no topic is laid out.']
        : ['Produce with acks=all and idempotence; consumers remember the ids they have handled.']),
      'Laid out by fixed rules, without a language model: compare with measured rates before creating topics.',
    ],
  };
}

function topicFor({ name, key, fields, consumers, why }: DesignEvent): LayoutPlan['topics'][number] {
  const isFrequent = frequent.test(name);
  const isState = state.test(name);
  const isMoney = money.test(name) || fields.some(({ name: field }) => /^(?:amount|total|fare)$/.test(field));
  const partitions = isFrequent ? 24 : consumers.length > 3 ? 12 : 6;
  const retentionHours = isMoney ? 24 * 30 : isFrequent ? 24 * 3 : 24 * 7;
  const groups = consumers.length === 1 ? 'one group' : `${consumers.length} groups`;
  return {
    event: name,
    partitions,
    replicationFactor: 3,
    retentionHours,
    cleanupPolicy: isState ? 'compact,delete' : 'delete',
    key,
    reasons: [
      why.slice(0, 400).toWellFormed(),
      `${key} keeps everything about one of them in order while others go on in parallel.`,
      `${partitions} partitions for ${groups}${isFrequent ? ' and a high rate' : ''}: the count cannot be lowered later.`,
      `${retentionHours / 24} days ${isMoney ? 'cover a month of questions about money' : 'outlast a long weekend of outage'}${isState ? '; compaction keeps the latest of each key until then' : ''}.`,
    ],
  };
}

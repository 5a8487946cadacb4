/**
 * Brings topics that are there to what is wanted: more partitions, other settings.
 * TC1. All are looked at before one is changed. More partitions than wanted are refused: Kafka takes none away.
 * TC2. Settings of others stay. kafkajs knows only the request that replaces all settings of a topic, so what is set on
 *      the topic itself is read and sent again; nothing is sent where nothing differs.
 */
import kafkajs, { type Admin, type DescribeConfigResponse, type IResourceConfig } from 'kafkajs';
import { refusal } from '#core/refusal.ts';
import { topicSettings, type WantedTopic } from './topic-settings.ts';

export interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
}

const heardMs = 15_000;

type Found = DescribeConfigResponse['resources'][number]['configEntries'];

/** Names of those that got partitions. All of `wanted` are in `found`. */
export async function changeTopics(
  admin: Admin,
  { wanted, found }: { readonly wanted: readonly WantedTopic[]; readonly found: readonly FoundTopic[] },
): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const partitionsOf = new Map(found.map(({ name, partitions }) => [name, partitions]));
  for (const { name, partitions } of wanted) {
    const there = partitionsOf.get(name) ?? 0;
    if (there > partitions) throw fewer(name, there, partitions); // TC1
  }
  const resources = await changedSettings(admin, wanted);
  const growing = wanted.filter(({ name, partitions }) => (partitionsOf.get(name) ?? 0) < partitions);
  const topicPartitions = growing.map(({ name, partitions }) => ({ topic: name, count: partitions }));
  if (topicPartitions.length > 0) await admin.createPartitions({ topicPartitions });
  if (resources.length > 0) await alter(admin, resources, wanted);
  return growing.map(({ name }) => name);
}

/** Brokers hear of settings a moment after they are taken: who read them sooner would send old ones again (TC2). */
async function alter(
  admin: Admin,
  resources: IResourceConfig[],
  wanted: readonly WantedTopic[],
): Promise<void> {
  await admin.alterConfigs({ validateOnly: false, resources });
  const deadline = performance.now() + heardMs;
  while ((await changedSettings(admin, wanted)).length > 0 && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function changedSettings(admin: Admin, wanted: readonly WantedTopic[]): Promise<IResourceConfig[]> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ name }) => ({ type, name })),
  });
  const found = new Map(resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
  return wanted.flatMap((topic) => {
    const entries = found.get(topic.name) ?? [];
    return differs(topic, entries) ? [{ type, name: topic.name, configEntries: merged(topic, entries) }] : [];
  });
}

function differs(topic: WantedTopic, found: Found): boolean {
  const values = new Map(found.map(({ configName, configValue }) => [configName, configValue]));
  return topicSettings(topic).some(({ name, value }) => values.get(name) !== value);
}

/** TC2. */
function merged(topic: WantedTopic, found: Found): IResourceConfig['configEntries'] {
  const kept = found.filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG);
  const values = new Map(kept.map(({ configName, configValue }) => [configName, configValue]));
  for (const { name, value } of topicSettings(topic)) values.set(name, value);
  return [...values].map(([name, value]) => ({ name, value }));
}

const fewer = (name: string, there: number, wanted: number): Error =>
  refusal({
    code: 'TOPIC_PARTITIONS',
    what: `the topic ${name} has more partitions than wanted, and Kafka takes none away`,
    got: `${there} partitions, wanted ${wanted}`,
    expected: `at least ${there} wanted`,
    fix: `ask for ${there}, or delete the topic with its records and create it again`,
  });

/**
 * What an event source mapping of AWS Lambda may ask for. A mapping outside of it is refused before it reads anything:
 * what works here and is refused, or silently ignored, there would be found out in production.
 * ML1. On-demand pollers know no partial responses, retries or record age; AWS takes such settings and ignores them.
 * ML2. Batch size, window, retries, record age and the function's timeout keep AWS's bounds for Kafka.
 * ML3. A consumer group belongs to one mapping.
 * Sources: AWS Lambda API Reference, "CreateEventSourceMapping"; AWS Lambda Developer Guide, "Configuring error handling
 * controls for Kafka event sources" and "Customizable consumer group ID in Lambda".
 */
import { InfrastructureError } from '#core/failure.ts';
import { type FunctionSpec, type MappingSpec } from '#infra/topology.ts';

const minute = 60_000;
/** Of a function that a Kafka mapping feeds; others may take 15 minutes. */
const longestTimeoutMs = 14 * minute;

/** Throws `InfrastructureError` with every problem of the mapping. */
export function refuseMapping(fed: { readonly mapping: MappingSpec; readonly timeoutMs: number }): void {
  refuse(mappingProblems(fed.mapping, fed.timeoutMs));
}

/** The same for all functions of a topology, and for groups that two mappings share. */
export function refuseMappings(functions: readonly FunctionSpec[]): void {
  const fed = functions.flatMap(({ mappings, timeoutMs }) =>
    mappings.map((mapping) => ({ mapping, timeoutMs })),
  );
  refuse([
    ...fed.flatMap(({ mapping, timeoutMs }) => mappingProblems(mapping, timeoutMs)),
    ...sharedGroups(fed.map(({ mapping }) => mapping)),
  ]);
}

/** One text for each setting that AWS would refuse or ignore. */
export function mappingProblems(mapping: MappingSpec, timeoutMs: number): readonly string[] {
  const { batchSize, batchWindowMs, maximumRetryAttempts: retries, maximumRecordAgeSeconds: age } = mapping;
  const at = `the mapping of ${mapping.topic} to group ${mapping.group}`;
  const problems: string[] = [];
  const check = (fits: boolean, setting: string, got: number, expected: string): void => {
    if (!fits)
      problems.push(`${at}: ${setting} is ${got}; expected ${expected}. Change it in infra/topology.ts.`);
  };
  check(isWithin(batchSize, 1, 10_000), 'batchSize', batchSize, 'a whole number from 1 to 10000');
  check(
    batchWindowMs === 500 || (batchWindowMs % 1000 === 0 && isWithin(batchWindowMs, 0, 300_000)),
    'batchWindowMs',
    batchWindowMs,
    'whole seconds from 0 to 300000, or the default of 500',
  );
  check(retries === -1 || isWithin(retries, 0, 10_000), 'maximumRetryAttempts', retries, '-1 or 0 to 10000');
  check(age === -1 || isWithin(age, 60, 604_800), 'maximumRecordAgeSeconds', age, '-1 or 60 to 604800');
  check(
    isWithin(timeoutMs, 1, longestTimeoutMs),
    "the function's timeoutMs",
    timeoutMs,
    `at most ${longestTimeoutMs} (14 minutes) for a function fed by Kafka`,
  );
  return [...problems, ...ignoredSettings(mapping, at)];
}

/** ML1. */
function ignoredSettings(mapping: MappingSpec, at: string): readonly string[] {
  if (mapping.pollers === 'provisioned') return [];
  const { partialResponses, maximumRetryAttempts: retries, maximumRecordAgeSeconds: age } = mapping;
  const asked = [
    ...(partialResponses ? ['partialResponses true'] : []),
    ...(retries === -1 ? [] : [`maximumRetryAttempts ${retries}`]),
    ...(age === -1 ? [] : [`maximumRecordAgeSeconds ${age}`]),
  ];
  return asked.map(
    (setting) =>
      `${at}: ${setting} with on-demand pollers, which AWS Lambda ignores without a word; expected provisioned pollers, or none of it. Set pollers to 'provisioned', or take the setting away.`,
  );
}

/** ML3. */
function sharedGroups(mappings: readonly MappingSpec[]): readonly string[] {
  const topics = new Map<string, readonly string[]>();
  for (const { group, topic } of mappings) topics.set(group, [...(topics.get(group) ?? []), topic]);
  return [...topics]
    .filter(([, of]) => of.length > 1)
    .map(
      ([group, of]) =>
        `the consumer group ${group} is used by the mappings of ${of.join(' and ')}; expected a group for each mapping. Give each its own in infra/topology.ts.`,
    );
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

function refuse(problems: readonly string[]): void {
  if (problems.length > 0)
    throw new InfrastructureError(`AWS Lambda would not do what is asked for: ${problems.join(' ')}`);
}

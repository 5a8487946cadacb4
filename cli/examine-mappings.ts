/** What `doctor --aws` says of event source mappings: that each is there, polls, and is set as the topology wants it. */
import { type DeployedMapping } from '#adapters/aws/read-functions.ts';
import { type MappingSpec } from '#infra/topology.ts';
import { broken, fine, type Finding, warning } from './finding.ts';

export interface Examined {
  /** The function's name on AWS. */
  readonly functionName: string;
  readonly wanted: readonly MappingSpec[];
  readonly found: readonly DeployedMapping[];
  /** What deploys anew. */
  readonly deploy: string;
}

export function mappingFindings({ functionName, wanted, found, deploy }: Examined): readonly Finding[] {
  const surplus = found.filter(({ topic }) => !wanted.some((spec) => spec.topic === topic));
  return [
    ...wanted.map((spec) => {
      const check = `mapping ${spec.topic}`;
      const mapping = found.find(({ topic }) => topic === spec.topic);
      return mapping === undefined
        ? broken(check, `${functionName} has none: nothing reads this topic`, deploy)
        : mappingFinding(check, spec, mapping, deploy);
    }),
    ...surplus.map(({ topic, id }) =>
      warning(
        `mapping ${topic}`,
        `${functionName} has one that the topology does not know: ${id}`,
        `aws lambda delete-event-source-mapping --uuid ${id}`,
      ),
    ),
  ];
}

/** One finding each, the worst: what does not poll has no use for being told its batch size. */
function mappingFinding(check: string, spec: MappingSpec, mapping: DeployedMapping, deploy: string): Finding {
  const look = `aws lambda get-event-source-mapping --uuid ${mapping.id}`;
  const reason = mapping.stateReason === undefined ? '' : ` (${mapping.stateReason})`;
  if (mapping.state === 'Disabled' || mapping.state === 'Disabling')
    return broken(
      check,
      `is ${mapping.state}${reason}: nothing reads this topic`,
      `aws lambda update-event-source-mapping --uuid ${mapping.id} --enabled`,
    );
  if (mapping.state !== 'Enabled')
    return warning(check, `is ${mapping.state}${reason}: it does not poll yet`, look);
  const problem = problemOf(mapping.lastResult);
  if (problem !== undefined) return broken(check, `its pollers say: ${problem}`, advice(problem, look));
  const other = differences(spec, mapping);
  if (other.length > 0) return warning(check, `is not set as wanted: ${other.join('; ')}`, deploy);
  return fine(check, `Enabled, ${mapping.lastResult ?? 'no batch yet'}`);
}

/** `undefined` where the last batch was handled, or there was none. */
const problemOf = (result: string | undefined): string | undefined =>
  result === undefined || /^(?:OK|No records processed)\.?$/i.test(result) ? undefined : result;

/** Beginnings of what AWS writes: "Troubleshooting Kafka event source mapping errors". */
const causes: readonly (readonly [pattern: RegExp, mend: string])[] = [
  [
    /FUNCTION|function (?:call|error)/i,
    './baton logs --aws --level error shows what the function says; docs/how-to/answer-an-alarm.md#errors',
  ],
  [
    /connect|network|timed? ?out|ENDPOINT/i,
    "open port 9098 of the cluster's security group to itself, and see that pollers reach Lambda and STS",
  ],
  [
    /authoriz|permission|access|assume|policy/i,
    "see the policy of the function's role: kafka-cluster actions on this cluster, topic and group",
  ],
  [/topic/i, 'make the topic: deploy the messaging stack again'],
];

const advice = (problem: string, look: string): string =>
  causes.find(([pattern]) => pattern.test(problem))?.[1] ?? look;

/** `name got, wanted wanted`, for each setting that AWS tells and that is another. */
function differences(spec: MappingSpec, mapping: DeployedMapping): readonly string[] {
  const provisioned = spec.pollers === 'provisioned';
  const settings: readonly (readonly [name: string, got: unknown, wanted: unknown])[] = [
    ['consumer group', mapping.group, spec.group],
    ['batch size', mapping.batchSize, spec.batchSize],
    ['batch window in s', mapping.batchWindowSeconds, spec.batchWindowMs / 1000],
    ['pollers', mapping.provisioned ? 'provisioned' : 'on-demand', spec.pollers],
    ['starting position', mapping.startingPosition, 'TRIM_HORIZON'],
    ['partial responses', mapping.partialResponses, spec.partialResponses],
    // Pollers on demand know neither, and AWS tells what it likes of them.
    ...(provisioned
      ? ([
          ['retries', mapping.maximumRetryAttempts, spec.maximumRetryAttempts],
          ['record age in s', mapping.maximumRecordAgeSeconds, spec.maximumRecordAgeSeconds],
        ] as const)
      : []),
  ];
  return settings
    .filter(([, got, wanted]) => got !== undefined && got !== wanted)
    .map(([name, got, wanted]) => `${name} ${String(got)}, wanted ${String(wanted)}`);
}

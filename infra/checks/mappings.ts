/**
 * What AWS takes without a word and does not do, in event source mappings.
 * Source: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK": parameters, error handling, provisioned mode.
 */
import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import * as msk from 'aws-cdk-lib/aws-msk';
import { type IConstruct } from 'constructs';
import { BatonFunction } from '../constructs/baton-function.ts';
import { type FunctionSpec } from '../topology.ts';
import { type Problem } from './problem.ts';

interface Found {
  readonly mapping: CfnEventSourceMapping;
  readonly spec: FunctionSpec;
  readonly at: string;
}

export function checkMappings(root: IConstruct): readonly Problem[] {
  const found = root.node.findAll().flatMap((node): Found[] => {
    if (!(node instanceof CfnEventSourceMapping)) return [];
    const owner = node.node.scopes.find((scope) => scope instanceof BatonFunction);
    return owner === undefined ? [] : [{ mapping: node, spec: owner.spec, at: node.node.path }];
  });
  return [...found.flatMap(checkMapping), ...sharedGroups(found)];
}

const checkMapping = (found: Found): readonly Problem[] => [
  ...ignoredWithoutPollers(found),
  ...retries(found),
  ...window(found),
  ...start(found),
  ...topicFirst(found),
];

function ignoredWithoutPollers({ mapping, at }: Found): readonly Problem[] {
  if (mapping.provisionedPollerConfig !== undefined) return [];
  const told = {
    maximumRetryAttempts: mapping.maximumRetryAttempts,
    maximumRecordAgeInSeconds: mapping.maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: mapping.bisectBatchOnFunctionError,
    functionResponseTypes: mapping.functionResponseTypes,
  };
  return Object.entries(told)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({
      at,
      what: `${name} is ignored by pollers on demand`,
      got: JSON.stringify(value),
      expected: 'provisionedPollerConfig beside it, or none',
      fix: "Set the profile's topology.pollers to 'provisioned', or leave the setting out.",
    }));
}

function retries({ mapping, spec, at }: Found): readonly Problem[] {
  const attempts = mapping.maximumRetryAttempts;
  const fix = 'Correct the mapping in infra/topology.ts.';
  if (spec.kind !== 'orchestrator')
    return mapping.provisionedPollerConfig !== undefined && (attempts === undefined || attempts < 0)
      ? [{ at, what: "an agent's mapping retries for ever", got: String(attempts ?? 'nothing'), expected: 'a number of attempts: the deadline of an attempt makes a dropped task a retried one', fix }] // prettier-ignore
      : [];
  return [
    ...(attempts !== undefined && attempts >= 0
      ? [{ at, what: "the orchestrator's mapping gives up", got: `${attempts} attempts`, expected: '-1: an outage must never push accepted inputs aside', fix }] // prettier-ignore
      : []),
    ...(mapping.destinationConfig !== undefined
      ? [{ at, what: "the orchestrator's mapping has an on-failure destination", got: 'one', expected: 'none: with it, endless retries become ten', fix }] // prettier-ignore
      : []),
  ];
}

const window = ({ mapping, at }: Found): readonly Problem[] =>
  mapping.maximumBatchingWindowInSeconds === 0
    ? []
    : [
        {
          at,
          what: 'the batching window delays every record',
          got: mapping.maximumBatchingWindowInSeconds === undefined ? "nothing, which is AWS's 500 ms" : `${mapping.maximumBatchingWindowInSeconds} s`, // prettier-ignore
          expected: '0',
          fix: 'Set batchWindowMs to 0 in infra/topology.ts.',
        },
      ];

const start = ({ mapping, at }: Found): readonly Problem[] =>
  mapping.startingPosition === 'TRIM_HORIZON'
    ? []
    : [
        {
          at,
          what: 'the mapping can lose records that come while it is made',
          got: mapping.startingPosition ?? 'no starting position',
          expected: 'TRIM_HORIZON',
          fix: 'Set startingPosition in infra/constructs/baton-function.ts.',
        },
      ];

function topicFirst({ mapping, at }: Found): readonly Problem[] {
  const dependencies = mapping.node.dependencies;
  const waits = (mapping.topics ?? []).every((topic) =>
    dependencies.some((dependency) => topicOf(dependency) === topic),
  );
  // Topics of clusters outside AWS are made by somebody else.
  if (waits || mapping.eventSourceArn === undefined) return [];
  return [
    {
      at,
      what: 'the mapping may be made before its topic',
      got: dependencies.map(({ node }) => node.id).join(', ') || 'no dependency',
      expected: `a dependency on ${(mapping.topics ?? []).join(', ')}`,
      fix: 'Add the topic to infra/topology.ts, or the dependency in infra/constructs/baton-function.ts.',
    },
  ];
}

function topicOf(dependency: IConstruct): string | undefined {
  if (dependency instanceof msk.CfnTopic) return dependency.topicName;
  const resource = dependency.node.defaultChild;
  if (!CfnResource.isCfnResource(resource) || resource.cfnResourceType !== 'Custom::KafkaTopic')
    return undefined;
  return dependency.node.id.replace(/^Topic-/, '');
}

function sharedGroups(found: readonly Found[]): readonly Problem[] {
  const seen = new Map<string, string>();
  return found.flatMap(({ mapping, at }) => {
    const group = groupOf(mapping);
    const first = group === undefined ? undefined : seen.get(group);
    if (group !== undefined) seen.set(group, first ?? at);
    if (group !== undefined && first === undefined) return [];
    return [
      {
        at,
        what: group === undefined ? 'the mapping has no consumer group of its own' : 'two mappings share a consumer group',
        got: group === undefined ? 'none' : `${group}, as ${first ?? ''} has`,
        expected: 'a group for each mapping: AWS takes one only once',
        fix: 'Correct the group in infra/topology.ts.',
      }, // prettier-ignore
    ];
  });
}

function groupOf(mapping: CfnEventSourceMapping): string | undefined {
  const stack = Stack.of(mapping);
  const config: unknown =
    stack.resolve(mapping.amazonManagedKafkaEventSourceConfig) ??
    stack.resolve(mapping.selfManagedKafkaEventSourceConfig);
  if (typeof config !== 'object' || config === null || !('consumerGroupId' in config)) return undefined;
  return typeof config.consumerGroupId === 'string' ? config.consumerGroupId : undefined;
}

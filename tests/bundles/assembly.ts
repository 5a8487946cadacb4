/**
 * A deployment as `cdk synth` wrote it: what its templates say of functions, mappings, topics and schedules. Nothing of
 * it is known from elsewhere: what is not in the templates is not deployed.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MappingSpec } from '#infra/topology.ts';

export interface Resource {
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Assembly {
  /** Of all stacks. */
  readonly resources: readonly Resource[];
  /** By the name of the export: where its value is said. */
  readonly exports: ReadonlyMap<string, { readonly stack: string; readonly value: unknown }>;
  /** By the file's name in the bucket: the folder it is made of. */
  readonly assets: ReadonlyMap<string, string>;
}

export function readAssembly(folder: string): Assembly {
  const files = globSync('*.template.json', { cwd: folder }).sort();
  const stacks = files.map((file) => ({
    stack: file.replace('.template.json', ''),
    template: json<Template>(join(folder, file)),
  }));
  return {
    resources: stacks.flatMap(({ stack, template }) =>
      Object.entries(template.Resources).map(([id, { Type, Properties = {} }]) => ({
        stack,
        id,
        type: Type,
        properties: Properties,
      })),
    ),
    exports: new Map(
      stacks.flatMap(({ stack, template }) =>
        Object.values(template.Outputs ?? {}).flatMap(({ Value, Export }) =>
          Export === undefined ? [] : [[Export.Name, { stack, value: Value }]],
        ),
      ),
    ),
    assets: new Map(
      globSync('*.assets.json', { cwd: folder }).flatMap((file) =>
        Object.values(json<AssetFile>(join(folder, file)).files).flatMap(({ source, destinations }) =>
          Object.values(destinations).map(({ objectKey }) => [objectKey, join(folder, source.path)]),
        ),
      ),
    ),
  };
}

export const ofType = ({ resources }: Assembly, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === type);

/** The one that `wanted` says yes to. */
export function only<T>(found: readonly T[], what: string): T {
  assert.equal(found.length, 1, `the templates have ${found.length} of ${what}, expected one`);
  return found[0] as T;
}

/** Settings of a mapping as our own invoker takes them; what a template does not say is AWS's default. */
export function mappingOf({ properties }: Resource): MappingSpec {
  const of = properties as unknown as MappingProperties;
  const config = of.AmazonManagedKafkaEventSourceConfig ?? of.SelfManagedKafkaEventSourceConfig;
  assert.equal(of.StartingPosition, 'TRIM_HORIZON');
  return {
    topic: only(of.Topics, 'topics of a mapping'),
    group: config?.ConsumerGroupId ?? '',
    batchSize: of.BatchSize ?? 100,
    batchWindowMs: (of.MaximumBatchingWindowInSeconds ?? 0.5) * 1_000,
    maximumRetryAttempts: of.MaximumRetryAttempts ?? -1,
    maximumRecordAgeSeconds: of.MaximumRecordAgeInSeconds ?? -1,
    partialResponses: of.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    pollers: of.ProvisionedPollerConfig === undefined ? 'on-demand' : 'provisioned',
  };
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>
  >;
}

type Properties = Readonly<Record<string, unknown>>;

interface AssetFile {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

interface MappingProperties {
  readonly Topics: readonly string[];
  readonly StartingPosition: string;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly MaximumRetryAttempts?: number;
  readonly MaximumRecordAgeInSeconds?: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly ProvisionedPollerConfig?: unknown;
  readonly AmazonManagedKafkaEventSourceConfig?: { readonly ConsumerGroupId: string };
  readonly SelfManagedKafkaEventSourceConfig?: { readonly ConsumerGroupId: string };
}

const json = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

/** What AWS Lambda says of functions and of the event source mappings that feed them. */
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  type EventSourceMappingConfiguration,
} from '@aws-sdk/client-lambda';
import { askAws, askAwsFor } from './ask-aws.ts';

export interface DeployedFunction {
  /** `Active`, `Pending`, `Inactive` or `Failed`. */
  readonly state: string;
  readonly stateReason?: string;
  /** `Successful`, `Failed` or `InProgress`. */
  readonly lastUpdate: string;
  readonly lastUpdateReason?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** In AWS's words; what it does not say is absent. */
export interface DeployedMapping {
  readonly id: string;
  readonly topic: string;
  /** `Enabled`, `Disabled`, `Creating`, `Updating`, … */
  readonly state: string;
  readonly stateReason?: string;
  /** `OK`, `No records processed`, or what went wrong. */
  readonly lastResult?: string;
  /** Absent for clusters that are not Amazon MSK. */
  readonly clusterArn?: string;
  readonly group?: string;
  readonly batchSize?: number;
  readonly batchWindowSeconds?: number;
  readonly maximumRetryAttempts?: number;
  readonly maximumRecordAgeSeconds?: number;
  readonly partialResponses: boolean;
  readonly provisioned: boolean;
  readonly startingPosition?: string;
}

export interface FunctionReader {
  region(): Promise<string>;
  /** `undefined`: there is none of that name. */
  function(name: string): Promise<DeployedFunction | undefined>;
  mappings(functionName: string): Promise<readonly DeployedMapping[]>;
  close(): void;
}

export function openFunctionReader(): FunctionReader {
  const client = new LambdaClient({});
  return {
    region: () => client.config.region(),
    function: (name) => readFunction(client, name),
    mappings: (functionName) => readMappings(client, functionName),
    close: () => client.destroy(),
  };
}

async function readFunction(client: LambdaClient, name: string): Promise<DeployedFunction | undefined> {
  const found = await askAwsFor({ client, action: 'lambda:GetFunctionConfiguration', about: name }, () =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
  );
  if (found === undefined) return undefined;
  return {
    state: found.State ?? 'Active',
    ...(found.StateReason !== undefined && { stateReason: found.StateReason }),
    lastUpdate: found.LastUpdateStatus ?? 'Successful',
    ...(found.LastUpdateStatusReason !== undefined && { lastUpdateReason: found.LastUpdateStatusReason }),
    environment: found.Environment?.Variables ?? {},
  };
}

async function readMappings(client: LambdaClient, functionName: string): Promise<readonly DeployedMapping[]> {
  const found: DeployedMapping[] = [];
  let marker: string | undefined;
  do {
    const input = { FunctionName: functionName, ...(marker !== undefined && { Marker: marker }) };
    const page = await askAws({ client, action: 'lambda:ListEventSourceMappings', about: functionName }, () =>
      client.send(new ListEventSourceMappingsCommand(input)),
    );
    for (const mapping of page.EventSourceMappings ?? []) found.push(mappingOf(mapping));
    marker = page.NextMarker;
  } while (marker !== undefined && marker !== '');
  return found;
}

function mappingOf(mapping: EventSourceMappingConfiguration): DeployedMapping {
  const group =
    mapping.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ??
    mapping.SelfManagedKafkaEventSourceConfig?.ConsumerGroupId;
  const optional = {
    stateReason: mapping.StateTransitionReason,
    lastResult: mapping.LastProcessingResult,
    clusterArn: mapping.EventSourceArn,
    group,
    batchSize: mapping.BatchSize,
    batchWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeSeconds: mapping.MaximumRecordAgeInSeconds,
    startingPosition: mapping.StartingPosition,
  };
  return {
    id: mapping.UUID ?? 'unknown',
    topic: mapping.Topics?.[0] ?? 'unknown',
    state: mapping.State ?? 'unknown',
    partialResponses: mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    provisioned: mapping.ProvisionedPollerConfig !== undefined,
    ...present(optional),
  };
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that are undefined. */
const present = <T extends object>(members: T): Present<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;

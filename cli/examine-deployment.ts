/**
 * What `doctor --aws` says of a deployment, asked of AWS's own interfaces.
 * ED1. What one service refuses is a finding of its own: the other checks go on. What nobody could answer (no region,
 *      no credentials, no network, no such deployment) is said once.
 */
import { notDeployed, openOperator } from '#adapters/aws/operator-client.ts';
import { type DeploymentReader, openDeploymentReader } from '#adapters/aws/read-deployment.ts';
import {
  type DeployedMapping,
  type FunctionReader,
  openFunctionReader,
} from '#adapters/aws/read-functions.ts';
import { type LogReader, openLogReader } from '#adapters/aws/read-logs.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type Topology } from '#infra/topology.ts';
import { deployCommand, deployedName, deployedTopology } from './deployed.ts';
import { deployedOnly } from './deployed-logs.ts';
import { mappingFindings } from './examine-mappings.ts';
import { errorFindings, functionFinding, lagFinding, secretFinding, stackFinding, topicFindings } from './examine-parts.ts'; // prettier-ignore
import { broken, type Finding } from './finding.ts';
import { infrastructureParts } from './problem.ts';

interface Deployment {
  readonly profile: string;
  readonly topology: Topology;
  readonly deploy: string;
  readonly functions: FunctionReader;
  readonly parts: DeploymentReader;
  readonly logs: LogReader;
  readonly now: number;
  /** Found on the way: mappings by function, secrets by address: one setting may stand for another login elsewhere. */
  readonly mappings: Map<string, readonly DeployedMapping[]>;
  readonly secrets: Map<string, { readonly setting: string; readonly rotationWanted: boolean }>;
}

type Check = readonly [name: string, examine: () => Promise<readonly Finding[]>];

export async function examineDeployment(profile: string): Promise<readonly Finding[]> {
  const deployment: Deployment = {
    profile,
    topology: deployedTopology(profile),
    deploy: deployCommand(profile),
    functions: openFunctionReader(),
    parts: openDeploymentReader(),
    logs: openLogReader(),
    now: Date.now(),
    mappings: new Map(),
    secrets: new Map(),
  };
  try {
    return await allOf(checksOf(deployment));
  } finally {
    for (const reader of [deployment.functions, deployment.parts, deployment.logs]) reader.close();
  }
}

/** In this order: topics, lag and secrets are known from functions and mappings. */
function checksOf(deployment: Deployment): readonly Check[] {
  const { functions } = deployment.topology;
  const names = [...functions.map(({ name }) => name), ...deployedOnly];
  return [
    ['stacks', () => examineStacks(deployment)],
    ...names.map((name): Check => [`function ${name}`, () => examineFunction(deployment, name)]),
    ...functions
      .filter(({ mappings }) => mappings.length > 0)
      .map(({ name }): Check => [`mappings of ${name}`, () => examineMappings(deployment, name)]),
    ['topics', () => examineTopics(deployment)],
    ['groups', () => examineLag(deployment)],
    ['secrets', () => examineSecrets(deployment)],
    ...names.map((name): Check => [`errors of ${name}`, () => examineErrors(deployment, name)]),
  ];
}

const stackParts = ['network', 'data', 'messaging', 'orchestration', 'observability'];

async function examineStacks(deployment: Deployment): Promise<readonly Finding[]> {
  const { profile, parts, deploy, functions } = deployment;
  const findings: Finding[] = [];
  let there = 0;
  for (const name of stackParts.map((part) => `baton-${profile}-${part}`)) {
    const found = await parts.stack(name);
    if (found !== undefined) there += 1;
    if (found === undefined && name.endsWith('-messaging') && (await readsElsewhere(deployment))) continue;
    findings.push(stackFinding(name, found, deploy));
  }
  if (there === 0) throw notDeployed(profile, 'none of its stacks', await functions.region());
  return findings;
}

/** Where Kafka is elsewhere, nothing is made for it: mappings name no cluster of Amazon MSK. */
async function readsElsewhere({ profile, topology, functions }: Deployment): Promise<boolean> {
  const fed = topology.functions.find(({ mappings }) => mappings.length > 0);
  const found = fed === undefined ? [] : await functions.mappings(deployedName(profile, fed));
  return found.length > 0 && found.every(({ clusterArn }) => clusterArn === undefined);
}

async function examineFunction(deployment: Deployment, name: string): Promise<readonly Finding[]> {
  const { profile, functions, deploy, secrets } = deployment;
  const found = await functions.function(deployedName(profile, { name }));
  for (const reference of (found?.environment['BATON_SECRETS_FROM'] ?? '').split(',')) {
    const [, setting, arn] = /^([A-Z0-9_]+)=(arn:[^#]+)/.exec(reference) ?? [];
    if (setting === undefined || arn === undefined) continue;
    // A database that the deployment made is told apart by its authorities; secrets that were given are their owners'.
    const ownDatabase = found?.environment['BATON_MONGODB_CA_FILE'] !== undefined;
    secrets.set(arn, { setting, rotationWanted: setting === 'MONGODB_URI' && ownDatabase });
  }
  return [functionFinding(name, found, deploy)];
}

async function examineMappings(deployment: Deployment, name: string): Promise<readonly Finding[]> {
  const { profile, functions, topology, deploy, mappings } = deployment;
  const functionName = deployedName(profile, { name });
  const found = await functions.mappings(functionName);
  mappings.set(name, found);
  const wanted = topology.functions.find((spec) => spec.name === name)?.mappings ?? [];
  return mappingFindings({ functionName, wanted, found, deploy });
}

async function examineTopics({
  profile,
  topology,
  parts,
  deploy,
  mappings,
}: Deployment): Promise<readonly Finding[]> {
  const clusterArn = clusterOf(mappings);
  return topicFindings(topology.topics, await topicsOf(), deploy);

  /** Of clusters that MSK has no topics of, the operator function tells. */
  async function topicsOf(): ReturnType<DeploymentReader['topics']> {
    if (clusterArn !== undefined && !/-s\d*$/.test(clusterArn)) return await parts.topics(clusterArn);
    const operator = openOperator(profile);
    try {
      return (await operator.ask({ op: 'topics' })) as unknown as Awaited<ReturnType<typeof parts.topics>>;
    } finally {
      operator.close();
    }
  }
}

const clusterOf = (mappings: Deployment['mappings']): string | undefined =>
  [...mappings.values()].flat().find(({ clusterArn }) => clusterArn !== undefined)?.clusterArn;

async function examineLag({ profile, topology, parts, mappings, now }: Deployment): Promise<readonly Finding[]> {
  const clusterArn = clusterOf(mappings);
  const wanted = topology.functions.flatMap((spec) =>
    spec.mappings.map(({ topic, group }) => ({
      functionName: deployedName(profile, spec),
      ...{ topic, group },
      ...(clusterArn !== undefined && { clusterArn }),
    })),
  );
  const lags = await parts.lags(wanted, now);
  return wanted.map(({ group, topic }, index) => lagFinding(group, topic, lags[index]));
} // prettier-ignore

async function examineSecrets(deployment: Deployment): Promise<readonly Finding[]> {
  const { parts, deploy, now, secrets } = deployment;
  const findings: Finding[] = [];
  for (const [arn, secret] of secrets) {
    const found = await parts.secret(arn);
    findings.push(secretFinding({ arn, ...secret, found, deploy, now }));
  }
  return findings;
}

const hour = 3_600_000;
const errorPattern =
  '{ ($.level = "error") || ($.level = "ERROR") || ($.record.status = "timeout") || ($.record.status = "error") }';

async function examineErrors({ profile, logs, now }: Deployment, name: string): Promise<readonly Finding[]> {
  const group = `/aws/lambda/${deployedName(profile, { name })}`;
  const events = await logs.events({ group, since: now - hour, pattern: errorPattern });
  return events === undefined ? [] : errorFindings(name, events);
}

/** Nobody else will be answered either. */
const hopeless = new Set([
  'AWS_NO_REGION',
  'AWS_NO_CREDENTIALS',
  'AWS_BAD_CREDENTIALS',
  'AWS_UNREACHABLE',
  'AWS_NOT_DEPLOYED',
]);

async function allOf(checks: readonly Check[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [name, examine] of checks) {
    try {
      findings.push(...(await examine()));
    } catch (error) {
      if (!(error instanceof InfrastructureError)) throw error;
      const { code, message, expected, hint } = infrastructureParts(error.message);
      const says = `${code}: ${message.replace('\n', '; ')}; expected ${expected ?? 'an answer'}`;
      findings.push(broken(name, says, hint ?? 'see the message')); // ED1
      if (hopeless.has(code)) return findings;
    }
  }
  return findings;
}

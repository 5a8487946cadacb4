/**
 * What `doctor --aws` says of a deployment, asked of AWS's own interfaces.
 * ED1. What one service refuses is a finding of its own: the other checks go on. What nobody could answer (no region,
 *      no credentials, no network, no such deployment) is said once.
 */
import { openFunctionReader } from '#adapters/aws/read-functions.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type FunctionSpec } from '#infra/topology.ts';
import { deployCommand, deployedName, deployedTopology } from './deployed.ts';
import { mappingFindings } from './examine-mappings.ts';
import { broken, type Finding } from './finding.ts';
import { infrastructureParts } from './problem.ts';

export async function examineDeployment(profile: string): Promise<readonly Finding[]> {
  const topology = deployedTopology(profile);
  const reader = openFunctionReader();
  const deploy = deployCommand(profile);
  try {
    const checks = topology.functions
      .filter(({ mappings }) => mappings.length > 0)
      .map((spec): Check => ['mappings of ' + spec.name, () => examineMappings(spec)]);
    return await allOf(checks);
  } finally {
    reader.close();
  }

  async function examineMappings(spec: FunctionSpec): Promise<readonly Finding[]> {
    const functionName = deployedName(profile, spec);
    const found = await reader.mappings(functionName);
    return mappingFindings({ functionName, wanted: spec.mappings, found, deploy });
  }
}

type Check = readonly [name: string, examine: () => Promise<readonly Finding[]>];

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

/** What is known of a deployment before AWS is asked: the names of its functions, and what its topology wants. */
import { manifests } from '#agents/manifests.ts';
import { dev, prod } from '#infra/profiles.ts';
import { type FunctionSpec, type Topology, topologyOf } from '#infra/topology.ts';
import { type Config } from '#adapters/config.ts';
import { type CliError, configurationError, typed } from './problem.ts';

const profiles = [dev, prod];

/** As the profile asks for it. Throws `CliError` where there is no such profile. */
export function deployedTopology(name: string): Topology {
  const profile = profiles.find((each) => each.name === name);
  if (profile !== undefined) return topologyOf(manifests, profile.topology);
  throw configurationError('AWS_PROFILE_UNKNOWN', `there is no profile ${typed(name)} in infra/profiles.ts`, {
    expected: profiles.map((each) => each.name).join(' or '),
    hint: 'write --aws=<profile>: what follows --aws is taken as the profile, also the name of a workflow',
  });
}

/** As `infra/constructs/baton-function.ts` names them; a test compares. */
export const deployedName = (profile: string, { name }: Pick<FunctionSpec, 'name'>): string =>
  `baton-${profile}-${name}`;

export const deployCommand = (profile: string): string => `npx cdk deploy --all -c profile=${profile}`;

/** For commands that do the work of functions: on AWS the functions are there. */
export function refuseDeployed({ backend }: Config, command: string, hint: string): void {
  if (backend.type === 'deployed') throw notThere(backend.profile, command, hint);
}

const notThere = (profile: string, command: string, hint: string): CliError =>
  configurationError('CONFIG_CONFLICT', `'${command}' works here, not on the deployment ${typed(profile)}`, {
    expected: 'a data folder, or Kafka and MongoDB',
    hint: `${hint}; or leave --aws and BATON_AWS_STACK out`,
  });

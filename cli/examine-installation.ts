/** What `doctor` says of the machine, the settings, the workflows and the model; without opening anything. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, readConfig } from '#adapters/config.ts';
import { manifests } from '#agents/manifests.ts';
import { loadAgents } from './agent-code.ts';
import { broken, fine, type Finding, warning } from './finding.ts';
import { CliError } from './problem.ts';
import { readVersion } from './version.ts';
import { batonFolder, readWorkflow, workflowPaths } from './workflow-files.ts';

export interface Examined {
  /** Absent where the settings cannot be used. */
  readonly config?: Config;
  readonly findings: readonly Finding[];
}

export async function examineInstallation(env: NodeJS.ProcessEnv): Promise<Examined> {
  const config = readConfig(env);
  const settings = config.ok
    ? [fine('settings', 'every variable of the environment is understood')]
    : config.problem.map(({ code, message }) =>
        broken('settings', `${code}: ${message}`, 'docs/reference/environment.md lists what there is'),
      );
  return {
    ...(config.ok ? { config: config.value } : {}),
    findings: [
      nodeFinding(process.versions.node),
      packagesFinding(),
      ...settings,
      ...(await workflowFindings()),
      await agentsFinding(),
      ...(config.ok ? [modelFinding(config.value)] : []),
    ],
  };
}

const wantedNode = 24;

export function nodeFinding(version: string): Finding {
  const says = `${version} (Baton ${readVersion()})`;
  return Number(version.split('.')[0]) >= wantedNode
    ? fine('Node', says)
    : broken(
        'Node',
        `RUNTIME_VERSION: needs ${wantedNode}, found ${says}`,
        './baton brings its own: start it instead of node cli/main.ts',
      );
}

function packagesFinding(): Finding {
  const installed = existsSync(join(batonFolder, 'node_modules', '.package-lock.json'));
  return installed
    ? fine('packages', 'installed')
    : warning('packages', 'node_modules was not written by npm here', 'npm ci --ignore-scripts');
}

async function workflowFindings(): Promise<readonly Finding[]> {
  const paths = workflowPaths();
  if (paths.length === 0)
    return [
      warning(
        'workflows',
        'there is none in workflows/',
        'write workflows/<name>.yaml, then ./baton validate workflows/*.yaml',
      ),
    ];
  const files = await Promise.all(paths.map(readWorkflow));
  const bad = files.filter(({ result }) => 'problems' in result);
  if (bad.length === 0) return [fine('workflows', `${paths.length} without a problem`)];
  return bad.map(({ file }) =>
    broken('workflows', `${file} has problems and cannot be run`, `./baton validate ${file}`),
  );
}

/** Whoever hosts loads the code of all agents: one that cannot be loaded keeps every run waiting. */
async function agentsFinding(): Promise<Finding> {
  try {
    await loadAgents();
    return fine('agents', `${manifests.length} registered: ${manifests.map(({ name }) => name).join(', ')}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { message, hint = 'npm run types' } = error.problem;
    return broken('agents', message.replaceAll(/\.?\n/g, '; '), hint);
  }
}

function modelFinding({ model }: Config): Finding {
  if (model.apiKey === undefined)
    return warning(
      'model',
      'no key is set, so the scripted model answers and not a real one',
      'export OPENAI_API_KEY=…',
    );
  if (Object.values(model.names).includes('scripted'))
    return warning('model', 'BATON_MODEL asks for the scripted model', 'unset BATON_MODEL');
  return fine('model', `a key is set${model.baseUrl === undefined ? '' : `, for ${model.baseUrl}`}`);
}

/** `dev`: the log, the agents and the timer in this process, until interrupted. */
import { type Config } from '#adapters/config.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { type Host } from '#local/host.ts';
import { openSession, type Session } from '#local/session.ts';
import { loadHosted } from '../agent-code.ts';
import { type Context } from '../context.ts';
import { refuseDeployed } from '../deployed.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type HostLog, openHostLog } from '../host-log.ts';
import { hostPatiently } from '../host-patiently.ts';
import { presentHost } from '../host-presence.ts';
import { catchInterruption } from '../interruption.ts';
import { configOf } from '../open.ts';
import { configurationError, type CliError } from '../problem.ts';
import { storeWorkflows } from '../workflow-files.ts';

export async function devCommand(context: Context): Promise<ExitCode> {
  const { output } = context;
  const config = configOf(context, 'info');
  refuseDeployed(config, 'dev', 'the functions of the deployment do its work');
  const interruption = catchInterruption();
  const guarded = interruption.guard();
  const log = openHostLog(context, config, { json: !output.live, write: output.problem });
  try {
    return await host(context, config, { log, interrupted: interruption.signal, guarded });
  } finally {
    log.close();
    await guarded;
    interruption.dispose();
  }
}

interface Hosting {
  readonly log: HostLog;
  readonly interrupted: AbortSignal;
  readonly guarded: Promise<void>;
}

async function host(
  context: Context,
  config: Config,
  { log, interrupted, guarded }: Hosting,
): Promise<ExitCode> {
  const { output } = context;
  const session = await openSession(log.config, { host: 'never', load: loadHosted, logSink: log.sink });
  try {
    // Before anything is hosted: requests that wait in the log must find their workflows.
    const workflows =
      config.backend.type === 'services'
        ? undefined
        : await storeWorkflows(session.platform.store.definitions, (workflow) => {
            output.problem(renderProblems(workflow.problems, workflow));
            output.problem(
              `${workflow.file} was not stored: runs use the version stored before, if there is one.`,
            );
          });
    await guarded;
    const hosting = await hostPatiently(session, output, interrupted);
    if (hosting === undefined && interrupted.aborted) return exitCodes.ok;
    if (hosting === undefined) throw taken(config);
    introduce(context, config, session, hosting, workflows);
    await Promise.race([aborted(interrupted), hosting.failed]);
    output.note('Stopping: what is in flight is finished or given back.');
    return exitCodes.ok;
  } finally {
    await session.close();
  }
}

function taken(config: Config): CliError {
  const holder = presentHost(config);
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid}, since ${new Date(holder.since).toISOString().slice(0, 19)}Z`;
  return configurationError('HOST_TAKEN', `${config.dataDir} is hosted already by ${who}`, {
    expected: 'one host for each data folder',
    hint: 'use that one, stop it, or set BATON_DATA_DIR to another folder',
  });
}

function introduce(
  { output }: Context,
  config: Config,
  session: Session,
  host: Host,
  workflows: number | undefined,
): void {
  const { modelName } = session.platform;
  const model = modelName === 'scripted' ? 'scripted (set OPENAI_API_KEY to ask a real one)' : modelName;
  const lines = [
    `Baton is up (process ${process.pid}). Stop it with Ctrl-C; nothing is lost.`,
    ...placeOf(config),
    `  model        ${model}`,
    `  workflows    ${workflows === undefined ? 'those that are registered (./baton setup)' : `${workflows} stored and active`}`,
    ...Object.entries(host.endpoints).map(([agent, url]) => `  HTTP agent   ${agent}  ${url}`),
    '  start a run  ./baton events publish examples/request.json',
    '  look at it   ./baton runs watch @last',
    '  all logs     ./baton logs --follow',
  ];
  output.note(lines.join('\n'));
}

const placeOf = ({ backend, dataDir }: Config): readonly string[] =>
  backend.type === 'embedded'
    ? [`  data folder  ${dataDir}`]
    : backend.type === 'deployed'
      ? [`  deployment   ${backend.profile}`]
      : [
          `  Kafka        ${backend.kafka.brokers.join(', ')}`,
          `  MongoDB      ${hostsOf(backend.mongo.uri)}`,
        ];

/** Of a connection string, what is no secret. */
const hostsOf = (uri: string): string => /^[^:]+:\/\/(?:[^@]*@)?([^/?]*)/.exec(uri)?.[1] ?? '';

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * `worker <function…>`: some functions of the topology in this process, until it is told to stop. What containers run:
 * any number of workers share the work, as members of the same consumer groups.
 */
import { type Config } from '#adapters/config.ts';
import { manifests } from '#agents/manifests.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { type FunctionSpec, type Topology, topologyOf } from '#infra/topology.ts';
import { openSession } from '#local/session.ts';
import { loadHosted } from '../agent-code.ts';
import { type Context } from '../context.ts';
import { refuseDeployed } from '../deployed.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { hostPatiently } from '../host-patiently.ts';
import { catchInterruption } from '../interruption.ts';
import { logLines } from '../log-line.ts';
import { configOf } from '../open.ts';
import { configurationError, typed, usageError } from '../problem.ts';

export interface WorkerOptions {
  readonly port?: string;
}

export async function workerCommand(
  context: Context,
  names: readonly string[],
  options: WorkerOptions,
): Promise<ExitCode> {
  const { output } = context;
  const topology = topologyOf(manifests);
  const functions = names.map((name) => findFunction(topology, name));
  const port = parsePort(options.port, functions);
  const config = configOf(context, 'info');
  refuseDeployed(config, 'worker', 'the functions of the deployment do its work');
  if (config.backend.type === 'embedded') throw needsKafka();
  const interruption = catchInterruption();
  const guarded = interruption.guard();
  const { endpoints, development } = config.function;
  const session = await openSession(config, {
    host: 'never',
    load: loadHosted,
    topology: { ...topology, functions },
    logSink: logLines(context, { json: !output.live, write: output.problem }),
    hosting: { endpoints, development, ...(port && { address: { host: '0.0.0.0', port } }) },
  });
  try {
    await guarded;
    const host = await hostPatiently(session, output, interruption.signal);
    if (host === undefined) return exitCodes.ok; // interrupted before it could begin
    introduce(context, config, names, host.endpoints);
    await Promise.race([aborted(interruption.signal), host.failed]);
    output.note('Stopping: what is in flight is finished or given back.');
    return exitCodes.ok;
  } finally {
    await session.close();
    await guarded;
    interruption.dispose();
  }
}

function findFunction({ functions }: Topology, name: string): FunctionSpec {
  const found = functions.find((spec) => spec.name === name);
  if (found !== undefined) return found;
  const known = functions.map((spec) => spec.name);
  const near = nearest(name, known);
  throw usageError('USAGE', `there is no function ${typed(name)}`, {
    expected: known.join(', '),
    hint: near === undefined ? 'take one of those' : `did you mean '${near}'?`,
  });
}

function parsePort(port: string | undefined, functions: readonly FunctionSpec[]): number | undefined {
  if (port === undefined) return undefined;
  if (functions.filter(({ http }) => http).length !== 1)
    throw usageError('USAGE', '--port is for one HTTP agent', {
      expected: 'exactly one function among those named that is called over HTTP',
      hint: 'leave --port out, or start that agent in a worker of its own',
    });
  if (/^[0-9]{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return Number(port);
  throw usageError('USAGE', `--port ${typed(port)} is no port`, {
    expected: 'a number from 1 to 65535',
    hint: 'give such a number',
  });
}

const needsKafka = () =>
  configurationError('CONFIG_CONFLICT', 'a worker shares its work through Kafka, and none is configured', {
    expected: 'KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI',
    hint: 'set both, or host everything in this folder with ./baton dev',
  });

function introduce(
  { output }: Context,
  { backend }: Config,
  names: readonly string[],
  endpoints: Readonly<Record<string, string>>,
): void {
  const brokers = backend.type === 'services' ? backend.kafka.brokers.join(', ') : '';
  const lines = [
    `Working on ${names.join(', ')} (process ${process.pid}), fed by ${brokers}.`,
    ...Object.entries(endpoints).map(([agent, url]) => `  HTTP agent   ${agent}  ${url}`),
  ];
  output.note(lines.join('\n'));
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * `agents invoke <agent>`: calls an agent once in this process, through the same boundary as a run's task: input and
 * output are checked, failures are typed, the attempt's time is limited. No log and no store are touched. An agent of
 * transport `local` gets its thread, so that a loop ends with its time, or with Ctrl-C.
 */
import { systemClock } from '#adapters/clock.ts';
import { openModels } from '#adapters/llm/open-model.ts';
import { createLogger } from '#adapters/logger.ts';
import { type Config } from '#adapters/config.ts';
import { knownSecrets } from '#adapters/open-platform.ts';
import { threadStarter } from '#adapters/worker-thread.ts';
import { answerSchema } from '#core/agent/answer-schema.ts';
import { type TaskOutcome } from '#core/event-data.ts';
import { isJsonObject, type JsonObject } from '#core/json.ts';
import { type RegisteredAgent } from '#core/agent/contract.ts';
import { type LocalAgent } from '#functions/agent/call-agent.ts';
import { type FromThread, type ToThread } from '#functions/local-agents/thread.ts';
import { loadAgents } from '../agent-code.ts';
import { callOnce } from '../call-once.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { catchInterruption } from '../interruption.ts';
import { logLines } from '../log-line.ts';
import { configOf } from '../open.ts';
import { type AskedInput, describeInputs, givenInput, type Taker } from '../run-input.ts';
import { type CliError, usageError } from '../problem.ts';
import { findAgent } from './agents.ts';

export interface InvokeOptions extends AskedInput {
  readonly json?: boolean;
}

export async function agentsInvokeCommand(
  context: Context,
  name: string,
  options: InvokeOptions,
): Promise<ExitCode> {
  const manifest = findAgent(name);
  const agent = (await loadAgents()).get(manifest.name);
  if (agent === undefined) throw elsewhere(manifest.name, manifest.endpoint);
  const taker = { name, inputSchema: schemaOf(agent) };
  const input = givenInput(taker, options);
  if (input === undefined) throw nothingGiven(taker);
  const config = configOf(context, 'warn');
  const interruption = catchInterruption();
  try {
    if (manifest.transport !== 'local') await interruption.guard();
    const outcome = await call(context, config, { agent, input, signal: interruption.signal });
    if (interruption.signal.aborted) {
      context.output.problem(`interrupted: the call of ${name} was given up; nothing is kept of it.`);
      return exitCodes.interrupted;
    }
    return show(context, name, outcome, options.json === true);
  } finally {
    interruption.dispose();
  }
}

interface Call {
  readonly agent: RegisteredAgent;
  readonly input: JsonObject;
  readonly signal: AbortSignal;
}

function call(context: Context, config: Config, { agent, input, signal }: Call): Promise<TaskOutcome> {
  const { name } = agent.manifest;
  const logged = {
    clock: systemClock,
    secrets: knownSecrets(config),
    sink: logLines(context, { json: false, write: context.output.problem }),
  };
  return callOnce(
    {
      model: openModels(config.model).model,
      secret: (of) => config.secrets[of],
      // What it prints is why somebody calls an agent by hand.
      threads: { startThread, logger: createLogger({ ...logged, level: 'info' }) },
      interrupted: signal,
    },
    agent,
    {
      task: { id: `invoke:${name}:1`, runId: 'invoke', step: name, attempt: 1, secrets: [] },
      input,
      logger: createLogger({ ...logged, level: config.logLevel }),
    },
  );
}

const startThread = threadStarter<ToThread, FromThread>({
  entry: new URL(import.meta.resolve('#functions/local-agents/worker.ts')),
});

function show({ output }: Context, agent: string, outcome: TaskOutcome, json: boolean): ExitCode {
  if (outcome.status === 'completed' && usedScript(outcome))
    output.problem('The scripted model answered. Set OPENAI_API_KEY to ask a real one.');
  if (json) output.data(JSON.stringify({ agent, ...answerOf(outcome) }));
  else if (outcome.status === 'completed') output.data(JSON.stringify(outcome.output.value, null, 2));
  if (outcome.status === 'completed') return exitCodes.ok;
  const { code, message } = outcome.failure;
  output.problem(`error[${code}]: ${message}`);
  return code === 'AGENT_INPUT_INVALID' ? exitCodes.usage : exitCodes.failed;
}

const answerOf = (outcome: TaskOutcome): object =>
  outcome.status === 'completed'
    ? { status: outcome.status, output: outcome.output.value, usage: outcome.usage }
    : { status: outcome.status, failure: outcome.failure };

const usedScript = ({ usage }: { readonly usage?: unknown }): boolean =>
  typeof usage === 'object' && usage !== null && 'model' in usage && usage.model === 'scripted';

function schemaOf({ agent }: LocalAgent): JsonObject {
  const schema = answerSchema(agent.input).json;
  return isJsonObject(schema) ? schema : {};
}

const nothingGiven = (taker: Taker): CliError =>
  usageError('INPUT_MISSING', `no input was given for agent ${taker.name}`, {
    expected: describeInputs(taker),
    hint: `give it with -i name=value or -f file.json; agents/${taker.name}/fixtures/ has examples`,
  });

const elsewhere = (name: string, endpoint: string | undefined): CliError =>
  usageError('AGENT_ELSEWHERE', `the code of agent '${name}' is not in this repository`, {
    expected: 'an agent whose agent.ts lies beside its agent.yaml',
    hint: `it takes tasks at ${endpoint ?? 'its own address'}: use it in a workflow and start that, ./baton run <workflow>`,
  });

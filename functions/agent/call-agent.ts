/**
 * Calls an agent's code in this process.
 * CA1. Whatever the agent returns, throws or leaves undone, this answers with an outcome and never rejects.
 * CA2. The agent sees a checked input, and only a checked output leaves.
 */
import { checkInput, checkOutput, failureOfThrown } from '#core/agent/boundary.ts';
import {
  type AgentContext,
  type AgentDefinition,
  type AgentManifest,
  type MeteredModel,
  type OpenModel,
} from '#core/agent/contract.ts';
import { type TaskOutcome } from '#core/event-data.ts';
import { failure, no, type Failure, type Result } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { type PlacedSecret } from '#core/payload.ts';
import { type Logger } from '#core/ports.ts';
import { maskSecrets, resolveSecrets, withoutSecrets, type Resolved } from './secrets.ts';

export interface CallDeps {
  /** The model for one call of one agent. */
  readonly model: OpenModel;
  /** A secret by name, where the agent runs. */
  readonly secret: (name: string) => string | undefined;
}

/** An agent whose code is at hand. */
export interface LocalAgent {
  readonly manifest: Pick<AgentManifest, 'name' | 'timeoutMs' | 'onRedelivery' | 'model'>;
  readonly agent: AgentDefinition;
}

/** What of a task the agent is told. */
export interface AgentCall {
  readonly task: {
    readonly id: string;
    readonly runId: string;
    readonly step: string;
    readonly attempt: number;
    /** Where the input refers to secrets. */
    readonly secrets: readonly PlacedSecret[];
  };
  readonly input: Json;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Where no `profile` is given, an agent that asks a model all the same gets this one. */
const plainModel = { profile: 'default', maxOutputTokens: 4096 };

export async function callAgent(deps: CallDeps, local: LocalAgent, call: AgentCall): Promise<TaskOutcome> {
  const resolved = resolveSecrets(call.input, call.task.secrets, deps.secret);
  if (!resolved.ok) return { status: 'failed', failure: resolved.problem };
  const { secrets } = resolved.value;
  const input = checked(local.agent, call.input, call.task.secrets, resolved.value);
  if (!input.ok) return { status: 'failed', failure: input.problem };
  const model = lazyModel(deps, local, call);
  const output = await run(local.agent, input.value, contextOf(call, model));
  if (!output.ok) return { status: 'failed', failure: withoutSecrets(output.problem, secrets) };
  const usage = model.usage();
  return {
    status: 'completed',
    output: { value: withoutSecrets(output.value, secrets) },
    ...(usage.calls === 0 ? {} : { usage: { ...usage } }),
  };
}

/** A problem of the input is described on the input with its secrets masked: messages quote values. */
function checked(
  definition: AgentDefinition,
  given: Json,
  placed: readonly PlacedSecret[],
  resolved: Resolved,
): Result<unknown> {
  const input = checkInput(definition, resolved.input);
  if (input.ok || resolved.secrets.size === 0) return input;
  const shown = checkInput(definition, maskSecrets(given, placed));
  if (!shown.ok) return shown;
  const names = [...resolved.secrets.keys()].join(', ');
  return no(
    failure(
      'AGENT_INPUT_INVALID',
      `the input of agent ${definition.name} does not fit its contract once its secrets are in place: got ${names}, expected values that fit. Change the secrets, or the step's \`with\`.`,
    ),
  );
}

async function run(agent: AgentDefinition, input: unknown, context: AgentContext): Promise<Result<Json>> {
  try {
    const output = await agent.run(input, context);
    return checkOutput(agent, output);
  } catch (thrown) {
    return no<Failure>(failureOfThrown(thrown));
  }
}

/** Opened at its first use: many agents ask no model. */
function lazyModel(
  deps: CallDeps,
  { agent, manifest }: LocalAgent,
  { signal, logger }: AgentCall,
): MeteredModel {
  let opened: MeteredModel | undefined;
  const open = (): MeteredModel => {
    const { scripted } = agent;
    const script = scripted === undefined ? {} : { scripted };
    return (opened ??= deps.model({ ...(manifest.model ?? plainModel), ...script, signal, logger }));
  };
  return {
    get name() {
      return open().name;
    },
    ask: (request) => open().ask(request),
    usage: () => opened?.usage() ?? { model: '', inputTokens: 0, outputTokens: 0, calls: 0 },
  };
}

function contextOf({ task, signal, logger }: AgentCall, model: MeteredModel): AgentContext {
  return {
    runId: task.runId,
    step: task.step,
    attempt: task.attempt,
    idempotencyKey: task.id,
    model,
    logger,
    signal,
    progress(fraction, note) {
      logger.info(
        { fraction: Math.min(1, Math.max(0, Number(fraction) || 0)), note: String(note).slice(0, 200) },
        'agent progress',
      );
    },
  };
}

/**
 * For the tests of agents: one call with the scripted model, checked at both ends as a host does it.
 * Not part of any bundle.
 */
import { openModels } from '#adapters/llm/open-model.ts';
import { type AgentContext, type AgentDefinition, type MeteredModel } from '#core/agent/contract.ts';
import { checkInput, checkOutput, failureOfThrown } from '#core/agent/boundary.ts';
import { no, type Result } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { type Logger } from '#core/ports.ts';

const silent = (): void => undefined;
export const silentLogger: Logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  child: () => silentLogger,
};

/** The output, or the failure that a run would record. `model` stands in for the scripted one. */
export async function invoke<I, O>(
  agent: AgentDefinition<I, O>,
  input: Json,
  model?: MeteredModel,
): Promise<Result<Json>> {
  const checked = checkInput(agent, input);
  if (!checked.ok) return checked;
  const { signal } = new AbortController();
  const context: AgentContext = {
    runId: '00000000000000000000000000',
    step: 'test',
    attempt: 1,
    idempotencyKey: 'test:1',
    model: model ?? scriptedModel(agent, signal),
    logger: silentLogger,
    signal,
    progress: silent,
  };
  try {
    return checkOutput(agent, await agent.run(checked.value, context));
  } catch (thrown) {
    return no(failureOfThrown(thrown));
  }
}

const scriptedModel = (
  { scripted }: { readonly scripted?: AgentDefinition['scripted'] },
  signal: AbortSignal,
): MeteredModel =>
  openModels({ names: {} }).model({
    profile: 'default',
    maxOutputTokens: 1000,
    signal,
    logger: silentLogger,
    ...(scripted === undefined ? {} : { scripted }),
  });

/** A model that gives these answers, whatever is asked; it applies the request's own check to none of them. */
export function answering(...values: readonly Json[]): MeteredModel {
  let calls = 0;
  const usage = () => ({ model: 'fixed', inputTokens: 0, outputTokens: 0, calls });
  return {
    name: 'fixed',
    usage,
    ask: () => {
      const value = values[calls] ?? values.at(-1) ?? null;
      calls += 1;
      return Promise.resolve({ value, usage: usage() });
    },
  };
}

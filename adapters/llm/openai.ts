/**
 * A model behind any endpoint that speaks OpenAI's chat completions. The only file that imports `openai`.
 * OA1. One question is at most two requests: the second lists what was wrong with the first answer.
 * OA2. Nothing is retried here: the engine retries, and sees every attempt.
 * OA3. The key is in no error and no log.
 * OA4. An answer may take as long as the attempt: what ends the wait is its signal alone.
 */
import OpenAI, { APIError, APIUserAbortError } from 'openai';
import {
  AgentFailure,
  type MeteredModel,
  type ModelAnswer,
  type ModelRequest,
  type ModelScope,
  type ModelUsage,
  type OpenModel,
} from '#core/agent/contract.ts';
import { shown, told } from '#core/agent/shown.ts';
import { failure, type Failure } from '#core/failure.ts';
import { longestTimerMs } from '../timers.ts';
import { answerLimit, parseAnswer, repairText, type Unfit, unfitFailure } from './model-answer.ts';
import { createPatientFetch } from './patient-fetch.ts';
import { failureOfProblem, filteredFailure, type ProviderProblem } from './provider-failure.ts';
import { wireSchemaOf } from './wire-schema.ts';

export interface OpenAiOptions {
  readonly apiKey: string;
  /** Up to and with the version, e.g. `https://api.openai.com/v1`. */
  readonly baseURL: string;
  /** The model's name by profile. */
  readonly modelOf: (profile: string) => string;
  readonly fetch?: typeof fetch;
}

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

interface Completion {
  readonly content: string;
  readonly refusal: string;
  readonly finish: string | undefined;
  /** False: the stream had chunks, but no choice in any. */
  readonly hasChoice: boolean;
  readonly tokens: { readonly input: number; readonly output: number };
}

export function openOpenAi(options: OpenAiOptions): OpenModel {
  // Everything the library would read from the environment is given, so that `config.ts` stays its only reader.
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseURL,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
    // OA4. Its own ten minutes are none of ours, nor are Node's five.
    timeout: longestTimerMs,
    fetch: options.fetch ?? createPatientFetch(),
  });
  return (scope) => {
    const name = options.modelOf(scope.profile);
    let total: ModelUsage = { model: name, inputTokens: 0, outputTokens: 0, calls: 0 };
    const count = ({ input, output }: Completion['tokens']) => {
      total = { ...total, inputTokens: total.inputTokens + input, outputTokens: total.outputTokens + output };
    };
    const send = async (messages: readonly Message[], request: ModelRequest): Promise<string> => {
      total = { ...total, calls: total.calls + 1 };
      const completion = await complete(client, options.apiKey, { name, scope, messages, request, count });
      return contentOf(completion, scope);
    };
    const model: MeteredModel = {
      name,
      usage: () => total,
      ask: async (request) => {
        const before = total;
        const value = await ask(request, scope, send);
        return { value, usage: difference(total, before) };
      },
    };
    return model;
  };
}

type Send = (messages: readonly Message[], request: ModelRequest) => Promise<string>;

async function ask(request: ModelRequest, scope: ModelScope, send: Send): Promise<ModelAnswer['value']> {
  const messages: readonly Message[] = [
    { role: 'system', content: request.system },
    { role: 'user', content: request.user },
  ];
  const text = await send(messages, request);
  const first = parseAnswer(text, request);
  if (first.ok) return first.value;
  logRepair(first.problem, request, scope);
  const repair: readonly Message[] = [
    ...messages,
    { role: 'assistant', content: text },
    { role: 'user', content: repairText(first.problem, request) },
  ];
  const second = parseAnswer(await send(repair, request), request);
  if (second.ok) return second.value;
  throw new AgentFailure(unfitFailure(second.problem, request));
}

const logRepair = ({ code, problems }: Unfit, request: ModelRequest, { logger }: ModelScope): void =>
  logger.info(
    { code, problems: problems.length, question: request.name },
    'model asked to repair its answer',
  );

interface Question {
  readonly name: string;
  readonly scope: ModelScope;
  readonly messages: readonly Message[];
  readonly request: ModelRequest;
  readonly count: (tokens: Completion['tokens']) => void;
}

async function complete(client: OpenAI, apiKey: string, question: Question): Promise<Completion> {
  const { name, scope, messages, request, count } = question;
  scope.signal.throwIfAborted();
  const { schema, strict } = wireSchemaOf(request.schema);
  try {
    // Streamed, because only a stream shows that an answer was cut off.
    const stream = await client.chat.completions.create(
      {
        model: name,
        messages: [...messages],
        max_completion_tokens: scope.maxOutputTokens,
        response_format: { type: 'json_schema', json_schema: { name: request.name, schema, strict } },
        stream: true,
        stream_options: { include_usage: true },
      },
      { signal: scope.signal },
    );
    const completion = await collect(stream, count);
    scope.logger.debug({ model: name, ...completion.tokens, finish: completion.finish }, 'model answered');
    return completion;
  } catch (error) {
    scope.signal.throwIfAborted();
    if (error instanceof AgentFailure) throw error;
    throw new AgentFailure(failureOfProblem(problemOf(error), apiKey));
  }
}

async function collect(
  stream: AsyncIterable<OpenAI.Chat.Completions.ChatCompletionChunk>,
  count: Question['count'],
): Promise<Completion> {
  let content = '';
  let refusal = '';
  let finish: string | undefined;
  let chunks = 0;
  let hasChoice = false;
  let tokens = { input: 0, output: 0 };
  try {
    for await (const { choices, usage } of stream) {
      chunks += 1;
      if (usage) tokens = { input: usage.prompt_tokens, output: usage.completion_tokens };
      const choice = choices?.[0];
      if (choice === undefined) continue;
      hasChoice = true;
      content += choice.delta?.content ?? '';
      refusal += choice.delta?.refusal ?? '';
      finish = choice.finish_reason ?? finish;
      if (content.length + refusal.length > answerLimit) throw new AgentFailure(tooLong);
    }
  } finally {
    count(tokens);
  }
  if (chunks === 0 || (hasChoice && finish === undefined))
    throw new Error(`the stream ended after ${chunks} parts`);
  return { content, refusal, finish, hasChoice, tokens };
}

const tooLong = failure(
  'PAYLOAD_TOO_LARGE',
  `the model's answer is too long: got more than ${answerLimit} characters, expected fewer. Ask for less, or lower maxOutputTokens in agent.yaml.`,
);

/** The text of a completion that ended as it should; else the failure that its end means. */
function contentOf({ content, refusal, finish }: Completion, scope: ModelScope): string {
  if (refusal !== '') throw new AgentFailure(refused(refusal));
  if (finish === 'content_filter') throw new AgentFailure(filteredFailure('finish reason content_filter'));
  if (finish === 'length') throw new AgentFailure(truncated(content, scope.maxOutputTokens));
  if (content.trim() === '') throw new AgentFailure(empty);
  return content;
}

const refused = (text: string): Failure =>
  failure(
    'AGENT_REFUSED',
    `the model refused to answer: got ${shown(text)}, expected an answer. Change the task's input.`,
    { details: { refusal: told(text, 500) } },
  );

const truncated = (content: string, limit: number): Failure =>
  failure(
    'AGENT_OUTPUT_TRUNCATED',
    `the model's answer stopped at the token limit: got ${content.length} characters, expected a whole answer within ${limit} tokens. Raise model.maxOutputTokens in agent.yaml, or ask for less.`,
  );

const empty: Failure = failure(
  'AGENT_EMPTY',
  'the model gave no answer: got no text, expected JSON. Retry, or use another model.',
  { retryable: true },
);

function problemOf(error: unknown): ProviderProblem {
  if (error instanceof APIError && !(error instanceof APIUserAbortError)) {
    const { headers, message } = error as APIError;
    const code: unknown = error.code;
    const status = (error as APIError).status ?? statusIn(code);
    return {
      message,
      ...(status === undefined ? {} : { status }),
      ...(typeof code === 'string' ? { code } : {}),
      ...(headers === undefined ? {} : { headers }),
    };
  }
  return { message: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
}

/** An error in the middle of a stream has no status; some providers put one in its code, as a number or in digits. */
const statusIn = (code: unknown): number | undefined =>
  /^[45]\d\d$/.test(String(code)) ? Number(code) : undefined;

const difference = (after: ModelUsage, before: ModelUsage): ModelUsage => ({
  model: after.model,
  inputTokens: after.inputTokens - before.inputTokens,
  outputTokens: after.outputTokens - before.outputTokens,
  calls: after.calls - before.calls,
});

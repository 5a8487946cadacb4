/**
 * What a model provider answers when it does not answer, as failures.
 * PF1. The key is in no text.   PF2. `retryable` only where the same question may be answered later.
 */
import { failure, type Failure } from '#core/failure.ts';
import { shown, told } from '#core/agent/shown.ts';

/** What is known of a refused or broken request. */
export interface ProviderProblem {
  /** Of the answer, or said by an error within its stream. Absent: no answer came, or it was cut off. */
  readonly status?: number;
  /** The provider's own code, e.g. `context_length_exceeded`. */
  readonly code?: string;
  readonly message: string;
  readonly headers?: { get(name: string): string | null };
}

const dayMs = 86_400_000;

export function failureOfProblem(problem: ProviderProblem, apiKey: string): Failure {
  const { status, code = '' } = problem;
  const said = saidBy(problem, apiKey);
  const wait = retryAfter(problem.headers);
  // A code says more than a status, and is all there is where an answer that had begun well ends in an error.
  const known = ofCode(code, said, wait);
  if (known !== undefined) return known;
  if (status === undefined || status === 408 || status === 409 || status >= 500) {
    const what = status === undefined ? 'the connection failed or was cut off' : `status ${status}`;
    const message = `the model provider failed: got ${what} (${said}), expected an answer. Retry later; check OPENAI_BASE_URL and the provider's status page.`;
    return failure('LLM_UPSTREAM', message, { retryable: true, ...wait });
  }
  if (status === 401 || status === 403) {
    // The provider's own text is left out: it may repeat the key.
    const message = `the model provider refused the key: got status ${status}, expected a key that may use this model. Set OPENAI_API_KEY to a valid one.`;
    return failure('LLM_AUTH', message);
  }
  if (status === 429) return rateFailure(code, said, wait);
  if (status === 413 || /maximum context length|context window/i.test(said)) return contextFailure(said);
  const message = `the model provider rejected the request: got status ${status} (${said}), expected 200. Check BATON_MODEL, OPENAI_BASE_URL and whether the model takes JSON Schema output.`;
  return failure('LLM_BAD_REQUEST', message);
}

type Wait = { readonly retryAfterMs?: number };

function ofCode(code: string, said: string, wait: Wait): Failure | undefined {
  switch (code) {
    case 'context_length_exceeded':
      return contextFailure(said);
    case 'content_filter':
    case 'content_policy_violation':
      return filteredFailure(said);
    case 'insufficient_quota':
    case 'rate_limit_exceeded':
      return rateFailure(code, said, wait);
    default:
      return undefined;
  }
}

const contextFailure = (said: string): Failure =>
  failure(
    'AGENT_CONTEXT_LIMIT',
    `the prompt is longer than the model takes: got ${said}, expected a shorter one. Shorten the task's input or use a model with a larger context.`,
  );

export const filteredFailure = (said: string): Failure =>
  failure(
    'AGENT_FILTERED',
    `a content filter withheld the model's answer: got ${said}, expected an answer. Change the task's input or the provider's filter.`,
  );

function rateFailure(code: string, said: string, wait: Wait): Failure {
  // A used-up quota does not come back by waiting a minute.
  if (code === 'insufficient_quota') {
    const message = `the model provider's quota is used up: got ${said}, expected quota. Raise it at the provider.`;
    return failure('LLM_RATE', message);
  }
  const message = `the model provider limits the rate: got ${said}, expected an answer. It is asked again later; lower the load if this lasts.`;
  return failure('LLM_RATE', message, { retryable: true, ...wait });
}

function saidBy({ message }: ProviderProblem, apiKey: string): string {
  const clean = apiKey.length >= 4 ? message.replaceAll(apiKey, '[redacted]') : message;
  return told(shown(clean), 200);
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; the date is compared with the answer's own date. */
function retryAfter(headers: ProviderProblem['headers']): { readonly retryAfterMs?: number } {
  const exact = headers?.get('retry-after-ms');
  const plain = headers?.get('retry-after')?.trim();
  if (exact !== null && exact !== undefined && /^\d{1,9}(\.\d+)?$/.test(exact)) return within(Number(exact));
  if (plain === undefined || plain === '') return {};
  if (/^\d{1,9}(\.\d+)?$/.test(plain)) return within(Number(plain) * 1000);
  const then = Date.parse(plain);
  const answered = Date.parse(headers?.get('date') ?? '');
  return Number.isNaN(then) ? {} : within(then - (Number.isNaN(answered) ? Date.now() : answered));
}

const within = (ms: number) => ({ retryAfterMs: Math.min(dayMs, Math.max(0, Math.ceil(ms))) });

/**
 * The failures of a run, step or agent call, as values; and the two errors that may be thrown.
 * F1. A code, once published, keeps its meaning.   F2. `retryable` is a fact about the failure, not a wish.
 */
import { type Json } from './json.ts';

/** Codes the engine itself gives. Agents may add their own (`^[A-Z][A-Z0-9_]{1,63}$`). */
export const failureCodes = {
  WF_UNKNOWN_WORKFLOW: 'no definition of that name is active',
  WF_UNKNOWN_VERSION: 'no stored version is in the asked range',
  WF_VERSION_CONFLICT: 'this version of a workflow is registered with other content',
  WF_UNKNOWN_AGENT: 'a step names an agent that is not registered',
  INPUT_INVALID: 'the run input does not fit the declared inputs',
  REQUEST_INVALID: 'the start request is not of the documented shape',
  CE_ID_REUSE: 'the same source and id came with another payload',
  IDEMPOTENCY_CONFLICT: 'the same idempotency key came with another payload',
  RETRY_SOURCE_MISSING: 'the run to retry is unknown or still live',
  EXPR_EVAL: 'an expression failed while it was evaluated',
  EXPR_TYPE: 'an expression gave a value of another type than its place needs',
  EXPR_NO_SUCH_KEY: 'an expression asked for a key that is not there',
  EXPR_COST: 'an expression did more work than is allowed',
  STEP_TIMEOUT: 'the attempt did not answer before its deadline',
  STEP_DEADLINE: 'the step did not finish before its own deadline',
  APPROVAL_REJECTED: 'the approval was rejected',
  APPROVAL_TIMEOUT: 'nobody decided the approval in time',
  RUN_TIMEOUT: 'the run did not finish before its timeout',
  RUN_CANCELLED: 'somebody cancelled the run',
  PAYLOAD_TOO_LARGE: 'a value exceeds the stated limit',
  AGENT_INPUT_INVALID: 'the task input does not fit the agent contract',
  AGENT_OUTPUT_INVALID: 'the agent output does not fit the agent contract',
  AGENT_OUTPUT_TYPE: 'the agent returned something that is not JSON',
  AGENT_OUTPUT_PARSE: 'the model answer is not JSON',
  AGENT_OUTPUT_TRUNCATED: 'the model answer stopped at the token limit',
  AGENT_REFUSED: 'the model refused to answer',
  AGENT_FILTERED: 'the model answer was withheld by a content filter',
  AGENT_EMPTY: 'the model gave no answer',
  AGENT_CONTEXT_LIMIT: 'the prompt is longer than the model takes',
  AGENT_THREW: 'the agent threw something that is not a failure',
  AGENT_TIMEOUT: 'the agent did not return before its deadline',
  AGENT_CRASHED: 'the thread or process of the agent ended',
  AGENT_CANCELLED: 'the call was stopped because its run was cancelled',
  LLM_AUTH: 'the model provider refused the key',
  LLM_RATE: 'the model provider limits the rate',
  LLM_UPSTREAM: 'the model provider failed or was cut off',
  LLM_BAD_REQUEST: 'the model provider rejected the request',
  HTTP_TIMEOUT: 'the HTTP agent did not answer in time',
  HTTP_STATUS: 'the HTTP agent answered with an unexpected status',
  HTTP_UNREACHABLE: 'the HTTP agent could not be reached',
  HTTP_BODY_LIMIT: 'the HTTP answer is too long',
  HTTP_CONTENT_TYPE: 'the HTTP answer is not a CloudEvent',
  HTTP_REDIRECT_BLOCKED: 'the HTTP agent answered with a redirect',
  HTTP_HEADER_INVALID: 'a header for the HTTP agent holds what no header may hold',
  SSRF_BLOCKED: 'the address of the HTTP agent is in a forbidden range',
  URL_SCHEME: 'the endpoint of the HTTP agent is not https',
  URL_CREDENTIALS: 'the endpoint of the HTTP agent carries credentials',
  BLOB_MISSING: 'a claim check points at nothing',
  BLOB_DIGEST: 'a claim check points at other bytes than were stored',
  SECRET_MISSING: 'a referenced secret is not set where the agent runs',
} as const;

export type FailureCode = keyof typeof failureCodes;

/** What went wrong, as data. `message` follows the four parts: what, the value, what was expected, how to fix. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Json;
  /** How long to wait before another attempt, in milliseconds, where the failing side said so. */
  readonly retryAfterMs?: number;
}

export const failure = (code: FailureCode, message: string, options: Partial<Failure> = {}): Failure => ({
  retryable: false,
  ...options,
  code,
  message,
});

/** A value, or what prevented it. */
export type Result<T, P = Failure> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const no = <P>(problem: P): { readonly ok: false; readonly problem: P } => ({ ok: false, problem });

/**
 * An outside thing (log, store, network) did not do what was asked, or it is not known whether it did.
 * The only error that may leave a handler: the batch comes again.
 */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
}

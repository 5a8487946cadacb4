/**
 * A workflow definition as the engine uses it: parsed, checked, expressions split from text.
 * Made only by `parse.ts`; plain data, so that it can be drawn, simulated and compared.
 */
import { type Json, type JsonObject } from '../json.ts';

export interface Definition {
  readonly name: string;
  /** Semantic version, as written. */
  readonly version: string;
  /** `sha256:<hex>` of the canonical JSON of `source`. */
  readonly digest: string;
  /** The file's content as JSON, unchanged: what is stored, and what `parseDefinition` takes again. */
  readonly source: JsonObject;
  readonly description?: string;
  /** JSON Schema (2020-12) of the whole input object, made from `inputs`. */
  readonly inputSchema: JsonObject;
  /** In the order of the file. Never empty. */
  readonly steps: readonly StepDefinition[];
  /** What the run gives back; without `outputs`, `{}`. */
  readonly outputs: Template;
  readonly idempotencyKey?: Expression;
  /** Whole run, milliseconds. */
  readonly timeoutMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

interface AnyStep {
  readonly id: string;
  /** Explicit `needs` and steps referred to by expressions, without repeats, in the order of the file. */
  readonly needs: readonly string[];
  readonly join: Join;
  readonly if?: Expression;
  readonly continueOnError: boolean;
}

export interface AgentStep extends AnyStep {
  readonly kind: 'agent';
  readonly agent: { readonly name: string; readonly range?: string };
  readonly with: Template;
  readonly retry?: RetryPolicy;
  /** One attempt, from dispatch, milliseconds; absent: the agent's, else five minutes. */
  readonly timeoutMs?: number;
  /** The step as a whole, from its first dispatch, milliseconds. */
  readonly deadlineMs?: number;
}

export interface ApprovalStep extends AnyStep {
  readonly kind: 'approval';
  /** Who may decide, for people to read: Baton does not check it. Never empty. */
  readonly to: readonly string[];
  readonly prompt: Template;
  /** How long a decision is waited for, milliseconds. */
  readonly timeoutMs: number;
  readonly onTimeout: TimeoutRule;
}

export type StepDefinition = AgentStep | ApprovalStep;

/** What becomes of an approval that nobody decided in time. */
export type TimeoutRule = 'approve' | 'reject' | 'fail';

export type Join =
  | { readonly type: 'all' }
  | { readonly type: 'atLeast'; readonly count: number; readonly cancelRest: boolean };

export interface RetryPolicy {
  /** Attempts in all, the first included: at least 1. */
  readonly max: number;
  readonly delayMs: number;
  readonly backoff: 'exponential' | 'fixed';
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: 'full' | 'none';
  /** Only these failure codes are retried; absent: every retryable failure. */
  readonly on?: readonly string[];
}

/** CEL text with the variable paths it reads, e.g. `['steps','design','output','messaging']`. */
export interface Expression {
  readonly source: string;
  readonly reads: readonly (readonly string[])[];
  /** The expression is nothing but one path: its value, or its claim check, can be passed on as it is. */
  readonly isPath: boolean;
}

/** A JSON value with expressions in it. */
export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Template])[] };

/**
 * What an agent is to Baton: its manifest (`agent.yaml`, what is not code), its context, and its definition.
 * A1. Everything an agent uses from outside arrives in `ctx`.   A2. Input is checked before the call, output after.
 */
import type * as z from 'zod';
import { type Failure } from '../failure.ts';
import { type Json } from '../json.ts';
import { type Logger } from '../ports.ts';

/** Agents import from `core/agent` only: what they need of JSON comes from here. */
export { type Json, type JsonObject } from '../json.ts';

export interface AgentManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly transport: 'kafka' | 'http' | 'local';
  /** HTTP agents that run elsewhere; absent for those that Baton hosts. */
  readonly endpoint?: string;
  readonly owner: string;
  /** One attempt, milliseconds. */
  readonly timeoutMs: number;
  readonly onRedelivery: 'once' | 'repeat';
  /** Model profile: which `BATON_MODEL` setting the agent's calls use. Absent: no model. */
  readonly model?: { readonly profile: string; readonly maxOutputTokens: number };
}

export interface AgentContext {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  /** The same for every delivery of one attempt: hand it to whatever must happen once. */
  readonly idempotencyKey: string;
  readonly model: Model;
  readonly logger: Logger;
  /** Aborts on cancel, timeout and shutdown. */
  readonly signal: AbortSignal;
  /** Tells people how far it is; 0..1 and a few words. Never affects the run. */
  progress(fraction: number, note: string): void;
}

/** Thrown by an agent (or by `ctx.model`) to end the attempt with a typed failure. */
export class AgentFailure extends Error {
  override readonly name = 'AgentFailure';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export interface AgentDefinition<I = unknown, O = unknown> {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  run(input: I, ctx: AgentContext): Promise<O>;
  /** Answers for the scripted model: input-dependent, schema-valid, deterministic; labelled scripted wherever it shows. */
  readonly scripted?: ScriptedModel;
}

/** Given the request, the JSON the scripted model answers with. Pure. */
export type ScriptedModel = (request: ModelRequest) => Json;

export interface ModelRequest {
  /** What is asked for, e.g. `design`: names the JSON Schema on the wire (`^[a-z][a-z0-9_]{0,63}$`). */
  readonly name: string;
  readonly system: string;
  /** Untrusted text and data stay in here. */
  readonly user: string;
  /** The same data, for the scripted model. */
  readonly input: Json;
  /** JSON Schema (2020-12) that the answer must fit. */
  readonly schema: Json;
  /** Checks beyond the schema (dangling references …); problems go into the one repair turn. */
  readonly check?: (answer: Json) => readonly string[];
}

export interface ModelAnswer {
  readonly value: Json;
  readonly usage: ModelUsage;
}

export interface ModelUsage {
  /** `scripted` where no model was asked. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
}

export interface Model {
  readonly name: string;
  /** Structured output, validated; one repair turn. Throws `AgentFailure` with a typed code. */
  ask(request: ModelRequest): Promise<ModelAnswer>;
}

/** What one agent call gives its model. */
export interface ModelScope {
  /** From the manifest: which `BATON_MODEL` setting, and how many tokens one answer may have. */
  readonly profile: string;
  readonly maxOutputTokens: number;
  readonly scripted?: ScriptedModel;
  /** Ends the question in flight; `ask` then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export interface MeteredModel extends Model {
  /** Everything asked so far through this model, failed questions and repair turns included. */
  usage(): ModelUsage;
}

/** Opens the model for one agent call. Cheap; performs no I/O. */
export type OpenModel = (scope: ModelScope) => MeteredModel;

export interface RegisteredAgent {
  readonly manifest: AgentManifest;
  readonly agent: AgentDefinition;
}
/** By name. `agents/registry.ts`, generated from the folders, has the one that is deployed. */
export type AgentRegistry = ReadonlyMap<string, RegisteredAgent>;

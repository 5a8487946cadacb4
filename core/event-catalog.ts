/**
 * The events Baton reads and writes: type, topic and the shape of `data`. Schemas, AsyncAPI and the architecture
 * test read this table; the parsers beside it (`event-data.ts`) turn `data` into values.
 * E1. An event's type fixes its topic: a type on another topic is refused.
 */
import { type JsonObject } from './json.ts';

export const topics = {
  request: 'workflow.request',
  command: 'workflow.command',
  response: 'workflow.step.response',
  output: 'workflow.output',
  deadLetter: 'workflow.dlq',
  step: (agent: string): string => `workflow.step.${agent}.request`,
} as const;

/** Records are kept so long on every topic; an ended run at least as long, since they may name it. */
export const topicRetentionDays = 7;

export const groups = {
  request: 'baton.orchestrator.request',
  command: 'baton.orchestrator.command',
  response: 'baton.orchestrator.response',
  outputLogger: 'baton.output-logger',
  agent: (agent: string): string => `baton.agent.${agent}`,
} as const;

const text: JsonObject = { type: 'string', minLength: 1, maxLength: 1024 };
const refs: JsonObject = {
  type: 'array',
  description:
    'Claim checks: the places (JSON pointers from the value) that hold null here and a stored blob instead.',
  items: {
    type: 'object',
    required: ['at', 'ref'],
    properties: {
      at: { type: 'string' },
      ref: {
        type: 'object',
        required: ['digest', 'bytes'],
        properties: {
          digest: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
          bytes: { type: 'integer', minimum: 0 },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
};
const secrets: JsonObject = {
  type: 'array',
  description: 'Where the workflow refers to secrets by name; resolved where the agent runs.',
  items: { type: 'object', required: ['at', 'name'], properties: { at: { type: 'string' }, name: text } },
};
const failure: JsonObject = {
  type: 'object',
  required: ['code', 'message', 'retryable'],
  properties: {
    code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,63}$' },
    message: { type: 'string', maxLength: 4096 },
    retryable: { type: 'boolean' },
    details: {},
    retryAfterMs: { type: 'number', minimum: 0 },
  },
};
const workflow: JsonObject = {
  type: 'object',
  required: ['name', 'version', 'digest'],
  properties: { name: text, version: text, digest: text },
};
const object = (required: readonly string[], properties: JsonObject): JsonObject => ({
  type: 'object',
  required,
  properties,
});

export interface CatalogEntry {
  /** With `{agent}` where the topic is one per agent. */
  readonly topic: string;
  readonly description: string;
  readonly data: JsonObject;
}

/** Every event type, once. */
export const eventCatalog = {
  'dev.baton.workflow.requested.v1': {
    topic: topics.request,
    description: 'Starts a run. Anybody allowed to start work sends it, with any key or none.',
    data: object(['workflow'], {
      workflow: { ...text, description: 'name or name@range' },
      input: { type: 'object' },
      retryOf: { ...text, description: 'the id of the ended run whose recorded results are used again' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
    }),
  },
  'dev.baton.run.cancel.v1': {
    topic: topics.command,
    description: 'Cancels a run. Subject and key are the run id.',
    data: object(['by'], { by: text, reason: { type: 'string', maxLength: 1024 } }),
  },
  'dev.baton.approval.decided.v1': {
    topic: topics.command,
    description: 'Decides an approval that a run waits for. Subject and key are the run id.',
    data: object(['step', 'decision', 'by'], {
      step: { ...text, description: 'the id of the step that waits' },
      decision: { enum: ['approved', 'rejected'] },
      by: { ...text, description: 'who decided; recorded' },
      comment: { type: 'string', maxLength: 1024 },
    }),
  },
  'dev.baton.run.wake.v1': {
    topic: topics.command,
    description: 'Tells a run that its next deadline may have come. Sent by the timer.',
    data: object(['wakeSentAt'], { wakeSentAt: { type: 'integer', minimum: 0 } }),
  },
  'dev.baton.step.requested.v1': {
    topic: 'workflow.step.{agent}.request',
    description: 'One task: one attempt of a step, for one agent.',
    data: object(['agent', 'workflow', 'input'], { agent: text, workflow, input: {}, refs, secrets }),
  },
  'dev.baton.step.completed.v1': {
    topic: topics.response,
    description: 'The result of a task. Carries the capability of the task.',
    data: object(['output'], { output: {}, refs, usage: {} }),
  },
  'dev.baton.step.failed.v1': {
    topic: topics.response,
    description: 'The failure of a task. Carries the capability of the task.',
    data: object(['failure'], { failure }),
  },
  'dev.baton.run.completed.v1': {
    topic: topics.output,
    description: 'A run ended well.',
    data: object(['workflow', 'outputs'], { workflow: { type: 'string' }, outputs: {}, refs }),
  },
  'dev.baton.run.failed.v1': {
    topic: topics.output,
    description: 'A run ended with a failure.',
    data: object(['workflow', 'failure'], { workflow: { type: 'string' }, failure, step: text }),
  },
  'dev.baton.run.cancelled.v1': {
    topic: topics.output,
    description: 'A run was cancelled.',
    data: object(['workflow', 'by'], { workflow: { type: 'string' }, by: text, reason: { type: 'string' } }),
  },
} as const satisfies Readonly<Record<string, CatalogEntry>>;

export type EventType = keyof typeof eventCatalog;

export const isEventType = (type: string): type is EventType => Object.hasOwn(eventCatalog, type);

/** The `source` of what each part of Baton sends. */
export const sources = {
  orchestrator: '/baton/orchestrator',
  timer: '/baton/timer',
  cli: '/baton/cli',
  agent: (name: string): string => `/baton/agents/${name}`,
} as const;

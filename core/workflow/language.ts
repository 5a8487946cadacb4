/**
 * The words of the workflow language: every key, what it is for, what it takes. Parser, JSON Schema and reference are
 * made from these tables.
 * L1. One canonical spelling for each idea; other tools' words are answered with ours.
 * L2. A key that is part of the language but not built yet is told apart from a misspelt one.
 */
import { patterns } from '../ids.ts';
import { type JsonObject } from '../json.ts';
import { durationPattern } from './duration.ts';
import { nearest } from './nearest.ts';
import { quote } from './problem.ts';
import { didYouMean, type Report } from './report.ts';
import { escapePointer } from './scope.ts';
import { type MapNode } from './source-node.ts';

export interface FieldWord {
  readonly about: string;
  /** JSON Schema of the value, for editors; absent: not supported yet. */
  readonly schema?: JsonObject;
  readonly required?: true;
}
export type Words = Readonly<Record<string, FieldWord>>;

export const stepCount = { least: 1, most: 10_000 } as const;
export const retryMost = 100;
export const inputTypes = ['string', 'number', 'integer', 'boolean', 'object', 'array'] as const;
export const agentRefPattern = `${patterns.agentName.source.slice(0, -1)}(?:@.{1,80})?$`;

const duration: JsonObject = {
  type: 'string',
  pattern: durationPattern,
  description: 'A duration: 500ms, 90s, 5m, 2h, 7d, or ISO 8601; up to 366 days.',
};
const expression: JsonObject = { type: 'string', minLength: 1, description: 'An expression in CEL.' };
const later = (about: string): FieldWord => ({ about });

export const workflowWords: Words = {
  name: {
    about: 'Name of the workflow; unique among the stored ones.',
    schema: { type: 'string', pattern: patterns.workflowName.source },
    required: true,
  },
  version: { about: 'Semantic version, in quotes: "1.0.0".', schema: { type: 'string' }, required: true },
  description: { about: 'What the workflow is for, for people.', schema: { type: 'string' } },
  inputs: {
    about: 'What a run is started with: a JSON Schema for each input, or just its type.',
    schema: {
      type: 'object',
      additionalProperties: {
        anyOf: [
          { enum: [...inputTypes] },
          { type: 'object', properties: { required: { anyOf: [{ type: 'boolean' }, { type: 'array' }] } } },
        ],
      },
    },
  },
  steps: {
    about: 'The steps by id. Steps with nothing between them run in parallel.',
    schema: {
      type: 'object',
      minProperties: stepCount.least,
      maxProperties: stepCount.most,
      propertyNames: { pattern: patterns.stepId.source },
      additionalProperties: { $ref: '#/$defs/step' },
    },
    required: true,
  },
  outputs: { about: 'What the run gives back: any value with ${{ }} in it.', schema: { type: 'object' } },
  idempotencyKey: {
    about: 'An expression over inputs: two starts with the same value are one run.',
    schema: expression,
  },
  timeout: { about: 'How long the whole run may take.', schema: duration },
  labels: {
    about: 'Labels of every run, for finding it.',
    schema: { type: 'object', maxProperties: 20, additionalProperties: { type: 'string', maxLength: 256 } },
  },
  on: later('Events and schedules that start a run.'),
  concurrency: later('How many runs may go on at once.'),
  budget: later('How many tokens, calls or how much money a run may use.'),
  onFailure: later('A step to run when the run fails.'),
  finally: later('A step to run at the end in any case.'),
};

/** The bodies of a step: exactly one of them. */
export const bodyWords: Words = {
  agent: {
    about: 'The agent that does the step: name or name@range.',
    schema: { type: 'string', pattern: agentRefPattern },
  },
  workflow: later('A child run.'),
  forEach: later('One task or child run for each item of a list.'),
  repeat: later('A bounded loop.'),
  switch: later('The first branch whose condition holds.'),
  parallel: later('Groups of steps side by side.'),
  approval: {
    about: 'Waits for the decision of a person.',
    schema: { $ref: '#/$defs/approval' },
  },
  waitFor: later('Waits for an event from outside.'),
  sleep: later('Waits for a time.'),
  sleepUntil: later('Waits until a moment.'),
  emit: later('Publishes an event.'),
  set: later('Computes values.'),
};

export const stepWords: Words = {
  ...bodyWords,
  with: {
    about: 'Input of the agent: a mapping with ${{ }} in it, or one ${{ }} that gives a mapping.',
    schema: { anyOf: [{ type: 'object' }, { type: 'string', pattern: '^\\s*\\$\\{\\{' }] },
  },
  if: {
    about: 'A condition in CEL; where it is false the step is skipped.',
    schema: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'boolean' }] },
  },
  needs: {
    about: 'Steps that must have finished before, beyond those that expressions refer to.',
    schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  },
  join: {
    about: 'How many of the needed steps must succeed: all (default), any, or {atLeast: n}.',
    schema: { anyOf: [{ enum: ['all', 'any'] }, { $ref: '#/$defs/join' }] },
  },
  retry: {
    about: 'How a retryable failure is tried again; a number is short for {max: number}.',
    schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: retryMost }, { $ref: '#/$defs/retry' }] },
  },
  timeout: { about: "One attempt, from dispatch; default: the agent's, else 5m.", schema: duration },
  deadline: { about: 'The step as a whole, from its first dispatch.', schema: duration },
  continueOnError: { about: 'A failure of this step does not fail the run.', schema: { type: 'boolean' } },
  catch: later('What to do on given failures.'),
  compensate: later('What undoes the step when the run fails.'),
  maxParallel: later('How many items of forEach at once.'),
  tolerate: later('How many items of forEach may fail.'),
};

export const retryWords: Words = {
  max: {
    about: 'Attempts in all, the first included.',
    schema: { type: 'integer', minimum: 1, maximum: retryMost },
    required: true,
  },
  delay: { about: 'Before the second attempt; default 1s.', schema: duration },
  backoff: { about: 'How the delay grows; default exponential.', schema: { enum: ['exponential', 'fixed'] } },
  factor: {
    about: 'By what the delay is multiplied each time; default 2.',
    schema: { type: 'number', minimum: 1, maximum: 100 },
  },
  maxDelay: { about: 'The longest delay; default 30s, or delay where that is longer.', schema: duration },
  jitter: { about: 'full (default): anywhere between 0 and the delay.', schema: { enum: ['full', 'none'] } },
  on: {
    about: 'Only these failure codes.',
    schema: { type: 'array', minItems: 1, items: { type: 'string', pattern: patterns.failureCode.source } },
  },
};

/** Beside the body of an approval: no agent is asked, so nothing is given to it, timed or tried again. */
export const agentOnlyWords = ['with', 'retry', 'timeout', 'deadline'] as const;

export const timeoutRules = ['approve', 'reject', 'fail'] as const;
export const approvers = { most: 20, longest: 256 } as const;

export const approvalWords: Words = {
  to: {
    about: 'Who decides: a text or a list of texts, for people to read.',
    schema: {
      anyOf: [
        { type: 'string', minLength: 1, maxLength: approvers.longest },
        {
          type: 'array',
          minItems: 1,
          maxItems: approvers.most,
          items: { type: 'string', minLength: 1, maxLength: approvers.longest },
        },
      ],
    },
    required: true,
  },
  prompt: {
    about: 'What is to be decided: text with ${{ }} in it.',
    schema: { type: 'string', minLength: 1 },
    required: true,
  },
  timeout: { about: 'How long the decision is waited for; default 7d.', schema: duration },
  onTimeout: {
    about: 'What happens then: approve, reject, or fail (default).',
    schema: { enum: [...timeoutRules] },
  },
};

export const joinWords: Words = {
  atLeast: {
    about: 'So many needed steps must succeed.',
    schema: { type: 'integer', minimum: 1 },
    required: true,
  },
  cancelRest: { about: 'Cancel the others then.', schema: { type: 'boolean' } },
};

/** L1: words of other tools, and ours. */
const synonyms: Readonly<Record<string, string>> = {
  dependsOn: 'needs', depends_on: 'needs', after: 'needs',
  when: 'if', condition: 'if',
  input: 'with', arguments: 'with', parameters: 'with', args: 'with', params: 'with',
  retries: 'retry', maxAttempts: 'retry', max_attempts: 'retry', attempts: 'retry',
  timeoutSeconds: 'timeout', timeout_seconds: 'timeout', 'timeout-minutes': 'timeout',
  uses: 'agent', action: 'agent', task: 'agent',
  'continue-on-error': 'continueOnError', allowFailure: 'continueOnError',
  output: 'outputs', jobs: 'steps', tasks: 'steps', id: 'name', tags: 'labels',
  approvers: 'to', reviewers: 'to', assignees: 'to', message: 'prompt', question: 'prompt',
  interval: 'delay', initialInterval: 'delay', backoffRate: 'factor', maxInterval: 'maxDelay', max: 'atLeast',
}; // prettier-ignore

/** Reports every key that is not among the words, and every required one that is missing. */
export function checkWords(node: MapNode, words: Words, what: string, report: Report): void {
  const supported = Object.keys(words).filter((name) => words[name]?.schema !== undefined);
  for (const { key, keyAt } of node.entries) {
    const word = Object.hasOwn(words, key) ? words[key] : undefined;
    const where = { at: keyAt, path: `${node.path}/${escapePointer(key)}` };
    if (word === undefined)
      report.add('WF_UNKNOWN_FIELD', where, `unknown field ${quote(key)} in ${what}`, {
        expected: supported.join(', '),
        ...didYouMean(meant(key, words), 'remove it'),
      });
    else if (word.schema === undefined)
      report.add('WF_UNSUPPORTED', where, `${quote(key)} in ${what} is not supported yet`, {
        expected: supported.join(', '),
        hint: 'remove it for now',
      });
  }
  for (const [key, word] of Object.entries(words))
    if (word.required === true && !node.entries.some((entry) => entry.key === key))
      report.add(
        'WF_REQUIRED',
        { at: node.at, path: `${node.path}/${key}` },
        `${what} has no ${quote(key)}`,
        {
          expected: `${key}: ${word.about}`,
          hint: `add ${quote(key)}`,
        },
      );
}

/** The word for a misspelt or foreign key: the nearest of the words and the synonyms. */
export function meant(key: string, words: Words): string | undefined {
  const fitting = Object.entries(synonyms).filter(([, ours]) => words[ours]?.schema !== undefined);
  const near = nearest(key, [...Object.keys(words), ...fitting.map(([theirs]) => theirs)]);
  return near === undefined || Object.hasOwn(words, near) ? near : synonyms[near];
}

/** What `run` and `runs …` print with `--json`. */
import { rowStatuses } from '#core/row-status.ts';
import {
  anything,
  choice,
  count,
  digest,
  failure,
  list,
  map,
  object,
  oneOf,
  runId,
  type Shape,
  text,
  time,
} from './shape.ts';

const status = choice(...rowStatuses);

const row = {
  run: runId,
  workflow: text,
  status,
  startedAt: time,
  'endedAt?': time,
  'digest?': digest,
  'labels?': map(text),
  'failure?': failure,
};

const result = oneOf(
  object({ run: runId, workflow: text, status: choice('completed'), outputs: anything }),
  object({ run: runId, workflow: text, status: choice('failed'), failure, 'step?': text }),
  object({ run: runId, workflow: text, status: choice('cancelled'), by: text, 'reason?': text }),
);

const entry = {
  at: time,
  version: { ...count, description: 'Of the commit that stored it.' },
  type: text,
  text: { ...text, description: 'What happened, for people.' },
  'step?': text,
  'attempt?': count,
  'durationMs?': { type: 'number', minimum: 0 },
  'failure?': failure,
};

const requested = object({ run: runId, workflow: text, status: choice('requested') });

const approval = {
  to: list(text),
  prompt: text,
  deadlineAt: { ...time, description: 'What happens then says `onTimeout`.' },
};

const step = object({
  step: text,
  status: choice(
    'waiting',
    'running',
    'backingOff',
    'undecided',
    'completed',
    'failed',
    'skipped',
    'cancelled',
  ),
  attempts: count,
  'agent?': text,
  'startedAt?': time,
  'endedAt?': time,
  'retryAt?': time,
  'failure?': failure,
  'skipped?': text,
  'approval?': object({
    ...approval,
    'decision?': choice('approved', 'rejected'),
    'by?': text,
    'comment?': text,
  }),
});

/** Where a run was left waiting for people, in place of a result. */
const waitingRun = object({
  run: runId,
  workflow: text,
  status: choice('waiting'),
  approvals: list(object({ step: text, ...approval })),
});

const followed = oneOf(object({ run: runId, ...entry }), result, waitingRun);

const decided = (description: string): Shape => ({
  form: 'document',
  description,
  schema: object({
    ...{ run: runId, step: text, decision: choice('approved', 'rejected'), by: text },
    status: {
      ...choice('taken', 'ignored', 'requested'),
      description: 'ignored: the step did not wait any more; requested: nobody has taken it yet.',
    },
  }),
});

export const runShapes: Readonly<Record<string, Shape>> = {
  run: {
    form: 'lines',
    description:
      'What happens, a line each; the last line is the result. With --detach one line, the request.',
    schema: oneOf(followed, requested),
  },
  'runs list': {
    form: 'document',
    description: 'The runs, newest first.',
    schema: list(object(row)),
  },
  'runs get': {
    form: 'document',
    description: 'One run; its outputs, failure or who cancelled it once it is over.',
    schema: object({
      ...row,
      version: count,
      'definition?': object({ name: text, version: text, digest }),
      'retryOf?': runId,
      input: anything,
      'outputs?': anything,
      'step?': { ...text, description: 'The step that made the run fail.' },
      'by?': text,
      'reason?': text,
      steps: list(step),
      timeline: list(object(entry)),
    }),
  },
  'runs watch': {
    form: 'lines',
    description: 'What happens, a line each; the last line is the result.',
    schema: followed,
  },
  approve: decided('What became of the approval.'),
  reject: decided('What became of the rejection.'),
  'runs cancel': {
    form: 'document',
    description: 'Where the run stands now.',
    schema: object({ run: runId, status: choice('cancelling', 'completed', 'failed', 'cancelled') }),
  },
  'runs retry': {
    form: 'lines',
    description: 'As `run`: what happens in the new run, then its result.',
    schema: oneOf(followed, requested),
  },
};

/** What the commands around workflows, agents and upkeep print with `--json`. */
import {
  anything,
  choice,
  count,
  digest,
  failure,
  flag,
  list,
  map,
  object,
  oneOf,
  type Shape,
  text,
} from './shape.ts';

const manifest = {
  name: text,
  version: text,
  description: text,
  transport: choice('kafka', 'http', 'local'),
  'endpoint?': text,
  owner: text,
  onRedelivery: choice('once', 'repeat'),
  timeoutMs: count,
  'model?': object({ profile: text, maxOutputTokens: count }, { open: true }),
};

/** `line` and `column` from 1, both 0 where a problem has no place; `path` is a JSON pointer. */
const problem = object({
  code: text,
  severity: choice('error', 'warning'),
  message: text,
  line: count,
  column: count,
  'endColumn?': count,
  'path?': text,
  'got?': text,
  'expected?': text,
  'hint?': text,
});

const played = { workflow: text, version: text, events: count, faults: map(count) };

const registered = object({
  name: text,
  version: text,
  digest,
  state: choice('registered', 'unchanged'),
});

export const workflowShapes: Readonly<Record<string, Shape>> = {
  setup: {
    form: 'document',
    description: 'What was created, and the workflows.',
    schema: object({ topics: object({ created: list(text) }), workflows: list(registered) }),
  },
  'workflows register': { form: 'lines', description: 'One for each file.', schema: registered },
  'workflows list': {
    form: 'document',
    description: 'Every registered version.',
    schema: list(object({ name: text, version: text, digest, active: flag })),
  },
  'workflows activate': {
    form: 'document',
    description: 'What is active now.',
    schema: object({ name: text, version: text, digest, state: choice('activated') }),
  },
  validate: {
    form: 'document',
    description: 'Every file, with its problems; at most 20 of each, `more` counts the rest.',
    schema: object({
      ok: flag,
      files: list(
        object({
          file: text,
          ok: flag,
          problems: { ...list(problem), maxItems: 20 },
          'name?': text,
          'version?': text,
          'digest?': digest,
          'steps?': count,
          'more?': count,
        }),
      ),
    }),
  },
  plan: {
    form: 'document',
    description: 'Levels of steps that can run together, and what needs what.',
    schema: object({
      workflow: text,
      version: text,
      levels: list(list(text)),
      steps: list(object({ id: text, agent: text, 'if?': text })),
      edges: list(object({ from: text, to: text, kind: choice('explicit', 'inferred') })),
    }),
  },
  simulate: {
    form: 'document',
    description: 'What was played and met; with --seed, the account of that one history.',
    schema: oneOf(
      object({ ...played, seeds: object({ from: count, to: count }), schedules: count }, { open: true }),
      object({ ...played, seed: count, account: list(text) }, { open: true }),
    ),
  },
  'agents list': {
    form: 'document',
    description: 'The manifests of the agents.',
    schema: list(object(manifest, { open: true })),
  },
  'agents get': {
    form: 'document',
    description: 'One manifest, and the JSON Schemas of input and output where the code is here.',
    schema: object({ ...manifest, 'input?': anything, 'output?': anything }, { open: true }),
  },
  'agents invoke': {
    form: 'document',
    description: 'The output of the call, or its failure.',
    schema: oneOf(
      object({ agent: text, status: choice('completed'), output: anything, 'usage?': anything }),
      object({ agent: text, status: choice('failed'), failure }),
    ),
  },
  recover: {
    form: 'document',
    description:
      'Runs looked at, open tasks sent again, runs released from quarantine, ids of runs that cannot be read.',
    schema: object({ runs: count, effects: count, released: count, unreadable: list(text) }),
  },
  doctor: {
    form: 'document',
    description: '`ok` is false where something is broken; `mend` is what to do.',
    schema: object({
      ok: flag,
      checks: list(
        object({ check: text, state: choice('ok', 'warning', 'broken'), says: text, 'mend?': text }),
      ),
    }),
  },
};

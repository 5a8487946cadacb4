/** What `events`, `dlq`, `topics`, `logs` and `trace` print with `--json`. */
import {
  anything,
  choice,
  count,
  flag,
  list,
  map,
  object,
  oneOf,
  runId,
  type Shape,
  text,
  time,
} from './shape.ts';

const place = object({ topic: text, partition: count, offset: count });
const redriven = object({ at: time, by: text });

const letter = {
  letter: {
    type: 'string',
    pattern: '^\\d+/\\d+$',
    description: 'Its place on the topic: partition/offset.',
  },
  at: time,
  code: text,
  reason: text,
  original: place,
  'type?': text,
  'event?': text,
  'run?': text,
  'redriven?': redriven,
};

const record = object({
  topic: text,
  partition: count,
  offset: count,
  time,
  key: { type: ['string', 'null'] },
});
const deadLetter = map(text);

export const logShapes: Readonly<Record<string, Shape>> = {
  'events publish': {
    form: 'lines',
    description: 'A line for each event sent.',
    schema: object({ topic: text, id: text, type: text, 'run?': text }),
  },
  'events tail': {
    form: 'lines',
    description:
      'A line for each record: the CloudEvent as it could be sent again, its capability apart, and where it lies. A record that is no CloudEvent shows its value.',
    schema: oneOf(
      object(
        {
          specversion: choice('1.0'),
          id: text,
          source: text,
          type: text,
          record,
          'data?': anything,
          'deadLetter?': deadLetter,
        },
        { open: true },
      ),
      object({ value: text, record, 'deadLetter?': deadLetter }),
    ),
  },
  'dlq list': {
    form: 'document',
    description: 'The dead letters, newest first.',
    schema: list(object(letter)),
  },
  'dlq show': {
    form: 'document',
    description: 'One dead letter; bytes are shown as text, capabilities hidden.',
    schema: object({
      ...letter,
      key: { type: ['string', 'null'] },
      headers: list({ type: 'array', prefixItems: [text, text], minItems: 2, maxItems: 2 }),
      value: {
        ...anything,
        description: 'The event, or the text of what is none; null where there was no value.',
      },
    }),
  },
  'dlq redrive': {
    form: 'document',
    description: 'What became of each dead letter. `kept`: it was sent again before.',
    schema: list(
      object({
        letter: letter.letter,
        code: text,
        topic: text,
        status: choice('sent', 'kept', 'impossible'),
        'reason?': text,
        'redriven?': redriven,
      }),
    ),
  },
  'topics list': {
    form: 'document',
    description: 'The topics that are there, and those that should be.',
    schema: list(object({ topic: text, partitions: count, state: choice('there', 'missing') })),
  },
  'topics create': {
    form: 'document',
    description: 'The topics, and which of them were created.',
    schema: list(object({ topic: text, partitions: count, state: choice('there', 'created') })),
  },
  logs: {
    form: 'lines',
    description: 'Log lines as they were written; further members as the line has them.',
    schema: object(
      { time, level: choice('debug', 'info', 'warn', 'error'), message: text, 'function?': text },
      { open: true },
    ),
  },
  trace: {
    form: 'document',
    description: 'The spans of the run, from the root, each before those below it.',
    schema: object({
      run: runId,
      traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' },
      source: { ...choice('backend', 'history'), description: 'history: no spans were to be had.' },
      'link?': { ...text, description: 'Where a browser shows it.' },
      spans: list(
        object({
          spanId: text,
          'parentId?': text,
          name: text,
          startAt: time,
          durationMs: { type: 'number', minimum: 0 },
          orphan: { ...flag, description: 'It names a parent that is not there.' },
          'error?': text,
          'note?': text,
        }),
      ),
    }),
  },
};

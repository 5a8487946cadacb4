/** Survivors of the files directly in core/, by name; those of json*.ts stand in json.ts. */
import { about, type Named } from '../explain.ts';

const kept = 'What is remembered is worked out again where it is not: the same result, later.';

export const core: readonly Named[] = [
  ...about(
    'core/capability.ts',
    [
      'macs.size',
      'speed only',
      'How many signatures are remembered, and when they go, decides only how often one is made again.',
    ],
    ['macs.set(text, mac);', 'speed only', kept],
    ['before !== undefined', 'speed only', kept, 'false'],
  ),
  ...about('core/commit.ts', ['known.set(commit, digest);', 'speed only', kept]),
  ...about(
    'core/cloud-event.ts',
    [
      '/\\\\ud[89a-f]/.test(text)',
      'speed only',
      'An event without half surrogate pairs is written a second time, to the same text.',
      'true',
    ],
    [
      "typeof text === 'string'",
      'equivalent',
      'The attributes were read before: a `data_base64` that is no text was refused there. The test is for the compiler.',
      'true',
    ],
    ['bytes === undefined', 'equivalent', 'As above: `data_base64` is a text here.', 'false'],
    [
      'event.extensions === undefined',
      'speed only',
      'Spares spreading: what is undefined spreads to nothing, and the members are the same.',
      'false',
    ],
    [
      'contentType !== undefined',
      'equivalent',
      'The word "undefined" is no content type of CloudEvents; and an attribute that is undefined is read as one that is not set.',
      'true',
    ],
    ['attempt !== undefined', 'equivalent', 'The word "undefined" is no number.', 'true'],
    [
      'dataschema === undefined && base64 === undefined',
      'speed only',
      'Nothing is remembered, and the schema is asked each time.',
      'false',
    ],
    [
      "typeof source === 'string'",
      'speed only',
      'Only texts are ever remembered, since the schema has refused any other source; without the test, or with another, at most the schema is asked again.',
    ],
    ["'string'", 'speed only', 'As above.'],
    ['plain && acceptedSources.has(source)', 'speed only', 'The schema gives the same answer again.'],
    [
      'plain && source.length <= 256',
      'speed only',
      'Which of the accepted sources are remembered decides how often the schema is asked, and how much memory they take.',
    ],
    ['source.length', 'speed only', 'As above.'],
    ['acceptedSources.', 'speed only', 'As above.'],
    [
      'errors',
      'equivalent',
      'The validator of the CloudEvents schema has a list of at least one error whenever it has refused; the marks are for its types.',
    ],
  ),
  ...about('core/dead-letter.ts', [
    'bytes === null',
    'equivalent',
    'The decoder throws on null, and what it throws gives the same `undefined`.',
    'false',
  ]),
  ...about('core/dead-letter-read.ts', [
    'bytes === null',
    'equivalent',
    'The text "null" or nothing is no JSON object: nothing is read from either.',
    'false',
  ]),
  ...about('core/dead-letter-read.ts', [
    'key === null',
    'equivalent',
    'The decoder throws on null, which gives the empty key as well.',
    'false',
  ]),
  ...about('core/event-time.ts', [
    'time !== undefined',
    'equivalent',
    'The time of nothing is not a number, which is neither before nor after another.',
    'true',
  ]),
  ...about(
    'core/event-attributes.ts',
    [
      "typeof value !== 'number'",
      'equivalent',
      '`Number.isSafeInteger` is false for all that is no number; the test is for the compiler.',
      'false',
    ],
    [
      "'application/json'",
      'speed only',
      'The usual type is compared first; the pattern below takes it as well.',
    ],
  ),
  ...about(
    'core/event-data.ts',
    [
      'text.length > limit',
      'speed only',
      'Spares counting the characters of a short text; the count gives the same answer.',
    ],
    [
      'text.length > 2 * limit',
      'speed only',
      'Spares counting the characters of a text that is too long even where each takes two units.',
      'false',
    ],
  ),
  ...about(
    'core/event-headers.ts',
    [
      'bytes.length === usualBytes.length',
      'speed only',
      'The usual bytes are told from others before they are decoded, and first by their length; decoding gives the same text.',
    ],
    [
      'contentType === usual',
      'speed only',
      'The form that Baton writes is compared first; the pattern below takes it as well.',
      'false',
    ],
    [
      'bytes.length > 256',
      'speed only',
      'Spares decoding a long header, which then would not fit the pattern.',
    ],
    ['text !== undefined', 'equivalent', 'The pattern does not fit the word "undefined".', 'true'],
    [
      'inBody !== undefined',
      'equivalent',
      'What is absent has no text, and no header is equal to that.',
      'true',
    ],
  ),
  ...about('core/foreign-failure.ts', [
    "typeof value === 'number'",
    'equivalent',
    '`Number.isFinite` is false for all that is no number; the test is for the compiler.',
  ]),
  ...about(
    'core/kafka-records.ts',
    [
      "typeof byte !== 'number'",
      'equivalent',
      '`Number.isInteger` is false for all that is no number; the test is for the compiler.',
      'false',
    ],
    ["name === '__proto__'", 'speed only', 'The literal is right for every name, and slower.', 'true'],
  ),
  ...about(
    'core/operator-call.ts',
    [
      "typeof value === 'number'",
      'equivalent',
      '`Number.isSafeInteger` is false for all that is no number; the test is for the compiler.',
      'true',
    ],
    [
      '[]',
      'equivalent',
      'A header that is no list is refused for the text it lacks as well as for its name.',
    ],
  ),
  ...about(
    'core/partitioner.ts',
    ['rest >= 3', 'equivalent', 'Beyond the end stand zeros, which change nothing here.', 'true'],
    ['rest >= 2', 'equivalent', 'As above.', 'true'],
  ),
  ...about('core/redact.ts', [
    'text.slice(0, 4 * longestEcho)',
    'speed only',
    'Spares looking through megabytes of which 80 units are shown; what is shown can differ only where long keys fill all of the first 320.',
  ]),
];

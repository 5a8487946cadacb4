/** Survivors of the files directly in core/, by name. */
import { about, type Named } from '../explain.ts';

const kept = 'What is remembered is worked out again where it is not: the same result, later.';

export const core: readonly Named[] = [
  ...about('core/capability.ts', ['prepared.set(key, ready);', 'speed only', kept]),
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
  ...about('core/event-data.ts', [
    'text.length > limit',
    'speed only',
    'Spares counting the characters of a short text; the count gives the same answer.',
  ]),
  ...about(
    'core/event-headers.ts',
    [
      "'application/cloudevents+json; charset=utf-8'",
      'speed only',
      'The form that Baton writes is compared first; the pattern below takes it as well.',
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
    'core/json-bytes.ts',
    ["'\\\\u'", 'speed only', 'A text without escapes cannot hold half a pair: looking for one finds none.'],
    [
      'false',
      'equivalent',
      'Whether integers beyond 2^53 or half pairs are looked for where it is known that there are none: nothing is found.',
      'true',
    ],
    [
      'value > Number.MAX_SAFE_INTEGER',
      'speed only',
      'Decides only whether the text is read a second time for the digits of its integers, which then finds them exact.',
    ],
    ['value < Number.MIN_SAFE_INTEGER', 'speed only', 'As above.'],
    [
      'index < list.length',
      'equivalent',
      'The element after the last is visited as null, in which nothing is wrong.',
      'index <= list.length',
    ],
    [
      'context?.source',
      'equivalent',
      'Node gives a reviver its third argument always; the types of the language do not say so yet.',
    ],
    [
      "typeof value !== 'number'",
      'equivalent',
      'Only the source of a number reads as an integer, so that every other value is exact.',
    ],
    [
      'literal === undefined',
      'equivalent',
      'As above: lists and objects have no source, and "undefined" does not read as an integer.',
    ],
    ['marked === undefined', 'equivalent', 'In what is absent the walk finds nothing.', 'false'],
    [
      "'CE_DATA'",
      'unreachable',
      'What the code is before a problem is found; it is read only after one was.',
    ],
    [
      "walk.got === ''",
      'unreachable',
      'Every problem comes with what was found; the words are there in case one does not.',
      'false',
    ],
    [
      "['data that can be read', 'mend the data']",
      'unreachable',
      'Every code that the walk gives has its words in the table; the types cannot say so.',
    ],
    ["'data that can be read'", 'unreachable', 'As above.'],
    ["'mend the data'", 'unreachable', 'As above.'],
    [
      "error.message === 'Unexpected end of JSON input'",
      'speed only',
      'An early end is told without a search for its place, which would give the same offset.',
    ],
    ["'Unexpected end of JSON input'", 'speed only', 'As above.'],
    [
      'offset < bytes.length',
      'equivalent',
      'The bytes are known not to be UTF-8: they differ from their replacement before their end.',
    ],
  ),
  ...about('core/json-pointer.ts', [
    'value === undefined',
    'speed only',
    'From nothing every further token leads to nothing.',
    'false',
  ]),
  ...about('core/json-syntax.ts', [
    'scan.at >= text.length',
    'equivalent',
    'At the end of the text no token can be taken, and the place is cut to the length of the text.',
  ]),
];

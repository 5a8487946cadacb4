/** Survivors of core/json*.ts, by name. */
import { about, type Named } from '../explain.ts';

const kept =
  'The text of a key that is not kept is written again, to the same; which are kept decides how often.';

export const json: readonly Named[] = [
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
    ["''", 'unreachable', 'As above, what was found.'],
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
  ...about(
    'core/json-syntax.ts',
    [
      'scan.at >= text.length',
      'equivalent',
      'At the end of the text no token can be taken, and the place is cut to the length of the text.',
    ],
    [
      'scan.at < scan.text.length',
      'equivalent',
      'What stands after the end is no quote, and the place is cut to the length of the text.',
      'scan.at <= scan.text.length',
    ],
    [
      'false',
      'equivalent',
      'A text that is not closed ends with the whole: whether it counts as a token or not, the place is the end.',
      'true',
    ],
  ),
  ...about(
    'core/json.ts',
    ["typeof value === 'string'", 'speed only', '`JSON.stringify` writes the same text.', 'false'],
    ["'string'", 'speed only', 'As above.'],
    [
      'keys.length > 16',
      'speed only',
      'Both ways put the keys in the same order; which is quicker depends on how many they are.',
    ],
    [
      'at > 0',
      'equivalent',
      'What stands before the first is read as empty, which comes after no key.',
      'at >= 0',
    ],
    ['at > 0', 'equivalent', 'As above.', 'true'],
    [
      "(keys[at - 1] ?? '') > key",
      'equivalent',
      'No two keys of an object are equal.',
      "(keys[at - 1] ?? '') >= key",
    ],
    ['{ most: 500, longest: 40 }', 'speed only', kept],
    ['known !== undefined', 'speed only', kept, 'false'],
    ['keyTexts.', 'speed only', kept],
    ['keptKeys.longest', 'speed only', kept],
  ),
];

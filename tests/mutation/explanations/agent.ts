/** Survivors of core/agent/, by name. */
import { about, type Named } from '../explain.ts';

const byContainer =
  'zod tells a value of the wrong type at its container, so that no path leads through what is no object.';

export const agent: readonly Named[] = [
  ...about('core/agent/answer-schema.ts', [
    "'unknown'",
    'unreachable',
    'zod gives at least one problem with every refusal; the types cannot say so.',
  ]),
  ...about(
    'core/agent/boundary.ts',
    [
      "{ pointer: '', expected: 'a value that fits', got: shown(value) }",
      'unreachable',
      'Every refusal comes with at least one problem; the types cannot say so.',
    ],
    ["'a value that fits'", 'unreachable', 'As above.'],
    ["''", 'unreachable', 'As above.'],
    [
      'given.details === undefined',
      'equivalent',
      'What is undefined is no JSON: it is left out as well.',
      'false',
    ],
    [
      "typeof wait === 'number'",
      'equivalent',
      '`Number.isFinite` is false for all that is no number; the test is for the compiler.',
    ],
  ),
  ...about(
    'core/agent/manifest.ts',
    ['ms !== undefined', 'equivalent', 'Nothing is not above 0.', 'true'],
    ["'custom'", 'equivalent', 'Only the code of unknown keys is looked at; the text stays.'],
    ["typeof value === 'object'", 'unreachable', byContainer],
    ['value !== null', 'unreachable', byContainer],
  ),
  ...about(
    'core/agent/plain-json.ts',
    [
      'value.length > walk.left',
      'speed only',
      'A text that is too long is refused before it is encoded; after it the sum would be too large.',
    ],
    [
      'list.length > walk.left',
      'equivalent',
      'A list of as many elements as bytes are left is refused either way: it has brackets as well.',
      'list.length >= walk.left',
    ],
  ),
  ...about('core/agent/shown.ts', [
    'value.slice(0, 4 * limit)',
    'speed only',
    'Quotes only what can be shown of a long text.',
  ]),
];

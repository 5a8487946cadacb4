/** Survivors of core/run/draft.ts, and of definitions, steps and schemas in core/workflow/, by name. */
import { about, type Named } from '../explain.ts';

export const workflow: readonly Named[] = [
  ...about('core/run/draft.ts', [
    "'a present run became absent'",
    'unreachable',
    'No event makes a run absent; the types cannot say so.',
  ]),
  ...about(
    'core/workflow/bounded-pattern.ts',
    ["'new RegExp'", 'equivalent', 'The library asks for it where it writes code to files.'],
    ["{ code: 'new RegExp' }", 'equivalent', 'The library asks for it where it writes code to files.'],
    ['[]', 'equivalent', 'Whoever reads what was found has it emptied first.'],
    ["part.kind !== 'all'", 'equivalent', 'What stands between alternatives is no repetition.', 'false'],
  ),
  ...about(
    'core/workflow/json-schema.ts',
    ["'cannot be compiled'", 'unreachable', 'The library throws errors; the types cannot say so.'],
    [
      'false',
      'equivalent',
      'No formats are given to the library, and schemas are asked about before: it would find nothing to say.',
      'true',
    ],
    ["''", 'speed only', 'The library keeps a schema longer than it is used.'],
    ["typeof extra === 'string'", 'equivalent', 'The library gives a name or nothing.', 'true'],
    ["typeof limit === 'number'", 'equivalent', 'The library gives a limit with each of these.', 'true'],
    [
      '/^must (?:be |have )?/',
      'equivalent',
      'A message of the library begins with the word or does not have it.',
    ],
  ),
  ...about(
    'core/workflow/parse-definition.ts',
    [
      "{ at: { line: 0, column: 0 }, path: '/steps' }",
      'unreachable',
      'Every step that is checked has its entry in the file; the types cannot say so.',
    ],
    ['{ line: 0, column: 0 }', 'unreachable', 'As above.'],
    ["'/steps'", 'unreachable', 'As above.'],
    ['entry === undefined', 'unreachable', 'As above.', 'false'],
    [
      'field === undefined || entry.value.kind',
      'unreachable',
      'The graph is of steps that are mappings, and no key of a mapping is called undefined.',
    ],
    ['field === undefined', 'equivalent', 'As above.', 'false'],
    ["entry.value.kind !== 'map'", 'unreachable', 'As above.', 'false'],
    [
      'definition !== undefined',
      'unreachable',
      'Whatever keeps a definition from being made has left a problem, and a file with problems gives none.',
      'true',
    ],
    ['name === undefined', 'equivalent', 'As above.'],
    ['version === undefined', 'equivalent', 'As above.', 'false'],
    ['[]', 'equivalent', 'As above.'],
    ['report.problems.length', 'speed only', 'The report takes no more than that.'],
    ["'value'", 'equivalent', 'Conditions alone are told apart from the rest.'],
    ['node === undefined', 'equivalent', 'What is not there reads nothing.', 'false'],
  ),
  ...about(
    'core/workflow/step.ts',
    [
      "{ name: '' }",
      'equivalent',
      'A step whose agent is wrong has left a problem, and a file with problems gives no definition.',
    ],
    ["''", 'equivalent', 'As above.'],
    [
      '[]',
      'equivalent',
      'Whatever stands there is not the name of the steps, so nothing is needed because of it.',
    ],
    ['context.report.problems.length', 'speed only', 'The report takes no more than that.'],
    [
      'id !== undefined',
      'unreachable',
      'An expression that reads the steps without naming one is refused; the types cannot say so.',
      'true',
    ],
  ),
  ...about('core/workflow/agent-ref.ts', [
    'at < 0',
    'equivalent',
    'What stands before an @ at the beginning is empty, and no name.',
    'at <= 0',
  ]),
  ...about('core/workflow/approval.ts', [
    "''",
    'equivalent',
    'A prompt that is no text has left a problem, and a file with problems gives no definition.',
  ]),
  ...about('core/workflow/known-schemas.ts', [
    "agent.kind !== 'scalar'",
    'equivalent',
    'For the types: a list or a mapping has no value, and what is asked next says so.',
    'false',
  ]),
  ...about('core/workflow/schema-parts.ts', [
    '[]',
    'equivalent',
    'The letters of a text are no schemas, and are passed over.',
  ]),
  ...about('core/workflow/version-range.ts', ["'*'", 'equivalent', 'semver reads the empty range alike.']),
];

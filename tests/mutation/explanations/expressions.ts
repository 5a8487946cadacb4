/** Survivors of the expressions, templates, inputs and graphs of core/workflow/, by name. */
import { about, type Named } from '../explain.ts';

const remembered = 'A program that is not remembered is made again: the same, later.';
const bounded =
  'How much is remembered: the memory of a process that meets 2,000 expressions; what is forgotten is made again.';
const notFromCel = 'No value of CEL is of this type: the switch is complete for the compiler.';

export const expressions: readonly Named[] = [
  ...about('core/workflow/expression-check.ts', [
    "first?.op === 'id'",
    'unreachable',
    'The parser of CEL refuses a loop whose variable is no name; the types cannot say so.',
    'true',
  ]),
  ...about('core/workflow/expression-context.ts', [
    "'.'",
    'equivalent',
    'Without a sign between them the keys differ as well, since no name of a field ends another.',
  ]),
  ...about(
    'core/workflow/expression.ts',
    ['known !== undefined', 'speed only', remembered, 'false'],
    [
      '!typed.valid',
      'equivalent',
      'What did not pass is checked by the library once more when it is evaluated: the same problem, from there.',
      'false',
    ],
    ['programs.set(source, program);', 'speed only', remembered],
    ['programs.size >= mostPrograms', 'speed only', bounded],
    ['oldest !== undefined', 'equivalent', 'To forget what was not there changes nothing.', 'true'],
    ['oldest !== undefined', 'speed only', bounded],
    ['programs.delete(oldest);', 'speed only', bounded],
    ['{ left: 0 }', 'equivalent', 'Set to the whole budget before each evaluation.'],
    ["case 'function':", 'unreachable', notFromCel],
    ["'undefined'", 'unreachable', notFromCel],
    ["'symbol'", 'unreachable', notFromCel],
    ["'function'", 'unreachable', notFromCel],
    ['`a ${typeof value}`', 'unreachable', notFromCel],
    ["'EXPR_TYPE'", 'unreachable', notFromCel],
  ),
  ...about(
    'core/workflow/graph-check.ts',
    [
      "step.join.type === 'atLeast'",
      'equivalent',
      'A join of all steps has no count, and nothing is less than that; it is asked for the types.',
      'true',
    ],
    ['[]', 'equivalent', 'What stands in a trail before its circle is cut off.', '["Stryker was here"]'],
  ),
  ...about('core/workflow/language.ts', [
    'near === undefined',
    'equivalent',
    'No word and no synonym is called undefined.',
    'false',
  ]),
  ...about('core/workflow/placed-expression.ts', [
    "node.kind !== 'scalar'",
    'equivalent',
    'What is no scalar has no value that is a text or a truth; it is asked for the types.',
    'false',
  ]),
  ...about(
    'core/workflow/regex-safety.ts',
    ['[newGroup()]', 'equivalent', 'Nothing is asked of what stands outside every group.', '[]'],
    ["'\\u0000'", 'equivalent', 'A mark that no sign of a usual pattern is.'],
    [
      '/^[\\\\[.]/',
      'equivalent',
      'An atom holds these signs at its beginning, or is a class, which begins with one.',
    ],
    [
      '/^(?:\\[(?:',
      'equivalent',
      'Its last branch fits any sign, so that it fits at once; and a property reads the same sign by sign.',
    ],
    ['/^\\{(\\d+)(?:,(\\d*))?\\}/', 'equivalent', 'A quantifier has one brace, at its beginning.'],
    ['/^[*+]/', 'equivalent', 'A quantifier has these signs at its beginning only.'],
  ),
  ...about('core/workflow/retry.ts', [
    'longest !== undefined',
    'equivalent',
    'Where no bound is written it is at least as long as the delay; it is asked for the types.',
    'true',
  ]),
  ...about('core/workflow/scope.ts', [
    'refs !== undefined',
    'speed only',
    'Where there are no claim checks, nobody asks where in the value they would be.',
    'true',
  ]),
  ...about('core/workflow/template.ts', [
    'at < text.length',
    'equivalent',
    'Past the end of a text stands no sign.',
    'at <= text.length',
  ]),
];

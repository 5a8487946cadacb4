/** Survivors of core/run/ and core/workflow/, by name. */
import { about, type Named } from '../explain.ts';

const parsedBefore =
  'What was parsed with a workflow parses again: this is for a library that was changed meanwhile.';
const remembered = 'A program that is not remembered is made again: the same, later.';
const notFromCel = 'No value of CEL is of this type: the switch is complete for the compiler.';

export const workflow: readonly Named[] = [
  ...about('core/run/draft.ts', [
    "'a present run became absent'",
    'unreachable',
    'No event makes a run absent; the types cannot say so.',
  ]),
  ...about(
    'core/workflow/expression.ts',
    ["'code' in program", 'unreachable', parsedBefore, 'false'],
    ["'code'", 'unreachable', parsedBefore],
    ['!typed.valid', 'unreachable', parsedBefore, 'false'],
    ['known !== undefined', 'speed only', remembered],
    ['programs.size >= mostPrograms', 'speed only', remembered],
    ['oldest !== undefined', 'speed only', remembered],
    ['programs.set(source, program);', 'speed only', remembered],
    ['{ left: 0 }', 'equivalent', 'Set to the whole budget before each evaluation.'],
    ["'dyn'", 'unreachable', 'The library names the type of everything it has checked.'],
    ['{ ok: false, problem: program }', 'unreachable', parsedBefore],
    ['false', 'unreachable', parsedBefore, 'true'],
    ['{ return evaluationFailure(error, source, {}); }', 'unreachable', parsedBefore],
    [
      'programs.delete(oldest);',
      'speed only',
      'Bounds the memory of a process that meets 2,000 expressions.',
    ],
    ["case 'function':", 'unreachable', notFromCel],
    ["'undefined'", 'unreachable', notFromCel],
    ["'symbol'", 'unreachable', notFromCel],
    ["'function'", 'unreachable', notFromCel],
    ['`a ${typeof value}`', 'unreachable', notFromCel],
    ["'EXPR_TYPE'", 'unreachable', notFromCel],
  ),
  ...about(
    'core/workflow/json-schema.ts',
    ["'cannot be compiled'", 'unreachable', 'The library throws errors; the types cannot say so.'],
    [
      'error.message.slice(0, 200)',
      'test missing',
      'A bound on what the library says of a schema: no message of it that long is known.',
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
  ),
  ...about(
    'core/workflow/read-source.ts',
    [
      '{ // The parser gave up on something',
      'unreachable',
      'The last net under the YAML library: nothing that fuzzing found makes it throw after the checks before it.',
    ],
    ["{ at: { line: 1, column: 1 }, path: '' }", 'unreachable', 'As above.'],
    ['{ line: 1, column: 1 }', 'unreachable', 'As above.'],
    ["''", 'unreachable', 'What is thrown is an error, and what has no source is no scalar: for the types.'],
    [
      'node === undefined',
      'equivalent',
      'Whatever gives no tree has left a problem, which is asked for next.',
      'false',
    ],
    ["'core'", 'equivalent', 'It is what the library takes for YAML 1.2 anyway.'],
    [
      'false',
      'equivalent',
      'Options that the composer does not read, or that YAML 1.2 does not have.',
      'true',
    ],
    [
      "'error'",
      'equivalent',
      'Only warnings of the library are kept off the console, and it has none for such text.',
    ],
    ['problems.length >= enoughProblems', 'speed only', 'The report takes no more than that.'],
    ["typeof keyNode.value === 'string'", 'equivalent', 'The source of a text is its value.', 'false'],
    ["typeof json === 'string'", 'equivalent', 'As above.', 'false'],
    ["'string'", 'equivalent', 'As above.'],
    [
      'whole >= 0',
      'equivalent',
      'A text that its raw form begins with is one line, which the next rule finds at the same place.',
      'whole > 0',
    ],
  ),
  ...about('core/workflow/language.ts', [
    'near === undefined',
    'equivalent',
    'No word and no synonym is called undefined.',
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
  ...about('core/workflow/scope.ts', [
    'default: return undefined;',
    'equivalent',
    'A function that ends without it gives the same.',
  ]),
  ...about(
    'core/workflow/validate-input.ts',
    [
      'compiled.problem[0]?.message',
      'unreachable',
      'The schema was compiled when the file was read: this is for a library that was changed meanwhile.',
    ],
    ["'schema refused'", 'unreachable', 'As above.'],
    ['[]', 'unreachable', 'As above.'],
    [
      "'/'",
      'unreachable',
      'The schema of inputs asks nothing of the whole but its members, which have paths.',
    ],
  ),
];

/** Survivors of core/run/ and core/workflow/, by name. */
import { about, type Named } from '../explain.ts';

const parsedBefore =
  'What was parsed with a workflow parses again: this is for a library that was changed meanwhile.';
const notFromCel = 'No value of CEL is of this type: the switch is complete for the compiler.';
const libraryThrew =
  'What is said if the library throws something it has never thrown: nothing that we could find makes it.';

export const workflow: readonly Named[] = [
  ...about('core/run/draft.ts', [
    "'a present run became absent'",
    'unreachable',
    'No event makes a run absent; the types cannot say so.',
  ]),
  ...about(
    'core/workflow/expression-failure.ts',
    ["'the evaluation failed'", 'unreachable', libraryThrew],
    ['{ start: 0, end: source.length }', 'unreachable', libraryThrew],
    ["'EXPR_TOO_COMPLEX'", 'unreachable', libraryThrew],
    ["'expression nests too deep'", 'unreachable', libraryThrew],
    ["{ hint: 'compute a part of it in a step of its own', }", 'unreachable', libraryThrew],
    ["'compute a part of it in a step of its own'", 'unreachable', libraryThrew],
    ["'the operands do not go together'", 'unreachable', libraryThrew],
  ),
  ...about(
    'core/workflow/expression.ts',
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
    ["'unexpected text'", 'unreachable', 'Every message of `JSON.parse` has words before the place.'],
  ),
  ...about(
    'core/workflow/scope.ts',
    [
      'default: return undefined;',
      'unreachable',
      'Expressions that read another field of a step are refused with the file.',
    ],
    [
      '{ ok: false, problem: noSuchKey(path, 0, null) }',
      'unreachable',
      'Expressions that begin with another name are refused with the file.',
    ],
    ['false', 'unreachable', 'As above.', 'true'],
    ["'the scope'", 'unreachable', 'As above.'],
  ),
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

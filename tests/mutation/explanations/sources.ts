/** Survivors of what reads a workflow file: its text, its signs, its fields, and what is told of them. By name. */
import { about, type Named } from '../explain.ts';

const noText = 'What is no text is none of the ways to write a duration either, when it is read as one.';

export const sources: readonly Named[] = [
  ...about(
    'core/workflow/field.ts',
    [
      "node.kind === 'scalar' && typeof node.value === 'string'",
      'equivalent',
      noText,
      "node.kind === 'scalar' || typeof node.value === 'string'",
    ],
    ["node.kind === 'scalar' && typeof node.value === 'string'", 'equivalent', noText, 'true'],
    ["typeof node.value === 'string'", 'equivalent', noText, 'true'],
    [
      "node.kind === 'scalar'",
      'equivalent',
      'For the types: a list or a mapping has no value and no written form, and what is asked next says so.',
      'true',
    ],
  ),
  ...about('core/workflow/nearest.ts', [
    'Math.abs(candidate.length - name.length) > limit',
    'speed only',
    'Names are as far from each other as their lengths differ, or further; only letters that lower case makes two of could tell.',
    'false',
  ]),
  ...about(
    'core/workflow/read-source.ts',
    [
      '{ // The parser gave up on something',
      'unreachable',
      'The last net under the YAML library: nothing that fuzzing found makes it throw after the checks before it.',
    ],
    ['refuseDepth(reader.report, beginning);', 'unreachable', 'As above.'],
    [
      "''",
      'unreachable',
      'What JSON.parse throws is an error, and what was read has a source: for the types.',
    ],
    [
      'node === undefined',
      'equivalent',
      'Whatever gives no tree has left a problem, which is asked for next.',
      'false',
    ],
    ["'core'", 'equivalent', 'The library takes a schema without a name for the same one.'],
    ['problems.length >= enoughProblems', 'speed only', 'The report takes no more than that.'],
    [
      "typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'",
      'equivalent',
      'For the types: in this schema there is only null beside them.',
      'true',
    ],
    [
      'whole >= 0',
      'equivalent',
      'A text that its raw form begins with is one line, which the next rule finds at the same place.',
      'whole > 0',
    ],
  ),
];

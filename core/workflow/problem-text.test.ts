/** What a terminal shows of problems: word for word, with the line of the file they stand in. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstProblems, type Position, type Problem, renderProblem, renderProblems } from './problem.ts';

const problem = (at: Position, message = 'm'): Problem => ({
  ...{ code: 'WF_TYPE', severity: 'error', message, at, path: '/steps/a' },
});
/** The lines below the first, which names the place. */
const frame = (text: string, at: Position): readonly string[] =>
  renderProblem(problem(at), { file: 'f', text }).split('\n').slice(1);

describe('below a problem', () => {
  it('its line is shown, whichever of the file that is, and how it ends', () => {
    const text = 'first\r\nsec\rond\n\n \t\nlast';
    const at = (line: number) => frame(text, { line, column: 2 });
    assert.deepEqual(at(1), ['1 | first', '     ^']);
    assert.deepEqual(at(2), ['2 | sec·ond', '     ^']);
    assert.deepEqual(at(5), ['5 | last', '     ^']);
  });

  it('no line is shown that is empty or blank, or that the file does not have', () => {
    assert.deepEqual(frame('\nsecond', { line: 1, column: 1 }), []);
    assert.deepEqual(frame('first\n \t\nlast', { line: 2, column: 1 }), []);
    for (const line of [0, 4, 5, 99]) assert.deepEqual(frame('a\nb\nc', { line, column: 1 }), [], `${line}`);
  });

  it('a caret stands under each sign of the place, and one at least', () => {
    const carets = (endColumn?: number) =>
      frame('name: value', { line: 1, column: 7, ...(endColumn === undefined ? {} : { endColumn }) })[1];
    assert.equal(carets(), '          ^');
    assert.equal(carets(7), '          ^');
    assert.equal(carets(8), '          ^');
    assert.equal(carets(12), '          ^^^^^');
    assert.equal(carets(99), '          ^^^^^', 'no further than the line');
    assert.deepEqual(frame('name:', { line: 1, column: 20 }), ['1 | name:', '         ^'], 'behind its end');
  });

  it('stand what was expected and what to do', () => {
    const told = { ...problem({ line: 1, column: 1 }), expected: 'text', hint: 'quote it' };
    assert.equal(
      renderProblem(told, { file: 'f', text: 'a' }),
      'f:1:1 error[WF_TYPE]: m\n1 | a\n    ^\nexpected: text\nhelp: quote it',
    );
  });
});

describe('several problems', () => {
  const places = [[3, 1], [1, 9], [12, 5], [12, 4], [1, 2]] as const; // prettier-ignore
  const problems = places.map(([line, column]) => problem({ line, column }));

  it('stand in the order of their places', () => {
    const { shown, more } = firstProblems(problems);
    assert.deepEqual(
      shown.map(({ at }) => `${at.line}:${at.column}`),
      ['1:2', '1:9', '3:1', '12:4', '12:5'],
    );
    assert.equal(more, 0);
    assert.equal(problems[0]?.at.line, 3, 'what was given stays as it was');
  });

  it('are counted below them, and twenty are shown', () => {
    const print = (count: number): string =>
      renderProblems(
        Array.from({ length: count }, (_, n) => problem({ line: 0, column: 0 }, `m${n}`)),
        { file: 'f', text: 'a' },
      );
    const line = (n: number) => `f#/steps/a error[WF_TYPE]: m${n}`;
    assert.equal(print(1), `${line(0)}\n\n1 problem`);
    assert.equal(print(2), `${line(0)}\n\n${line(1)}\n\n2 problems`);
    const twenty = Array.from({ length: 20 }, (_, n) => line(n)).join('\n\n');
    assert.equal(print(20), `${twenty}\n\n20 problems`);
    assert.equal(print(21), `${twenty}\n\n21 problems, the first 20 shown (1 more)`);
  });
});

/** Where the line runs between a file that is read and one refused for its size, without reading it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newReport } from './report.ts';
import { placedText } from './source-places.ts';
import { checkSize } from './source-size.ts';

const told = (text: string): readonly string[] => {
  const report = newReport();
  checkSize(placedText(text), report);
  return report.problems.map(
    ({ code, message, at, path, expected, hint }) =>
      `${code} ${at.line}:${at.column}-${at.endColumn} ${path} ${message}; ${expected ?? ''}; ${hint ?? ''}`,
  );
};
const many = (count: number, part: string | ((n: number) => string)): string =>
  Array.from({ length: count }, (_, n) => (typeof part === 'string' ? part : part(n))).join('');
const tooManySteps = (place: string, count: number): readonly string[] => [
  `WF_STEP_COUNT ${place} /steps the workflow has ${count} steps; 1 to 10000 steps; split the workflow`,
];

describe('lines, commas and quotes', () => {
  const lead = 'WF_TOO_LARGE 1:1-2  the file has';
  const fix = 'split the workflow, or pass large data as input';
  it('may be 150,000 lines and commas together', () => {
    assert.deepEqual(told(many(75_000, '\n') + many(74_999, ',')), []);
    assert.deepEqual(told(many(75_000, '\n') + many(75_000, ',')), [
      `${lead} 150001 lines and commas; at most 150000; ${fix}`,
    ]);
  });

  it('may be 400,000 quotes of either kind', () => {
    assert.deepEqual(told(many(200_000, `"'`)), []);
    assert.deepEqual(told(`'${many(200_000, `"'`)}`), [
      `${lead} more than 400000 quotes; at most 400000; ${fix}`,
    ]);
  });
});

describe('steps in lines', () => {
  const file = (steps: string): string => `name: a\nsteps:\n${steps}\n`;
  const of = (count: number, step = '  s:\n'): string => file(many(count, step));

  it('may be 10,000', () => {
    assert.deepEqual(told(of(10_000)), []);
    assert.deepEqual(told(of(10_001)), tooManySteps('2:1-6', 10_001));
    assert.deepEqual(told(`steps:\n${many(10_001, '  s:\n')}`), tooManySteps('1:1-6', 10_001));
  });

  it('are the lines as deep as the first: neither deeper ones, comments nor empty lines count', () => {
    assert.deepEqual(told(of(5_001, '  s:\n    agent: x\n')), []);
    assert.deepEqual(told(of(5_001, '  s:\n# a\n  # b\n\n   \n\r\n')), []);
    for (const between of ['\n', '\r\n', '   \n', '# b\n', '   # b\n'])
      assert.deepEqual(told(of(10_001, `  s:\n${between}`)), tooManySteps('2:1-6', 10_001), between);
    assert.deepEqual(told(`${of(10_000)}  `), [], 'spaces at the end are no step');
    assert.deepEqual(told(file(`\n  # first\n  s:\n${many(10_001, '   deep:\n')}`)), []);
  });

  it('end where a line begins at the margin', () => {
    assert.deepEqual(told(file(`  s:\n\noutputs:\n${many(10_001, '  o: 1\n')}`)), []);
    assert.deepEqual(told(file(`${many(10_001, '  s:\n')}outputs:\n  o: 1`)), tooManySteps('2:1-6', 10_001));
  });

  it('begin after `steps:` alone on its line, with or without a comment', () => {
    for (const head of ['steps:', 'steps: ', 'steps:\t# all of them', 'steps:\r', 'steps:#'])
      assert.deepEqual(told(`${head}\n${many(10_001, '  s:\n')}`), tooManySteps('1:1-6', 10_001), head);
    for (const head of [' steps:', 'mysteps:', 'steps: x', 'name: a'])
      assert.deepEqual(told(`${head}\n${many(10_001, '  s:\n')}`), [], head);
  });
});

describe('steps in braces', () => {
  const entries = (count: number): string => many(count - 1, 's:1,') + 's:1';

  it('may be 10,000, with a comma after the last or without', () => {
    assert.deepEqual(told(`steps: {${entries(10_000)}}`), []);
    assert.deepEqual(told(`steps: {${entries(10_000)} , }`), []);
    assert.deepEqual(told(`steps: {${entries(10_001)}}`), tooManySteps('1:1-6', 10_001));
    assert.deepEqual(told(`steps: {${entries(10_001)},}`), tooManySteps('1:1-6', 10_001));
    assert.deepEqual(told('steps: { }'), []);
  });

  it('are counted as far as the text goes where nothing closes them', () => {
    assert.deepEqual(told(`steps: {${entries(10_001)}`), tooManySteps('1:1-6', 10_001));
    assert.deepEqual(told(`steps: {a: "${many(10_001, ',')}`), []);
  });

  it('end at their own brace', () => {
    assert.deepEqual(told(`steps: {a: {b: [1]}}\nother: {${entries(10_001)}}`), []);
  });

  it('are told from what is inside of lists, braces and quotes', () => {
    const within = many(10_001, ',');
    for (const value of [`[${within}]`, `{${within}}`, `"${within}"`, `'${within}'`, `"\\"${within}"`, `["[",'{'${within}]`])
      assert.deepEqual(told(`steps: {a: ${value}, b: 1}`), [], value.slice(0, 8)); // prettier-ignore
    // A backslash escapes in double quotes only, and only where it is not escaped itself.
    for (const value of [`'\\'`, `"\\\\"`, `"\\\\\\"\\\\"`])
      assert.deepEqual(
        told(`steps: {a: ${value}, ${entries(10_000)}}`),
        tooManySteps('1:1-6', 10_001),
        value,
      );
  });

  it('begin after `steps` at the margin, or anywhere in a file that is one pair of braces', () => {
    const steps = entries(10_001);
    for (const [text, place] of [
      [`name: a\n"steps": {${steps}}`, '2:1-6'],
      [`steps:\t{${steps}}`, '1:1-6'],
      [`"steps":{${steps}}`, '1:1-6'],
      [`steps:  {${steps}}`, '1:1-6'],
      [`{"steps":{${steps}}}`, '1:2-7'],
      [`{"steps":\n  {${steps}}}`, '1:2-7'],
      [`{"name": "a", "steps" : {${steps}}}`, '1:15-20'],
      [`\n {name: a, steps: {${steps}}}`, '2:12-17'],
    ] as const)
      assert.deepEqual(told(text), tooManySteps(place, 10_001), text.slice(0, 20));
    for (const text of [`name: a\n steps: {${steps}}`, `x: {steps: {${steps}}}`, `mysteps: {${steps}}`])
      assert.deepEqual(told(text), [], text.slice(0, 20));
  });
});

/** Single fields: what each takes, and what is said of a value that it does not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Json } from '../json.ts';
import { booleanOf, durationOf, mapOf, numberOf, takeField, textOf, textsOf, wordOf } from './field.ts';
import { newReport, type Report } from './report.ts';
import { nodeOfJson } from './source-node.ts';

type Take = (value: ReturnType<typeof nodeOfJson>, report: Report) => unknown;

/** What is taken of a value, and what is told of it. */
const taken = (value: Json, take: Take): readonly [unknown, ...string[]] => {
  const report = newReport();
  const result = take(nodeOfJson(value, 5, '/f'), report);
  const told = report.problems.map(
    ({ code, path, message, got, expected, hint }) =>
      `${code} ${path} ${message}; ${got}; ${expected}; ${hint}`,
  );
  return [result, ...told];
};
const none: readonly Json[] = [[1], { a: 1 }, null];

describe('a duration', () => {
  const expected =
    'a number with a unit (500ms, 90s, 5m, 2h, 7d) or ISO 8601 (PT5M), above 0, up to 366 days';
  const refused = (shown: string, hint = 'for example 90s'): readonly [undefined, string] => [
    undefined,
    `WF_DURATION /f ${shown} is not a duration; undefined; ${expected}; ${hint}`,
  ];

  it('is text, above nothing unless nothing is allowed', () => {
    assert.deepEqual(taken('90s', durationOf), [90_000]);
    assert.deepEqual(taken('0s', durationOf), refused('"0s"'));
    const orNothing: Take = (node, report) => durationOf(node, report, { zero: true });
    assert.deepEqual(taken('0s', orNothing), [0]);
    assert.deepEqual(taken('-1s', orNothing), refused('"-1s"'));
  });

  it('is no number without a unit, and nothing else', () => {
    assert.deepEqual(taken(90, durationOf), refused('90', 'say the unit: 90s'));
    assert.deepEqual(taken(0.1 + 0.2, durationOf), refused('0.30000000000000004', 'say the unit: 0.30000000000000004s')); // prettier-ignore
    for (const value of [...none, true, 'soon'])
      assert.deepEqual(taken(value, durationOf), refused(JSON.stringify(value)));
  });
});

describe('a word', () => {
  const word: Take = (node, report) => wordOf(node, ['full', 'none'], 'WF_RETRY', report);
  it('is one of some, and the nearest is named', () => {
    assert.deepEqual(taken('none', word), ['none']);
    const refused = (shown: string, hint?: string) => [
      undefined,
      `WF_RETRY /f ${shown} is not one of full, none; undefined; full, none; ${hint}`,
    ];
    assert.deepEqual(taken('ful', word), refused('"ful"', "did you mean 'full'?"));
    for (const value of [...none, 7, true, 'x'])
      assert.deepEqual(taken(value, word), refused(JSON.stringify(value)));
  });
});

describe('a number', () => {
  it('lies between its bounds, which are among them', () => {
    const some: Take = (node, report) => numberOf(node, { least: 1, most: 2, whole: false }, 'WF_RETRY', report); // prettier-ignore
    const expected = 'a number from 1 to 2';
    for (const value of [1, 1.5, 2]) assert.deepEqual(taken(value, some), [value]);
    for (const value of [...none, 0.9, 2.1, '1.5', true])
      assert.deepEqual(taken(value, some), [
        undefined,
        `WF_RETRY /f ${JSON.stringify(value)} is out of range; undefined; ${expected}; write ${expected}`,
      ]);
  });

  it('is whole where it has to be', () => {
    const whole: Take = (node, report) => numberOf(node, { least: 1, most: 2, whole: true }, 'WF_TYPE', report); // prettier-ignore
    const expected = 'a whole number from 1 to 2';
    assert.deepEqual(taken(2, whole), [2]);
    for (const value of [1.5, '2'])
      assert.deepEqual(taken(value, whole), [
        undefined,
        `WF_TYPE /f ${JSON.stringify(value)} is out of range; undefined; ${expected}; write ${expected}`,
      ]);
  });
});

describe('what is of another type', () => {
  const refused = (expected: string, got: string, shown = '', hint = `write ${expected}`) => [
    undefined,
    `WF_TYPE /f expected ${expected}, got ${got}${shown}; ${got}; ${expected}; ${hint}`,
  ];

  it('is told so: text', () => {
    const text: Take = (node, report) => textOf(node, report)?.value;
    assert.deepEqual(taken('a', text), ['a']);
    assert.deepEqual(taken([1], text), refused('text', 'list'));
    assert.deepEqual(taken({ a: 1 }, text), refused('text', 'mapping'));
    assert.deepEqual(taken(null, text), refused('text', 'nothing', '', 'put it in quotes: "null"'));
    assert.deepEqual(taken(1, text), refused('text', 'number', ' 1', 'put it in quotes: "1"'));
  });

  it('is told so: true or false', () => {
    assert.deepEqual(taken(false, booleanOf), [false]);
    assert.deepEqual(taken('yes', booleanOf), refused('true or false', 'text', ' "yes"'));
    assert.deepEqual(taken([true], booleanOf), refused('true or false', 'list'));
  });

  it('is told so: a mapping', () => {
    const map: Take = (node, report) => mapOf(node, report)?.kind;
    assert.deepEqual(taken({ a: 1 }, map), ['map']);
    assert.deepEqual(taken([1], map), refused('a mapping', 'list'));
    assert.deepEqual(taken('x', map), refused('a mapping', 'text', ' "x"'));
  });

  it('is left out of a list of texts', () => {
    const texts: Take = (node, report) => textsOf(node, report).map(({ value }) => value);
    assert.deepEqual(taken('a', texts), [['a']]);
    assert.deepEqual(taken(['a', 'b'], texts), [['a', 'b']]);
    const [kept, ...problems] = taken(['a', 1, 'b', [2]], texts);
    assert.deepEqual([kept, problems.length], [['a', 'b'], 2]);
  });
});

it('a field that is not there is no problem, and one with nothing after it is', () => {
  const report = newReport();
  const node = nodeOfJson({ a: null, b: false }, 2);
  assert.ok(node.kind === 'map');
  const value = takeField(node, 'b', report);
  assert.equal(value?.kind === 'scalar' && value.value, false);
  assert.equal(takeField(node, 'c', report), undefined);
  assert.equal(report.problems.length, 0);
  assert.equal(takeField(node, 'a', report), undefined);
  assert.deepEqual(
    report.problems.map(({ path, message, hint }) => `${path} ${message}; ${hint}`),
    ["/a expected a value, got nothing; write a value after 'a:' or remove the key"],
  );
  for (const take of [textOf, booleanOf, mapOf, durationOf]) assert.equal(take(undefined, report), undefined);
  assert.deepEqual(textsOf(undefined, report), []);
  assert.equal(report.problems.length, 1);
});

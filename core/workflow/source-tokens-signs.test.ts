/** What is refused sign by sign, before the text is read, and where: depth, tabs, anchors, tags, documents. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lexer } from 'yaml';
import { newReport } from './report.ts';
import { placedText } from './source-places.ts';
import { checkTokens } from './source-tokens.ts';

const told = (text: string): readonly string[] => {
  const report = newReport();
  const tokens = checkTokens(placedText(text), new Lexer().lex(text), report);
  assert.equal(tokens === undefined, report.problems.length > 0, 'tokens or a problem');
  return report.problems.map(
    ({ code, at, path, message }) => `${code} ${at.line}:${at.column}-${at.endColumn} ${path} ${message}`,
  );
};
const fine = (...texts: readonly string[]): void => {
  for (const text of texts) assert.deepEqual(told(text), [], JSON.stringify(text));
};
const deep = (place: string): readonly string[] => [`WF_YAML_DEPTH ${place}  nesting deeper than 64 levels`];
const tab = (place: string): string => `WF_YAML_SYNTAX ${place}  a tab as indentation: tabs are not allowed`;

describe('brackets', () => {
  it('may be open 64 at a time', () => {
    fine(`a: ${'['.repeat(64)}`, `a: ${'{'.repeat(64)}`, `a: ${'[{'.repeat(32)}1`);
    assert.deepEqual(told(`a: ${'['.repeat(65)}`), deep('1:68-69'));
    assert.deepEqual(told(`a: ${'{'.repeat(65)}`), deep('1:68-69'));
  });

  it('that are closed do not count', () => {
    fine(`a: [${'[], '.repeat(70)}]`, `a: [${'{}, '.repeat(70)}]`);
    assert.deepEqual(told(`a: ]]}}\nb: ${'['.repeat(65)}`), deep('2:68-69'));
  });

  it('are signs of a text where a text holds them', () => {
    const many = '['.repeat(70);
    fine(`|\n${many}\n`, `a: |\n  ${many}\n`, `a: "${many}"`, `a: x${many}`, `# ${many}`);
  });
});

describe('indentation', () => {
  const spaces = (count: number): string => ' '.repeat(count);

  it('may be 300 columns wide', () => {
    fine(`a:\n${spaces(300)}b: 1`);
    assert.deepEqual(told(`a:\n${spaces(301)}b: 1`), deep('2:302-303'));
    assert.deepEqual(told(`a:\r\n${spaces(301)}b: 1`), deep('2:302-303'));
  });

  it('is the width of the signs that begin lists and keys, too', () => {
    fine('- '.repeat(151), '? '.repeat(151));
    assert.deepEqual(told('- '.repeat(152)), deep('1:303-304'));
    assert.deepEqual(told('? '.repeat(152)), deep('1:303-304'));
  });

  it('is counted from the last break, also from one inside of a text', () => {
    const after = (count: number): string => `"x\n${spaces(count - 2)}y" - z`;
    fine(after(299));
    assert.deepEqual(told(after(300)), deep('2:302-303'));
  });

  it('is nothing in a line without more, in brackets, or before what goes on in a line', () => {
    fine(`a: 1\n${spaces(310)}`, `a: 1\n${spaces(310)}\nb: 1`, `a: [\n${spaces(310)}1]`);
    fine(`${'k'.repeat(310)}: text`, `a: ${spaces(310)}text`, `a: "${spaces(310)}"`);
  });

  it('does not begin with a text that begins as a list does', () => {
    fine(`${'k'.repeat(310)}: -5`, `${'k'.repeat(310)}: ?x`, `${'k'.repeat(310)}: -x-`);
  });
});

describe('a tab', () => {
  it('is refused where it indents', () => {
    assert.deepEqual(told('\ta: 1'), [tab('1:1-2')]);
    assert.deepEqual(told('a:\n\tb: 1'), [tab('2:1-2')]);
    assert.deepEqual(told('a:\r\n\tb: 1'), [tab('2:1-2')]);
    assert.deepEqual(told('a:\n  \tb: 1\n \t c: 1'), [tab('2:3-4'), tab('3:2-4')]);
    assert.deepEqual(told('a: ]\n\tb: 1'), [tab('2:1-2')], 'behind a bracket that closes nothing');
  });

  it('is none in a line without more, before a comment, in brackets, or inside of a line', () => {
    fine('a: 1\n\t', 'a: 1\n\t\n', 'a: 1\n \t\r\nb: 1', 'a: 1\n\t# c', '\t\n \t# c\na: 1', '# a\tb\na: 1');
    fine('a: [1,\n\t2]', 'a:\t1', 'a: 1\t# c', '- \tx');
  });

  it('is a sign of a text where a text holds it', () => {
    fine('a: |\n  \tx\n', 'a: "\tx"', '"a\tb": 1', '"\ta": 1', 'a\tb: 1');
  });
});

describe('an anchor, an alias or a tag', () => {
  const alias = (place: string, token: string): readonly string[] => [
    `WF_YAML_ALIAS ${place}  anchor or alias '${token}'`,
  ];

  it('is refused at the first, and no other is told', () => {
    assert.deepEqual(told('a: &x 1\nb: *x'), alias('1:4-6', '&x'));
    assert.deepEqual(told('a: *y\nb: *x'), alias('1:4-6', '*y'));
    assert.deepEqual(told('a: !x 1\nb: !y 1'), ["WF_YAML_TAG 1:4-6  tag '!x'"]);
  });

  it('is found in brackets, and in the right place behind brackets that are not closed', () => {
    assert.deepEqual(told('a: [*x]'), alias('1:5-7', '*x'));
    assert.deepEqual(told('a: [1,\nb: *x'), alias('2:4-6', '*x'));
  });

  it('is none in a text', () => {
    fine('|\n*x\n', '|\n&x\n', '|\n!x\n', 'a: "*x"', "a: '&x'", 'a: b*c', 'a: b & c', 'a: b!');
  });
});

describe('a second document', () => {
  it('is refused where it begins', () => {
    fine('---\na: 1\n', 'a: 1\n...\n', '--- a', 'a: ---', '|\n ---\n ---\n');
    assert.deepEqual(told('---\na: 1\n---\nb: 1'), ['WF_MULTI_DOC 3:1-4  a second document begins here']);
  });
});

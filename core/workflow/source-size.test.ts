import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWorkflow } from './parse.ts';

const head = 'name: a\nversion: "1.0.0"\n';
const block = (count: number): string =>
  `${head}steps:\n${Array.from({ length: count }, (_, n) => `  # a step\n  s${n}:\n    agent: x\n`).join('')}outputs: {}\n`;
const braced = (count: number, last = ''): string =>
  Array.from({ length: count }, (_, n) => `s${n}: {agent: x, with: {t: "a,{b\\"", l: [1, 2]}}`).join(', ') +
  last;

/** The message of the one problem; `ok` where there is none. */
const told = (text: string, file = 'x.yaml'): string => {
  const parsed = parseWorkflow(text, { file });
  return parsed.ok ? 'ok' : parsed.problems.map(({ code, message }) => `${code} ${message}`).join('; ');
};

describe('the number of steps, counted before anything is parsed', () => {
  it('lets 10,000 pass, in lines, in braces and with a comma after the last', { timeout: 60_000 }, () => {
    assert.equal(told(block(10_000)), 'ok');
    assert.equal(told(`${head}steps: {${braced(2000)}}\n`), 'ok');
    const many = Array.from({ length: 10_000 }, (_, n) => `s${n}: {agent: x}`).join(', ');
    assert.equal(told(`${head}steps: {${many},}\n`), 'ok');
  });

  it('refuses 10,001 with their number', () => {
    const refused = 'WF_STEP_COUNT the workflow has 10001 steps';
    assert.equal(told(block(10_001)), refused);
    assert.equal(told(`${head}steps: {${braced(10_001)}}\n`), refused);
    const steps = Array.from({ length: 10_001 }, (_, n) => `"s${n}":{"agent":"x"}`).join(',');
    assert.equal(told(`{"name":"a","version":"1.0.0","steps":{${steps}}}`, 'x.json'), refused);
    assert.equal(told(`{"name":"a","version":"1.0.0","steps":{${steps}}}`), refused);
  });

  it('counts no steps but those of the workflow', () => {
    const list = Array.from({ length: 10_001 }, (_, n) => `k${n}: 1`).join(', ');
    assert.equal(told(`${head}steps: {a: {agent: x, with: {steps: {${list}}}}}\n`), 'ok');
    assert.equal(told(`${head}steps:\n  a:\n    agent: x\n    with:\n      steps: {${list}}\n`), 'ok');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationPattern, parseDuration } from './duration.ts';

const taken: readonly (readonly [text: string, ms: number])[] = [
  ['0ms', 0],
  ['500ms', 500],
  ['90s', 90_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['366d', 31_622_400_000],
  ['PT5M', 300_000],
  ['PT1H30M', 5_400_000],
  ['P1DT2H3M4.5S', 93_784_500],
  ['PT0.001S', 1],
  ['PT12.25S', 12_250],
  ['P12W', 7_257_600_000],
  ['PT100H', 360_000_000],
  ['PT100M', 6_000_000],
  ['PT100S', 100_000],
  ['P100D', 8_640_000_000],
];
const refused = ['', '5', 'm', '5 m', '-5m', '5M', '1.5h', '367d', 'P', 'PT', 'P1', 'PT1.5H', 'P1W1D', 'PT1.2345S', 'P1H', ' 5m']; // prettier-ignore

describe('durations', () => {
  for (const [text, ms] of taken)
    it(`${text} is ${ms} ms`, () => {
      assert.equal(parseDuration(text), ms);
      assert.match(text, new RegExp(durationPattern));
    });
  for (const text of refused) it(`'${text}' is none`, () => assert.equal(parseDuration(text), undefined));
});

/** A small share of `npm run test:fuzz`, with seeds that stay: hostile inputs for every parser, and what was found before. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkFed, watchPrototypes } from './checks.ts';
import { fuzzSurface } from './fuzz-surface.ts';
import { accepted, type Surface } from './surface.ts';
import { surfaces } from './surfaces.ts';
import { watchedFuzz } from './watched-fuzz.ts';
import { constant } from 'fast-check';
import { found } from './found.ts';

const inputs = 4000;
const shares = surfaces.reduce((sum, { share }) => sum + share, 0);

describe('hostile input', () => {
  for (const surface of surfaces)
    it(`does nothing to ${surface.name} but what is said of it`, async () => {
      const asked = Math.ceil((inputs * surface.share) / shares);
      const report = await watchedFuzz({ surface: surface.name, inputs: asked, seed: 20_261_122 });
      assert.equal(report.found, undefined, JSON.stringify(report.found, null, 2));
      assert.equal(report.inputs, asked);
      assert.ok(report.accepted > 0, 'some input is good, or nothing past the door is tested');
      assert.ok(Object.keys(report.codes).length > 0, 'some input is bad');
    });

  for (const { surface: name, what, input } of found)
    it(`that once broke ${name} does not again: ${what}`, () => {
      const surface = surfaces.find((one) => one.name === name);
      assert.ok(surface);
      checkFed(surface.feed(input));
    });
});

describe('the fuzzer', () => {
  const surfaceOf = (feed: Surface['feed']): Surface => ({
    name: 'x',
    share: 1,
    inputs: constant('in'),
    feed,
  });
  const findingsOf = (feed: Surface['feed']): string | undefined =>
    fuzzSurface(surfaceOf(feed), { surface: 'x', inputs: 3, seed: 1 }, () => undefined).found?.error;

  it('finds what throws, what shows a stack, a secret or a control character, and what has no code', () => {
    assert.equal(
      findingsOf(() => accepted),
      undefined,
    );
    assert.match(
      findingsOf(() => {
        throw new Error('a crash');
      }) ?? '',
      /a crash/,
    );
    const refusal = (shown: string) => () => ({ accepted: false, shown: [shown], codes: ['X_Y'] });
    assert.equal(findingsOf(refusal('fine')), undefined);
    assert.match(findingsOf(refusal('x\n    at f (a.ts:1:2)')) ?? '', /stack/);
    assert.match(findingsOf(refusal('sk-planted-0123456789abcdef')) ?? '', /secret/);
    assert.match(findingsOf(refusal('\u001b[31m')) ?? '', /control/);
    assert.match(findingsOf(refusal('x'.repeat(50_000))) ?? '', /50000/);
    assert.match(findingsOf(() => ({ accepted: false, shown: [], codes: [] })) ?? '', /without a code/);
  });

  it('sees a prototype that was changed', () => {
    const changed = watchPrototypes();
    assert.equal(changed(), undefined);
    try {
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
      assert.match(changed() ?? '', /Object\.prototype/);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
    assert.equal(changed(), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dispatchSpanIdOf, formatHop, parseHop, rootSpanIdOf, traceIdOfRun } from './hop.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('a trace context', () => {
  it('reads as it is written', () => {
    for (const sampled of [true, false])
      assert.deepEqual(parseHop(formatHop({ traceId, spanId, sampled })), { traceId, spanId, sampled });
  });

  it('of a later version of the standard is read as far as it is known', () => {
    assert.deepEqual(parseHop(`cc-${traceId}-${spanId}-01-what-the-future-brings`), {
      traceId,
      spanId,
      sampled: true,
    });
  });

  it('is nothing where it is not one', () => {
    const wrong = [
      undefined,
      '',
      `ff-${traceId}-${spanId}-01`,
      `00-${'0'.repeat(32)}-${spanId}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      `00-${traceId.toUpperCase()}-${spanId}-01`,
      `00-${traceId}-${spanId}-01\n`,
      `00-${traceId}-${spanId}`,
    ];
    for (const text of wrong) assert.equal(parseHop(text), undefined, text);
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(parseHop(text), undefined);
      }),
    );
  });
});

describe('a derived id', () => {
  it('is the same in every process, and another for every run and step', () => {
    assert.equal(traceIdOfRun('r1'), traceIdOfRun('r1'));
    const ids = [rootSpanIdOf('r1'), rootSpanIdOf('r2')];
    const dispatched = [
      dispatchSpanIdOf('r1', 'a'),
      dispatchSpanIdOf('r1', 'b'),
      dispatchSpanIdOf('r2', 'a'),
    ];
    assert.equal(new Set([...ids, ...dispatched]).size, 5);
    assert.ok(parseHop(`00-${traceIdOfRun('r1')}-${rootSpanIdOf('r1')}-01`), 'valid ids');
  });
});

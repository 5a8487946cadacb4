/** Values that nest deep, or have many elements: whatever becomes of them, each caller gets an answer it can read. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type Json } from '#core/json.ts';
import { deepestValue } from '#core/payload.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine, type Answer, type Engine } from '#tests/engine/engine.ts';
import { codes, onlyRun } from '#tests/engine/sandbox.ts';

const open: Engine[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

/** The engine after a run of the chain with these outputs in the place of its own. */
async function ran(worker: Answer, outputs = 'result: ${{ steps.three.output }}'): Promise<Engine> {
  const workflow = chain.replace('result: ${{ steps.three.output }}', outputs);
  const made = await openEngine({ workflow, agents: { worker } });
  open.push(made);
  await made.start('a', { idea: 'x' });
  await made.settle();
  assert.deepEqual(codes(await made.deadLetters()), []);
  return made;
}

const nested = (levels: number, inner: Json = 'x'): Json =>
  levels === 0 ? inner : [nested(levels - 1, inner)];

const givesInOne =
  (output: Json): Answer =>
  (task) =>
    completed(task.stepid === 'one' ? output : 1);

describe('a value that nests deeper than any event may', () => {
  it('fails the step that it was made for', async () => {
    const e = await ran(givesInOne(nested(deepestValue)));
    assert.deepEqual((await onlyRun(e)).error?.code, 'PAYLOAD_TOO_LARGE');
    const [output] = await e.outputs();
    assert.equal((output?.data as { step?: string }).step, 'two');
  });

  it('is passed on one level less deep', async () => {
    const e = await ran(givesInOne(nested(deepestValue - 1)), 'result: ${{ steps.one.output }}');
    const [output] = await e.outputs();
    assert.deepEqual((output?.data as { outputs: Json }).outputs, { result: nested(deepestValue - 1) });
  });

  it('fails the run where its outputs are such', async () => {
    const e = await ran(givesInOne(nested(deepestValue - 1)), 'a: { b: "${{ steps.one.output }}" }');
    const [output] = await e.outputs();
    assert.equal((output?.data as { failure: { code: string } }).failure.code, 'PAYLOAD_TOO_LARGE');
  });

  it('is left out of a failure, which counts all the same', async () => {
    const details = nested(deepestValue);
    const e = await ran(() => ({
      status: 'failed',
      failure: { code: 'BOOM', message: 'no', retryable: false, details },
    }));
    assert.equal((await onlyRun(e)).error?.code, 'BOOM');
    const [output] = await e.outputs();
    const omitted = `details of more than ${deepestValue - 1} levels; no more are kept`;
    assert.deepEqual((output?.data as { failure: { details: Json } }).failure.details, { omitted });
  });
});

describe('outputs that are claim checks', () => {
  const big = (inner: Json): Json => [inner, 'x'.repeat(20_000)];
  for (const [what, outputs, part] of [
    ['nest too deep', 'a: { b: "${{ steps.one.output }}" }', big(nested(deepestValue - 2))],
    [
      'have too many elements',
      'a: ${{ steps.one.output }}\n  b: ${{ steps.one.output }}',
      Array<number>(60_000).fill(0),
    ],
  ] as const) {
    it(`stay claim checks where together they ${what} for one event`, async () => {
      const e = await ran(givesInOne(part), outputs);
      const [output] = await e.outputs();
      assert.equal(output?.type, 'dev.baton.run.completed.v1');
      assert.ok((output.data as { refs?: Json }).refs !== undefined);
    });
  }
});

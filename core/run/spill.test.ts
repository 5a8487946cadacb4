import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalJson, sha256, type Json } from '../json.ts';
import { inlineLimitBytes, type Payload } from '../payload.ts';
import { completed, dispatched, started } from './evolve.fixtures.ts';
import { spilled, spillEvents, spillPayload } from './spill.ts';

/** Text that takes exactly so many bytes as JSON, quotes included. */
const textOf = (bytes: number, letter = 'x'): string => letter.repeat(bytes - 2);
const big = textOf(inlineLimitBytes + 1);
const refOf = (value: Json) => spilled(value).ref;

describe('a claim check', () => {
  it('names the canonical bytes of the value it stands for (SP1)', () => {
    const value = { b: 'é', a: 1 };
    const bytes = Buffer.from(canonicalJson(value));
    assert.deepEqual(spilled(value).ref, { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length });
    assert.equal(Buffer.from(spilled(value).bytes).toString(), '{"a":1,"b":"é"}');
    assert.equal(spilled(value).value, value);
  });
});

describe('spillPayload', () => {
  it('keeps what is within the limit, and says how big it is', () => {
    const payload = { value: textOf(inlineLimitBytes) };
    const { value, blobs, inlineBytes } = spillPayload(payload);
    assert.equal(value, payload);
    assert.deepEqual([blobs, inlineBytes], [[], inlineLimitBytes]);
  });

  it('counts bytes, not letters', () => {
    const letters = textOf(inlineLimitBytes / 2 + 10, 'é');
    assert.equal(spillPayload({ value: letters }).blobs.length, 1);
    // a third of the limit in letters can still be three bytes each
    const third = textOf(Math.floor(inlineLimitBytes / 3) + 4, '€');
    assert.equal(spillPayload({ value: third }).blobs.length, 1);
  });

  it('replaces a value that is no object as a whole', () => {
    const { value, blobs, inlineBytes } = spillPayload({ value: big });
    assert.deepEqual(value, { value: null, refs: [{ at: '', ref: refOf(big) }] });
    assert.deepEqual([blobs, inlineBytes], [[spilled(big)], 4]);
  });

  it('replaces the largest members first, and only as many as it takes (SP2)', () => {
    const members = { small: 'x', middle: textOf(9000), large: textOf(12_000), 'a/b~c': textOf(14_000) };
    const { value, blobs, inlineBytes } = spillPayload({ value: members });
    const spilledValue = { ...members, 'a/b~c': null, large: null };
    assert.deepEqual(value, {
      value: spilledValue,
      refs: [
        { at: '/a~1b~0c', ref: refOf(members['a/b~c']) },
        { at: '/large', ref: refOf(members.large) },
      ],
    });
    assert.deepEqual(blobs, [spilled(members['a/b~c']), spilled(members.large)]);
    assert.equal(inlineBytes, Buffer.byteLength(JSON.stringify(spilledValue)));
  });

  it('stops as soon as the rest is within the limit, exactly', () => {
    const rest = { a: null, b: textOf(3000) };
    const limit = Buffer.byteLength(JSON.stringify(rest));
    const { value } = spillPayload({ value: { a: textOf(4000), b: rest.b } }, limit);
    assert.deepEqual(value.value, rest);
    const tighter = spillPayload({ value: { a: textOf(4000), b: rest.b } }, limit - 1);
    assert.deepEqual(tighter.value.value, { a: null, b: null });
  });

  it('replaces many small members as one', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, textOf(1023)]));
    assert.deepEqual(spillPayload({ value: many }).value, {
      value: null,
      refs: [{ at: '', ref: refOf(many) }],
    });
    const oneLarge = spillPayload({ value: { ...many, m0: textOf(1024) } }).value;
    assert.ok(oneLarge.value !== null);
  });

  it('takes out a hundred members at most, and else the whole value (SP4)', () => {
    const large = textOf(2000);
    const small = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, n]));
    const many = { large, ...small(12_000) };
    assert.deepEqual(spillPayload({ value: many }).value, {
      value: null,
      refs: [{ at: '', ref: refOf(many) }],
    });
    const hundred = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`m${n}`, large]));
    const rest = textOf(9000);
    assert.equal(spillPayload({ value: { ...hundred, rest } }, 4000).blobs.length, 100);
    assert.equal(spillPayload({ value: { ...hundred, rest } }, 2000).value.value, null);
    // Of a value that holds references, no more can be done than that, and nothing goes that is as short as one.
    const refs = [{ at: '/large', ref: refOf(large) }];
    const spilledOf = (members: Payload['value'] & object) => {
      const { value, blobs } = spillPayload({ value: { ...members, large: null }, refs }, 4000);
      return [blobs.length, value.refs?.length];
    };
    assert.deepEqual(spilledOf({ ...hundred, rest, last: rest }), [100, 101]);
    assert.deepEqual(spilledOf(many), [0, 1]);
    assert.deepEqual(spilledOf({ ...many, a: textOf(160), b: textOf(161) }), [1, 2]);
  });

  it('leaves a member that holds references, or is one, where it is (SP3)', () => {
    const ref = refOf('elsewhere');
    const payload: Payload = {
      value: { whole: null, inside: { part: null, text: textOf(9000) }, insideOut: textOf(9000) },
      refs: [
        { at: '/whole', ref },
        { at: '/inside/part', ref },
      ],
    };
    const { value, blobs } = spillPayload(payload);
    assert.deepEqual(value, {
      value: { ...(payload.value as object), insideOut: null },
      refs: [...(payload.refs ?? []), { at: '/insideOut', ref: refOf(textOf(9000)) }],
    });
    assert.equal(blobs.length, 1);
  });

  it('keeps a member that is a reference where nothing else is left to take out (SP3)', () => {
    const payload: Payload = { value: { whole: null }, refs: [{ at: '/whole', ref: refOf('elsewhere') }] };
    assert.deepEqual(spillPayload(payload, 3), { value: payload, blobs: [], inlineBytes: 14 });
  });

  it('takes many small members out one by one where a reference is among them', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, textOf(1000)]));
    const payload: Payload = { value: { ...many, r: null }, refs: [{ at: '/r', ref: refOf('elsewhere') }] };
    const { value, inlineBytes } = spillPayload(payload);
    assert.ok(inlineBytes <= inlineLimitBytes && inlineBytes > inlineLimitBytes - 1000);
    assert.equal(value.refs?.[0]?.at, '/r');
    assert.ok(value.refs.length > 1);
  });

  it('leaves alone what has references and cannot be taken apart (SP3)', () => {
    const payload: Payload = { value: [null, big], refs: [{ at: '/0', ref: refOf('elsewhere') }] };
    const { value, blobs, inlineBytes } = spillPayload(payload);
    assert.equal(value, payload);
    assert.deepEqual([blobs, inlineBytes], [[], Buffer.byteLength(JSON.stringify(payload.value))]);
  });
});

describe('spillEvents', () => {
  it('spills inputs, outputs and results, and adds up what stays', () => {
    const payload: Payload = { value: big };
    const check = { value: null, refs: [{ at: '', ref: refOf(big) }] };
    const asked = { type: 'approval.requested', step: 'b', to: ['o'], at: 3, deadlineAt: 7 } as const;
    const { value, blobs, inlineBytes } = spillEvents([
      started({ input: payload }),
      dispatched('a', 1, { input: { value: 'small' } }),
      { ...completed('a', 1), output: payload },
      { ...asked, prompt: payload },
      { type: 'timer.armed', wakeAt: 5 },
      { type: 'run.completed', outputs: payload, at: 9 },
    ]);
    assert.deepEqual(value, [
      started({ input: check }),
      dispatched('a', 1, { input: { value: 'small' } }),
      { ...completed('a', 1), output: check },
      { ...asked, prompt: check },
      { type: 'timer.armed', wakeAt: 5 },
      { type: 'run.completed', outputs: check, at: 9 },
    ]);
    assert.equal(blobs.length, 4);
    assert.equal(inlineBytes, 4 + '"small"'.length + 4 + 4 + 4);
  });
});

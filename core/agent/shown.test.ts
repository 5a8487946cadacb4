import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, redacted, shown } from './shown.ts';

class Order {}
const trap = (): never => {
  throw new Error('trap');
};

test('a value is shown as JSON where it is short, and else by its kind', () => {
  const cases: readonly (readonly [value: unknown, text: string])[] = [
    ['a "b"', '"a \\"b\\""'],
    [1.5, '1.5'],
    [false, 'false'],
    [undefined, 'undefined'],
    [7n, '7n'],
    [Symbol('s'), 'a symbol'],
    [trap, 'a function'],
    [null, 'null'],
    [[1, 2], 'a list of 2'],
    [{ a: 1, b: 2 }, 'an object with keys a, b'],
    [Object.create(null), 'an object with keys (none)'],
    [new Map(), 'a Map'],
    [new Order(), 'a Order'],
    [Object.create({ constructor: undefined }), 'a class instance'],
    [Object.create({ constructor: { name: '' } }), 'a class instance'],
    [new Proxy({}, { ownKeys: trap }), 'a value that cannot be read'],
  ];
  for (const [value, text] of cases) assert.equal(shown(value), text);
});

test('an object shows eight keys, each cut at 24 characters', () => {
  const keys = Array.from({ length: 9 }, (_, index) => `k${index}`);
  assert.equal(
    shown(Object.fromEntries(keys.map((key) => [key, 1]))),
    `an object with keys ${keys.slice(0, 8).join(', ')}`,
  );
  assert.equal(shown({ ['x'.repeat(25)]: 1 }), `an object with keys ${'x'.repeat(23)}…`);
  assert.equal(shown({ ['x'.repeat(24)]: 1 }), `an object with keys ${'x'.repeat(24)}`);
});

test('a long text is cut at 80 characters, no surrogate pair split (S1)', () => {
  assert.equal(shown('x'.repeat(78)), `"${'x'.repeat(78)}"`);
  assert.equal(shown('x'.repeat(79)), `"${'x'.repeat(78)}…`);
  assert.equal(cut('ab😀d', 4), 'ab…');
  assert.equal(cut('abc😀', 5), 'abc😀');
  assert.equal(cut('a\ud83dbcd', 3), 'a\ud83d…', 'a half pair that was there stays as it is');
});

test('what looks like a key or a token is not echoed (S2)', () => {
  const secrets = [
    'sk-proj-abcdefgh',
    'sk-12345678',
    'AKIAABCDEFGHIJ12',
    'ASIAABCDEFGHIJ12',
    'ghp_abcdefghijklmnop',
    'ghs_abcdefghijklmnop',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIi',
    '-----BEGIN RSA PRIVATE KEY',
  ];
  for (const secret of secrets) assert.equal(redacted(`key ${secret} end`).includes(secret), false, secret);
  assert.equal(redacted('sk-12345678 and sk-87654321'), '[redacted] and [redacted]');
  for (const harmless of ['sk-1234567', 'AKIA123', 'ghp_short', 'task-management-of-things', 'eyJhbGc'])
    assert.equal(redacted(harmless), harmless);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseManifest } from './manifest.ts';

const minimal = { name: 'a', version: '1.0.0', description: 'd', transport: 'kafka', owner: 'team' };

test('a minimal manifest gets the documented defaults', () => {
  assert.deepEqual(parseManifest(minimal), {
    ok: true,
    value: { ...minimal, timeoutMs: 300_000, onRedelivery: 'once' },
  });
});

test('timeouts are read as milliseconds', () => {
  const times = { '500ms': 500, '90s': 90_000, '5m': 300_000, '2h': 7_200_000 };
  for (const [timeout, expected] of Object.entries(times)) {
    const parsed = parseManifest({ ...minimal, timeout });
    assert.equal(parsed.ok && parsed.value.timeoutMs, expected);
  }
  for (const timeout of ['0s', '5', 5, '-1s', '1y', '25h', '']) {
    assert.equal(parseManifest({ ...minimal, timeout }).ok, false, String(timeout));
  }
});

test('an unknown key is a problem that offers the nearest known one', () => {
  const parsed = parseManifest({ ...minimal, timout: '5s' });
  assert.deepEqual(
    parsed.ok ? [] : parsed.problem.map(({ pointer, message }) => [pointer, message.includes("'timeout'")]),
    [['/timout', true]],
  );
});

test('every problem is told at once, each with value, expectation and remedy', () => {
  const parsed = parseManifest({
    name: 'Bad Name',
    version: 1.1,
    transport: 'smtp',
    model: { profile: 'x', extra: 1 },
  });
  const pointers = parsed.ok ? [] : parsed.problem.map((problem) => problem.pointer).sort();
  assert.deepEqual(pointers, [
    '/description',
    '/model/extra',
    '/model/maxOutputTokens',
    '/name',
    '/owner',
    '/transport',
    '/version',
  ]);
  const name = parsed.ok ? undefined : parsed.problem.find((problem) => problem.pointer === '/name');
  assert.match(name?.message ?? '', /got "Bad Name", expected lower-case .* Correct it in agent\.yaml/);
});

test('an endpoint belongs to http agents only', () => {
  const endpoint = 'https://agents.example.com/invoke';
  assert.equal(parseManifest({ ...minimal, endpoint }).ok, false);
  assert.equal(parseManifest({ ...minimal, transport: 'http', endpoint }).ok, true);
  assert.equal(parseManifest({ ...minimal, transport: 'http', endpoint: 'file:///etc/passwd' }).ok, false);
});

test('any value at all gives a manifest or problems', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const parsed = parseManifest(value);
      assert.ok(parsed.ok || parsed.problem.length > 0);
    }),
  );
});

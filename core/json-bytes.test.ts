import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkJson, checkParsed, jsonLimits, parseJsonBytes } from './json-bytes.ts';
import { jsonSyntaxOffset } from './json-syntax.ts';
import { type Json } from './json.ts';

const problemOf = (text: string): string | undefined => {
  const parsed = parseJsonBytes(Buffer.from(text));
  if (!parsed.ok) return `${parsed.problem.code} ${/offset \d+ of \d+/.exec(parsed.problem.message)?.[0]}`;
  const problem = checkParsed(parsed.value.value, '', text, (root) => root);
  return problem === undefined ? undefined : `${problem.code} ${problem.path}`;
};

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

for (const [name, text, expected] of [
  ['an empty text', '', 'CE_PARSE offset 0 of 0'],
  ['an unknown word', '{"a":tru}', 'CE_PARSE offset 8 of 9'],
  ['a text cut inside a string', '{"a":"bc', 'CE_PARSE offset 8 of 8'],
  ['a text cut inside a word', '[tr', 'CE_PARSE offset 3 of 3'],
  ['trailing bytes', '{"a":1} x', 'CE_PARSE offset 8 of 9'],
  ['a second text', '{}{}', 'CE_PARSE offset 2 of 4'],
  ['a comma before the end', '[1,]', 'CE_PARSE offset 3 of 4'],
  ['a key without quotes', '{a:1}', 'CE_PARSE offset 1 of 5'],
  ['a leading zero', '[01]', 'CE_PARSE offset 2 of 4'],
  ['a line break in a string', '"a\nb"', 'CE_PARSE offset 2 of 5'],
  ['an unknown escape', '"\\x"', 'CE_PARSE offset 2 of 4'],
  ['the wrong bracket', '[1}', 'CE_PARSE offset 2 of 3'],
  ['a byte order mark', '\ufeff{}', 'CE_PARSE offset 0 of 5'],
  ['an error after characters of several bytes', '["é€😀" x]', 'CE_PARSE offset 13 of 15'],
] as const) {
  test(`${name} is refused at its byte offset`, () => assert.equal(problemOf(text), expected));
}

for (const [name, text, expected] of [
  ['__proto__ as a key', '{"a":[{"__proto__":{"admin":true}}]}', 'CE_FORBIDDEN_KEY /a/0/__proto__'],
  ['an escaped __proto__', '{"\\u005f_proto__":1}', 'CE_FORBIDDEN_KEY /__proto__'],
  ['constructor as a key', '{"x/y":{"constructor":1}}', 'CE_FORBIDDEN_KEY /x~1y/constructor'],
  ['prototype as a key', '{"prototype":1}', 'CE_FORBIDDEN_KEY /prototype'],
  ['a number beyond all doubles', '{"a":1e400}', 'CE_NUMBER /a'],
  ['2^53 + 1', '{"a":[9007199254740992,9007199254740993]}', 'CE_NUMBER /a/1'],
  ['-(2^53 + 1)', '-9007199254740993', 'CE_NUMBER '],
  ['half a surrogate pair in a value', '["\\ud83d"]', 'CE_UNICODE /0'],
  ['half a surrogate pair in a key', '{"\\udc00":1}', 'CE_UNICODE /\ufffd'],
] as const) {
  test(`${name} is refused with its place`, () => assert.equal(problemOf(text), expected));
}

for (const [name, text] of [
  [
    'an integer beyond 2^53 that a double holds',
    '[9007199254740992,1000000000000000000000,-9007199254740994]',
  ],
  ['what JSON.stringify writes for 2^60', JSON.stringify([2 ** 60, -(2 ** 69)])],
  ['a number with an exponent', '[1e300,1.5e-7,123456789012345678901e1]'],
  ['an escaped surrogate pair', '"\\ud83d\\ude00"'],
  ['the reserved words as values', '["__proto__","constructor","prototype"]'],
  ['white space around the text', ' \r\n\t{ } '],
] as const) {
  test(`${name} is accepted`, () => assert.equal(problemOf(text), undefined));
}

test('depth and number of elements are accepted up to the limit and refused beyond it', () => {
  assert.equal(problemOf(nested(jsonLimits.depth)), undefined);
  assert.match(problemOf(nested(jsonLimits.depth + 1)) ?? '', /^CE_DATA_LIMIT/);
  assert.match(problemOf(nested(100_000)) ?? '', /^CE_DATA_LIMIT/);
  const list = (length: number): string => `[${'0,'.repeat(length - 1)}0]`;
  assert.equal(problemOf(list(jsonLimits.elements)), undefined);
  assert.equal(problemOf(list(jsonLimits.elements + 1)), 'CE_DATA_LIMIT ');
});

test('the number shown is the one at fault, as it was written', () => {
  const text = '{"a":9007199254740993}';
  const problem = checkParsed(JSON.parse(text) as Json, '/data', text, (root) => root);
  assert.match(problem?.message ?? '', /at \/data\/a: got "9007199254740993"/);
});

test('invalid UTF-8 is refused at the offset of the first bad byte', () => {
  for (const [bytes, offset] of [
    [[0x22, 0xff, 0x22], 1],
    [[0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    [[0x22, 0xef, 0xbf, 0xbd, 0xc3, 0x22], 4],
    [[0x22, 0x61, 0xf0, 0x9f], 2],
  ] as const) {
    const parsed = parseJsonBytes(Uint8Array.from(bytes));
    assert.ok(!parsed.ok);
    assert.match(
      parsed.problem.message,
      new RegExp(`invalid UTF-8 at byte offset ${offset} of ${bytes.length}`),
    );
  }
});

test('a value without text is checked for keys, depth, numbers and surrogates too', () => {
  assert.equal(checkJson({ ok: [1, 'a', null] }), undefined);
  assert.equal(checkJson({ a: ['\ud83d'] })?.code, 'CE_UNICODE');
  assert.equal(checkJson({ a: { constructor: 1 } }, '/output')?.path, '/output/a/constructor');
  assert.equal(checkJson([NaN])?.code, 'CE_NUMBER');
  assert.equal(checkJson(JSON.parse(nested(65)) as Json)?.code, 'CE_DATA_LIMIT');
});

test('the syntax scanner reaches the end of every JSON text', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent);
      assert.equal(jsonSyntaxOffset(spaced), spaced.length);
    }),
  );
});

test('the syntax scanner stops where the engine says it stopped', () => {
  const damage = fc.constantFrom(
    '',
    ',',
    ':',
    '"',
    '[',
    ']',
    '{',
    '}',
    '0',
    '-',
    't',
    '\\',
    '\n',
    'x',
    '.',
    'e',
  );
  let compared = 0;
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.nat(3), damage, (text, place, drop, insert) => {
      const at = place % (text.length + 1);
      const broken = text.slice(0, at) + insert + text.slice(at + drop);
      const engine = engineOffset(broken);
      if (engine === 'accepted') assert.equal(jsonSyntaxOffset(broken), broken.length);
      if (engine === 'unknown') assert.ok(jsonSyntaxOffset(broken) <= broken.length);
      if (typeof engine !== 'number') return;
      compared += 1;
      assert.equal(jsonSyntaxOffset(broken), engine, broken);
    }),
    { numRuns: 2000 },
  );
  assert.ok(compared > 100, `only ${compared} texts had an offset to compare with`);
});

/** V8 tells the position of some errors only. */
function engineOffset(text: string): number | 'accepted' | 'unknown' {
  try {
    JSON.parse(text);
    return 'accepted';
  } catch (error) {
    const message = (error as Error).message;
    if (message.startsWith('Unexpected end')) return text.length;
    const match = / at position (\d+)/.exec(message);
    return match === null ? 'unknown' : Number(match[1]);
  }
}

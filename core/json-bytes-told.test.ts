/** What is said of bytes that are no JSON, or JSON that is not safe to keep, word for word; and where the line runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkJson, checkParsed, jsonLimits, parseJsonBytes } from './json-bytes.ts';
import { type Json } from './json.ts';

const { depth, elements } = jsonLimits;
const told = (value: Json, path?: string): string => checkJson(value, path)?.message ?? 'ok';
const bytesTold = (...bytes: readonly number[]): string => {
  const parsed = parseJsonBytes(Uint8Array.from(bytes));
  return parsed.ok ? 'ok' : `${parsed.problem.code}: ${parsed.problem.message}`;
};
const nested = (levels: number, inmost: Json, wrap: (inside: Json) => Json): Json =>
  Array.from({ length: levels }).reduce<Json>((inside) => wrap(inside), inmost);

const limits = 'expected at most 64 levels and 100000 elements; split the data, or pass a reference to it';

test('lists and objects alike may be nested up to the limit, whatever is inmost', () => {
  for (const wrap of [(inside: Json): Json => [inside], (inside: Json): Json => ({ a: inside })])
    for (const inmost of [true, null, 1, 'text']) {
      assert.equal(told(nested(depth, inmost, wrap)), 'ok');
      assert.match(
        told(nested(depth + 1, inmost, wrap)),
        /: got "depth 65"; expected at most 64 levels and 100000 elements; split the data, or pass a reference to it$/,
      );
    }
});

test('the members of objects count as elements, and the place is that of what was one too many', () => {
  const list: Json = new Array<Json>(elements - 1).fill(0);
  assert.equal(told({ a: list }), 'ok');
  const wide = Object.fromEntries(Array.from({ length: elements }, (_, n) => [n, 0]));
  const what = 'the data is nested too deeply or has too many elements';
  assert.equal(told({ b: 0, a: list }), `${what} at /a: got "more than 100000 elements"; ${limits}`);
  assert.equal(told({ a: wide }), `${what} at /a: got "more than 100000 elements"; ${limits}`);
  assert.equal(told({ ...wide, more: 0 }), `${what}: got "more than 100000 elements"; ${limits}`);
});

test('a value without a text is told where its problem stands, from the path that is given', () => {
  const number = 'a number cannot be held exactly';
  const fix = 'expected a finite number that a double holds with every digit; send it as a string';
  assert.equal(told(Infinity), `${number}: got "Infinity"; ${fix}`);
  assert.equal(told({ a: [NaN] }, '/data'), `${number} at /data/a/0: got "NaN"; ${fix}`);
  assert.equal(checkJson(1), undefined);
  assert.equal(checkJson(NaN)?.path, '');
});

test('keys and texts that are refused are told with what may stand there', () => {
  assert.equal(
    told({ a: { prototype: 1 } }),
    'a key of the data is reserved by the language at /a/prototype: got "prototype"; ' +
      'expected any key but __proto__, constructor and prototype; rename the key',
  );
  assert.equal(
    told(['\ud83d']),
    'a text holds half a surrogate pair at /0: got "\ufffd"; expected well-formed Unicode; ' +
      'cut texts between characters, not inside one',
  );
});

test('an integer that a double cannot hold is shown as it was written', () => {
  const text = '{"a":"1","b":null,"c":[true,1.5,-9007199254740993,9007199254740995]}';
  const problem = checkParsed(JSON.parse(text) as Json, '/data', text, (root) => root);
  assert.match(problem?.message ?? '', /at \/data\/c\/2: got "-9007199254740993"; expected a finite number/);
});

test('bytes that are not UTF-8 are told with the offset of the first, after a byte order mark as well', () => {
  const fix = 'expected UTF-8 text; encode the event as UTF-8; binary data goes into data_base64';
  const what = 'CE_PARSE: the bytes are not one JSON text in UTF-8: got invalid UTF-8 at byte offset';
  assert.equal(bytesTold(0x22, 0xff, 0x22), `${what} 1 of 3; ${fix}`);
  assert.equal(bytesTold(0xef, 0xbb, 0xbf, 0xff), `${what} 3 of 4; ${fix}`);
  assert.equal(bytesTold(0x22, 0xc3), `${what} 1 of 2; ${fix}`);
});

test('bytes that are not JSON are told with the offset and what was expected', () => {
  const fix =
    'expected one complete JSON text and nothing after it; serialise the event with a JSON library and send all of its bytes';
  const what = 'CE_PARSE: the bytes are not one JSON text in UTF-8: got';
  assert.equal(bytesTold(...Buffer.from('[1,x]')), `${what} something else at byte offset 3 of 5; ${fix}`);
  assert.equal(bytesTold(...Buffer.from('[1,')), `${what} an early end at byte offset 3 of 3; ${fix}`);
});

/** Bytes → JSON that is safe to keep. What is accepted has the same text in `JSON`, and nothing in it can hurt. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkJson, checkParsed, parseJsonBytes } from '#core/json-bytes.ts';
import { jsonSyntaxOffset } from '#core/json-syntax.ts';
import { canonicalJson } from '#core/json.ts';
import { damagedBytes, hostileJson, hostileText } from '../arbitrary-hostile.ts';
import { accepted, refused, type Fed, type Surface } from '../surface.ts';

const corpus = ['{"a":[1,2.5e-3,{"b":null}],"c":"\\u00fc\\ud83d\\ude80"}', '[[[[[]]]]]', '"text"', '-0', '9007199254740993', '[1e400]', '{"a":1,"a":2}', ' \t\n{} ']; // prettier-ignore

const inputs = fc.oneof(
  damagedBytes(corpus),
  hostileJson.map((json) => new TextEncoder().encode(JSON.stringify(json) ?? '')),
  hostileText.map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 40 }),
);

function feed(bytes: Uint8Array): Fed {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const offset = jsonSyntaxOffset(text);
    assert.ok(offset >= 0 && offset <= text.length);
    return refused([parsed.problem]);
  }
  const { value, text } = parsed.value;
  const problem = checkParsed(value, '/data', text, (root) => root);
  if (problem !== undefined) return refused([problem]);
  assert.equal(checkJson(value), undefined, 'what may come in may also be sent');
  assert.equal(canonicalJson(JSON.parse(canonicalJson(value)) as typeof value), canonicalJson(value));
  return accepted;
}

export const jsonBytes: Surface<Uint8Array> = { name: 'json-bytes', share: 240, inputs, feed };

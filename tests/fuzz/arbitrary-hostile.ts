/** Generators of hostile things: words, JSON, and fixtures with damage. Everything shrinks. */
import fc, { type Arbitrary } from 'fast-check';

/** Words that mean something to somebody: parsers, prototypes, shells, databases, terminals. */
export const hostileWords: readonly string[] = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', '$where', '$ne', '../..', '%00',
  '\u0000', '\u001b[31m', '\ufeff', '\u2028', '\ud800', '\udfff', '🚀', 'ﷺ', '\u202e', '-0', '1e400', '-1e-400',
  '9007199254740993', 'NaN', '.inf', '0x1f', 'null', '~', 'true', 'yes', "'", '"', '`', '\\', '\\u0000', '\\ud800',
  '${{', '}}', '${{ inputs.x }}', '{{', '<<:', '&a', '*a', '!!js/function', '---', '...', '|', '>', '- ', ': ', '#',
  '\t', '\r\n', '\n', '[', ']', '{', '}', '{"', ',', '?', '"__proto__":{"x":1}', '['.repeat(200), '{"a":'.repeat(100),
  'a'.repeat(300), '(a+)+$', 'sk-planted-0123456789abcdef0123456789', '    at evil (file.ts:1:1)', 'javascript:x',
]; // prettier-ignore

export const hostileText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileWords),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.array(fc.constantFrom(...hostileWords), { maxLength: 6 }).map((words) => words.join('')),
);

/** As `JSON.parse` may give it: own members `__proto__`, any text, any depth up to a little over the limit. */
export const hostileJson: Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, -0, 1.5, 2 ** 53, 1e308, -1, ''),
    hostileText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(hostileText, tie('value')), { maxLength: 5 })
      .map((entries) => JSON.parse(textOfMembers(entries)) as unknown),
  ),
})).value;

/** `Object.fromEntries` would set the prototype where the text of an object only has a member of that name. */
const textOfMembers = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;

type Edit = readonly ['cut' | 'double' | 'swap' | 'insert' | 'replace', number, number, string];

const edits: Arbitrary<readonly Edit[]> = fc.array(
  fc.tuple(
    fc.constantFrom('cut', 'double', 'swap', 'insert', 'replace'),
    fc.nat(),
    fc.nat({ max: 60 }),
    hostileText,
  ),
  { maxLength: 6 },
);

/** One of the texts with up to six edits. None at all is a fair input too. */
export const damaged = (texts: readonly string[]): Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...texts), edits).map(([text, list]) => list.reduce(edit, text));

function edit(text: string, [kind, place, length, word]: Edit): string {
  const at = text.length === 0 ? 0 : place % text.length;
  const part = text.slice(at, at + length);
  switch (kind) {
    case 'cut':
      return text.slice(0, at) + text.slice(at + length);
    case 'double':
      return text.slice(0, at) + part + text.slice(at);
    case 'swap':
      return text.slice(at) + text.slice(0, at);
    case 'insert':
      return text.slice(0, at) + word + text.slice(at);
    case 'replace':
      return text.slice(0, at) + word + text.slice(at + length);
  }
}

/** Text as bytes, some of them flipped: not always UTF-8 any more. */
export const damagedBytes = (texts: readonly string[]): Arbitrary<Uint8Array> =>
  fc
    .tuple(damaged(texts), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 2 }))
    .map(([text, flips]) => {
      const bytes = new TextEncoder().encode(text);
      for (const [place, byte] of flips) if (bytes.length > 0) bytes[place % bytes.length] = byte;
      return bytes;
    });

/** What counts as a key, to the character: none of these may reach people or logs, and no ordinary text may vanish. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blotOut, echoed, looksSecret, redact } from './redact.ts';

/** Made here, piece by piece: the texts as a whole are what scanners of a repository look for. */
const x = (count: number, sign = 'x'): string => sign.repeat(count);
const upper = (count: number): string => x(count, 'A');

/** Each the shortest of its kind, and what remains of it where one character is missing. */
const inFiles: readonly (readonly [name: string, key: string, ...notYet: readonly string[]])[] = [
  ['a model provider', `sk-${x(15)}1`, `sk-${x(6)}1`],
  ['AWS', `AKIA${upper(16)}`, `AKIA${upper(11)}`, `AKIA${upper(12)}a`.slice(0, 15)],
  ['AWS, for a while', `ASIA${x(16, '7')}`, `ASIA${x(11, '7')}`],
  ...[...'pousr'].map((kind) => ['GitHub', `gh${kind}_${x(20)}`, `gh${kind}_${x(15)}`] as const),
  ['GitHub, fine-grained', `github_pat_${x(20)}`, `github_pat_${x(19)}`],
  ...[...'abeprs'].map((kind) => ['Slack', `xox${kind}-${x(10)}`, `xox${kind}-${x(9)}`] as const),
];
const inValues: readonly (readonly [name: string, key: string, ...notYet: readonly string[]])[] = [
  ['a model provider, without a digit', `sk-${x(8)}`, `sk-${x(7)}`],
  ['AWS, short', `AKIA${upper(12)}`, `AKIA${upper(11)}`],
  ['GitHub, short', `ghp_${x(16)}`, `ghp_${x(15)}`],
  ['a web token', `eyJ${x(10)}.${x(1)}`, `eyJ${x(9)}.${x(5)}`, `eyJ${x(10)}`],
  ['a web token, whole', `eyJ${x(10)}.${x(30)}`],
  ['a capability, the longest', `v1.${x(16)}.${x(16, '1')}.${x(43)}`, `v1.${x(17)}.1.${x(43)}`, `v1.k.${x(17, '1')}.${x(43)}`],
  ['a capability', `v1.k.1.${x(43)}`, `v1.k.1.${x(42)}`, `v1.K.1.${x(43)}`, `v1.k.x.${x(43)}`, `v2.k.1.${x(43)}`],
]; // prettier-ignore

describe('a key', () => {
  for (const [name, key, ...notYet] of [...inFiles, ...inValues])
    it(`of ${name} is replaced wherever it stands: ${key.slice(0, 14)}…`, () => {
      assert.equal(redact(key), '[redacted]');
      assert.equal(redact(`a "${key}" b ${key}, c`), 'a "[redacted]" b [redacted], c');
      for (const other of notYet) assert.equal(redact(other), other);
      assert.equal(redact(`q${key}`).includes(key.slice(0, 3)), true, 'part of a longer word is none');
    });

  for (const [name, key] of inFiles)
    it(`of ${name} may not stand in a file: ${key.slice(0, 14)}…`, () => {
      assert.ok(looksSecret(`a: "${key}"`));
    });

  it('of another shape may stand in a file: it may be no key', () => {
    for (const [, key] of inValues) assert.ok(!looksSecret(key), key);
    assert.ok(!looksSecret(`sk-${x(40)}`), 'words with hyphens have no digit');
    assert.ok(looksSecret(`sk-${x(80)}1`), 'the digit may come late');
    assert.ok(!looksSecret(`sk-${x(81)}1`), 'but not at any distance (R2)');
    for (const other of [`sk-${x(14)}1`, `AKIA${upper(17)}`, `AKIA${upper(15)}`, `ghx_${x(20)}`, `xoxc-${x(10)}`])
      assert.ok(!looksSecret(other), other); // prettier-ignore
  });

  it('in PEM form is replaced to its end', () => {
    const pem = `-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n`;
    assert.ok(looksSecret(pem));
    assert.equal(redact(`key: "${pem}" rest`), 'key: "[redacted]" rest');
    assert.equal(redact('-----BEGIN CERTIFICATE-----'), '[redacted]-----');
    assert.ok(!looksSecret('-----BEGIN CERTIFICATE-----'));
    assert.ok(looksSecret(`-----BEGIN ${x(40, 'A')}PRIVATE KEY-----`));
    assert.ok(!looksSecret(`-----BEGIN ${x(41, 'A')}PRIVATE KEY-----`));
  });

  it('in the address of a service is its password alone', () => {
    assert.equal(redact('mongodb+srv://ada:pass:word@host/db'), 'mongodb+srv://ada:[redacted]@host/db');
    assert.equal(redact('HTTPS://:p@host'), 'HTTPS://:[redacted]@host');
    assert.equal(redact('a b://u:p1@h c://u:p2@h'), 'a b://u:[redacted]@h c://u:[redacted]@h');
    for (const other of ['http://host:80/a@b', 'http://ada@host', 'ada:pass@host', 'http://a b:c@host', '1://a:b@c'])
      assert.equal(redact(other), other); // prettier-ignore
    const long = `http://${x(80)}:${x(200)}@h`;
    assert.equal(redact(long), `http://${x(80)}:[redacted]@h`);
    assert.equal(redact(`http://${x(81)}:p@h`), `http://${x(81)}:p@h`);
  });

  it('can be blotted out at its own length, so that columns stay', () => {
    const key = `ghp_${x(20)}`;
    assert.equal(blotOut(`a ${key} b`), `a ${x(key.length, '*')} b`);
  });
});

describe('text that is echoed', () => {
  it('is shown up to 80 characters, and cut with a sign', () => {
    assert.equal(echoed(x(80)), x(80));
    assert.equal(echoed(x(81)), `${x(79)}…`);
  });

  it('is on one line, without what would move a terminal', () => {
    assert.equal(echoed('a\nb\tc\u001bd\u0085e\u2028f\u2029g'), 'a·b·c·d·e·f·g');
  });

  it('is without keys, also where a key reaches beyond what is shown', () => {
    assert.equal(echoed(`${x(70, ' ')}sk-${x(200)}1`), `${x(70, ' ')}[redacted]`);
  });

  it('does not end in half a character', () => {
    assert.equal(echoed(`${x(78)}${'😀'.repeat(3)}`), `${x(78)}\ufffd…`);
  });
});

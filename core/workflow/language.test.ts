import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { schemaFiles, schemaText } from '../../scripts/generate-schemas.ts';
import { type Json, type JsonObject } from '../json.ts';
import { parseDuration } from './duration.ts';
import { workflowFileSchema } from './file-schema.ts';
import { compileSchema } from './json-schema.ts';
import {
  approvalWords,
  joinWords,
  meant,
  retryWords,
  stepWords,
  type Words,
  workflowWords,
} from './language.ts';
import { nearest } from './nearest.ts';
import { parseDefinition } from './parse.ts';
import { regexProblem } from './regex-safety.ts';
import { highest, isRange, isVersion, satisfies } from './version-range.ts';

const root = new URL('../../', import.meta.url);

describe('the JSON Schema of a workflow file', () => {
  const compiled = compileSchema(workflowFileSchema());
  const refusedBySchema = (value: Json): boolean => {
    assert.ok(compiled.ok, JSON.stringify(compiled));
    return compiled.value(value).length > 0;
  };
  const good: JsonObject = {
    name: 'a',
    version: '1.0.0',
    steps: { s: { agent: 'x', retry: { max: 2 }, join: 'all' } },
  };

  for (const name of Object.keys(schemaFiles) as (keyof typeof schemaFiles)[])
    it(`${name} is current`, () =>
      assert.equal(
        readFileSync(new URL(name, root), 'utf8'),
        schemaText(name),
        'run scripts/generate-schemas.ts',
      ));

  it('accepts the example, which names it for editors', () => {
    const text = readFileSync(new URL('workflows/design-and-provision.yaml', root), 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=\.\.\/schemas\/workflow\.schema\.json\n/);
    const [document] = parseAllDocuments(text);
    assert.ok(document && !('empty' in document));
    assert.equal(refusedBySchema(document.toJS() as Json), false);
  });

  it('an unknown or unsupported key is refused by the schema and by the parser, at every level', () => {
    assert.equal(refusedBySchema(good), false);
    const at: readonly (readonly [Words, (key: string) => JsonObject])[] = [
      [workflowWords, (key) => ({ ...good, [key]: 1 })],
      [stepWords, (key) => ({ ...good, steps: { s: { agent: 'x', [key]: 1 } } })],
      [retryWords, (key) => ({ ...good, steps: { s: { agent: 'x', retry: { max: 2, [key]: 1 } } } })],
      [approvalWords, (key) => ({ ...good, steps: { s: { approval: { to: 'o', prompt: 'p', [key]: 1 } } } })],
      [
        joinWords,
        (key) => ({
          ...good,
          steps: { a: { agent: 'x' }, s: { agent: 'x', needs: 'a', join: { atLeast: 1, [key]: 1 } } },
        }),
      ],
    ];
    for (const [words, make] of at)
      for (const key of ['nope', ...Object.keys(words).filter((name) => words[name]?.schema === undefined)]) {
        assert.ok(refusedBySchema(make(key)), `schema accepts ${key}`);
        assert.ok(!parseDefinition(make(key)).ok, `parser accepts ${key}`);
      }
  });

  it('two bodies, no body and a missing name are refused by both', () => {
    const steps = (step: JsonObject): JsonObject => ({ ...good, steps: { s: step } });
    for (const bad of [
      steps({}),
      steps({ with: {} }),
      { version: '1.0.0', steps: { s: { agent: 'x' } } },
      { ...good, steps: {} },
    ]) {
      assert.ok(refusedBySchema(bad));
      assert.ok(!parseDefinition(bad).ok);
    }
  });
});

describe('words', () => {
  it("other tools' words and slips are answered with ours", () => {
    const cases = { dependsOn: 'needs', after: 'needs', when: 'if', arguments: 'with', retries: 'retry', retires: 'retry', timeoutSeconds: 'timeout', uses: 'agent', tiemout: 'timeout', DEPENDS_ON: 'needs' }; // prettier-ignore
    for (const [theirs, ours] of Object.entries(cases)) assert.equal(meant(theirs, stepWords), ours, theirs);
    assert.equal(meant('xyzzy', stepWords), undefined);
    assert.equal(meant('toString', stepWords), undefined);
  });

  it('the nearest name is near', () => {
    assert.equal(nearest('reserch', ['report', 'research']), 'research');
    assert.equal(nearest('q', ['a']), 'a');
    assert.equal(nearest('zzzz', ['a', 'research']), undefined);
    assert.equal(nearest('x'.repeat(100_000), ['a']), undefined);
  });
});

describe('durations', () => {
  it('are milliseconds, short or ISO 8601', () => {
    const cases = { '500ms': 500, '90s': 90_000, '5m': 300_000, '2h': 7_200_000, '7d': 604_800_000, PT5M: 300_000, 'P1DT2H': 93_600_000, P2W: 1_209_600_000, 'PT0.5S': 500, '0s': 0, '366d': 31_622_400_000 }; // prettier-ignore
    for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
  });
  it('are nothing else', () => {
    for (const text of [
      '',
      '5',
      's',
      '1.5h',
      '-1s',
      '1y',
      'P',
      'PT',
      'P1Y',
      '367d',
      '5 m',
      'PT5',
      '5M',
      '1h30m',
    ])
      assert.equal(parseDuration(text), undefined, text);
  });
});

describe('patterns that could hang', () => {
  it('are refused', () => {
    for (const pattern of [
      '^(a+)+$',
      '(a*)*',
      '(a|a)+',
      '(a|ab)*',
      '([a-z]+\\d?)*',
      '((ab)+)+',
      '(.*,){20}',
      '(\\w|x)+',
      '(a)\\1',
      'a'.repeat(501),
    ])
      assert.ok(regexProblem(pattern, 'author'), pattern);
  });
  it('usual ones are not', () => {
    for (const pattern of [
      '^[a-z][a-z0-9-]*$',
      '^(foo|bar)+$',
      '^\\d{4}-\\d{2}-\\d{2}$',
      '^(?:[A-Z]{2}-)?\\w+$',
      '[(+]+',
      '\\(a+\\)+',
      '^\\p{L}+$',
    ])
      assert.equal(regexProblem(pattern, 'author'), undefined, pattern);
  });
});

describe('compileSchema', () => {
  it('one schema object is compiled once', () => {
    const schema = { type: 'string' };
    assert.equal(compileSchema(schema), compileSchema(schema));
  });
  it('two schemas with the same $id do not meet', () => {
    for (const type of ['string', 'number']) {
      const compiled = compileSchema({ $id: 'https://example.org/x', type });
      assert.ok(compiled.ok);
      assert.equal(compiled.value('text').length, type === 'string' ? 0 : 1);
    }
  });
  it('problems of a value have pointer, expected and got; no secret is echoed', () => {
    const compiled = compileSchema({
      type: 'object',
      properties: { 'a/b': { type: 'number' }, l: { items: { enum: [1, 2] } } },
      required: ['x'],
      additionalProperties: false,
    });
    assert.ok(compiled.ok);
    const problems = compiled.value({ 'a/b': 'sk-abcdef0123456789abcdef', l: [1, 3], y: 1 });
    assert.deepEqual(problems.map(({ path, expected, got }) => [path, expected, got]).sort(), [
      ['/a~1b', 'number', '"[redacted]"'],
      ['/l/1', 'one of [1,2]', '3'],
      ['/x', 'a value', 'nothing'],
      ['/y', 'no such key', '1'],
    ]);
  });
  it('local references are followed; others, and those that lead nowhere, are refused', () => {
    const local = compileSchema({ $defs: { n: { type: 'number' } }, $ref: '#/$defs/n' });
    assert.ok(local.ok);
    assert.equal(local.value('x').length, 1);
    for (const $ref of ['#/$defs/gone', 'other.json', 'http://example.org', 3]) {
      const compiled = compileSchema({ $ref });
      assert.ok(!compiled.ok);
      assert.equal(compiled.problem[0]?.code, 'WF_SCHEMA_REF');
    }
  });
});

describe('versions', () => {
  it('ranges and versions are told from other text', () => {
    for (const text of ['1', '^1.2', '~1.2.3', '>=1 <3', '1.2.3', '*']) assert.ok(isRange(text), text);
    for (const text of ['', ' ', 'latest', '^^1', 'x'.repeat(100)]) assert.ok(!isRange(text), text);
    for (const text of ['1.0.0', '1.2.3-beta.1']) assert.ok(isVersion(text), text);
    for (const text of ['1.0', 'v1.0.0', '', '1.0.0.0', ' 1.0.0']) assert.ok(!isVersion(text), text);
  });
  it('the highest version in a range is found, pre-releases only where asked for', () => {
    assert.equal(highest(['1.0.0', '1.10.0', '1.9.0', '2.0.0-beta.1'], '^1'), '1.10.0');
    assert.equal(highest(['1.0.0', '2.0.0-beta.1']), '1.0.0');
    assert.equal(highest(['1.0.0'], '^2'), undefined);
    assert.ok(satisfies('1.4.0', '^1.2') && !satisfies('2.0.0', '^1'));
  });
});

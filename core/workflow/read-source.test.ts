/** What a text is read as: values with their places, and what is said of one that cannot be read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSource } from './read-source.ts';
import { jsonOf, type SourceNode } from './source-node.ts';

const told = (text: string, file?: string): readonly string[] => {
  const read = readSource(text, file === undefined ? {} : { file });
  return read.ok
    ? []
    : read.problem.map(
        ({ code, at, path, message, expected, hint }) =>
          `${code} ${at.line}:${at.column}-${at.endColumn} ${path} ${message}; ${expected}; ${hint}`,
      );
};
const nodeOf = (text: string): SourceNode => {
  const read = readSource(text);
  return read.ok ? read.value : assert.fail(JSON.stringify(read.problem));
};
/** The value of the first key. */
const valueOf = (text: string): SourceNode => {
  const node = nodeOf(text);
  return (node.kind === 'map' ? node.entries[0]?.value : undefined) ?? assert.fail(text);
};
const placeIn = (node: SourceNode, offset: number, length: number): string => {
  const { line, column, endColumn } =
    node.kind === 'scalar' ? node.locate(offset, length) : assert.fail(node.kind);
  return `${line}:${column}-${endColumn}`;
};

describe('a file that is to be JSON and is not', () => {
  const rows: readonly (readonly [text: string, place: string, message: string])[] = [
    ['{"name": "a",}', '1:14-15', 'Expected double-quoted property name'],
    ['{"a":\n "b" "c"}', '2:6-7', "Expected ',' or '}' after property value"],
    ['', '1:1-2', 'Unexpected end of JSON input'],
    ['{"a": tru}', '1:1-2', "Unexpected token '}'"],
    [`{"a": "${'long '.repeat(20)}" x}`, '1:110-111', "Expected ',' or '}' after property value"],
    [`["${'long '.repeat(20)}", x, "${'long '.repeat(20)}"]`, '1:1-2', "Unexpected token 'x'"],
    ['undefined', '1:1-2', 'unexpected text'],
    ['{"a": *x}', '1:1-2', "Unexpected token '*'"],
  ];
  for (const [text, place, message] of rows)
    it(`is told where and why: ${text.slice(0, 30)}`, () =>
      assert.deepEqual(told(text, 'x.json'), [
        `WF_JSON_SYNTAX ${place}  not JSON: ${message}; JSON (RFC 8259); correct it, or name the file .yaml`,
      ]));

  it('is not looked at where it is too large', () =>
    assert.deepEqual(told(','.repeat(150_001), 'x.json'), [
      'WF_TOO_LARGE 1:1-2  the file has 150002 lines and commas; at most 150000; split the workflow, or pass large data as input',
    ]));
});

describe('a file that is no YAML', () => {
  const hint = "check brackets, quotes and indentation; a text with ': ' in it needs quotes";
  const syntax = (place: string, message: string): string =>
    `WF_YAML_SYNTAX ${place}  ${message}; YAML 1.2; ${hint}`;
  const unquoted = (place: string): string =>
    `WF_YAML_SYNTAX ${place}  YAML cannot read this line: an expression in it needs quotes; ` +
    '"${{ … }}"; put the whole value in quotes: "${{ inputs.x }}" (always in flow style, {a: …})';
  const key = (place: string): string =>
    `WF_YAML_SYNTAX ${place}  a key that is not text; a text as key; put the key in quotes`;
  const nested = 'nested mappings are not allowed in compact mappings';

  it('is told of three lines, and once of each', () => {
    assert.deepEqual(told('a: b: c\nd: e: f: g'), [syntax('1:4-5', nested), syntax('2:4-5', nested)]);
    assert.deepEqual(told('a: }\nb: ]\nc: }\nd: ]\ne: }'), [
      syntax('1:4-5', 'unexpected flow-map-end token in YAML stream: "}"'),
      syntax('2:1-2', 'unexpected scalar token in YAML stream: "b"'),
      syntax('3:1-2', 'unexpected scalar token in YAML stream: "c"'),
    ]);
    assert.deepEqual(told('a: "x\nb: [1'), [syntax('2:6-7', 'missing closing "quote')]);
  });

  it('for an expression without quotes is told so', () => {
    assert.deepEqual(told('a: ${{ x }}: y'), [unquoted('1:4-5')]);
    assert.deepEqual(told('k: 1\na: x: ${{ b }}\nb: x: y'), [unquoted('2:4-5'), syntax('3:4-5', nested)]);
  });

  it('has keys that are text', () => {
    assert.deepEqual(told('? [a]\n: 1'), [key('1:3-6')]);
    for (const text of ['~: 1', '? {a: 1}\n: 2', 'null: 1']) assert.equal(told(text).length, 1, text);
  });
});

describe('numbers that JavaScript would change', () => {
  it('are refused, and shown cut', () => {
    const digits = '123456789'.repeat(5);
    assert.deepEqual(told(`a: ${digits}`), [
      `WF_NUMBER_PRECISION 1:4-49 /a number '${digits}' cannot be kept exactly (it becomes ${Number(digits)}); a whole number up to 9007199254740991; quote it: "${digits.slice(0, 40)}"`,
    ]);
    assert.deepEqual(told('a: -.inf'), [
      "WF_NUMBER 1:4-9 /a number '-.inf' is not finite; a finite number; put it in quotes if it is meant as text",
    ]);
  });

  it('have no negative zero among them, which JSON would lose', () => {
    for (const text of ['a: -0', 'a: -0.0']) {
      const node = valueOf(text);
      assert.ok(node.kind === 'scalar' && Object.is(node.value, 0), text);
    }
  });
});

describe('a value', () => {
  it('is known as it was written', () => {
    const rows = { '1.50': '1.50', '"q"': 'q', TRUE: 'TRUE', '~': '~', '': '', '|\n  x\n': 'x\n' };
    for (const [text, written] of Object.entries(rows)) {
      const node = valueOf(`a: ${text}`);
      assert.equal(node.kind === 'scalar' && node.written, written, text);
    }
  });

  it('that a key of a list in braces does not have is nothing', () => {
    const { at, ...node } = valueOf('{a, b: 1}');
    assert.deepEqual(
      [JSON.stringify(node), at],
      ['{"kind":"scalar","value":null,"written":"","path":"/a"}', { line: 1, column: 1, endColumn: 2 }],
    );
  });

  it('that is an empty text in quotes is no empty file', () => {
    assert.deepEqual(nodeOf('""').kind, 'scalar');
    assert.match(told("'' # nothing")[0] ?? 'read', /^read$/);
  });

  it('may lie 64 mappings deep', () => {
    const nested = (levels: number): string =>
      Array.from({ length: levels }, (_, at) => `${' '.repeat(at)}a:\n`).join('');
    assert.deepEqual(told(nested(64)), []);
    assert.match(
      told(nested(65)).join('\n'),
      /^WF_YAML_DEPTH 65:\d+-\d+ (?:\/a){65} nesting deeper than 64 levels/,
    );
  });

  it('over several lines stands where its first line ends', () => {
    const { at } = valueOf('a: [1,\n  2]\nb: 3');
    assert.deepEqual(at, { line: 1, column: 4, endColumn: 7 });
    assert.deepEqual(valueOf('a: [1]').at, { line: 1, column: 4, endColumn: 7 });
  });
});

describe('a part of a text', () => {
  const rows: readonly (readonly [what: string, text: string, part: string, place: string])[] = [
    ['in quotes', 'a: "hello world"', 'world', '1:11-16'],
    ['at the end of a line of a block', 'a: |\n  x = y\n  z = y\n', 'y\n', '3:7-9'],
    ['in the last line of a block', 'a: |-\n  ab cd\n  ab ce', 'e', '3:7-8'],
    ['in a line that begins as one before it', 'a: |\n  ab c\n  ab d d\n  e\n', 'd\n', '3:8-10'],
    ['in the first line of a plain text', 'a: yy y\n\n  z\n', 'y', '1:7-8'],
    [
      'of a folded block, whose lines are joined',
      'a: >\n  one two\n  three\n\n  four five\n',
      'three',
      '3:3-8',
    ],
    ['at the beginning of what is joined', 'a: one two\n  three\n', 'one', '1:4-7'],
    ['beside an escape', 'a: "x\\ty\\n end\\t"', 'end', '1:12-15'],
    ['that is itself written as escapes', 'a: "\\x41\\x42"', 'AB', '1:4-5'],
  ];
  for (const [what, text, part, place] of rows)
    it(`${what} is found`, () => {
      const node = valueOf(text);
      const value = node.kind === 'scalar' ? String(node.value) : '';
      assert.equal(placeIn(node, value.lastIndexOf(part), part.length), place);
    });

  it('in a block at the margin is found in its own line', () =>
    assert.equal(placeIn(nodeOf('|\nab\ncd\nab\n'), 6, 2), '4:1-3'));

  it('that is an empty line is put where the text begins', () => {
    assert.equal(placeIn(valueOf('a: |\n\n  x\n'), 0, 1), '1:5-6');
    assert.equal(placeIn(valueOf('a: "\\t"'), 1, 3), '1:4-5');
  });

  it('of what is no text is found as well', () => assert.equal(placeIn(valueOf('a: TRUE'), 0, 4), '1:4-8'));
});

describe('keys', () => {
  it('of YAML 1.1 that merge or that stand for truths are keys as others', () => {
    for (const head of ['', '%YAML 1.1\n---\n']) {
      const node = nodeOf(`${head}<<: {a: 1}\nyes: no\n0x1F: 010`);
      assert.deepEqual(jsonOf(node), { '<<': { a: 1 }, yes: 'no', '0x1F': 10 });
    }
  });

  it('are what their signs stand for, in quotes and over several lines', () => {
    const node = nodeOf(`"a\\tb": 1\n'it''s': 2\n? |-\n  x\n  y\n: 3\n? "p\n  q"\n: 4`);
    assert.deepEqual(jsonOf(node), { 'a\tb': 1, "it's": 2, 'x\ny': 3, 'p q': 4 });
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseDuration } from './duration.ts';
import { agentSteps, durationText, graphOf, mermaid, planText } from './graph.ts';
import { nearest } from './nearest.ts';
import { parseWorkflow } from './parse.ts';

const definitionOf = (text: string) => {
  const parsed = parseWorkflow(`name: shop\nversion: "1.0.0"\n${text}`);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
};

it('a plan shows all that is asked of a step, and where the outputs come from', () => {
  const definition = definitionOf(`
steps:
  a: { agent: x, timeout: 90s, deadline: 1h, retry: 3, continueOnError: true }
  b: { agent: x@^1.2, needs: a }
  c:
    agent: x
    needs: [a, b]
    if: steps.a.output.go
    join: { atLeast: 1, cancelRest: true }
outputs: { one: "\${{ steps.c.output }}", two: ["\${{ steps.b.output.x }}", "\${{ steps.c.output }}"] }
`);
  assert.equal(
    planText(definition),
    `shop 1.0.0

1.
   a  agent x
      timeout 90s, deadline 1h, up to 3 attempts, continues on error

2.
   b  agent x@^1.2
      needs a (explicit)

3.
   c  agent x
      needs a (explicit), b (explicit)
      join at least 1, cancel the rest
      if steps.a.output.go

outputs from steps.c.output, steps.b.output.x
`,
  );
});

it('a plan without outputs or limits says so in few words', () => {
  const definition = definitionOf('steps:\n  a: { agent: x }\n  b: { agent: x, needs: [a], join: any }\n');
  const plan =
    'shop 1.0.0\n\n1.\n   a  agent x\n\n2.\n   b  agent x\n      needs a (explicit)\n      join at least 1\n\noutputs: none\n';
  assert.equal(planText(definition), plan);
});

it('steps come in the order of the file among equals, however they became ready', () => {
  const definition = definitionOf(
    'steps:\n  d: { agent: x, needs: [b] }\n  c: { agent: x, needs: [a] }\n  b: { agent: x }\n  a: { agent: x }\n  e: { agent: x, needs: [a] }\n',
  );
  assert.deepEqual(graphOf(definition).order, ['b', 'a', 'd', 'c', 'e']);
  const crossed = definitionOf(
    'steps:\n  d: { agent: x, needs: [a] }\n  c: { agent: x, needs: [b] }\n  b: { agent: x }\n  a: { agent: x }\n',
  );
  assert.deepEqual(graphOf(crossed).order, ['b', 'a', 'd', 'c']);
});

it('a step that waits for people names them in a plan, and is no step of an agent', () => {
  const definition = definitionOf(
    'steps:\n  a: { agent: x }\n  ask: { approval: { to: [ann, bob], prompt: go?, timeout: 1h, onTimeout: reject }, needs: [a] }\n',
  );
  assert.ok(planText(definition).includes('\n   ask  approval by ann, bob\n      needs a (explicit)\n'));
  assert.deepEqual(
    agentSteps(definition).map(({ id }) => id),
    ['a'],
  );
});

it('a drawing escapes what it shows, and cuts it at sixty signs', () => {
  const sixty = `inputs.t == "${'x'.repeat(46)}"`;
  const drawn = (condition: string) =>
    mermaid(
      definitionOf(`inputs: { t: string, n: integer }\nsteps:\n  a: { agent: x, if: '${condition}' }\n`),
    );
  assert.equal(sixty.length, 60);
  assert.ok(drawn(sixty).includes(`${'x'.repeat(46)}&quot;"]`));
  assert.ok(drawn(sixty.replace('"x', '"xx')).includes(`${'x'.repeat(46)}…"]`));
  assert.ok(
    drawn('inputs.n > 1 && inputs.n < 2').includes('if inputs.n &gt; 1 &amp;&amp; inputs.n &lt; 2"]'),
  );
});

it('a duration is written in its largest whole unit, and read again', () => {
  const texts = [1, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 172_800_000].map(durationText);
  assert.equal(durationText(0), '0ms');
  assert.deepEqual(texts, ['1ms', '999ms', '1s', '1500ms', '1m', '90s', '1h', '1d', '2d']);
  const read: readonly (readonly [text: string, ms: number | undefined])[] = [
    ...texts.map((text, at) => [text, [1, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 172_800_000][at]] as const),
    ...[['PT1H30M', 5_400_000], ['P1W', 604_800_000], ['P2DT3H4M5.678S', 183_845_678], ['PT0.5S', 500], ['P366D', 31_622_400_000]] as const,
    ...['', '5', 's', '1 s', '1.5s', 'x5s', '5sx', 'P', 'PT', 'P1DT', 'P1W2D', 'xPT1S', 'PT1Sx', 'PT1.2345S', 'P1H', '367d', 'P367D', 'PT.5S'].map((text) => [text, undefined] as const),
  ]; // prettier-ignore
  for (const [text, ms] of read) assert.equal(parseDuration(text), ms, text);
});

it('a name is taken to be meant where it is near enough', () => {
  const known = ['retry', 'timeout', 'agent', 'Needs'];
  const rows = {
    retyr: 'retry',
    timeou: 'timeout',
    AGENT: 'agent',
    needs: 'Needs',
    zzzzz: undefined,
    re: undefined,
    r: undefined,
  };
  for (const [name, meant] of Object.entries(rows)) assert.equal(nearest(name, known), meant, name);
  assert.equal(nearest('ab', ['xb', 'ab', 'aa']), 'ab', 'the nearest, not the first');
  assert.equal(nearest('ac', ['ab', 'ad']), 'ab', 'the first of equals');
  assert.equal(nearest('abcdefgh', ['abcde']), 'abcde');
  assert.equal(nearest('abcdefgh', ['abcd']), undefined);
  assert.equal(nearest('x'.repeat(80), ['x'.repeat(79)]), 'x'.repeat(79));
  assert.equal(nearest('x'.repeat(81), ['x'.repeat(81)]), undefined);
  const many = [...Array.from({ length: 1999 }, () => 'zzzzzz'), 'retry', 'agent'];
  assert.deepEqual(
    [nearest('retrx', many), nearest('agenx', many)],
    ['retry', undefined],
    'two thousand are looked at',
  );
});

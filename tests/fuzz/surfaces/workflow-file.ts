/** Files → definitions. What is accepted is stored, read again as JSON, and is the same definition. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parseDefinition, parseWorkflow } from '#core/workflow/parse.ts';
import { mostProblems, renderProblems } from '#core/workflow/problem.ts';
import { damaged, damagedBytes, hostileText } from '../arbitrary-hostile.ts';
import { accepted, type Fed, type Surface } from '../surface.ts';

interface Input {
  readonly file: string;
  readonly source: string | Uint8Array;
}

const small = `name: a
version: "1.0.0"
inputs: { idea: string, n: { type: integer, default: 3, minimum: 1 } }
idempotencyKey: inputs.idea
timeout: 1h
labels: { team: x }
steps:
  one: { agent: worker@^1, with: { idea: "\${{ inputs.idea }}", key: { secretRef: KEY } }, retry: 3 }
  two:
    agent: worker
    if: inputs.n > 2 && size(steps.one.output.list) < 10
    needs: [one]
    join: { atLeast: 1, cancelRest: true }
    retry: { max: 3, delay: 1s, backoff: exponential, factor: 2, maxDelay: 30s, jitter: full, on: [HTTP_TIMEOUT] }
    timeout: 2m
    deadline: PT1H
    continueOnError: true
    with: >
      \${{ steps.one.output }}
outputs:
  text: "a \${{ steps.two.output.x }} b"
  list: [1, true, null, "\${{ steps.one.status }}"]
`;
const shipped = readFileSync(
  new URL('../../../workflows/design-and-provision.yaml', import.meta.url),
  'utf8',
);
const words = ['name', 'version', 'steps', 'agent', 'with', 'needs', 'if', 'retry', 'a', 'b', '"1.0.0"', 'x', '${{ inputs.a }}', '"${{ steps.a.output }}"', '5m', '-1', ': ', ':\n  ', '\n', '\n  ', '\n    ', '- ', '{', '}', '[', ']', ', ', '#', '|\n', '"', "'"]; // prettier-ignore

const text = fc.oneof(
  { weight: 6, arbitrary: damaged([small, shipped]) },
  { weight: 2, arbitrary: fc.array(fc.oneof(fc.constantFrom(...words), hostileText), { maxLength: 30 }).map((list) => list.join('')) },
  { weight: 1, arbitrary: damagedBytes([small]) },
); // prettier-ignore
const json = damaged([
  '{"name":"a","version":"1.0.0","steps":{"s":{"agent":"x","with":{"a":"${{ run.id }}"}}}}',
]);
const inputs = fc.oneof(
  { weight: 5, arbitrary: fc.record({ file: fc.constant('x.yaml'), source: text }) },
  { weight: 1, arbitrary: fc.record({ file: fc.constant('x.json'), source: json }) },
);

const agents = new Map([['worker', { version: '1.2.0' }]]);

function feed({ file, source }: Input): Fed {
  const parsed = parseWorkflow(source, { file, agents });
  if (parsed.ok) {
    const again = parseDefinition(parsed.value.source, { agents });
    assert.ok(again.ok && again.value.digest === parsed.value.digest, 'what is stored is read as it was');
    return accepted;
  }
  const shown = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const printed = renderProblems(parsed.problems, { file, text: shown });
  assert.ok((printed.match(/ error\[/g) ?? []).length <= mostProblems);
  // A line longer than its frame would push what matters off the screen.
  for (const line of printed.split('\n'))
    assert.ok(line.length < 1500, `a line of ${line.length} characters`);
  for (const { at } of parsed.problems) assert.ok(at.line >= 0 && at.column >= 0);
  return { accepted: false, shown: [printed], codes: parsed.problems.map(({ code }) => code) };
}

export const workflowFiles: Surface<Input> = { name: 'workflow-files', share: 60, inputs, feed };

/** What traces are compared with, wherever their spans were kept: the trees of `tests/e2e/*.trace.txt`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { spanTree, treeLines, type TreeSpan } from '#adapters/telemetry/span-tree.ts';
import { type RunId } from '#core/ids.ts';
import { type Store } from '#core/ports.ts';
import { loadFunction, type LoadFunction } from '#local/load-function.ts';

export const goldenTrace = (name: 'design-and-provision' | 'retry' | 'flaky'): string =>
  readFileSync(new URL(`../e2e/${name}.trace.txt`, import.meta.url), 'utf8');

/** Times differ from run to run, so what is compared is ordered by what it is. */
export const traceText = (spans: readonly TreeSpan[]): string =>
  `${treeLines(spanTree(spans.map((span) => ({ ...span, startAt: 0 })))).join('\n')}\n`;

/** One step, which may fail once. */
export const flaky = `
name: flaky
version: "1.0.0"
inputs: { idea: string }
steps:
  one: { agent: worker, with: { idea: "\${{ inputs.idea }}" }, retry: { max: 2, delay: 20ms } }
outputs:
  result: \${{ steps.one.output }}
`;

/** Both agents of the last level run at once; which of them ends the run must not be left to chance. */
export function terraformLast(now: () => { readonly store: Store; readonly runId: RunId }): LoadFunction {
  return (spec, platform, settings) =>
    loadFunction(
      spec,
      spec.agents.includes('terraform-generator')
        ? {
            ...platform,
            model: (scope) => {
              const model = platform.model(scope);
              return {
                name: model.name,
                usage: () => model.usage(),
                ask: async (request) => {
                  await stepDone(now(), 'kafka');
                  return model.ask(request);
                },
              };
            },
          }
        : platform,
      settings,
    );
}

async function stepDone({ store, runId }: { store: Store; runId: RunId }, step: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  const isDone = async (): Promise<boolean> =>
    (await store.commits.history(runId)).some(({ events }) =>
      events.some((event) => event.type === 'step.completed' && event.step === step),
    );
  while (!(await isDone())) {
    assert.ok(Date.now() < deadline, `step ${step} did not complete in 20 s`);
    await pause(5);
  }
}

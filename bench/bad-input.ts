/** How long bad input takes to be refused: each row of the lists the tests use, and the slowest of them. */
import { decodeEvent } from '#core/cloud-event.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { badEvents } from '#tests/bad-input/bad-events.ts';
import { badWorkflows, knownAgents } from '#tests/bad-input/bad-workflows.ts';
import { quantiles } from './quantiles.ts';

export interface BadInput {
  readonly rows: number;
  /** Milliseconds, the median of five; the slowest first. */
  readonly slowest: readonly { readonly row: string; readonly ms: number }[];
}

const rounds = 5;

export function measureBadInput(): BadInput {
  const rows = [
    ...badWorkflows.map(({ id, what, text, file }) => ({
      row: `${id} ${what}`,
      refuse: () => {
        const parsed = parseWorkflow(text, { agents: knownAgents, ...(file === undefined ? {} : { file }) });
        if (!parsed.ok) renderProblems(parsed.problems, { file: 'x.yaml', text: typeof text === 'string' ? text : '' });
      }, // prettier-ignore
    })),
    ...badEvents.map((bad) => ({ row: `${bad.id} ${bad.what}`, refuse: () => void decodeEvent(bad) })),
  ];
  const measured = rows.map(({ row, refuse }) => ({ row, ms: medianOf(refuse) }));
  return { rows: rows.length, slowest: measured.toSorted((a, b) => b.ms - a.ms).slice(0, 3) };
}

function medianOf(refuse: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    refuse();
    return performance.now() - began;
  });
  return quantiles(times).p50;
}

export const badInputText = ({ rows, slowest }: BadInput): string =>
  [
    `bad-input: ${rows} rows refused          ms`,
    ...slowest.map(({ row, ms }) => `${row.slice(0, 32).padEnd(34)}${ms.toFixed(1).padStart(8)}`),
    '',
  ].join('\n');

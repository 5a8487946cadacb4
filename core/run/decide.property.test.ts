import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson, type Json } from '../json.ts';
import { attemptStands } from './absorb.ts';
import { failed, fold, response, runOf, world, type TestWorld } from './decide.fixtures.ts';
import { nextDeadline } from './deadline.ts';
import { evolve, absent } from './evolve.ts';
import { stepEntries } from './step-states.ts';
import { type RunEvent, type RunInput, type RunState } from './types.ts';
import { agentSteps } from '../workflow/graph.ts';

interface Plan {
  readonly text: string;
  /** Per step: how many attempts fail before one succeeds, and whether those failures may be retried. */
  readonly fails: Readonly<Record<string, { readonly times: number; readonly retryable: boolean }>>;
}

/** Definitions without races: every join waits for all, nothing times out, nobody cancels. */
const plans: fc.Arbitrary<Plan> = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(11), { maxLength: 3 }),
      retry: fc.integer({ min: 1, max: 3 }),
      fails: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
      ),
      retryable: fc.boolean(),
      caught: fc.boolean(),
      condition: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((specs) => {
    const fails: Record<string, { times: number; retryable: boolean }> = {};
    const lines = specs.map((spec, index) => {
      const needs = [...new Set(spec.needs.filter((need) => need < index))].map((need) => `s${need}`);
      fails[`s${index}`] = { times: spec.fails, retryable: spec.retryable };
      return [
        `  s${index}:`,
        '    agent: designer',
        `    retry: { max: ${spec.retry}, delay: 1s, jitter: none }`,
        ...(needs.length > 0 ? [`    needs: [${needs.join(', ')}]`] : []),
        ...(spec.caught ? ['    continueOnError: true'] : []),
        ...(needs[0] !== undefined && spec.condition
          ? [`    if: steps.${needs[0]}.status == "completed"`]
          : []),
      ].join('\n');
    });
    return { text: `name: any\nversion: "1.0.0"\nsteps:\n${lines.join('\n')}\n`, fails };
  });

interface History {
  readonly events: readonly RunEvent[];
  readonly run: RunState;
  readonly inputs: readonly RunInput[];
}

/** Plays a run to its end. `pick` chooses what is delivered next; `again` whether something old comes again first. */
function play(plan: Plan, pick: (of: number) => number, again: () => boolean): History {
  const w = world(plan.text);
  const events: RunEvent[] = [];
  const inputs: RunInput[] = [];
  let run: RunState = absent;
  const open: RunInput[] = [];
  const take = (input: RunInput): void => {
    const result = fold(w, run, input);
    if (!result.absorbed) inputs.push(input);
    assert.equal(canonicalJson(asJson(result.run)), canonicalJson(asJson(result.events.reduce(evolve, run))));
    run = result.run;
    events.push(...result.events);
    for (const event of result.events) if (event.type === 'step.dispatched') open.push(answer(plan, event));
  };
  take(w.startInput({}));
  for (let turn = 0; turn < 1000; turn += 1) {
    if (again() && inputs.length > 0) {
      const before = events.length;
      const old = inputs[pick(inputs.length)];
      if (old !== undefined && old.type !== 'wake') take(old);
      assert.equal(events.length, before, 'what was taken in once yields nothing again');
    }
    if (open.length > 0) {
      const [next] = open.splice(pick(open.length), 1);
      if (next !== undefined) take(next);
    } else if (!wakeUp(w, run, take)) return { events, run, inputs };
  }
  throw new Error('the run does not end');
}

/** Time moves to the next deadline only when nothing else is left to deliver: so no timeout ever races an answer. */
function wakeUp(w: TestWorld, run: RunState, take: (input: RunInput) => void): boolean {
  if (run.status !== 'running') return false;
  const due = nextDeadline(run);
  assert.ok(due !== undefined, 'a live run has a deadline');
  assert.ok(
    run.wakeAt !== undefined && run.wakeAt <= due,
    'the armed bound is never after the next deadline',
  );
  w.now = Math.max(w.now, due);
  take({ type: 'wake', source: '/baton/timer', id: `w${w.now}`, wakeSentAt: w.now });
  return true;
}

function answer(plan: Plan, task: Extract<RunEvent, { type: 'step.dispatched' }>): RunInput {
  const { times, retryable } = plan.fails[task.step] ?? { times: 0, retryable: false };
  return task.attempt <= times
    ? failed(task.step, task.attempt, { retryable })
    : response(task.step, task.attempt, task.step);
}

const outcome = (run: RunState): Json =>
  run.status === 'finished'
    ? {
        ...runOf(run),
        failure: run.outcome.status === 'failed' ? `${run.outcome.step} ${run.outcome.failure.code}` : '',
        steps: [...stepEntries(run.steps)]
          .map(([id, step]) => `${id} ${step.status} ${'attempt' in step ? step.attempt : ''}`)
          .sort(),
      }
    : run.status;

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
const picker = (numbers: readonly number[]) => {
  let at = 0;
  return (of: number): number => (numbers[(at += 1) % Math.max(1, numbers.length)] ?? 0) % of;
};
const inOrder = () => 0;
const never = () => false;

describe('decide and evolve, over definitions without races', () => {
  it('end the same way under any order of delivery, with anything delivered again at any time', () => {
    fc.assert(
      fc.property(plans, fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), (plan, numbers) => {
        const straight = play(plan, inOrder, never);
        const pick = picker(numbers);
        const shuffled = play(plan, pick, () => pick(3) === 0);
        assert.equal(straight.run.status, 'finished');
        assert.deepEqual(outcome(shuffled.run), outcome(straight.run));
      }),
      { numRuns: 300 },
    );
  });

  it('give one terminal event for each attempt, keep to the policy, and dispatch only what the join allows', () => {
    fc.assert(
      fc.property(plans, fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), (plan, numbers) => {
        const { events } = play(plan, picker(numbers), never);
        const ended = events.flatMap((event) =>
          event.type === 'step.completed' || event.type === 'attempt.failed'
            ? [`${event.step}:${event.attempt}`]
            : [],
        );
        const opened = events.flatMap((event) =>
          event.type === 'step.dispatched' ? [`${event.step}:${event.attempt}`] : [],
        );
        assert.deepEqual([...new Set(ended)].sort(), [...ended].sort(), 'D3');
        assert.deepEqual(
          [...new Set(opened)].sort(),
          [...ended].sort(),
          'every attempt is opened once and ends',
        );
        const max = agentSteps(world(plan.text).definition).map(
          (step) => [step.id, step.retry?.max ?? 1] as const,
        );
        for (const [id, most] of max) {
          assert.ok(opened.filter((key) => key.startsWith(`${id}:`)).length <= most, 'R1');
        }
        needsSettledFirst(plan, events);
      }),
      { numRuns: 300 },
    );
  });

  it('replay to the same state from the stored events, and know every attempt as answered in the end', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { events, run } = play(plan, inOrder, never);
        const stored = JSON.parse(JSON.stringify(events)) as readonly RunEvent[];
        assert.deepEqual(asJson(stored.reduce(evolve, absent)), asJson(run));
        if (run.status === 'absent') return;
        for (const event of events) {
          if (event.type !== 'step.dispatched') continue;
          assert.equal(attemptStands(run, event.step, event.attempt), 'answered');
        }
      }),
      { numRuns: 200 },
    );
  });
});

function needsSettledFirst(plan: Plan, events: readonly RunEvent[]): void {
  const settled = new Set<string>();
  const steps = new Map(agentSteps(world(plan.text).definition).map((step) => [step.id, step]));
  for (const event of events) {
    if (event.type === 'step.dispatched') {
      for (const need of steps.get(event.step)?.needs ?? []) assert.ok(settled.has(need), 'N1');
    }
    if (event.type === 'step.completed' || event.type === 'step.failed' || event.type === 'step.skipped') {
      settled.add(event.step);
    }
  }
}

/**
 * Retries of generated workflows: a run whose agents failed, and another that takes over what it recorded, with agents
 * that work again.
 * RT1. Where nothing races, the retry gives what a run without failures gives.
 * RT2. A step is cancelled in a retry only where the earlier run had cancelled it, or where a race is won anew.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type TaskOutcome } from '#core/event-data.ts';
import { failure } from '#core/failure.ts';
import { parseRunId } from '#core/ids.ts';
import { digestOf } from '#core/json.ts';
import { type Payload } from '#core/payload.ts';
import { decide } from '#core/run/decide.ts';
import { absent, evolve } from '#core/run/evolve.ts';
import { stepEntries } from '#core/run/step-states.ts';
import { type RunEvent, type RunInput, type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { definitionOfPlan, planText, scenarioOfPlan } from '#simulation/generated-definition.ts';
import { type Plan, planOf } from '#simulation/plan.ts';

const plans = 1_500;
type Retry = Extract<RunInput, { type: 'start' }>['retry'];

const runId = parseRunId('0'.repeat(26)) ?? assert.fail();
const moment = { now: 1_000, random: 0.5 };

interface Played {
  readonly run: RunState;
  readonly events: readonly RunEvent[];
}

/** One input after the other, tasks answered in the order they were given. */
function play(definition: Definition, broken: ReadonlySet<string>, retry?: Retry): Played {
  const agents = new Map(scenarioOfPlan(planOf(1)).agents.map((agent) => [agent.name, agent]));
  let run: RunState = absent;
  const events: RunEvent[] = [];
  const take = (input: RunInput): void => {
    const decision = decide({ definition, agents, moment, blobs: new Map() }, run, input);
    assert.ok(!('needs' in decision));
    for (const event of decision.events) run = evolve(run, event);
    events.push(...decision.events);
    if (decision.more) take({ type: 'continue' });
  };
  const asked = { asked: definition.name, runId, tenant: 'default', input: {} };
  take({
    ...{ type: 'start', source: '/test', id: 'start', payloadDigest: digestOf({}) },
    ...{ ...asked, ...(retry && { retry }) },
  });
  for (let at = 0; at < events.length; at += 1) {
    const task = events[at];
    if (task?.type !== 'step.dispatched') continue;
    const { step, attempt, agent, input } = task;
    const outcome: TaskOutcome = broken.has(step)
      ? { status: 'failed', failure: failure('AGENT_THREW', 'broken') }
      : { status: 'completed', output: { value: { step, seen: digestOf(input.value) } } };
    take({
      type: 'response',
      source: `/agents/${agent}`,
      id: `${step}:${attempt}`,
      step,
      attempt,
      agent,
      outcome,
    });
  }
  return { run, events };
}

function recordedBy(run: RunState): NonNullable<Retry> {
  assert.ok(run.status === 'finished');
  const results: Record<string, Payload> = {};
  const cancelled: string[] = [];
  for (const [id, step] of stepEntries(run.steps)) {
    if (step.status === 'completed') results[id] = step.output;
    if (step.status === 'cancelled') cancelled.push(id);
  }
  return { of: run.runId, results, cancelled };
}

/** Every step answers at once or not at all, and is tried once. */
function plain(plan: Plan, isRacing: boolean): Plan {
  const steps = plan.steps.map(({ retry: _, timeout: __, deadline: ___, join, ...step }) => ({
    ...step,
    continueOnError: isRacing && step.continueOnError,
    ...(isRacing && join !== undefined && { join: { ...join, cancelRest: true } }),
  }));
  return { ...plan, steps };
}

/** Two steps of the plan, which its seed tells. */
const brokenIn = ({ steps }: Plan, seed: number): ReadonlySet<string> =>
  new Set([1, 7].map((by) => steps[(seed * by) % steps.length]?.id ?? ''));

/** What comes after it is late. */
const endOf = ({ events }: Played): RunEvent | undefined =>
  events.find(({ type }) => type === 'run.completed' || type === 'run.failed');

function outputsOf(played: Played) {
  const end = endOf(played);
  return end?.type === 'run.completed' ? end.outputs : `ended as ${String(end?.type)}`;
}

it('where nothing races, a retry gives what a run without failures gives (RT1)', () => {
  let retried = 0;
  for (let seed = 1; seed <= plans; seed += 1) {
    const plan = plain(planOf(seed, 'small'), false);
    const definition = definitionOfPlan(plan);
    const first = play(definition, brokenIn(plan, seed));
    if (endOf(first)?.type !== 'run.failed') continue;
    retried += 1;
    const again = play(definition, new Set(), recordedBy(first.run));
    assert.deepEqual(
      outputsOf(again),
      outputsOf(play(definition, new Set())),
      `seed ${seed}\n${planText(plan)}`,
    );
  }
  assert.ok(retried > plans / 4, `only ${retried} runs failed`);
});

it('a retry cancels what the earlier run had cancelled, and the losers of races won anew (RT2)', () => {
  const met = { cancelled: 0, failedBefore: 0 };
  for (let seed = 1; seed <= plans; seed += 1) {
    const plan = plain(planOf(seed, 'small'), true);
    const definition = definitionOfPlan(plan);
    const first = play(definition, brokenIn(plan, seed));
    if (endOf(first)?.type !== 'run.failed') continue;
    const recorded = recordedBy(first.run);
    const again = play(definition, new Set(), recorded);
    assert.equal(again.run.status, 'finished');
    for (const event of again.events) {
      if (event.type !== 'step.cancelled') continue;
      met.cancelled += 1;
      const won = plan.steps.some(
        ({ id, join, needs }) => join && needs.includes(event.step) && !Object.hasOwn(recorded.results, id),
      );
      assert.ok(
        recorded.cancelled.includes(event.step) || won,
        `seed ${seed}: ${event.step} was cancelled\n${planText(plan)}`,
      );
    }
    for (const { id, join, needs } of plan.steps)
      if (
        join &&
        Object.hasOwn(recorded.results, id) &&
        needs.some((need) =>
          first.events.some((event) => event.type === 'step.failed' && event.step === need),
        )
      )
        met.failedBefore += 1;
  }
  for (const [what, times] of Object.entries(met)) assert.ok(times > 0, `${what} never happened`);
});

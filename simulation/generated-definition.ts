/**
 * Plans as scenarios: their definition as the real parser takes it, and agents that keep to the plan.
 * GD1. The same task gets the same answer, and another input another one: a wrong input shows in what a run gives back.
 */
import { failure } from '#core/failure.ts';
import { digestOf, type JsonObject } from '#core/json.ts';
import { type AgentFacts } from '#core/ports.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { parseDefinition } from '#core/workflow/parse-definition.ts';
import { type SimulatedAgent, type SimulatedAnswer, type SimulatedTask } from './agents.ts';
import { type Plan, type PlannedAttempt, type PlannedStep } from './plan.ts';
import { type Scenario } from './scenario.ts';

const never = { version: '1.0.0', timeoutMs: 2 * 60 * 60 * 1000 } as const;
const agents: readonly AgentFacts[] = [
  { ...never, name: 'worker', onRedelivery: 'once' },
  { ...never, name: 'cheap', onRedelivery: 'repeat' },
];
/** Above what stays in the state: it becomes a claim check. */
const bigBytes = 17_000;

export function scenarioOfPlan(plan: Plan): Scenario {
  return {
    name: plan.name,
    definitions: [definitionOfPlan(plan)],
    agents,
    agent: agentOf(plan),
    runs: Array.from({ length: plan.copies }, (_, at) => ({
      id: `start-${at}`,
      workflow: plan.name,
      input: {},
    })),
    cancel: plan.cancel,
    breaks: plan.steps.some(({ attempts }) => attempts.some(({ does }) => does === 'breaks')),
  };
}

/** Throws where the parser refuses it: then the plan, or the parser, is wrong. */
export function definitionOfPlan(plan: Plan): Definition {
  const parsed = parseDefinition(sourceOf(plan));
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map(({ code, message }) => `${code} ${message}`).join('; ');
  throw new Error(`the parser refuses the generated ${plan.name}: ${problems}`);
}

/** The workflow file, and below it what each agent does: enough to understand a history without its seed. */
export function planText(plan: Plan): string {
  const doings = plan.steps.map(
    ({ id, attempts }) =>
      `${id}: ${attempts.map(({ does, delayMs }) => `${does} after ${delayMs} ms`).join(', then ')}`,
  );
  return [JSON.stringify(sourceOf(plan), null, 2), ...doings].join('\n');
}

function sourceOf(plan: Plan): JsonObject {
  return {
    name: plan.name,
    version: '1.0.0',
    ...(plan.timeout === undefined ? {} : { timeout: plan.timeout }),
    steps: Object.fromEntries(plan.steps.map((step) => [step.id, stepSource(step)])),
    outputs: Object.fromEntries(plan.steps.map(({ id }) => [id, `\${{ steps.${id}.output }}`])),
  };
}

function stepSource(step: PlannedStep): JsonObject {
  const { agent, needs, reads, if: condition, join, retry, timeout, deadline, continueOnError } = step;
  return {
    agent,
    ...(needs.length === 0 ? {} : { needs: [...needs] }),
    ...(reads === undefined ? {} : { with: { before: `\${{ steps.${reads}.output }}` } }),
    ...(condition === undefined ? {} : { if: conditionText(condition) }),
    ...(join === undefined ? {} : { join: { ...join } }),
    ...(retry === undefined ? {} : { retry: { ...retry, ...(retry.on && { on: [...retry.on] }) } }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(continueOnError ? { continueOnError } : {}),
  };
}

function conditionText({ step, says }: NonNullable<PlannedStep['if']>): string {
  switch (says) {
    case 'completed':
      return `steps.${step}.status == "completed"`;
    case 'output':
      return `steps.${step}.output.step == "${step}"`;
    case 'never':
      return `steps.${step}.status == "never"`;
  }
}

function agentOf(plan: Plan): SimulatedAgent {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  return (task) => {
    const attempts = steps.get(task.step)?.attempts;
    const planned = attempts?.[Math.min(task.attempt, attempts.length) - 1];
    return answerOf(planned ?? { delayMs: 5, does: 'answer' }, task);
  };
}

function answerOf({ delayMs, does }: PlannedAttempt, { step, input }: SimulatedTask): SimulatedAnswer {
  const value = { step, seen: digestOf(input).slice(-12) };
  switch (does) {
    case 'answer':
      return { delayMs, outcome: { status: 'completed', output: { value } } };
    case 'answerBig': {
      const text = value.seen.repeat(bigBytes / 12);
      return { delayMs, outcome: { status: 'completed', output: { value: { ...value, text } } } };
    }
    case 'again':
      return { delayMs, outcome: failed('AGAIN', true) };
    case 'other':
      return { delayMs, outcome: failed('OTHER', true) };
    case 'never':
      return { delayMs, outcome: failed('NEVER', false) };
    case 'silent':
      return { delayMs, outcome: 'silent' };
    case 'breaks':
      return { delayMs, outcome: 'throws' };
  }
}

const failed = (code: string, retryable: boolean) =>
  ({
    status: 'failed',
    failure: { ...failure('AGENT_THREW', 'simulated', { retryable }), code },
  }) as const;

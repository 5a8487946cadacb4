/** Plays a shipped workflow through decide and evolve, answer by answer: what a golden history records and repeats. */
import { manifests } from '#agents/manifests.ts';
import { digestOf, isJsonObject, type Json } from '#core/json.ts';
import { runIdOf } from '#core/ids.ts';
import { decide } from '#core/run/decide.ts';
import { absent, evolve } from '#core/run/evolve.ts';
import { type RunEvent, type RunInput, type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';

export interface GoldenHistory {
  readonly input: Json;
  /** What each step answered, by step id. */
  readonly answers: Readonly<Record<string, Json>>;
  /** The events in order; payloads by their digest. */
  readonly events: readonly Json[];
}

const begin = Date.parse('2026-01-01T00:00:00Z');
const agents = new Map(manifests.map((manifest) => [manifest.name, manifest]));

export async function playHistory(
  definition: Definition,
  input: Json,
  answer: (task: Extract<RunEvent, { type: 'step.dispatched' }>) => Promise<Json> | Json,
): Promise<GoldenHistory> {
  let run: RunState = absent;
  let now = begin;
  const events: RunEvent[] = [];
  const answers: Record<string, Json> = {};
  const take = (next: RunInput): readonly RunEvent[] => {
    const world = { definition, agents, moment: { now, random: 0.5 }, blobs: new Map<string, Json>() };
    const decision = decide(world, run, next);
    if ('needs' in decision) throw new Error('a golden run has no claim checks');
    run = decision.events.reduce(evolve, run);
    events.push(...decision.events);
    now += 1000;
    return decision.events;
  };
  const identity = { source: '/golden', id: definition.name };
  const tenant = 'default';
  const payloadDigest = digestOf({ workflow: definition.name, input });
  const runId = runIdOf({ tenant, ...identity });
  const queue = [
    ...take({ type: 'start', ...identity, tenant, runId, payloadDigest, asked: definition.name, input }),
  ];
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    if (event.type !== 'step.dispatched') continue;
    const value = await answer(event);
    answers[event.step] = value;
    const { step, attempt, agent } = event;
    const outcome = { status: 'completed', output: { value } } as const;
    queue.push(
      ...take({ type: 'response', ...identity, id: `${step}:${attempt}`, step, attempt, agent, outcome }),
    );
  }
  return { input, answers, events: events.map(compact) };
}

/** The stored form of an event, with the value of each payload replaced by its digest. */
function compact(event: RunEvent): Json {
  const json = JSON.parse(JSON.stringify(event)) as { readonly [key: string]: Json };
  return Object.fromEntries(
    Object.entries(json).map(([key, member]) => [
      key,
      ['input', 'output', 'outputs'].includes(key) && isJsonObject(member) && member['value'] !== undefined
        ? digestOf(member['value'])
        : member,
    ]),
  );
}

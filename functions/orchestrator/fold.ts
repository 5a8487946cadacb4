/**
 * Folds decide and evolve over the inputs of one run, into what one commit will hold.
 * FO1. Inputs are taken in the order given; an input is a cause only if it produced events.
 * FO2. What was absorbed or yielded nothing is named, so that the caller can make sure the state was no guess.
 * FO3. One commit opens at most 200 effects and holds at most 4 MiB; what does not fit is left over.
 */
import { failure } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { type BlobRef } from '#core/payload.ts';
import { type AgentCatalog, type Cause } from '#core/ports.ts';
import { echoed } from '#core/redact.ts';
import { attemptStands, isAbsorbed } from '#core/run/absorb.ts';
import { decide } from '#core/run/decide.ts';
import { effectLimit } from '#core/run/advance.ts';
import { effectsOf } from '#core/run/effects.ts';
import { evolve } from '#core/run/evolve.ts';
import { spillEvents, type Spilled } from '#core/run/spill.ts';
import { type Moment, type RunEvent, type RunInput, type RunState } from '#core/run/types.ts';
import { type Definition } from '#core/workflow/definition.ts';
import { type Incoming } from './incoming.ts';

const commitBytes = 4 * 1024 * 1024;
/** What one decision may add to a commit, at most: effects of 16 KiB each. Kept free before another input is taken. */
const decisionBytes = 1024 * 1024;

export interface FoldWorld {
  readonly definition?: Definition;
  readonly agents: AgentCatalog;
  readonly moment: Moment;
  readonly blobs: Map<string, Json>;
}

export interface Folded {
  readonly run: RunState;
  readonly events: readonly RunEvent[];
  readonly causes: readonly Cause[];
  readonly spilled: readonly Spilled[];
  /** Taken in earlier, or empty: rests on the state having been read from the primary. */
  readonly idle: readonly Incoming[];
  /** Starts whose payload differs from the one that opened the run. */
  readonly conflicts: readonly Incoming[];
  /** For attempts the state does not know: the state is stale. */
  readonly stale: readonly Incoming[];
  readonly leftover: readonly Incoming[];
  /** Work is ready that this commit had no room for. */
  readonly more: boolean;
}

/** Throws what `decide` throws (a bug); `needs` where claim checks must be loaded first. */
export function fold(
  world: FoldWorld,
  before: RunState,
  inputs: readonly Incoming[],
  carryOn: boolean,
): Folded | { readonly needs: readonly BlobRef[] } {
  let run = before;
  let bytes = 0;
  let effects = 0;
  let more = false;
  const events: RunEvent[] = [];
  const causes: Cause[] = [];
  const spilled: Spilled[] = [];
  const idle: Incoming[] = [];
  const conflicts: Incoming[] = [];
  const stale: Incoming[] = [];

  const take = (input: RunInput): 'taken' | 'empty' | { readonly needs: readonly BlobRef[] } => {
    const decision = decide({ ...world, effectRoom: effectLimit - effects }, run, input);
    if ('needs' in decision) return decision;
    const spill = spillEvents(decision.events);
    for (const blob of spill.blobs) world.blobs.set(blob.ref.digest, blob.value);
    spilled.push(...spill.blobs);
    for (const event of spill.value) run = evolve(run, event);
    events.push(...spill.value);
    bytes += spill.inlineBytes + 256 * spill.value.length;
    effects += effectsOf({ version: 0, at: 0, events: spill.value }).length;
    more ||= decision.more;
    return spill.value.length > 0 ? 'taken' : 'empty';
  };

  if (carryOn) {
    const outcome = take({ type: 'continue' });
    if (typeof outcome === 'object') return outcome;
  }
  let taken = 0;
  for (const incoming of inputs) {
    if (more || effects >= effectLimit || bytes > commitBytes - decisionBytes) break; // FO3
    taken += 1;
    const input = ofOwnTenant(run, incoming);
    if (run.status !== 'absent' && isAbsorbed(run, input)) {
      idle.push(incoming); // FO2
    } else if (isStale(run, input)) {
      stale.push(incoming);
    } else {
      if (input.type === 'start' && run.status !== 'absent') conflicts.push(incoming);
      const outcome = take(input);
      if (typeof outcome === 'object') return outcome;
      if (outcome === 'taken') causes.push(incoming.cause);
      else idle.push(incoming);
    }
  }
  return { run, events, causes, spilled, idle, conflicts, stale, leftover: inputs.slice(taken), more };
}

/**
 * Claim checks were looked for under the tenant that the response names. Those of another tenant than the run's would
 * be wanted by a later decision, and not be there: the attempt fails now instead.
 */
function ofOwnTenant(run: RunState, { input, tenant }: Incoming): Incoming['input'] {
  if (input.type !== 'response' || run.status === 'absent' || tenant === run.tenant) return input;
  if (input.outcome.status === 'failed' || input.outcome.output.refs === undefined) return input;
  const message =
    `the response of agent '${input.agent}' names claim checks of tenant '${echoed(tenant ?? '')}'; expected those of ` +
    `'${echoed(run.tenant)}', the tenant of the task. Copy \`tenantid\` from the task, and store values under it.`;
  return { ...input, outcome: { status: 'failed', failure: failure('AGENT_OUTPUT_INVALID', message) } };
}

/** A response is only taken up with a valid capability, so an attempt unknown to the state proves the state stale. */
const isStale = (run: RunState, input: RunInput): boolean =>
  input.type === 'response' &&
  (run.status === 'absent' || attemptStands(run, input.step, input.attempt) === 'unknown');

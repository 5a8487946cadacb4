/** The agents of a simulated system: what they answer, and how they misbehave. */
import { type TaskOutcome } from '#core/event-data.ts';
import { type Json } from '#core/json.ts';

export interface SimulatedTask {
  readonly agent: string;
  readonly step: string;
  readonly attempt: number;
  readonly input: Json;
}

export interface SimulatedAnswer {
  /** Virtual milliseconds until the answer. */
  readonly delayMs: number;
  /** `silent`: never answers. `throws`: the agent's host meets something that is no failure. */
  readonly outcome: TaskOutcome | 'silent' | 'throws';
}

/** Pure: the same task, the same answer. */
export type SimulatedAgent = (task: SimulatedTask) => SimulatedAnswer;

/** Answers every task at once with what it was asked. */
export const echo: SimulatedAgent = ({ step, input }) => ({
  delayMs: 10,
  outcome: { status: 'completed', output: { value: { step, input } } },
});

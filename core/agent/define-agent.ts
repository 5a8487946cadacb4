/** Declares an agent: its name, its contract and what it does. */
import { type AgentDefinition } from './contract.ts';

export const defineAgent = <I, O>(agent: AgentDefinition<I, O>): AgentDefinition<I, O> => agent;

/** Survivors by name: the reasons that hold for one place only. */
import { type Named } from '../explain.ts';
import { agent } from './agent.ts';
import { core } from './core.ts';
import { workflow } from './workflow.ts';

export const named: readonly Named[] = [...core, ...agent, ...workflow];

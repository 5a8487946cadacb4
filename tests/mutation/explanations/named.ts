/** Survivors by name: the reasons that hold for one place only. */
import { type Named } from '../explain.ts';
import { agent } from './agent.ts';
import { core } from './core.ts';
import { expressions } from './expressions.ts';
import { json } from './json.ts';
import { run } from './run.ts';
import { sources } from './sources.ts';
import { workflow } from './workflow.ts';

export const named: readonly Named[] = [
  ...[...core, ...json, ...agent, ...run],
  ...[...workflow, ...expressions, ...sources],
];

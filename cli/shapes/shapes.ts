/** The shape of what each command prints with `--json`. `schemas/cli/` is generated from here; tests hold outputs to it. */
import { logShapes } from './log.ts';
import { runShapes } from './runs.ts';
import { type Shape } from './shape.ts';
import { workflowShapes } from './workflows.ts';

/** By the command's path, e.g. `runs list`. */
export const shapes: Readonly<Record<string, Shape>> = { ...runShapes, ...logShapes, ...workflowShapes };

/** The file in `schemas/cli/`. */
export const schemaFileOf = (command: string): string => `${command.replaceAll(' ', '-')}.json`;

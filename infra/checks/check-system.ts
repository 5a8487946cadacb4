/** Every check at synth, as one: a template with a problem is not written. */
import { type App } from 'aws-cdk-lib';
import { checkFunctions, type FunctionChecks } from './functions.ts';
import { checkMappings } from './mappings.ts';
import { problemText, type Problem } from './problem.ts';
import { checkResources } from './resources.ts';
import { checkZones } from './zones.ts';

export const problemsOf = (app: App, props: FunctionChecks): readonly Problem[] => [
  ...checkFunctions(props),
  ...checkMappings(app),
  ...checkResources(app, props.profile),
  ...checkZones(props.profile),
];

/** Synth then fails with all of them. */
export function addChecks(app: App, props: FunctionChecks): void {
  app.node.addValidation({ validate: () => problemsOf(app, props).map(problemText) });
}

/** What is hunted through, as data that can be handed to another thread: scenarios hold functions, and cannot. */
import { manifests } from '#agents/manifests.ts';
import { assertNever } from '#core/assert-never.ts';
import { type Json, type JsonObject } from '#core/json.ts';
import { parseDefinition } from '#core/workflow/parse-definition.ts';
import { huntGenerated } from '#simulation/generated-hunt.ts';
import { hunt, type HuntOptions, type HuntResult } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { scenarioOf } from '#simulation/workflow-scenario.ts';

export type Recipe =
  /** One of the simulator's own scenarios, by name. */
  | { readonly type: 'scenario'; readonly name: string }
  /** A fresh definition for every seed. */
  | { readonly type: 'generated' }
  /** A user's workflow: its source as JSON, its input, and the answers of its steps. */
  | {
      readonly type: 'workflow';
      readonly source: JsonObject;
      readonly input: Json;
      readonly answers: ReadonlyMap<string, Json>;
    };

/** The same recipe and options give the same result in whatever thread. */
export async function huntRecipe(recipe: Recipe, options: HuntOptions): Promise<HuntResult> {
  switch (recipe.type) {
    case 'scenario': {
      const scenario = scenarios.find(({ name }) => name === recipe.name);
      if (scenario === undefined) throw new Error(`there is no scenario '${recipe.name}'`);
      return hunt(scenario, options);
    }
    case 'generated':
      return huntGenerated(options);
    case 'workflow': {
      const parsed = parseDefinition(recipe.source);
      if (!parsed.ok) throw new Error('a definition that was read before cannot be read again');
      const { input, answers } = recipe;
      return hunt(scenarioOf(parsed.value, { manifests, input, answers }), options);
    }
    default:
      return assertNever(recipe);
  }
}

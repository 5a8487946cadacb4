/** Chooses the model of a process by its configuration: a provider where there is a key, else the scripted one. */
import { type MeteredModel, type ModelScope, type OpenModel } from '#core/agent/contract.ts';
import { openScripted, scriptedName } from './scripted.ts';

export const defaultBaseUrl = 'https://api.openai.com/v1';
export const defaultModel = 'gpt-5-mini';

export interface ModelConfig {
  /** Absent: the scripted model answers. */
  readonly apiKey?: string;
  /** Default: OpenAI's own. */
  readonly baseUrl?: string;
  /** Model names by profile; `default` is for profiles without their own; `scripted` asks no model. */
  readonly names: Readonly<Record<string, string>>;
}

export interface Models {
  readonly model: OpenModel;
  /** The name for the profile `default`: what is shown where no profile is meant. */
  readonly name: string;
  readonly nameOf: (profile: string) => string;
}

/** Performs no I/O; the provider's library is loaded with the first question. */
export function openModels(config: ModelConfig, options: { readonly fetch?: typeof fetch } = {}): Models {
  const { apiKey, baseUrl: baseURL = defaultBaseUrl, names } = config;
  const own = (profile: string) => (Object.hasOwn(names, profile) ? names[profile] : undefined);
  const nameOf = (profile: string): string =>
    apiKey === undefined ? scriptedName : (own(profile) ?? own('default') ?? defaultModel);
  let provider: Promise<OpenModel> | undefined;
  const load = async (key: string): Promise<OpenModel> => {
    const { openOpenAi } = await import('./openai.ts');
    return openOpenAi({ apiKey: key, baseURL, modelOf: nameOf, ...options });
  };
  const model: OpenModel = (scope) =>
    apiKey === undefined || nameOf(scope.profile) === scriptedName
      ? openScripted(scope)
      : deferred(nameOf(scope.profile), scope, () => (provider ??= load(apiKey)));
  return { model, name: nameOf('default'), nameOf };
}

function deferred(name: string, scope: ModelScope, load: () => Promise<OpenModel>): MeteredModel {
  let opened: MeteredModel | undefined;
  return {
    name,
    usage: () => opened?.usage() ?? { model: name, inputTokens: 0, outputTokens: 0, calls: 0 },
    ask: async (request) => {
      const open = await load();
      opened ??= open(scope);
      return opened.ask(request);
    },
  };
}

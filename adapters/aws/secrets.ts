/**
 * Settings that are kept in AWS Secrets Manager: `BATON_SECRETS_FROM` names them, and they become settings like others.
 * SE1. Asked of AWS's extension beside the function (a local address): no SDK is loaded, and it keeps what it was told.
 * SE2. No secret stands in an error; what is said is its setting and where it is kept.
 * Source: AWS Secrets Manager User Guide, "Use AWS Secrets Manager secrets in AWS Lambda functions".
 */
import { InfrastructureError } from '#core/failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Reference {
  /** The setting it becomes. */
  readonly name: string;
  readonly arn: string;
  /** Of a secret that is a JSON object. */
  readonly member?: string;
}

/** The settings that the environment has kept there, by name; none where it names none. Throws `InfrastructureError`. */
export async function secretsOf(env: Environment): Promise<Readonly<Record<string, string>>> {
  const references = referencesIn(env.BATON_SECRETS_FROM ?? '');
  const texts = new Map<string, Promise<string>>();
  const textOf = (reference: Reference): Promise<string> => {
    const asked = texts.get(reference.arn) ?? ask(env, reference);
    texts.set(reference.arn, asked);
    return asked;
  };
  const found = await Promise.all(
    references.map(async (reference) => [reference.name, valueOf(reference, await textOf(reference))]),
  );
  return Object.fromEntries(found) as Record<string, string>;
}

/** The text of one secret. `what` is said of it in errors. Throws `InfrastructureError`. */
export const readSecret = (arn: string, what: string, env: Environment): Promise<string> =>
  ask(env, { name: what, arn });

/** `NAME=arn[#member][,…]`. */
function referencesIn(text: string): readonly Reference[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, name, arn, member] = /^([A-Z][A-Z0-9_]*)=(arn:[^#\s]+)(?:#(\w+))?$/.exec(part) ?? [];
      if (name === undefined || arn === undefined)
        throw new InfrastructureError(
          `BATON_SECRETS_FROM cannot be used: got '${part.slice(0, 200)}', expected NAME=arn or NAME=arn#member. Correct it in the function's environment.`,
        );
      return { name, arn, ...(member === undefined ? {} : { member }) };
    });
}

const defaultPort = '2773';
const timeoutMs = 5_000;

async function ask(env: Environment, { name, arn }: Pick<Reference, 'name' | 'arn'>): Promise<string> {
  const port = env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT ?? defaultPort;
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(arn)}`;
  const failed = (got: string, cause?: unknown): InfrastructureError =>
    new InfrastructureError(
      `the secret of ${name} could not be read: got ${got} for ${arn}, expected its value. Check that the function has AWS's secrets extension as a layer and may read the secret.`,
      cause === undefined ? undefined : { cause },
    );
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url, {
      headers: { 'X-Aws-Parameters-Secrets-Token': env.AWS_SESSION_TOKEN ?? '' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = response.ok ? await response.json() : undefined;
  } catch (error) {
    throw failed(error instanceof Error ? error.name : 'no answer', error);
  }
  const text = memberOf(answer, 'SecretString');
  if (text === undefined) throw failed(response.ok ? 'no text' : `status ${response.status}`);
  return text;
}

function valueOf({ name, arn, member }: Reference, text: string): string {
  const json = objectIn(text);
  const value =
    member !== undefined ? memberOf(json, member) : json === undefined ? text : known[name]?.(json);
  if (value !== undefined) return value;
  const wanted = member === undefined ? 'text, or an object that is known for it' : `a member ${member}`;
  throw new InfrastructureError(
    `the secret of ${name} is of another shape: got ${json === undefined ? 'text' : `an object of ${Object.keys(json as object).join(', ')}`} at ${arn}, expected ${wanted}. Correct the secret, or name its member in BATON_SECRETS_FROM.`,
  );
}

/** What deployments generate, as the settings want it. */
const known: Readonly<Record<string, (json: unknown) => string | undefined>> = {
  /** What DocumentDB keeps of its user. */
  MONGODB_URI: (json) => {
    const [username, password, host] = ['username', 'password', 'host'].map((key) => memberOf(json, key));
    if (username === undefined || password === undefined || host === undefined) return undefined;
    const port = memberOf(json, 'port') ?? '27017';
    const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
    return `mongodb://${login}@${host}:${port}/baton?tls=true&authSource=admin&replicaSet=rs0&readPreference=primary&retryWrites=false`;
  },
  /** `{"id": …, "key": …}`, a generated one, or `{"keys": [{"id": …, "key": …}, …]}`, changed by hand. */
  BATON_CAPABILITY_KEYS: (json) => {
    const keys = (json as { readonly keys?: unknown }).keys ?? [json];
    if (!Array.isArray(keys)) return undefined;
    const texts = keys.map((entry) => [memberOf(entry, 'id'), memberOf(entry, 'key')]);
    return texts.every(([id, key]) => id !== undefined && key !== undefined)
      ? texts.map(([id, key]) => `${id ?? ''}:${key ?? ''}`).join(',')
      : undefined;
  },
};

function objectIn(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const member = (value as Readonly<Record<string, unknown>>)[key];
  return typeof member === 'string' || typeof member === 'number' ? String(member) : undefined;
}

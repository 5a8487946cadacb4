/**
 * The environment, read once into a frozen `Config`. The only reader of `process.env`.
 * G1. A name that begins with `BATON_` and is not in the table is an error: a misspelt setting never passes in silence.
 * G2. Every problem is told at once, and no secret's value is part of any message.
 * G3. A variable set to nothing counts as unset (compose files pass empty ones on), secrets of agents apart.
 */
import { resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { type CapabilityKeys } from '#core/capability.ts';
import { no, ok, type Result } from '#core/failure.ts';
import { echoed } from '#core/redact.ts';
import { type AwsCredentials } from './aws/sign-request.ts';
import { type Backend, type BackendConflict, type Read, readBackend } from './backend-config.ts';
import { type FunctionSettings } from './platform.ts';
import { type SettingName, type SettingSpec, settings } from './settings.ts';
import * as parse from './setting-values.ts';

export type LogLevel = (typeof parse.logLevels)[number];

export interface Config {
  /** Where the log and the store live. */
  readonly backend: Backend;
  /** Absolute. Logs of hosts and a generated capability key; on embedded, log and store too. */
  readonly dataDir: string;
  readonly model: {
    /** Absent: the scripted model answers. */
    readonly apiKey?: string;
    readonly baseUrl?: string;
    /** By profile; the entry `default` is for profiles without their own. Empty: the adapter's default. */
    readonly names: Readonly<Record<string, string>>;
  };
  readonly telemetry: {
    readonly serviceName: string;
    readonly jaeger?: { readonly host: string; readonly port: number };
    /** Where Jaeger is asked for spans; absent: nowhere. */
    readonly queryUrl?: string;
    /** The standard `OTEL_*` variables, unread. */
    readonly standard: Readonly<Record<string, string>>;
  };
  /** Absent on embedded: made once and kept in the data folder. */
  readonly capabilityKeys?: CapabilityKeys;
  readonly logLevel: LogLevel;
  /** For `secretRef`, by name as in `BATON_SECRET_<NAME>`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Hosts that HTTP agents may be reached at although they are private or plain http; `host` or `host:port`. */
  readonly allowedHosts: readonly string[];
  /** How long ended runs are kept, in milliseconds, where that is said; absent: as the topology has it. */
  readonly storeRetentionMs?: number;
  /** Who this process is to AWS, where it is told; Lambda tells. */
  readonly aws?: AwsCredentials;
  /** What a function on Lambda is told by its environment; local hosts take it from the topology instead. */
  readonly function: FunctionSettings;
}

export interface ConfigProblem {
  readonly code: 'CONFIG_UNKNOWN' | 'CONFIG_TYPE' | 'CONFIG_CONFLICT' | 'SECRET_MISSING';
  /** The variable. */
  readonly name: string;
  /** `what`, and after it what was expected and how to fix it. */
  readonly message: string;
  /** What went wrong, with the value given (never a secret's). */
  readonly what: string;
  /** The value given, as it may be shown. */
  readonly got: string;
  readonly expected: string;
  /** How to fix it. */
  readonly hint: string;
  /** Nothing changes until somebody changes the environment. */
  readonly retryable: false;
}

/** Reads the whole environment: a config, or every problem in it. */
export function readConfig(env: NodeJS.ProcessEnv): Result<Config, readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [...unknownNames(env)];
  const read: Read = (name, parser) => {
    const text = env[name];
    if (text === undefined || text.trim() === '') return undefined;
    const result = parser(text.trim());
    if (result.ok) return result.value;
    problems.push(typeProblem(name, text, result.problem));
    return undefined;
  };
  const backend = readBackend(
    read,
    (name) => isSet(env, name),
    (conflict) => problems.push(conflictProblem(conflict)),
  );
  const config = assemble(env, read, { backend, secrets: readSecrets(env, problems) });
  return problems.length > 0 ? no(problems) : ok(deepFreeze(config));
}

function assemble(
  env: NodeJS.ProcessEnv,
  read: Read,
  { backend, secrets }: Pick<Config, 'backend' | 'secrets'>,
): Config {
  const apiKey = read('OPENAI_API_KEY', parse.token);
  const baseUrl = read('OPENAI_BASE_URL', parse.httpUrl);
  const capabilityKeys = read('BATON_CAPABILITY_KEYS', parse.capabilityKeys);
  const jaeger = readJaeger(read);
  const retentionDays = read('BATON_STORE_RETENTION_DAYS', parse.retentionDays);
  const queryUrl = read('BATON_TRACE_URL', parse.httpUrl) ?? (jaeger && `http://${inUrl(jaeger.host)}:16686`);
  return {
    backend,
    dataDir: resolve(read('BATON_DATA_DIR', parse.path) ?? '.baton'),
    model: {
      ...(apiKey !== undefined && { apiKey }),
      ...(baseUrl !== undefined && { baseUrl }),
      names: read('BATON_MODEL', parse.modelNames) ?? {},
    },
    telemetry: {
      serviceName: read('OTEL_SERVICE_NAME', parse.text) ?? 'baton',
      ...(jaeger && { jaeger }),
      ...(queryUrl !== undefined && { queryUrl }),
      standard: standardTelemetry(env),
    },
    ...(capabilityKeys && { capabilityKeys }),
    logLevel: read('BATON_LOG', parse.logLevel) ?? 'info',
    secrets,
    allowedHosts: read('BATON_ALLOWED_HOSTS', parse.hosts) ?? [],
    ...(retentionDays !== undefined && { storeRetentionMs: retentionDays * day }),
    ...readAws(read),
    function: readFunction(read, retentionDays ?? 30),
  };
}

const day = 24 * 60 * 60 * 1000;

const readFunction = (read: Read, retentionDays: number): FunctionSettings => ({
  name: read('BATON_FUNCTION', parse.text) ?? 'baton',
  agents: read('BATON_AGENTS', parse.agentNames) ?? [],
  partialResponses: read('BATON_PARTIAL_RESPONSES', parse.flag) ?? false,
  endpoints: read('BATON_ENDPOINTS', parse.endpoints) ?? {},
  development: read('BATON_DEVELOPMENT', parse.flag) ?? false,
  storeRetentionMs: retentionDays * day,
});

function readAws(read: Read): { aws?: AwsCredentials } {
  const [accessKeyId, secretAccessKey] = [
    read('AWS_ACCESS_KEY_ID', parse.token),
    read('AWS_SECRET_ACCESS_KEY', parse.token),
  ];
  const sessionToken = read('AWS_SESSION_TOKEN', parse.token);
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { aws: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } };
}

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** One of the two is enough to ask for Jaeger; 6832 is where its agent takes binary Thrift. */
function readJaeger(read: Read): { host: string; port: number } | undefined {
  const host = read('JAEGER_HOST', parse.hostName)?.replace(/^\[|\]$/g, '');
  const port = read('JAEGER_PORT', parse.port);
  return host === undefined && port === undefined
    ? undefined
    : { host: host ?? 'localhost', port: port ?? 6832 };
}

/** The names Baton does not read itself: the SDK takes them as they are. */
const standardTelemetry = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith('OTEL_') && entry[1] !== undefined && entry[1].trim() !== '',
    ),
  );

const secretPrefix = 'BATON_SECRET_';

function readSecrets(env: NodeJS.ProcessEnv, problems: ConfigProblem[]): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (!isSecretName(name) || value === undefined) continue;
    if (value.trim() === '') {
      problems.push(
        configProblem('SECRET_MISSING', name, `${name} is set to nothing.`, {
          got: 'nothing',
          expected: "the secret's value",
          hint: 'Set it, or remove the variable.',
        }),
      );
    } else if (value.length < 8) {
      // Shorter ones would blank out half of every log line, or leak: no good choice is left.
      problems.push(typeProblem(name, '', 'at least 8 characters, so that it can be kept out of logs'));
    } else {
      secrets[name.slice(secretPrefix.length)] = value;
    }
  }
  return secrets;
}

const isSecretName = (name: string): boolean => /^BATON_SECRET_[A-Z][A-Z0-9_]{0,63}$/.test(name);

function unknownNames(env: NodeJS.ProcessEnv): readonly ConfigProblem[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('BATON_') && !Object.hasOwn(settings, name) && !isSecretName(name))
    .map(unknownName);
}

function unknownName(name: string): ConfigProblem {
  const known = Object.keys(settings);
  const nearest = name.startsWith('BATON_SECR')
    ? `${secretPrefix}<NAME>, its name in capitals, digits and _`
    : known.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best));
  const shown = echoed(name);
  return configProblem('CONFIG_UNKNOWN', shown, `${shown} is not a setting of Baton.`, {
    got: shown,
    expected: `one of the names in docs/reference/environment.md; the nearest is ${nearest}`,
    hint: 'Rename the variable or remove it.',
  });
}

const conflictProblem = ({ name, what, ...parts }: BackendConflict): ConfigProblem =>
  configProblem('CONFIG_CONFLICT', name, what, parts);

const isSet = (env: NodeJS.ProcessEnv, name: SettingName): boolean => (env[name] ?? '').trim() !== '';

function typeProblem(name: string, text: string, expected: string): ConfigProblem {
  const spec: SettingSpec | undefined = Object.hasOwn(settings, name)
    ? settings[name as SettingName]
    : undefined;
  const got = spec === undefined || spec.secret ? 'a value that is not shown' : `"${echoed(text)}"`;
  const hint =
    spec?.default === undefined ? 'Set it so, or unset it.' : `Set it so, or unset it for ${spec.default}.`;
  return configProblem('CONFIG_TYPE', name, `${name} cannot be used: given ${got}.`, {
    got,
    expected,
    hint,
  });
}

const configProblem = (
  code: ConfigProblem['code'],
  name: string,
  what: string,
  parts: { readonly got: string; readonly expected: string; readonly hint: string },
): ConfigProblem => ({
  code,
  name,
  what,
  message: `${what} Expected ${parts.expected}. ${parts.hint}`,
  ...parts,
  retryable: false,
});

function deepFreeze<T>(value: T): T {
  // Typed arrays with elements cannot be frozen; key material is never handed out for writing.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

/**
 * From a composition root to what Lambda calls.
 * LE1. Importing does nothing: the platform is opened at the first invocation, once, and kept for the sandbox's life.
 * LE2. A failed opening is not kept: the next invocation tries again.
 * LE3. Secrets that are kept elsewhere are asked for again while the sandbox lives; where one was changed, the platform
 *      is opened anew: a rotated password never needs a deployment. What else changes in the environment (Lambda writes
 *      the trace id of each invocation there) opens nothing, nor does a secret that cannot be looked at just now.
 */
import { isDeepStrictEqual } from 'node:util';
import { InfrastructureError } from '#core/failure.ts';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { type Logger } from '#core/ports.ts';
import { readSecret, secretsOf } from './aws/secrets.ts';
import { systemClock } from './clock.ts';
import { readConfig, type Config } from './config.ts';
import { type OpenPlatform } from './open-platform.ts';
import { type FunctionSettings, type Platform } from './platform.ts';
import { type Telemetry } from './telemetry/telemetry.ts';

export type Invoke<Event, Answer> = (event: Event, context: InvocationContext) => Promise<Answer>;
export type Create<Event, Answer> = (platform: Platform, settings: FunctionSettings) => Invoke<Event, Answer>;

export interface EntryOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds between two looks at the secrets. */
  readonly secretsEveryMs?: number;
}

type Secrets = Awaited<ReturnType<typeof secretsOf>>;

interface Opened<Event, Answer> {
  readonly invoke: Invoke<Event, Answer>;
  readonly close: () => Promise<void>;
  readonly logger: Logger;
  readonly secrets: Secrets;
  secretsReadAt: number;
}

/** The handler that Lambda is told of. Throws where the environment is not valid, naming every problem. */
export function lambdaEntry<Event, Answer>(
  create: Create<Event, Answer>,
  { env = process.env, secretsEveryMs = 60_000 }: EntryOptions = {},
): Invoke<Event, Answer> {
  let opened: Promise<Opened<Event, Answer>> | undefined;
  const renew = async (current: Opened<Event, Answer>): Promise<Opened<Event, Answer>> => {
    const now = systemClock.now();
    if (env.BATON_SECRETS_FROM === undefined || now - current.secretsReadAt < secretsEveryMs) return current;
    current.secretsReadAt = now;
    const secrets = await lookAgain(env, current.logger);
    if (secrets === undefined || isDeepStrictEqual(secrets, current.secrets)) return current;
    await current.close();
    return open(create, env, secrets); // LE3
  };
  return async (event, context) => {
    opened =
      opened === undefined
        ? secretsOf(env).then((secrets) => open(create, env, secrets))
        : opened.then(renew);
    let current: Opened<Event, Answer>;
    try {
      current = await opened;
    } catch (error) {
      opened = undefined; // LE2
      throw error;
    }
    return await current.invoke(event, context);
  };
}

/** `undefined`: they cannot be told now, and what is open goes on with those it has. */
async function lookAgain(env: NodeJS.ProcessEnv, logger: Logger): Promise<Secrets | undefined> {
  try {
    return await secretsOf(env);
  } catch (error) {
    logger.warn({ error }, 'secrets could not be asked for again; going on with those that are known');
    return undefined;
  }
}

async function open<Event, Answer>(
  create: Create<Event, Answer>,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
): Promise<Opened<Event, Answer>> {
  const config = environmentConfig({ ...env, ...secrets });
  // Loaded here, so that importing a function loads no driver.
  const { openPlatform } = await import('./open-platform.ts');
  const platform = await openPlatform(config);
  const invoke = traced(create, platform, config.function);
  const { logger } = platform;
  return { invoke, close: () => platform.close(), logger, secrets, secretsReadAt: systemClock.now() };
}

function traced<Event, Answer>(
  create: Create<Event, Answer>,
  platform: OpenPlatform,
  settings: FunctionSettings,
): Invoke<Event, Answer> {
  const { telemetry } = platform;
  const tracing = telemetry.tracing?.function(settings.name);
  if (tracing === undefined) return create(platform, settings);
  return flushing(tracing.handler(create(tracing.platform(platform), settings)), telemetry);
}

/** The sandbox is frozen once the answer is given: what waits to be sent would wait until the next invocation. */
const flushing =
  <Event, Answer>(invoke: Invoke<Event, Answer>, telemetry: Telemetry): Invoke<Event, Answer> =>
  async (event, context) => {
    try {
      return await invoke(event, context);
    } finally {
      await telemetry.flush(Math.min(flushMs, Math.max(0, context.getRemainingTimeInMillis() - 100)));
    }
  };

const flushMs = 1_000;

/** The text of a secret that no setting stands for; `what` is said of it in errors. Throws `InfrastructureError`. */
export const secretText = (arn: string, what: string): Promise<string> => readSecret(arn, what, process.env);

/** The configuration of this process, for what is started without one. Throws naming every problem. */
export function environmentConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = readConfig(env);
  if (config.ok) return config.value;
  throw new InfrastructureError(config.problem.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

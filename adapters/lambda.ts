/**
 * From a composition root to what Lambda calls.
 * LE1. Importing does nothing: the platform is opened at the first invocation, once, and kept for the sandbox's life.
 * LE2. A failed opening is not kept: the next invocation tries again.
 */
import { InfrastructureError } from '#core/failure.ts';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { readConfig, type Config } from './config.ts';
import { type FunctionSettings, type Platform } from './platform.ts';
import { type Telemetry } from './telemetry/telemetry.ts';

export type Invoke<Event, Answer> = (event: Event, context: InvocationContext) => Promise<Answer>;
export type Create<Event, Answer> = (platform: Platform, settings: FunctionSettings) => Invoke<Event, Answer>;

export interface EntryOptions {
  readonly env?: NodeJS.ProcessEnv;
}

/** The handler that Lambda is told of. Throws where the environment is not valid, naming every problem. */
export function lambdaEntry<Event, Answer>(
  create: Create<Event, Answer>,
  options: EntryOptions = {},
): Invoke<Event, Answer> {
  let opened: Promise<Invoke<Event, Answer>> | undefined;
  return async (event, context) => {
    opened ??= open(create, options);
    try {
      return await (
        await opened
      )(event, context);
    } finally {
      if (!(await isOpen(opened))) opened = undefined;
    }
  };
}

async function open<Event, Answer>(
  create: Create<Event, Answer>,
  options: EntryOptions,
): Promise<Invoke<Event, Answer>> {
  const config = environmentConfig(options.env);
  // Loaded here, so that importing a function loads no driver.
  const { openPlatform } = await import('./open-platform.ts');
  const platform = await openPlatform(config);
  const { telemetry } = platform;
  const tracing = telemetry.tracing?.function(config.function.name);
  if (tracing === undefined) return create(platform, config.function);
  return flushing(tracing.handler(create(tracing.platform(platform), config.function)), telemetry);
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

/** The configuration of this process, for what is started without one. Throws naming every problem. */
export function environmentConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = readConfig(env);
  if (config.ok) return config.value;
  throw new InfrastructureError(config.problem.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

const isOpen = (opened: Promise<unknown> | undefined): Promise<boolean> =>
  opened === undefined
    ? Promise.resolve(false)
    : opened.then(
        () => true,
        () => false,
      );

/** Opens configuration and platform for one command; configuration problems become exit code 4. */
import { type Config, type ConfigProblem, type LogLevel, readConfig } from '#adapters/config.ts';
import { openPlatform, type OpenPlatform, type PlatformOptions } from '#adapters/open-platform.ts';
import { type Context } from './context.ts';
import { type CliError, configurationError, renderCliProblem } from './problem.ts';

/** Log lines below `logLevel` stay out of a command's own output unless BATON_LOG asks for them. */
export function configOf(context: Context, logLevel: LogLevel = 'error'): Config {
  const asked = (context.env.BATON_LOG ?? '').trim();
  const env = asked === '' ? { ...context.env, BATON_LOG: logLevel } : context.env;
  const config = readConfig(env);
  if (config.ok) return config.value;
  const [first, ...others] = config.problem;
  // The first one ends the command, so it is printed last.
  for (const other of others) context.output.problem(renderCliProblem(shown(other)));
  throw first === undefined ? new Error('no problem was told') : errorOf(first);
}

const shown = ({ code, what, expected, hint }: ConfigProblem) => ({
  code,
  message: what.replace(/\.$/, ''),
  expected,
  hint,
});

function errorOf(problem: ConfigProblem): CliError {
  const { code, message, ...parts } = shown(problem);
  return configurationError(code, message, parts);
}

type Work<T> = (platform: OpenPlatform, config: Config) => Promise<T>;

/** For commands that append or store, and never host. */
export const withPlatform = <T>(context: Context, work: Work<T>): Promise<T> => opened(context, {}, work);

/** For commands that only read: a data folder that is missing reads as an empty one. */
export const readPlatform = <T>(context: Context, work: Work<T>): Promise<T> =>
  opened(context, { reading: true }, work);

async function opened<T>(
  context: Context,
  options: Pick<PlatformOptions, 'reading'>,
  work: Work<T>,
): Promise<T> {
  const config = configOf(context);
  const platform = await openPlatform(config, { telemetry: 'off', ...options });
  try {
    return await work(platform, config);
  } finally {
    await platform.close();
  }
}

/** Where runs were looked for. */
export const placeOf = ({ backend, dataDir }: Config): string =>
  backend.type === 'embedded'
    ? dataDir
    : backend.type === 'deployed'
      ? `deployment ${backend.profile}`
      : 'MongoDB';

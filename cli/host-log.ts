/** The log lines of a process that hosts or may come to host: kept in the data folder, and shown as far as asked for. */
import { systemClock } from '#adapters/clock.ts';
import { type Config, type LogLevel } from '#adapters/config.ts';
import { createLogger } from '#adapters/logger.ts';
import { knownSecrets } from '#adapters/open-platform.ts';
import { type Context } from './context.ts';
import { type Host, hostGuests } from './guests.ts';
import { openLogFile } from './log-file.ts';
import { logLines } from './log-line.ts';

export interface HostLog {
  /** As given, but every line from `info` on reaches the sink. */
  readonly config: Config;
  readonly sink: (line: string) => void;
  close(): void;
}

/** From the least to the most. */
export const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export function openHostLog(
  context: Context,
  config: Config,
  shown: { readonly json: boolean; readonly write: (line: string) => void },
): HostLog {
  const file = openLogFile(config.dataDir, (reason) =>
    context.output.problem(`Log lines are not kept from here on: ${reason}`),
  );
  const show = logLines(context, shown);
  const isShown = from(config.logLevel);
  const sink = (line: string): void => {
    file.write(line);
    if (isShown(levelOf(line))) show(line);
  };
  const release = hostGuests(toldAsLines(config, sink));
  return {
    config: { ...config, logLevel: from('info')(config.logLevel) ? 'info' : config.logLevel },
    sink,
    close() {
      release();
      file.close();
    },
  };
}

/** In the words that agents in threads are told of in. */
function toldAsLines(config: Config, sink: (line: string) => void): Host {
  const logger = createLogger({ level: 'info', clock: systemClock, secrets: knownSecrets(config), sink });
  return {
    printed: (text) => logger.info({ text: text.trimEnd().slice(0, 1000) }, 'agent wrote to its output'),
    leftUncaught: (error) =>
      logger.error(
        { error },
        'an error was left to nobody, most likely by an agent: it should await every promise it makes',
      ),
  };
}

/** Tests whether a level is `least` or more. */
export const from =
  (least: LogLevel) =>
  (level: LogLevel): boolean =>
    levels.indexOf(level) >= levels.indexOf(least);

/** The logger writes time and level first. */
function levelOf(line: string): LogLevel {
  const [, level] = /^\{"time":"[^"]*","level":"([a-z]+)"/.exec(line) ?? [];
  return levels.find((known) => known === level) ?? 'error';
}

/** What the process says to whoever started it. */
export const exitCodes = {
  ok: 0,
  /** The run failed or was cancelled; or Baton itself has a bug. */
  failed: 1,
  /** The command line, a file or an input is wrong. */
  usage: 2,
  /** The run is not over, and nobody here works on it. */
  waiting: 3,
  /** The environment or the data folder cannot be used. */
  configuration: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

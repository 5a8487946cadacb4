/** What every command is given. */
import type { Output } from './output.ts';

export interface Context {
  readonly output: Output;
  /** The environment, read by `adapters/config.ts` only when a command needs it. */
  readonly env: NodeJS.ProcessEnv;
  /** A person sits at stdin and may be asked (`--no-input` forbids it). */
  readonly interactive: boolean;
}

/** Ctrl-C and SIGTERM as an `AbortSignal`: the first asks to stop, a second one ends the process at once. */
import { exitCodes } from './exit-codes.ts';
import { leave } from './guests.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  dispose(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

export function catchInterruption(): Interruption {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) leave(exitCodes.interrupted);
    controller.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

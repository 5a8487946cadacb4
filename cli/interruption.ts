/** Ctrl-C and SIGTERM as an `AbortSignal`: the first asks to stop, a second one ends the process at once. */
import { exitCodes } from './exit-codes.ts';
import { leave } from './guests.ts';
import { type Watchdog } from './watchdog.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** Before code of agents runs in this process: whatever it does from then on, Ctrl-C ends the process. */
  guard(): Promise<void>;
  /** Gives the signals back to the process. */
  dispose(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** `patienceMs`: how long this process may be too busy to hear a signal. */
export function catchInterruption(patienceMs = 5_000): Interruption {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) leave(exitCodes.interrupted);
    controller.abort();
  };
  const takeAgain = (): void => {
    for (const signal of signals) process.on(signal, onSignal);
  };
  const giveBack = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  let watchdog: Watchdog | undefined;
  let over = false;
  takeAgain();
  return {
    signal: controller.signal,
    async guard() {
      // Commands that run no agent do not pay for it.
      const { startWatchdog } = await import('./watchdog.ts');
      if (!over) watchdog ??= startWatchdog({ giveBack, takeAgain }, patienceMs);
      await watchdog?.ready;
    },
    dispose() {
      over = true;
      watchdog?.stop();
      giveBack();
    },
  };
}

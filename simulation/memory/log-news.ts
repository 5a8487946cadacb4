/** Waiting for a topic in memory to grow. The only place of this folder that knows real time. */
import { type MemoryLog } from './log.ts';

export interface Wait {
  readonly maxWaitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Receives the function that ends the wait early. */
  readonly onWake?: (wake: () => void) => void;
}

/** Longer times overflow a timer of Node and would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Resolves at the next append to the topic, after `maxWaitMs`, when `signal` aborts, or when it is woken. */
export function nextAppend(
  log: MemoryLog,
  topic: string,
  { maxWaitMs, signal, onWake }: Wait,
): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      stopListening();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, Math.min(maxWaitMs, longestTimerMs));
    const stopListening = log.onAppend((grown) => {
      if (grown.has(topic)) wake();
    });
    signal?.addEventListener('abort', wake);
    onWake?.(wake);
  });
}

/**
 * Node hears signals between two pieces of work. Code that this process runs itself, an agent of transport `kafka` or
 * `http` first of all, may loop, and then Ctrl-C changes nothing: a thread looks whether this one still answers.
 * WD1. Where it does not for some seconds, the thread says which line runs, and has the signals given back to the
 *      operating system: Ctrl-C then ends the process. That is a crash like any other, and nothing is lost.
 * WD2. Once this thread answers again, everything is as before.
 */
import { Worker } from 'node:worker_threads';

export interface Signals {
  /** To the operating system, which ends the process. */
  readonly giveBack: () => void;
  readonly takeAgain: () => void;
}

export interface Watchdog {
  /** Fulfilled once a loop would be noticed; also where it cannot be. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** What the thread is told. */
export interface Watched {
  /** Its number changes as long as the process answers. */
  readonly beats: Int32Array;
  readonly patienceMs: number;
  /** The name, as a symbol, under which the global object holds what gives signals back. */
  readonly giveBack: string;
}

const giveBack = 'baton.watchdog.giveBack';

export function startWatchdog(signals: Signals, patienceMs: number): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  let given = false;
  Reflect.set(globalThis, Symbol.for(giveBack), () => {
    given = true;
    signals.giveBack();
  });
  const beating = setInterval(() => {
    Atomics.add(beats, 0, 1);
    if (!given) return;
    given = false;
    signals.takeAgain();
  }, patienceMs / 10);
  beating.unref();
  const watched: Watched = { beats, patienceMs, giveBack };
  const thread = new Worker(new URL(import.meta.resolve('./watchdog-thread.ts')), {
    name: 'watchdog',
    workerData: watched,
  });
  thread.unref();
  return {
    ready: new Promise((resolve) => {
      thread.once('message', () => resolve());
      // It is there to help: a process without it goes on.
      thread.once('error', () => resolve());
      thread.once('exit', () => resolve());
    }),
    stop() {
      clearInterval(beating);
      void thread.terminate();
    },
  };
}

/** Threads as a port, and what host and thread say to each other. `adapters/worker-thread.ts` is the real one. */
import { type TaskOutcome } from '#core/event-data.ts';
import { type Json } from '#core/json.ts';
import { type PlacedSecret } from '#core/payload.ts';

/** To the thread of an agent. */
export type ToThread =
  | {
      readonly type: 'call';
      readonly call: number;
      readonly task: {
        readonly id: string;
        readonly runId: string;
        readonly step: string;
        readonly attempt: number;
        readonly secrets: readonly PlacedSecret[];
      };
      readonly input: Json;
      /** The values of the secrets that this input refers to, and no others. */
      readonly secrets: Readonly<Record<string, string>>;
    }
  | { readonly type: 'abort'; readonly call: number }
  /** Answered by `alive` as soon as the thread's event loop turns. */
  | { readonly type: 'ping' };

/** From the thread. Made by Baton's own code there, but for the contents of outcomes and log fields. */
export type FromThread =
  | { readonly type: 'ended'; readonly call: number; readonly outcome: TaskOutcome }
  | {
      readonly type: 'log';
      readonly call: number;
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: { readonly [name: string]: Json };
      readonly message: string;
    }
  | { readonly type: 'alive' };

export interface Thread {
  post(message: ToThread): void;
  /** Ends it wherever it is, in an endless loop too. `ended` of its events follows. */
  terminate(): Promise<void>;
}

export interface ThreadEvents {
  readonly message: (message: FromThread) => void;
  /** A line or so of what the agent's code wrote to stdout or stderr. */
  readonly output: (text: string) => void;
  /** Once: it was terminated, exited or died of an error. */
  readonly ended: (why: string) => void;
}

export type StartThread = (agent: string, events: ThreadEvents) => Thread;

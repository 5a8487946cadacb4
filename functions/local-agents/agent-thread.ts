/**
 * One agent in a thread of its own: started at its first task, used again, started anew after it died.
 * AG1. A crash ends the calls that were in the thread, each answered AGENT_CRASHED; the next task gets a new thread.
 * AG2. A call past its deadline is aborted. If the thread does not even answer then, it is in a loop and is terminated;
 *      calls that were only in its company come again, unanswered.
 */
import { assertNever } from '#core/assert-never.ts';
import { failure, InfrastructureError } from '#core/failure.ts';
import { type Logger } from '#core/ports.ts';
import { type AgentCall } from '../agent/call-agent.ts';
import { failed, type CallEnd } from '../agent/host.ts';
import { type Timers } from '../agent/timers.ts';
import { type FromThread, type StartThread, type Thread } from './thread.ts';

export interface AgentThread {
  call(call: AgentCall): Promise<CallEnd>;
  close(): Promise<void>;
}

export interface AgentThreadDeps {
  readonly startThread: StartThread;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly secret: (name: string) => string | undefined;
}

/** How long a thread may leave a ping unanswered before it counts as looping, milliseconds. */
export const pingMs = 1_000;

interface Open {
  readonly call: AgentCall;
  readonly resolve: (end: CallEnd) => void;
  readonly reject: (reason: InfrastructureError) => void;
}

interface Running {
  readonly thread: Thread;
  readonly open: Map<number, Open>;
  cancelPing?: (() => void) | undefined;
  /** It was ended on purpose: what is still open did nothing wrong. */
  terminated: boolean;
}

export function createAgentThread(deps: AgentThreadDeps, agent: string): AgentThread {
  let running: Running | undefined;
  let calls = 0;
  const leave = (left: Running): void => {
    if (running === left) running = undefined;
  };
  const start = (): Running => {
    const open = new Map<number, Open>();
    const thread = deps.startThread(agent, {
      message: (message) => receive(started, message),
      output: (text) => deps.logger.info({ agent, text: text.slice(0, 1000) }, 'agent wrote to its output'),
      ended: (why) => {
        leave(started);
        endAll(deps, agent, started, why);
      },
    });
    const started: Running = { thread, open, terminated: false };
    return started;
  };
  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        const mine = (running ??= start());
        const number = (calls += 1);
        mine.open.set(number, { call, resolve, reject });
        const { id, runId, step, attempt, secrets } = call.task;
        mine.thread.post({
          type: 'call',
          call: number,
          task: { id, runId, step, attempt, secrets },
          input: call.input,
          secrets: secretsFor(deps, call),
        });
        const onAbort = (): void => abort(deps, agent, mine, number, () => leave(mine));
        if (call.signal.aborted) onAbort();
        else call.signal.addEventListener('abort', onAbort, { once: true });
      }),
    async close() {
      const last = running;
      running = undefined;
      if (last === undefined) return;
      last.terminated = true;
      await last.thread.terminate();
    },
  };
}

function receive(running: Running, message: FromThread): void {
  switch (message.type) {
    case 'ended': {
      const open = running.open.get(message.call);
      running.open.delete(message.call);
      open?.resolve({ type: 'outcome', outcome: message.outcome });
      return;
    }
    case 'log':
      running.open.get(message.call)?.call.logger[message.level](message.fields, message.message);
      return;
    case 'alive':
      // Only this answers a ping: other messages may have been on their way since before a loop began.
      running.cancelPing?.();
      running.cancelPing = undefined;
      return;
    default:
      assertNever(message);
  }
}

/** Whoever called has stopped waiting already: what is left is to free the thread of it. */
function abort(
  deps: AgentThreadDeps,
  agent: string,
  running: Running,
  number: number,
  leave: () => void,
): void {
  const open = running.open.get(number);
  if (open === undefined || running.terminated) return;
  running.thread.post({ type: 'abort', call: number });
  running.thread.post({ type: 'ping' });
  running.cancelPing ??= deps.timers.after(pingMs, () => {
    deps.logger.warn({ agent }, 'agent thread does not answer and is terminated');
    running.terminated = true;
    // From now on tasks go to a new thread.
    leave();
    void running.thread.terminate();
  });
}

function endAll(deps: AgentThreadDeps, agent: string, running: Running, why: string): void {
  running.cancelPing?.();
  const open = [...running.open.values()];
  running.open.clear();
  if (running.terminated) {
    const reason = `the thread of agent ${agent} was terminated while this task was in it; it comes again in a new one`;
    for (const { reject } of open) reject(new InfrastructureError(reason));
    return;
  }
  deps.logger.warn({ agent, reason: why, calls: open.length }, 'agent thread ended');
  const message = `the thread of agent ${agent} ended during the call: got ${why.slice(0, 300)}, expected a returned value. Let the agent throw instead of ending its process.`;
  for (const { resolve } of open) resolve(failed(failure('AGENT_CRASHED', message, { retryable: true })));
}

function secretsFor({ secret }: AgentThreadDeps, { task }: AgentCall): Readonly<Record<string, string>> {
  const found = task.secrets.flatMap(({ name }) => {
    const value = secret(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

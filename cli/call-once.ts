/**
 * One call of an agent outside of any run: in this process, or, where a thread can be started and the agent is of
 * transport `local`, in a thread.
 * CO1. It ends with the time that agent.yaml allows or with `interrupted`, whatever the agent waits for; in a thread,
 *      also if it loops.
 */
import { systemTimers } from '#adapters/timers.ts';
import { type RegisteredAgent } from '#core/agent/contract.ts';
import { type TaskOutcome } from '#core/event-data.ts';
import { type Logger } from '#core/ports.ts';
import { type AgentCall, type CallDeps, callAgent } from '#functions/agent/call-agent.ts';
import { type CallEnd } from '#functions/agent/host.ts';
import { createAgentThread } from '#functions/local-agents/agent-thread.ts';
import { type StartThread } from '#functions/local-agents/thread.ts';

export interface OnceDeps extends CallDeps {
  /** `logger` takes what is printed in the thread. */
  readonly threads?: { readonly startThread: StartThread; readonly logger: Logger };
  readonly interrupted?: AbortSignal;
}

export async function callOnce(
  deps: OnceDeps,
  agent: RegisteredAgent,
  asked: Omit<AgentCall, 'signal'>,
): Promise<TaskOutcome> {
  const { name, timeoutMs, transport } = agent.manifest;
  const { threads, secret, interrupted } = deps;
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = interrupted === undefined ? limit : AbortSignal.any([interrupted, limit]);
  const call = { ...asked, signal };
  const thread =
    threads === undefined || transport !== 'local'
      ? undefined
      : createAgentThread({ ...threads, timers: systemTimers, secret }, name);
  // Neither a thread nor a signal keeps the process alive, and the agent may wait for what never comes.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const answered = thread === undefined ? callAgent(deps, agent, call) : outcomeOf(thread.call(call));
    // A signal alone ends no agent that does not look at it: whoever waits for the answer stops waiting, too.
    return await Promise.race([
      answered,
      tooLate(signal, `agent ${name} did not answer within ${timeoutMs} ms`),
    ]);
  } finally {
    clearInterval(alive);
    await thread?.close();
  }
}

async function outcomeOf(call: Promise<CallEnd>): Promise<TaskOutcome> {
  const end = await call;
  if (end.type === 'outcome') return end.outcome;
  throw new Error('an agent in a thread said that it answers later, which only HTTP agents can');
}

const tooLate = (signal: AbortSignal, what: string): Promise<TaskOutcome> =>
  new Promise((resolve) => {
    const end = (): void =>
      resolve({
        status: 'failed',
        failure: {
          code: 'AGENT_TIMEOUT',
          message: `${what}, the time its agent.yaml allows. Allow more there, or ask for less.`,
          retryable: true,
        },
      });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

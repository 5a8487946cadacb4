/**
 * The thread's side: runs the calls of one agent as they come, several at once, and answers each.
 * TL1. Nothing of an agent's return value or log line keeps the answer from being sent.
 */
import { assertNever } from '#core/assert-never.ts';
import { AgentFailure, type OpenModel } from '#core/agent/contract.ts';
import { failure } from '#core/failure.ts';
import { type Json } from '#core/json.ts';
import { type LogFields, type Logger } from '#core/ports.ts';
import { callAgent, type LocalAgent } from '../agent/call-agent.ts';
import { type FromThread, type ToThread } from './thread.ts';

export interface ThreadLoopDeps {
  readonly agent: LocalAgent;
  readonly model: OpenModel;
  readonly post: (message: FromThread) => void;
}

/** Takes each message of the host. */
export function createThreadLoop(deps: ThreadLoopDeps): (message: ToThread) => void {
  const running = new Map<number, AbortController>();
  return (message) => {
    switch (message.type) {
      case 'ping':
        return deps.post({ type: 'alive' });
      case 'abort':
        return running.get(message.call)?.abort(new AgentFailure(stopped));
      case 'call': {
        const controller = new AbortController();
        running.set(message.call, controller);
        void answer(deps, message, controller.signal).then(() => running.delete(message.call));
        return;
      }
      default:
        assertNever(message);
    }
  };
}

async function answer(
  deps: ThreadLoopDeps,
  { call, task, input, secrets }: Extract<ToThread, { type: 'call' }>,
  signal: AbortSignal,
): Promise<void> {
  const secret = (name: string): string | undefined =>
    Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  const logger = loggerTo(deps.post, call, {});
  const outcome = await callAgent({ model: deps.model, secret }, deps.agent, { task, input, signal, logger });
  deps.post({ type: 'ended', call, outcome });
}

const stopped = failure('AGENT_CANCELLED', 'the call was stopped: it was cancelled or its time was up');

function loggerTo(post: ThreadLoopDeps['post'], call: number, bound: LogFields): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) =>
    post({
      type: 'log',
      call,
      level,
      fields: plainFields({ ...bound, ...fields }),
      message: String(message),
    });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerTo(post, call, { ...bound, ...fields }),
  };
}

/** Only JSON crosses to the other thread. */
function plainFields(fields: LogFields): { readonly [name: string]: Json } {
  try {
    const text = JSON.stringify(fields, (_key, value: unknown) =>
      value instanceof Error
        ? `${value.name}: ${value.message}`
        : typeof value === 'bigint'
          ? String(value)
          : value,
    );
    return JSON.parse(text) as { readonly [name: string]: Json };
  } catch {
    return { fields: '[unreadable]' };
  }
}

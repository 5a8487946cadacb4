/**
 * The calls of an agent in a thread of its own, seen from outside: from the message that asks to the one that answers.
 * The thread itself knows nothing of it, so the questions to its model are not spans; their tokens are on the call.
 */
import { attributes as names } from './attributes.ts';
import { errorTypeOf, type OpenSpan, preciseNow } from './span.ts';
import { type CallTrace } from './traced-agent.ts';

/** As `functions/local-agents/thread.ts` has them, as far as they are looked into here. */
export interface ThreadEvents<From> {
  readonly message: (message: From) => void;
  readonly output: (text: string) => void;
  readonly ended: (why: string) => void;
}
export interface Thread<To> {
  post(message: To): void;
  terminate(): Promise<void>;
}
export type StartThread<To, From> = (agent: string, events: ThreadEvents<From>) => Thread<To>;

export const tracedThread =
  <To, From>(trace: CallTrace, start: StartThread<To, From>): StartThread<To, From> =>
  (agent, events) => {
    const open = new Map<number, OpenSpan>();
    const thread = start(agent, {
      ...events,
      message: (message) => {
        answered(open, message);
        events.message(message);
      },
      ended: (why) => {
        for (const span of open.values()) {
          span.fail('AGENT_CRASHED');
          span.end();
        }
        open.clear();
        events.ended(why);
      },
    });
    return {
      terminate: () => thread.terminate(),
      post: (message) => {
        asked(trace, agent, open, message);
        thread.post(message);
      },
    };
  };

type Fields = Readonly<Record<string, unknown>>;

function asked(trace: CallTrace, agent: string, open: Map<number, OpenSpan>, message: unknown): void {
  if (!isObject(message) || message['type'] !== 'call' || typeof message['call'] !== 'number') return;
  const { task } = message;
  if (!isObject(task) || typeof task['id'] !== 'string') return;
  const parent = trace.above(task['id']);
  if (parent === undefined) return;
  const span = trace.spans.start({
    name: `invoke_agent ${agent}`,
    parent,
    startAt: preciseNow(),
    attributes: {
      [names.genAiOperation]: 'invoke_agent',
      [names.genAiAgent]: agent,
      [names.run]: textOf(task['runId']),
      [names.step]: textOf(task['step']),
      [names.attempt]: numberOf(task['attempt']),
    },
  });
  open.set(message['call'], span);
}

function answered(open: Map<number, OpenSpan>, message: unknown): void {
  if (!isObject(message) || message['type'] !== 'ended' || typeof message['call'] !== 'number') return;
  const span = open.get(message['call']);
  open.delete(message['call']);
  const outcome = isObject(message['outcome']) ? message['outcome'] : {};
  const { failure, usage } = outcome;
  if (outcome['status'] === 'failed')
    span?.fail((isObject(failure) ? textOf(failure['code']) : undefined) ?? errorTypeOf(failure));
  if (isObject(usage))
    span?.set({
      [names.genAiModel]: textOf(usage['model']),
      [names.genAiInputTokens]: numberOf(usage['inputTokens']),
      [names.genAiOutputTokens]: numberOf(usage['outputTokens']),
    });
  span?.end();
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The calls of an agent: its code, the model it asks, and the way to it over HTTP. */
import { AgentFailure, type AgentDefinition, type Model } from '#core/agent/contract.ts';
import { attributes as names } from './attributes.ts';
import { formatHop, type Hop } from './hop.ts';
import { errorTypeOf, type OpenSpan, preciseNow, type Spans } from './span.ts';

export interface CallTrace {
  readonly spans: Spans;
  /** Where the call of a task belongs, by the task's id. */
  readonly above: (taskId: string) => Hop | undefined;
  /** Runs `work` so that log lines written in it name this place. */
  readonly at: <T>(hop: Hop, work: () => Promise<T>) => Promise<T>;
}

export const tracedAgent = (trace: CallTrace, agent: AgentDefinition): AgentDefinition => ({
  ...agent,
  run(input, ctx) {
    const parent = trace.above(ctx.idempotencyKey);
    if (parent === undefined) return agent.run(input, ctx);
    const span = trace.spans.start({
      name: `invoke_agent ${agent.name}`,
      parent,
      startAt: preciseNow(),
      attributes: {
        [names.genAiOperation]: 'invoke_agent',
        [names.genAiAgent]: agent.name,
        [names.run]: ctx.runId,
        [names.step]: ctx.step,
        [names.attempt]: ctx.attempt,
      },
    });
    const traced = { ...ctx, model: tracedModel(trace, ctx.model, span.hop) };
    return ended(span, () => trace.at(span.hop, () => agent.run(input, traced)));
  },
});

/** Names and counts, never what was asked or answered: that is the user's. */
function tracedModel(trace: CallTrace, model: Model, parent: Hop): Model {
  return {
    get name() {
      return model.name;
    },
    ask(request) {
      const { name } = model;
      const span = trace.spans.start({
        name: `chat ${name}`,
        kind: 'client',
        parent,
        startAt: preciseNow(),
        attributes: {
          [names.genAiOperation]: 'chat',
          // Said to be scripted wherever it shows.
          [names.genAiProvider]: name === 'scripted' ? 'baton.scripted' : 'openai',
          [names.genAiModel]: name,
          [names.genAiOutput]: 'json',
        },
      });
      return ended(span, async () => {
        const answer = await model.ask(request);
        span.set({
          [names.genAiInputTokens]: answer.usage.inputTokens,
          [names.genAiOutputTokens]: answer.usage.outputTokens,
        });
        return answer;
      });
    },
  };
}

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
export type Posted =
  | { readonly type: 'answered'; readonly answer: { readonly status: number } }
  | { readonly type: 'failed'; readonly failure: { readonly code: string } };

/** A task on its way over HTTP; the agent behind it gets this hop's context in the header `traceparent`. */
export const tracedPost =
  <R extends PostRequest, P extends Posted>(trace: CallTrace, post: (request: R) => Promise<P>) =>
  async (request: R): Promise<P> => {
    const parent = trace.above((request.headers['idempotency-key'] ?? '').replaceAll('"', ''));
    if (parent === undefined) return post(request);
    const span = trace.spans.start({
      name: 'POST',
      kind: 'client',
      parent,
      startAt: preciseNow(),
      attributes: { [names.httpMethod]: 'POST', [names.server]: URL.parse(request.url)?.host },
    });
    const headers = { ...request.headers, traceparent: formatHop(span.hop) };
    return ended(span, async () => {
      const posted: P = await post({ ...request, headers });
      if (posted.type === 'failed') span.fail(posted.failure.code);
      else span.set({ [names.httpStatus]: posted.answer.status });
      if (posted.type === 'answered' && posted.answer.status >= 400) span.fail(String(posted.answer.status));
      return posted;
    });
  };

async function ended<T>(span: OpenSpan, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.fail(error instanceof AgentFailure ? error.failure.code : errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

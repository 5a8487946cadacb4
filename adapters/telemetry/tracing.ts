/**
 * Puts spans around the functions of a process: around what calls them, and around the ports they use. Handlers know
 * nothing of it.
 * TR1. The same calls go through, with the same arguments but for the header `traceparent`, and the same answers.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type BatonEvent } from '#core/cloud-event.ts';
import { type RunId } from '#core/ids.ts';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { topics } from '#core/event-catalog.ts';
import { type Platform } from '../platform.ts';
import { attributes as names } from './attributes.ts';
import { formatHop, type Hop, parseHop, traceIdOfRun } from './hop.ts';
import { createRunTraces } from './run-traces.ts';
import { closeScope, type FunctionTrace, openScope, runAttributes, type Scope, thrown } from './scope.ts';
import { errorTypeOf, preciseNow, type Spans } from './span.ts';
import { type CallTrace, tracedAgent, tracedPost } from './traced-agent.ts';
import { tracedProducer } from './traced-log.ts';
import { tracedLogger } from './traced-logger.ts';
import { tracedCommits } from './traced-store.ts';
import { tracedThread } from './traced-thread.ts';

export interface Tracing {
  /** One function: its platform before, and what its composition root made after. */
  function(name: string): TracedFunction;
  /** A start, which begins the run's trace; call `sent` once it is in the log, or could not get there. */
  start(event: BatonEvent, runId: RunId): TracedStart;
}

export interface TracedFunction {
  platform(platform: Platform): Platform;
  /** A handler of records or of HTTP requests; whatever else it carries (`close`) comes along. */
  handler<Event, Answer>(handler: Handler<Event, Answer>): Handler<Event, Answer>;
}

export interface TracedStart {
  readonly event: BatonEvent;
  sent(error?: unknown): void;
}

/** Where the code that runs just now belongs. */
interface Active {
  readonly scope?: Scope;
  readonly hop?: Hop;
}

export function createTracing(spans: Spans): Tracing {
  const runs = createRunTraces(spans);
  return {
    function: (name) => tracedFunction({ name, spans, runs, tasks: new Map() }),
    start(event, runId) {
      if (event.traceparent !== undefined) return { event, sent: () => undefined };
      const span = spans.start({
        name: `send ${topics.request}`,
        kind: 'producer',
        traceId: traceIdOfRun(runId),
        startAt: preciseNow(),
        attributes: {
          [names.system]: 'kafka',
          [names.destination]: topics.request,
          [names.operation]: 'send',
          [names.operationType]: 'send',
          [names.messageId]: event.id,
          ...runAttributes(event),
          [names.run]: runId,
        },
      });
      return {
        event: { ...event, traceparent: formatHop(span.hop) },
        sent: (error) => {
          if (error !== undefined) span.fail(errorTypeOf(error));
          span.end();
        },
      };
    },
  };
}

function tracedFunction(trace: FunctionTrace): TracedFunction {
  const active = new AsyncLocalStorage<Active>();
  const scope = (): Scope | undefined => active.getStore()?.scope;
  const calls: CallTrace = {
    spans: trace.spans,
    above: (taskId) => trace.tasks.get(taskId)?.hop ?? active.getStore()?.hop,
    at: (hop, work) => active.run({ ...active.getStore(), hop }, work),
  };
  return {
    // Without joint writes: a record names the decision it follows from, which is a span once it is stored.
    platform: ({ joint: _joint, ...platform }) => ({
      ...platform,
      log: { ...platform.log, ...tracedProducer(trace, platform.log, scope) },
      store: { ...platform.store, commits: tracedCommits(trace, platform.store.commits, scope) },
      logger: tracedLogger(platform.logger, (fields) => placeOfLine(trace, active.getStore(), fields)),
      watch: {
        agent: (agent) => tracedAgent(calls, agent),
        post: (post) => tracedPost(calls, post),
        thread: (start) => tracedThread(calls, start),
      },
    }),
    handler: (handler) =>
      Object.assign((event: Parameters<typeof handler>[0], context: InvocationContext) => {
        const handle = () => handler(event, context);
        return isRequest(event)
          ? answered(trace, active, event, handle)
          : invoked(trace, active, event, context, handle);
      }, handler),
  };
}

type Handler<Event, Answer> = (event: Event, context: InvocationContext) => Promise<Answer>;

/** A batch of records. */
async function invoked<Answer>(
  trace: FunctionTrace,
  active: AsyncLocalStorage<Active>,
  event: unknown,
  context: InvocationContext,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  const scope = openScope(trace, event, context);
  const only = scope.seen.size === 1 ? [...scope.seen.values()][0]?.span?.hop : scope.batch?.hop;
  try {
    const answer = await active.run({ scope, ...(only && { hop: only }) }, handle);
    closeScope(trace, scope, { answer });
    return answer;
  } catch (error) {
    closeScope(trace, scope, thrown(error));
    throw error;
  }
}

interface UrlRequest {
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly rawPath?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

const isRequest = (event: unknown): event is UrlRequest =>
  typeof event === 'object' && event !== null && 'requestContext' in event;

/** A request that brought a context; health checks bring none, and leave no trace. */
async function answered<Answer>(
  trace: FunctionTrace,
  active: AsyncLocalStorage<Active>,
  { requestContext, headers }: UrlRequest,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  const parent = parseHop(headers?.['traceparent']);
  if (parent === undefined) return handle();
  const { method } = requestContext.http;
  const span = trace.spans.start({
    name: `handle ${method}`,
    kind: 'server',
    parent,
    startAt: preciseNow(),
    attributes: { [names.httpMethod]: method, [names.function]: trace.name },
  });
  try {
    const answer = await active.run({ hop: span.hop }, handle);
    const status =
      typeof answer === 'object' && answer !== null && 'statusCode' in answer ? answer.statusCode : 200;
    if (typeof status === 'number') span.set({ [names.httpStatus]: status });
    return answer;
  } catch (error) {
    span.fail(errorTypeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Of a log line: the call it names, else whatever is being done. */
function placeOfLine(
  trace: FunctionTrace,
  active: Active | undefined,
  fields: Readonly<Record<string, unknown>>,
): Hop | undefined {
  const { invocation } = fields;
  return (typeof invocation === 'string' ? trace.tasks.get(invocation)?.hop : undefined) ?? active?.hop;
}

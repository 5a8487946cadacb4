/**
 * Posts an event to an agent over HTTP: the only place from which Baton calls addresses that others chose.
 * PE1. Only to a checked target (`target.ts`), following no redirect.
 * PE2. Bounded: 1 MiB of answer, the time given, no compressed answers. Connections are kept and used again.
 * PE3. Never rejects: what goes wrong is a failure.
 */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { failure, type Failure } from '#core/failure.ts';
import { longestTimerMs } from '../timers.ts';
import {
  checkTarget,
  ForbiddenAddressError,
  systemResolve,
  type Resolve,
  type Target,
  type TargetRules,
} from './target.ts';

export const bodyLimitBytes = 1024 * 1024;

interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter?: string;
  readonly body: Uint8Array;
}

type Posted =
  | { readonly type: 'answered'; readonly answer: HttpAnswer }
  | { readonly type: 'failed'; readonly failure: Failure };

export interface PostOptions extends TargetRules {
  readonly resolve?: Resolve;
  /** Certificate authorities beside the built-in ones, PEM. */
  readonly ca?: string;
}

interface Connections {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  readonly ca?: string;
}

/** As the port `PostEvent` of `functions/http-bridge`. */
export function openPostEvent(options: PostOptions): (request: PostRequest) => Promise<Posted> {
  const kept = { keepAlive: true, maxSockets: 100, maxFreeSockets: 16 };
  const connections: Connections = {
    http: new HttpAgent(kept),
    https: new HttpsAgent(kept),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
  return async (request) => {
    const header = badHeader(request.headers);
    if (header !== undefined) return failed(header);
    const target = checkTarget(request.url, options, options.resolve ?? systemResolve);
    if (!target.ok) return failed(target.problem);
    const first = await exchange(connections, target.value, request);
    // The other side closed a kept connection just as it was used again: nothing was read, a fresh one is tried.
    const last = first === 'stale' ? await exchange(connections, target.value, request) : first;
    return last === 'stale' ? failed(unreachable(target.value.url, 'ECONNRESET')) : last;
  };
}

function exchange(connections: Connections, target: Target, request: PostRequest): Promise<Posted | 'stale'> {
  return new Promise((resolve) => {
    const sent = open(connections, target, request);
    const end = (posted: Posted | 'stale'): void => {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', stop);
      resolve(posted);
    };
    const stop = (): void => {
      end(failed(timedOut(target.url, request.timeoutMs)));
      sent.destroy();
    };
    // An attempt may last longer, where the agent answers 202: no exchange does.
    const timer = setTimeout(stop, Math.min(Math.max(0, request.timeoutMs), longestTimerMs));
    request.signal.addEventListener('abort', stop, { once: true });
    if (request.signal.aborted) stop();
    sent.on('error', (error) => end(afterError(target.url, sent, error)));
    sent.on('response', (response) => read(target.url, response, end));
    sent.end(request.body);
  });
}

function open(connections: Connections, { url, lookup }: Target, { headers }: PostRequest): ClientRequest {
  // Without compression nothing has to be decompressed, and one limit bounds all.
  const options = { method: 'POST', lookup, headers: { ...headers, 'accept-encoding': 'identity' } };
  if (url.protocol === 'http:') return httpRequest(url, { ...options, agent: connections.http });
  const { ca, https } = connections;
  return httpsRequest(url, { ...options, agent: https, ...(ca === undefined ? {} : { ca }) });
}

function read(url: URL, response: IncomingMessage, end: (posted: Posted) => void): void {
  const refuse = (problem: Failure): void => {
    end(failed(problem));
    response.destroy();
  };
  const refused = refusal(url, response);
  if (refused !== undefined) return refuse(refused);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  response.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    if (bytes > bodyLimitBytes) refuse(tooLong(url, `more than ${bodyLimitBytes} bytes`));
    else chunks.push(chunk);
  });
  response.on('error', (error) => end(failed(unreachable(url, codeOf(error)))));
  response.on('aborted', () => end(failed(unreachable(url, 'answer cut off'))));
  response.on('end', () => end({ type: 'answered', answer: answerOf(response, Buffer.concat(chunks)) }));
}

function refusal(url: URL, { statusCode = 0, headers }: IncomingMessage): Failure | undefined {
  if (statusCode >= 300 && statusCode < 400) {
    return failure(
      'HTTP_REDIRECT_BLOCKED',
      `the HTTP agent at ${url.host} answered with a redirect: got status ${statusCode}, expected 200 or 202. Set its endpoint to the address it moved to.`,
    );
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return failure(
      'HTTP_CONTENT_TYPE',
      `the HTTP agent at ${url.host} answered with a compressed body: got '${encoding.slice(0, 40)}', expected identity, as asked for. Turn compression off there.`,
    );
  }
  const length = Number(headers['content-length'] ?? 0);
  return length > bodyLimitBytes ? tooLong(url, `${length} bytes`) : undefined;
}

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, body: Uint8Array): HttpAnswer => ({
  status: statusCode,
  contentType: headers['content-type'] ?? '',
  ...(headers['retry-after'] === undefined ? {} : { retryAfter: headers['retry-after'] }),
  body,
});

function afterError(url: URL, sent: ClientRequest, error: Error): Posted | 'stale' {
  if (error instanceof ForbiddenAddressError) return failed(error.failure);
  const code = codeOf(error);
  return sent.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
    ? 'stale'
    : failed(unreachable(url, code));
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name;

const failed = (problem: Failure): Posted => ({ type: 'failed', failure: problem });

/** Names that Node or the connection sets; a value with a line break would begin a header of its own. */
const ownHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'te',
  'upgrade',
  'expect',
]);

function badHeader(headers: Readonly<Record<string, string>>): Failure | undefined {
  const bad = Object.entries(headers).find(
    ([name, value]) => !/^[a-z0-9-]+$/.test(name) || ownHeaders.has(name) || !/^[\t\x20-\x7e]*$/.test(value),
  );
  if (bad === undefined) return undefined;
  const message = `a header for the HTTP agent cannot be sent: got ${JSON.stringify(bad[0].slice(0, 40))}, expected a name in lower case that the connection does not set itself, with a value of printable ASCII. Correct or remove it.`;
  return failure('HTTP_HEADER_INVALID', message);
}

const unreachable = (url: URL, code: string): Failure =>
  failure(
    'HTTP_UNREACHABLE',
    `the HTTP agent at ${url.host} could not be reached: got ${code}, expected a connection and a whole answer. Check that it runs and that this host may reach it.`,
    { retryable: true },
  );

const timedOut = (url: URL, timeoutMs: number): Failure =>
  failure(
    'HTTP_TIMEOUT',
    `the HTTP agent at ${url.host} did not answer in time: got nothing whole within ${Math.round(timeoutMs)} ms, expected an answer by the attempt's deadline. Raise the step's timeout, or let it answer 202 and send its response later.`,
    { retryable: true },
  );

const tooLong = (url: URL, got: string): Failure =>
  failure(
    'HTTP_BODY_LIMIT',
    `the answer of the HTTP agent at ${url.host} is too long: got ${got}, expected at most ${bodyLimitBytes} bytes. Return less, or store it and return a reference.`,
  );

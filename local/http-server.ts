/**
 * A Lambda function URL on loopback: turns HTTP requests into the events a function behind a URL receives.
 * U1. Listens on 127.0.0.1 unless told otherwise, and there answers only requests that were addressed to it by that
 *     name: a page in a browser cannot reach it through a name of its own.
 * U2. Like the original: bodies up to 6 MB, text as it is and the rest base64, names of headers in lower case,
 *     502 where the function throws or answers nonsense, 504 where it takes too long.
 * Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs" (urls-invocation), payload format 2.0.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { endsWithin } from '#adapters/timers.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { type Clock, type Logger } from '#core/ports.ts';
import { invoke } from './invocation.ts';
import { readUrlAnswer, type UrlAnswer, type UrlEvent, urlEventOf } from './url-event.ts';
import { systemTimers, type Timers } from './timers.ts';

export type UrlHandler = (event: UrlEvent, context: InvocationContext) => Promise<unknown>;

export interface HttpServerOptions {
  readonly handler: UrlHandler;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where to listen; default: a free port of 127.0.0.1. Elsewhere, as in a container, any name may be used for it. */
  readonly address?: { readonly host: string; readonly port: number };
  readonly timers?: Timers;
}

export interface HttpServer {
  /** `http://<host>:<port>/` */
  readonly url: string;
  /** Takes no more requests, waits up to `graceMs` for those in flight, then cuts them. */
  close(graceMs: number): Promise<void>;
}

const loopback = '127.0.0.1';
const bodyLimit = 6 * 1024 * 1024;

/** Throws `InfrastructureError` where the port cannot be opened. */
export async function serveFunction(options: HttpServerOptions): Promise<HttpServer> {
  const timers = options.timers ?? systemTimers;
  const { host, port: asked } = options.address ?? { host: loopback, port: 0 };
  let port = 0;
  const server = createServer((request, response) => {
    answer(options, timers, host === loopback ? port : undefined, request).then(
      (reply) => send(response, reply, server.listening),
      (error: unknown) => {
        options.logger.error({ function: options.functionName, error }, 'http request failed');
        send(response, plain(502, 'Internal Server Error'), server.listening);
      },
    );
  });
  port = await listen(server, host, asked);
  return { url: `http://${host}:${port}/`, close: (graceMs) => close(server, timers, graceMs) };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new InfrastructureError(
          `No port could be opened on ${host} (asked for ${port === 0 ? 'any free one' : port}): ${error.message}. Expected to listen there. Free the port, or allow this process to listen.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function answer(
  options: HttpServerOptions,
  timers: Timers,
  /** Of loopback: only requests addressed to it are answered. */
  port: number | undefined,
  request: IncomingMessage,
): Promise<UrlAnswer> {
  const { host } = request.headers;
  if (port !== undefined && host !== `127.0.0.1:${port}` && host !== `localhost:${port}`)
    return plain(403, 'This server answers only requests to 127.0.0.1.');
  const body = await readBody(request);
  if (body === undefined) return plain(413, 'The body is longer than 6 MB.');
  const event = urlEventOf(request, body, options.clock.now());
  const outcome = await invoke((context) => options.handler(event, context), { ...options, timers });
  const fields = { function: options.functionName, method: request.method, path: event.rawPath };
  switch (outcome.type) {
    case 'timedOut':
      options.logger.error(fields, 'invocation timed out');
      return plain(504, 'Gateway Timeout');
    case 'threw':
      options.logger.error({ ...fields, error: outcome.error }, 'invocation threw');
      return plain(502, 'Internal Server Error');
    case 'answered': {
      const reply = readUrlAnswer(outcome.answer);
      if (reply === undefined) options.logger.error(fields, 'answer is not an HTTP response');
      return reply ?? plain(502, 'Internal Server Error');
    }
  }
}

/** `undefined`: longer than the limit; the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: UrlAnswer, listening: boolean): void {
  if (response.destroyed) return;
  // An unread rest of the request would be taken for the next one on the same connection; and a server that closes
  // would wait for a connection that is kept alive.
  const last = !response.req.complete || !listening;
  response.writeHead(reply.statusCode, { ...reply.headers, ...(last && { connection: 'close' }) });
  response.end(reply.body);
}

const plain = (statusCode: number, text: string): UrlAnswer => ({
  statusCode,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(text),
});

async function close(server: Server, timers: Timers, graceMs: number): Promise<void> {
  const finished = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await endsWithin(timers, graceMs, finished);
  server.closeAllConnections();
  await finished;
}

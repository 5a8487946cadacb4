/**
 * Function URLs of the account: https, each at its own host name, for callers who sign alone where the template says
 * IAM. One server for all; sandboxes are led here (`runtime.ts`).
 */
import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { readUrlAnswer, urlEventOf, type UrlEvent } from '#local/url-event.ts';
import { region } from './resolve.ts';
import { signatureProblem, type Signer } from './signature.ts';

export interface FunctionUrls {
  readonly port: number;
  /** Serves a URL of the template; `https://<host>/`. */
  serve(url: string, options: { readonly signed: boolean; readonly invoke: Invoke }): void;
  readonly hosts: () => readonly string[];
  /** What was answered so far, in order. */
  readonly answered: readonly Answered[];
  /** The next allowed request is answered so, without the function; `hold`: never. */
  next(instead: number | 'hold'): void;
  close(): Promise<void>;
}

export type Invoke = (event: UrlEvent) => Promise<unknown>;

export interface Answered {
  /** 0: none, the connection was held. */
  readonly status: number;
  /** Of the request: one for each attempt of a step. */
  readonly idempotencyKey: string;
  /** Why it was refused. */
  readonly problem?: string;
}

export async function startFunctionUrls(
  secure: { readonly key: string; readonly cert: string },
  signer: Signer,
): Promise<FunctionUrls> {
  const served = new Map<string, { readonly signed: boolean; readonly invoke: Invoke }>();
  const answered: Answered[] = [];
  const instead: (number | 'hold')[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const idempotencyKey = String(request.headers['idempotency-key']);
    const end = (status: number, text: string | Uint8Array, problem?: string): void => {
      answered.push({ status, idempotencyKey, ...(problem !== undefined && { problem }) });
      response.statusCode = status;
      response.end(text);
    };
    const target = served.get(request.headers.host ?? '');
    if (target === undefined) return end(404, '', `nothing at ${request.headers.host ?? ''}`);
    const { method = '', url: path = '', headers } = request;
    const problem = target.signed
      ? signatureProblem({ method, path, headers, body }, { signer, region, now: Date.now() })
      : undefined;
    if (problem !== undefined) return end(403, '{"Message":"Forbidden"}', problem);
    const wanted = instead.shift();
    if (wanted === 'hold') return void answered.push({ status: 0, idempotencyKey });
    if (wanted !== undefined) return end(wanted, '');
    const reply = readUrlAnswer(await target.invoke(urlEventOf(request, body, Date.now())));
    if (reply === undefined) return end(502, 'Internal Server Error');
    for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
    end(reply.statusCode, reply.body);
  };
  const server = createServer({ ...secure }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      answered.push({ status: 502, idempotencyKey: '', problem: String(error) });
      response.statusCode = 502;
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    answered,
    hosts: () => [...served.keys()],
    serve: (url, options) => void served.set(new URL(url).host, options),
    next: (answer) => void instead.push(answer),
    close: async () => {
      const closed = once(server, 'close');
      server.closeAllConnections();
      server.close();
      await closed;
    },
  };
}

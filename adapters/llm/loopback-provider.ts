/** A provider on loopback that answers, turn by turn, what a test says: for faults that mock servers do not have. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Json } from '#core/json.ts';

export interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [key: string]: unknown;
}
export type Respond = (response: ServerResponse) => void;

export interface LoopbackProvider {
  readonly url: string;
  readonly requests: readonly Sent[];
  close(): Promise<void>;
}

/** The last turn answers every further request. */
export async function startProvider(turns: readonly Respond[]): Promise<LoopbackProvider> {
  const requests: Sent[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push(JSON.parse(body) as Sent);
      (turns[requests.length - 1] ?? turns.at(-1))?.(response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests, close };
}

export const status =
  (code: number, error: Json, headers: Readonly<Record<string, string>> = {}): Respond =>
  (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error }));
  };

export const event = (data: Json): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

export const choice = (delta: Json, finish: string | null = null): string =>
  event({ choices: [{ index: 0, delta, finish_reason: finish }] });

export const stream =
  (...parts: readonly string[]): Respond =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(parts.join(''));
  };

export const usage = event({
  choices: [],
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
});

export const answer = (text: string, finish = 'stop'): Respond =>
  stream(choice({ content: text }), choice({}, finish), usage, event('[DONE]'));

/**
 * The database as functions reach it: over TLS, at an address of its own, which a test may make silent or forget.
 * Behind it is the real server.
 */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';

export interface StoreProxy {
  readonly port: number;
  /** Ends every connection, as what lies between does with those that were quiet for long. */
  cut(): void;
  /**
   * The next request whose bytes contain `text`: it, or its answer, never arrives, and its connection stays silent
   * from then on. Resolves when that was.
   */
  swallow(what: 'request' | 'answer', text: string): Promise<void>;
  close(): Promise<void>;
}

/** `target` is `host:port`; key and certificate are PEM. */
export async function startStoreProxy(
  target: string,
  secure: { readonly key: string; readonly cert: string },
): Promise<StoreProxy> {
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(`tcp://${target}`);
  let swallowing:
    { readonly what: 'request' | 'answer'; readonly text: string; readonly done: () => void } | undefined;
  const serve = (client: TLSSocket): void => {
    const server = connect(Number(port), hostname);
    const cut = (): void => {
      for (const socket of [client, server]) {
        sockets.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    let silent = false;
    client.on('data', (bytes: Buffer) => {
      if (silent) return;
      if (swallowing !== undefined && bytes.includes(swallowing.text)) {
        const { what, done } = swallowing;
        swallowing = undefined;
        silent = true;
        // That the server answers proves that it has done what was asked.
        if (what === 'answer') server.once('data', done);
        else return done();
      }
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => void (silent || client.write(bytes)));
  };
  const server = createServer({ ...secure }, serve).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallow: (what, text) => new Promise((done) => (swallowing = { what, text, done })),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

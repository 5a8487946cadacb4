/** A TCP proxy before a server, which loses what a test wants lost. */
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** What to lose of the next request whose bytes contain a text: the request itself, or its answer. */
export interface Loss {
  readonly what: 'request' | 'answer';
  readonly of: string;
}

export interface TcpProxy {
  /** `host:port` to connect to: the same after a new start. */
  readonly address: string;
  /** Loses once, and cuts the connection. */
  loseNext(loss: Loss): void;
  /** How often something was lost. */
  losses(): number;
  /** Refuses connections and cuts those there are. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `target` is `host:port`. Does not listen before `start`. */
export async function createTcpProxy(target: string): Promise<TcpProxy> {
  const port = await freePort();
  const open = new Set<Socket>();
  let pending: Loss | undefined;
  let lost = 0;
  let server: Server | undefined;

  const serve = (client: Socket): void => {
    const upstream = connectTo(target);
    let losing = false;
    const cut = (): void => {
      for (const socket of [client, upstream]) {
        open.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    client.on('data', (bytes) => {
      if (pending !== undefined && bytes.includes(pending.of)) {
        const { what } = pending;
        pending = undefined;
        lost += 1;
        if (what === 'request') return cut();
        losing = true;
      }
      upstream.write(bytes);
    });
    // The answer proves that the server has done its work.
    upstream.on('data', (bytes) => (losing ? cut() : client.write(bytes)));
  };

  return {
    address: `127.0.0.1:${port}`,
    loseNext: (loss) => {
      pending = loss;
    },
    losses: () => lost,
    async start() {
      server = createServer(serve).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async stop() {
      if (server === undefined) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
      server = undefined;
    },
  };
}

function connectTo(target: string): Socket {
  const { hostname, port } = new URL(`tcp://${target}`);
  return connect(Number(port === '' ? 27_017 : port), hostname);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

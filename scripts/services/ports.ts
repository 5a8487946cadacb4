/** Ports nobody listens on, for a service to take. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Below the ports that systems give to outgoing connections: one of those could take the port before the service does. */
const range = { from: 20_000, to: 32_000 };
const tries = 200;
/** No port is given twice by one process: the service that has it may not listen yet. */
const given = new Set<number>();

/** As many different ports as there are names, each free on loopback for TCP and for UDP. */
export async function freePorts(names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const found = new Set<number>();
  for (let left = tries; found.size < names.length; left -= 1) {
    if (left === 0)
      throw new Error(
        `no ${names.length} free ports between ${range.from} and ${range.to} in ${tries} tries`,
      );
    const port = randomInt(range.from, range.to);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) found.add(port);
  }
  const ports = [...found];
  return Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0]));
}

export async function isFree(port: number): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket('udp4');
  try {
    await once(tcp.listen({ port, host: '127.0.0.1', exclusive: true }), 'listening');
    await once(udp.bind({ port, address: '127.0.0.1', exclusive: true }), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    tcp.close();
    udp.close();
  }
}

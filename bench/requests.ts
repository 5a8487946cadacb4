/**
 * The requests that this process sends to Kafka and MongoDB, read off its sockets: both clients write each in one
 * piece, which begins with its length and says what is asked.
 */
import { Socket } from 'node:net';

/** What is asked → how often. */
export type Requests = ReadonlyMap<string, number>;

export async function countRequests(work: () => Promise<unknown>): Promise<Requests> {
  const counts = new Map<string, number>();
  const { prototype } = Socket;
  const own = Object.getOwnPropertyDescriptor(prototype, 'write');
  const write: Socket['write'] = Reflect.get(prototype, 'write');
  Object.defineProperty(prototype, 'write', {
    configurable: true,
    writable: true,
    value: function (this: Socket, ...args: Parameters<Socket['write']>) {
      const asked = requestIn(args[0]);
      if (asked !== undefined) counts.set(asked, (counts.get(asked) ?? 0) + 1);
      return write.apply(this, args);
    },
  });
  try {
    await work();
  } finally {
    if (own === undefined) Reflect.deleteProperty(prototype, 'write');
    else Object.defineProperty(prototype, 'write', own);
  }
  return counts;
}

/** Of a Kafka request: length, big-endian, without itself; then the key of what is asked. */
const kafkaHead = 8;
/** Of a message of MongoDB: length, little-endian, with itself; two ids; the kind of message. */
const mongoHead = 16;
const opMessage = 2013;
/** Then flags, the kind of section, the length of the command and the type of its first member, named as the command is. */
const commandName = mongoHead + 10;

export function requestIn(written: unknown): string | undefined {
  if (!Buffer.isBuffer(written)) return undefined;
  if (written.length >= kafkaHead && written.readInt32BE(0) === written.length - 4)
    return kafkaRequests.get(written.readInt16BE(4)) ?? 'other Kafka request';
  if (written.length <= commandName || written.readInt32LE(0) !== written.length) return undefined;
  if (written.readInt32LE(12) !== opMessage) return undefined;
  return written.toString('utf8', commandName, written.indexOf(0, commandName));
}

const kafkaRequests: ReadonlyMap<number, string> = new Map([
  [0, 'produce'],
  [1, 'fetch'],
  [8, 'offset commit'],
  [12, 'heartbeat'],
]);

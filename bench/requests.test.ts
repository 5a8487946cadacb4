import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { describe, it } from 'node:test';
import { countRequests, requestIn } from './requests.ts';

const kafka = (key: number): Buffer => {
  const request = Buffer.alloc(20);
  request.writeInt32BE(16);
  request.writeInt16BE(key, 4);
  return request;
};

const mongo = (command: string): Buffer => {
  const message = Buffer.alloc(64);
  message.writeInt32LE(64);
  message.writeInt32LE(2013, 12);
  message.write(command, 26);
  return message;
};

describe('requests on a socket', () => {
  it('are told apart by what they begin with', () => {
    assert.equal(requestIn(kafka(0)), 'produce');
    assert.equal(requestIn(kafka(1)), 'fetch');
    assert.equal(requestIn(kafka(60)), 'other Kafka request');
    assert.equal(requestIn(mongo('insert')), 'insert');
  });

  it('are not seen in anything else', () => {
    for (const other of ['GET / HTTP/1.1', Buffer.alloc(0), Buffer.from('GET / HTTP/1.1\r\n\r\n'), undefined])
      assert.equal(requestIn(other), undefined);
  });

  it('are counted while the work goes on, and no longer', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    const before = Object.getOwnPropertyDescriptor(Socket.prototype, 'write');
    const counts = await countRequests(async () => {
      for (const request of [kafka(0), kafka(0), mongo('find')]) socket.write(request);
      await Promise.resolve();
    });
    assert.deepEqual(Object.fromEntries(counts), { produce: 2, find: 1 });
    assert.deepEqual(Object.getOwnPropertyDescriptor(Socket.prototype, 'write'), before);
    socket.write(kafka(0));
    assert.equal(counts.get('produce'), 2);
    socket.destroy();
    server.close();
    await once(server, 'close');
  });
});

/** Rows H05 and H07: what the answers of an HTTP agent may not do. */
import assert from 'node:assert/strict';
import { type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openPostEvent } from '#adapters/http/post-event.ts';
import { close, codeOf, development, listen, portOf, request } from './fixtures/http.ts';

describe('H05 and H07: answers', () => {
  let server: Server;
  let base: string;
  const requests = new Map<string, number>();
  before(async () => {
    const listening = await listen((incoming, response) => {
      const { url = '' } = incoming;
      requests.set(url, (requests.get(url) ?? 0) + 1);
      answers[url]?.(incoming, response);
    });
    server = listening.server;
    base = `http://127.0.0.1:${String(listening.port)}`;
  });
  after(() => close(server));

  const answers: Readonly<Record<string, RequestListener>> = {
    '/redirect': (_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    '/announced': (_request, response) =>
      response.writeHead(200, { 'content-length': String(1024 ** 3) }).flushHeaders(),
    '/endless': (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
    '/slow-headers': () => undefined,
    '/slow-body': (_request, response) => void response.writeHead(200).write('x'),
    '/cut': (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x');
      setImmediate(() => response.destroy());
    },
    '/gzip': (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x')),
    '/bad-gzip': (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
    '/limit': (_request, response) => response.end(Buffer.alloc(1024 * 1024)),
    '/over': (_request, response) => response.end(Buffer.alloc(1024 * 1024 + 1)),
    '/rate': (_request, response) => response.writeHead(429, { 'retry-after': '3' }).end(),
  };
  const rows: readonly (readonly [path: string, code: string, timeoutMs?: number])[] = [
    ['/redirect', 'HTTP_REDIRECT_BLOCKED'],
    ['/announced', 'HTTP_BODY_LIMIT'],
    ['/endless', 'HTTP_BODY_LIMIT'],
    ['/over', 'HTTP_BODY_LIMIT'],
    ['/limit', 'answered 200'],
    ['/slow-headers', 'HTTP_TIMEOUT', 500],
    ['/slow-body', 'HTTP_TIMEOUT', 500],
    ['/cut', 'HTTP_UNREACHABLE'],
    ['/gzip', 'HTTP_CONTENT_TYPE'],
    ['/bad-gzip', 'HTTP_CONTENT_TYPE'],
    ['/rate', 'answered 429'],
  ];
  for (const [path, code, timeoutMs = 10_000] of rows) {
    it(`${path} gives ${code}`, async () => {
      requests.clear();
      assert.equal(await codeOf(development, base + path, { timeoutMs }), code);
      assert.deepEqual(requests, new Map([[path, 1]]), 'asked once, nothing followed');
    });
  }

  it('an answer within a timeout of months, as a step may have, is an answer', async () => {
    assert.equal(await codeOf(development, `${base}/rate`, { timeoutMs: 60 * 86_400_000 }), 'answered 429');
  });

  it('end when the caller stops waiting', async () => {
    const controller = new AbortController();
    const pending = openPostEvent(development)({
      ...request(`${base}/slow-headers`),
      signal: controller.signal,
    });
    setImmediate(() => controller.abort());
    const posted = await pending;
    assert.ok(posted.type === 'failed' && posted.failure.code === 'HTTP_TIMEOUT');
  });

  it('tell when to come again', async () => {
    const posted = await openPostEvent(development)(request(`${base}/rate`));
    assert.ok(posted.type === 'answered');
    assert.equal(posted.answer.retryAfter, '3');
  });

  it('come over one connection, one after the other', async () => {
    let sockets = 0;
    const { server: counted, port } = await listen((_request, response) => response.end('x'));
    counted.on('connection', () => (sockets += 1));
    const post = openPostEvent(development);
    for (let round = 0; round < 5; round += 1) await post(request(`http://127.0.0.1:${String(port)}/`));
    assert.equal(sockets, 1);
    await close(counted);
  });
});

describe('a connection that breaks', () => {
  it('before any answer is HTTP_UNREACHABLE', async () => {
    const broken = createTcpServer((socket) => socket.destroy());
    const port = await portOf(broken.listen(0, '127.0.0.1'));
    assert.equal(await codeOf(development, `http://127.0.0.1:${String(port)}/`), 'HTTP_UNREACHABLE');
    await close(broken);
  });

  it('because the other side closed a kept one is made anew', async () => {
    let count = 0;
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      let asked = 0;
      socket.on('data', () => {
        count += 1;
        asked += 1;
        if (asked === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx');
        else socket.resetAndDestroy();
      });
    });
    const port = await portOf(server.listen(0, '127.0.0.1'));
    const post = openPostEvent(development);
    const first = await post(request(`http://127.0.0.1:${String(port)}/`));
    const second = await post(request(`http://127.0.0.1:${String(port)}/`));
    assert.deepEqual([first.type, second.type], ['answered', 'answered']);
    assert.ok(count >= 3, 'the second request met a closed connection');
    for (const socket of sockets) socket.destroy();
    await close(server);
  });
});

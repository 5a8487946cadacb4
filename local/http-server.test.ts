/** AWS Lambda Developer Guide, "Invoking Lambda function URLs": the payload of version 2.0 and its answers. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '#adapters/clock.ts';
import { type HttpServer, serveFunction, type UrlHandler } from './http-server.ts';
import { keepingLogger } from './memory-log.fixture.ts';
import { type UrlEvent } from './url-event.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close(0);
  server = undefined;
});

async function serve(handler: UrlHandler, timeoutMs = 10_000): Promise<string> {
  server = await serveFunction({
    handler,
    functionName: 'f',
    timeoutMs,
    clock: systemClock,
    logger: keepingLogger(),
  });
  return server.url;
}

const okAnswer = { statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'fine' };

describe('a function behind HTTP', () => {
  it('gets the request as a function URL event', async () => {
    const events: UrlEvent[] = [];
    const url = await serve(async (event, context) => {
      assert.ok(context.getRemainingTimeInMillis() > 0);
      events.push(event);
      return okAnswer;
    });
    const response = await fetch(`${url}tasks/one?x=1&x=2&y=%20`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/cloudevents+json', 'X-Trace': 'a', cookie: 'a=1; b=2' },
      body: '{"é":1}',
    });
    assert.deepEqual(
      [response.status, response.headers.get('content-type'), await response.text()],
      [200, 'text/plain', 'fine'],
    );
    const [event] = events;
    assert.equal(event?.version, '2.0');
    assert.equal(event.rawPath, '/tasks/one');
    assert.equal(event.rawQueryString, 'x=1&x=2&y=%20');
    assert.deepEqual(event.queryStringParameters, { x: '1,2', y: ' ' });
    assert.deepEqual(event.cookies, ['a=1', 'b=2']);
    assert.equal(event.headers['x-trace'], 'a');
    assert.equal(event.requestContext.http.method, 'POST');
    assert.deepEqual([event.body, event.isBase64Encoded], ['{"é":1}', false]);
  });

  it('gets bytes that are no text as base64, and may answer with base64', async () => {
    const url = await serve(async (event) => ({ statusCode: 201, body: event.body, isBase64Encoded: true }));
    const bytes = new Uint8Array([0, 255, 128]);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    assert.equal(response.status, 201);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  });

  const broken: readonly (readonly [string, UrlHandler, number])[] = [
    ['throws', async () => assert.fail('canary'), 502],
    ['answers nothing', async () => undefined, 502],
    ['answers an impossible status', async () => ({ statusCode: 42 }), 502],
    ['answers a body that is no text', async () => ({ statusCode: 200, body: { a: 1 } }), 502],
  ];
  for (const [name, handler, status] of broken)
    it(`is answered for with ${status} when it ${name}`, async () => {
      const response = await fetch(await serve(handler));
      assert.equal(response.status, status);
      assert.ok(!(await response.text()).includes('canary'));
    });

  it('is answered for with 504 when it takes longer than its timeout', async () => {
    const url = await serve(() => new Promise(() => undefined), 5);
    assert.equal((await fetch(url)).status, 504);
  });

  it('is not called for bodies above 6 MB', async () => {
    const url = await serve(async () => assert.fail('called'));
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(6 * 1024 * 1024 + 1) });
    assert.equal(response.status, 413);
  });

  it('is not called under a foreign host name', async () => {
    const url = await serve(async () => assert.fail('called'));
    const status = await new Promise((resolve, reject) => {
      request(url, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });

  it('finishes requests in flight when it closes', async () => {
    const begun = Promise.withResolvers<undefined>();
    const end = Promise.withResolvers<undefined>();
    const url = await serve(async () => {
      begun.resolve(undefined);
      await end.promise;
      return okAnswer;
    });
    const answer = fetch(url);
    await begun.promise;
    const closed = server?.close(5_000);
    end.resolve(undefined);
    assert.equal((await answer).status, 200);
    await closed;
    await assert.rejects(fetch(url));
  });
});

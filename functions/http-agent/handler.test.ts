import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import * as z from 'zod';
import { encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import {
  contextWith,
  eventOf,
  idOf,
  manualTime,
  recordingLogger,
  taskEvent,
  type ManualTime,
} from '../agent/fixtures/host.ts';
import { type FunctionUrlEvent, type FunctionUrlHandler } from './function-url.ts';
import { createHandler } from './handler.ts';

let time: ManualTime;
let handler: FunctionUrlHandler;
let calls: number;

beforeEach(() => {
  time = manualTime();
  calls = 0;
  handler = createHandler({
    agent: {
      manifest: { name: 'echo', timeoutMs: 60_000, onRedelivery: 'once' },
      agent: {
        name: 'echo',
        description: 'test',
        version: '1.0.0',
        input: z.object({ text: z.string() }),
        output: z.unknown(),
        run: async (input) => {
          calls += 1;
          const { text } = input as { text: string };
          if (text === 'never') return await new Promise(() => undefined);
          if (text === 'throw') throw new Error('broken');
          return text === 'huge' ? 'x'.repeat(1024 * 1024) : { said: text };
        },
      },
    },
    clock: time,
    timers: time,
    logger: recordingLogger(),
    model: () => {
      throw new Error('no model here');
    },
    secret: () => undefined,
  });
});

const contentType = 'application/cloudevents+json; charset=utf-8';
const request = (more: Partial<FunctionUrlEvent> & { readonly method?: string } = {}): FunctionUrlEvent => {
  const { method = 'POST', ...rest } = more;
  return {
    requestContext: { http: { method } },
    rawPath: '/',
    headers: { 'content-type': contentType },
    body: bodyOf(taskEvent()),
    isBase64Encoded: false,
    ...rest,
  };
};
const bodyOf = (event: BatonEvent): string => new TextDecoder().decode(encodeEvent(event).value);
const call = (event: FunctionUrlEvent, timeoutMs = 60_000) =>
  handler(event, contextWith({ time }, timeoutMs));
const responseIn = (answer: { readonly body: string }): BatonEvent =>
  eventOf({ value: new TextEncoder().encode(answer.body), headers: [] });
const codeIn = (event: BatonEvent): string => (event.data as { failure: { code: string } }).failure.code;

describe('an agent behind HTTP', () => {
  it('answers a task with its response event', async () => {
    const answer = await call(request());
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-type'], contentType);
    const response = responseIn(answer);
    assert.deepEqual([response.id, response.capability], [idOf(), taskEvent().capability]);
    assert.deepEqual(response.data, { output: { said: 'hi' } });
  });

  it('takes a body in base64', async () => {
    const body = Buffer.from(bodyOf(taskEvent())).toString('base64');
    assert.equal((await call(request({ body, isBase64Encoded: true }))).statusCode, 200);
  });

  it('answers the failure of the agent as an event, with status 200', async () => {
    const answer = await call(request({ body: bodyOf(taskEvent({ input: { text: 'throw' } })) }));
    assert.equal(answer.statusCode, 200);
    assert.equal(codeIn(responseIn(answer)), 'AGENT_THREW');
  });

  it('answers AGENT_TIMEOUT before the function itself runs out of time', async () => {
    const pending = call(request({ body: bodyOf(taskEvent({ input: { text: 'never' } })) }), 10_000);
    await time.advance(9_000);
    assert.equal(codeIn(responseIn(await pending)), 'AGENT_TIMEOUT');
  });

  it('does not call the agent for an expired task', async () => {
    const answer = await call(request({ body: bodyOf(taskEvent({ expiresInMs: -1 })) }));
    assert.equal(codeIn(responseIn(answer)), 'AGENT_TIMEOUT');
    assert.equal(calls, 0);
  });

  it('answers PAYLOAD_TOO_LARGE where the output is longer than a bridge reads', async () => {
    const answer = await call(request({ body: bodyOf(taskEvent({ input: { text: 'huge' } })) }));
    assert.equal(codeIn(responseIn(answer)), 'PAYLOAD_TOO_LARGE');
  });

  it('says that it is healthy', async () => {
    const answer = await call(request({ method: 'GET', rawPath: '/health' }));
    assert.deepEqual([answer.statusCode, JSON.parse(answer.body)], [200, { status: 'ok', agent: 'echo' }]);
  });

  const refused: readonly (readonly [what: string, event: FunctionUrlEvent, status: number, code: string])[] =
    [
      ['another path', request({ rawPath: '/admin' }), 404, 'HTTP_PATH'],
      ['another method', request({ method: 'PUT' }), 405, 'HTTP_METHOD'],
      ['a POST to /health', request({ rawPath: '/health' }), 405, 'HTTP_METHOD'],
      ['no content type', request({ headers: {} }), 415, 'CE_CONTENT_TYPE'],
      ['plain JSON', request({ headers: { 'content-type': 'application/json' } }), 415, 'CE_CONTENT_TYPE'],
      ['a body above 6 MB', request({ body: 'x'.repeat(6_000_001) }), 413, 'PAYLOAD_TOO_LARGE'],
      ['bad base64', request({ body: '!!', isBase64Encoded: true }), 400, 'CE_PARSE'],
      ['no JSON', request({ body: '{' }), 400, 'CE_PARSE'],
      [
        'another type of event',
        request({ body: bodyOf({ ...taskEvent(), type: 'dev.baton.run.wake.v1' }) }),
        400,
        'CE_WRONG_TOPIC',
      ],
      [
        'a task for another agent',
        request({ body: bodyOf(taskEvent({ agent: 'other' })) }),
        400,
        'WF_UNKNOWN_AGENT',
      ],
    ];
  for (const [what, event, status, code] of refused) {
    it(`refuses ${what} with ${String(status)} ${code}`, async () => {
      const answer = await call(event);
      assert.equal(answer.statusCode, status);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal((JSON.parse(answer.body) as { code: string }).code, code);
      assert.equal(calls, 0);
    });
  }
});

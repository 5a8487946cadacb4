import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { outcomeData } from '#core/event-data.ts';
import { topics } from '#core/event-catalog.ts';
import { failure } from '#core/failure.ts';
import { canonicalJson, sha256 } from '#core/json.ts';
import {
  contextWith,
  eventOf,
  idOf,
  kafkaEvent,
  openWorld,
  recordOf,
  runOf,
  startOfTime,
  taskEvent,
  type TaskOptions,
  type World,
} from '../agent/fixtures/host.ts';
import { createHandler } from './handler.ts';
import { type HttpAnswer, type PostEvent, type PostRequest } from './post-event.ts';

let world: World;
let posts: PostRequest[];
let respond: (task: BatonEvent) => Partial<HttpAnswer>;

beforeEach(async () => {
  world = await openWorld(['echo']);
  posts = [];
  respond = (task) => answerTo(task);
});
afterEach(async () => {
  await world.time.advance(600_000);
  assert.equal(world.time.pending(), 0, 'timers are left');
  await world.close();
});

const post: PostEvent = async (request) => {
  posts.push(request);
  const task = eventOf({ value: request.body, headers: [] });
  const contentType = 'application/cloudevents+json';
  return { type: 'answered', answer: { status: 200, contentType, body: new Uint8Array(), ...respond(task) } };
};

const responseTo = (task: BatonEvent, more: Partial<BatonEvent> = {}): BatonEvent => {
  const { runid = '', stepid = '', attempt = 0, capability = '' } = task;
  return {
    id: `${runid}:${stepid}:${String(attempt)}`,
    source: '/somewhere',
    runid,
    stepid,
    attempt,
    capability,
    ...outcomeData({ status: 'completed', output: { value: { done: true } } }),
    ...more,
  };
};
const answerTo = (task: BatonEvent, more: Partial<BatonEvent> = {}) => ({
  body: encodeEvent(responseTo(task, more)).value,
});

const handle = (options: TaskOptions = {}, using: PostEvent = post) =>
  createHandler({
    log: world.embedded.log,
    invocations: world.embedded.store.invocations,
    blobs: world.embedded.store.blobs,
    clock: world.time,
    random: world.random,
    timers: world.time,
    logger: world.logger,
    partialResponses: true,
    agents: [
      { manifest: { name: 'echo', timeoutMs: 60_000, onRedelivery: 'once' }, url: 'https://agent.test/' },
    ],
    post: using,
  })(kafkaEvent(recordOf(taskEvent(options))), contextWith(world));

const responses = () => world.events(topics.response);
const failureOf = async () => {
  const [response] = await responses();
  assert.equal(response?.type, 'dev.baton.step.failed.v1');
  return (response.data as { failure: { code: string; retryable: boolean; retryAfterMs?: number } }).failure;
};

describe('the bridge', () => {
  it('posts the task as it came and publishes the answer as the response of the agent', async () => {
    await handle();
    assert.equal(posts[0]?.url, 'https://agent.test/');
    assert.equal(posts[0].headers['idempotency-key'], `"${idOf()}"`);
    assert.deepEqual(eventOf({ value: posts[0].body, headers: [] }), taskEvent());
    const [response] = await responses();
    assert.deepEqual(
      [response?.id, response?.source, response?.capability, response?.data],
      [idOf(), '/baton/agents/echo', taskEvent().capability, { output: { done: true } }],
    );
  });

  it('does not post a task again whose answer is recorded', async () => {
    await handle();
    await handle();
    assert.equal(posts.length, 1);
    assert.deepEqual(
      (await responses()).map(({ id }) => id),
      [idOf(), idOf()],
    );
  });

  it('publishes nothing for 202, and redelivery does not post again', async () => {
    respond = () => ({ status: 202 });
    assert.deepEqual(await handle(), { batchItemFailures: [] });
    assert.deepEqual(await handle(), { batchItemFailures: [] });
    assert.equal(posts.length, 1);
    assert.equal((await responses()).length, 0);
  });

  it('posts values in the place of claim checks', async () => {
    const bytes = new TextEncoder().encode(canonicalJson('a long text'));
    const ref = { digest: `sha256:${sha256(bytes)}`, bytes: bytes.byteLength };
    await world.embedded.store.blobs.put({ tenant: 'default', runId: runOf(1) }, [{ ref, bytes }]);
    await handle({ input: { text: null }, refs: [{ at: '/text', ref }] });
    const data = eventOf({ value: posts[0]?.body ?? null, headers: [] }).data as Record<string, unknown>;
    assert.deepEqual([data['input'], data['refs']], [{ text: 'a long text' }, undefined]);
  });

  it('leaves references to secrets as they are', async () => {
    await handle({ input: { text: { secretRef: 'KEY' } } });
    assert.ok(Buffer.from(posts[0]?.body ?? []).includes('{"secretRef":"KEY"}'));
  });

  it('stores a large answer as a claim check', async () => {
    const data = outcomeData({ status: 'completed', output: { value: 'x'.repeat(20_000) } });
    respond = (task) => answerTo(task, data);
    await handle();
    const output = (await responses())[0]?.data as { output: unknown; refs: readonly { at: string }[] };
    assert.deepEqual([output.output, output.refs[0]?.at], [null, '']);
  });

  it('passes a failure of the agent on, as typed', async () => {
    const own = { code: 'OUT_OF_STOCK', message: 'none left', retryable: true };
    respond = (task) => answerTo(task, outcomeData({ status: 'failed', failure: own }));
    await handle();
    assert.deepEqual(await failureOf(), own);
  });

  const statuses: readonly (readonly [status: number, retryable: boolean])[] = [
    [204, false],
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [413, false],
    [425, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [599, true],
  ];
  for (const [status, retryable] of statuses) {
    it(`answers HTTP_STATUS for ${String(status)}, ${retryable ? '' : 'not '}to be tried again`, async () => {
      respond = () => ({ status });
      await handle();
      const found = await failureOf();
      assert.deepEqual([found.code, found.retryable], ['HTTP_STATUS', retryable]);
    });
  }

  for (const [retryAfter, ms] of [
    ['7', 7_000],
    [new Date(startOfTime + 5_000).toUTCString(), 5_000],
    ['nonsense', undefined],
  ] as const) {
    it(`honours Retry-After: ${retryAfter}`, async () => {
      respond = () => ({ status: 429, retryAfter });
      await handle();
      assert.equal((await failureOf()).retryAfterMs, ms);
    });
  }

  const wrong: readonly (readonly [
    what: string,
    given: (task: BatonEvent) => Partial<HttpAnswer>,
    code: string,
  ])[] = [
    [
      'another content type',
      () => ({ contentType: 'text/html', body: Buffer.from('<p>') }),
      'HTTP_CONTENT_TYPE',
    ],
    ['no JSON', () => ({ body: Buffer.from('{"id":') }), 'HTTP_CONTENT_TYPE'],
    ['an empty body', () => ({ body: new Uint8Array() }), 'HTTP_CONTENT_TYPE'],
    [
      'the id of another attempt',
      (task) => answerTo(task, { id: `${task.runid}:greet:2` }),
      'AGENT_OUTPUT_INVALID',
    ],
    ['another attempt', (task) => answerTo(task, { attempt: 2 }), 'AGENT_OUTPUT_INVALID'],
    ['another run', (task) => answerTo(task, { runid: runOf(2) }), 'AGENT_OUTPUT_INVALID'],
    ['another capability', (task) => answerTo(task, { capability: 'v1.k1.1.x' }), 'AGENT_OUTPUT_INVALID'],
    [
      'another type',
      (task) => answerTo(task, { type: 'dev.baton.run.completed.v1' }),
      'AGENT_OUTPUT_INVALID',
    ],
    ['no output', (task) => answerTo(task, { data: {} }), 'AGENT_OUTPUT_INVALID'],
    [
      'claim checks',
      (task) =>
        answerTo(task, {
          data: { output: null, refs: [{ at: '', ref: { digest: `sha256:${'0'.repeat(64)}`, bytes: 1 } }] },
        }),
      'AGENT_OUTPUT_INVALID',
    ],
  ];
  for (const [what, given, code] of wrong) {
    it(`answers ${code} where the answer has ${what}`, async () => {
      respond = given;
      await handle();
      assert.equal((await failureOf()).code, code);
      assert.ok(
        !JSON.stringify((await responses())[0]?.data).includes('A'.repeat(43)),
        'the capability is shown',
      );
    });
  }

  it('answers what went wrong on the way', async () => {
    const away = failure('HTTP_UNREACHABLE', 'no route', { retryable: true });
    await handle({}, async () => ({ type: 'failed', failure: away }));
    assert.equal((await failureOf()).code, 'HTTP_UNREACHABLE');
  });

  it('gives the exchange the time left of the attempt, and stops it at its deadline', async () => {
    let request: PostRequest | undefined;
    const never: PostEvent = (given) => new Promise(() => (request = given));
    const done = handle({ expiresInMs: 30_000 }, never);
    await world.time.advance(30_000);
    assert.deepEqual(await done, { batchItemFailures: [] });
    assert.equal(request?.timeoutMs, 29_900);
    assert.equal(request.signal.aborted, true);
    assert.equal((await failureOf()).code, 'AGENT_TIMEOUT');
  });
});

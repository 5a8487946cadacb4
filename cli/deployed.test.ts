/**
 * Commands against a deployment: the real SDK client invokes what is the real operator function, over a data folder
 * that this process hosts in place of Kafka, MongoDB and the functions of AWS.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { readConfig } from '#adapters/config.ts';
import { json, refuse } from '#adapters/aws/fixtures/deployment.ts';
import { type Answer, type LoopbackAws, startLoopbackAws } from '#adapters/aws/loopback-aws.ts';
import { InfrastructureError } from '#core/failure.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { createOperator } from '#functions/operator/handler.ts';
import { openSession, type Session } from '#local/session.ts';
import { baton, hasStack, resultOf, startBaton, temporaryFolder, until } from './spawn.fixture.ts';
import { storeWorkflows } from './workflow-files.ts';

const folder = temporaryFolder();
let session: Session;
let aws: LoopbackAws;
let invoke: Answer;

before(async () => {
  const config = readConfig({ BATON_DATA_DIR: folder.path, BATON_LOG: 'error' });
  assert.ok(config.ok);
  session = await openSession(config.value, { host: 'try' });
  const { log, store } = session.platform;
  await storeWorkflows(store.definitions, () => assert.fail('a workflow has problems'));
  const operator = createOperator({ log, store });
  invoke = async ({ FunctionName: name, body }) => {
    assert.equal(name, 'baton-dev-operator');
    return json(await operator(JSON.parse(String(body))), { 'x-amz-executed-version': '$LATEST' });
  };
  aws = await startLoopbackAws({ 'lambda:Invoke': invoke });
});
after(async () => {
  await aws.close();
  await session.close();
  folder.remove();
});
afterEach(() => aws.answer({ 'lambda:Invoke': invoke }));

const deployed = (...args: readonly string[]) => baton(['--aws=dev', ...args], { env: aws.env });

describe('commands on a deployment', () => {
  it('start a run, follow it to its end and print its result', async () => {
    const { code, stdout, stderr } = await deployed('run', 'design-and-provision', '-i', 'idea=A choir');
    assert.equal(code, 0, stderr);
    const { run, status } = resultOf(stdout);
    assert.equal(status, 'completed');
    const again = await deployed('runs', 'get', run, '--json');
    assert.equal((JSON.parse(again.stdout) as { readonly status: string }).status, 'completed');
    const listed = await deployed('runs', 'list');
    assert.ok(listed.stdout.includes(run));
  });

  it('leave a run to its functions with --detach, and find it as the last one', async () => {
    const { code, stdout } = await deployed('run', 'design-and-provision', '-i', 'idea=A band', '--detach');
    assert.equal(code, 0, 'whoever works there is not of this machine');
    const watched = await deployed('runs', 'watch', stdout.trim());
    assert.equal(watched.code, 0, watched.stderr);
  });

  it('publish events, and only those that people write', async () => {
    const { code, stdout, stderr } = await deployed('events', 'publish', 'examples/request.json', '--json');
    assert.equal(code, 0, stderr);
    const { run } = JSON.parse(stdout) as { readonly run: string };
    assert.equal((await deployed('runs', 'watch', run)).code, 0);
    const response = { specversion: '1.0', id: '1', source: '/x', type: 'dev.baton.step.completed.v1', subject: run, data: {} }; // prettier-ignore
    const refused = await baton(['--aws', 'dev', 'events', 'publish', '-'], {
      env: aws.env,
      stdin: JSON.stringify(response),
    });
    assert.notEqual(refused.code, 0, 'a response is nothing that people write');
  });

  it('cancel a run that is over with what it is', async () => {
    const { code, stderr } = await deployed('runs', 'cancel', '@last');
    assert.equal(hasStack(stderr), false);
    assert.notEqual(code, 4, stderr);
  });

  it('approve what a run waits for, which then goes on', async () => {
    const asking = `name: ask
version: "1.0.0"
steps:
  publish:
    approval: { to: editor, prompt: Publish it? }
outputs:
  by: \${{ steps.publish.output.by }}
`;
    const parsed = parseWorkflow(Buffer.from(asking), { file: 'ask.yaml' });
    assert.ok(parsed.ok);
    await session.platform.store.definitions.put(parsed.value, { activate: true });
    const left = await deployed('run', 'ask');
    assert.equal(left.code, 3, left.stderr);
    const { run } = resultOf(left.stdout);
    const taken = await deployed('approve', run, '--by', 'ada');
    assert.deepEqual([taken.code, taken.stdout], [0, `${run}  publish  approved\n`], taken.stderr);
    const { stdout } = await deployed('runs', 'watch', run);
    assert.match(stdout, /"by":"ada"/);
    assert.match((await deployed('reject', run)).stderr, /NOT_WAITING/);
  });

  it('follow a run for longer than hosts of this machine are waited for, since nobody sees those there', async () => {
    const { run } = resultOf((await deployed('run', 'ask')).stdout);
    const watcher = startBaton(['--aws=dev', 'runs', 'watch', run], { env: aws.env });
    let ended = false;
    let looks = 0;
    void watcher.ended.then(() => (ended = true));
    aws.answer({ 'lambda:Invoke': (call) => ((looks += 1), invoke(call)) });
    // It looks five times a second at most, and waits three seconds for a host.
    await until(() => ended || looks > 30, 'it has looked often');
    assert.equal((await deployed('approve', run, '--by', 'ada')).code, 0);
    const { code, stdout, stderr } = await watcher.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"by":"ada"/);
  });

  it('retry a run that failed', async () => {
    const { run } = resultOf((await deployed('run', 'ask')).stdout);
    await deployed('reject', run);
    assert.equal((await deployed('runs', 'watch', run)).code, 1);
    const { code, stdout, stderr } = await deployed('runs', 'retry', run, '--detach');
    assert.equal(code, 0, stderr);
    const shown = await deployed('runs', 'get', stdout.trim(), '--json');
    assert.equal((JSON.parse(shown.stdout) as { readonly retryOf: string }).retryOf, run);
  });

  it('show where the time of a run went, from its history', async () => {
    const { code, stdout, stderr } = await deployed('trace', '@last');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^run [0-9a-z]{26}  trace [0-9a-f]{32}/);
  });

  it('show the spans that the account keeps of it, as the same tree', async () => {
    const { stdout } = await deployed('trace', '@last', '--json');
    const { traceId } = JSON.parse(stdout) as { readonly traceId: string };
    const span = (spanId: string, name: string, more: Readonly<Record<string, unknown>> = {}) => {
      const times = {
        startTimeUnixNano: 1_795_390_496_000_000_000,
        endTimeUnixNano: 1_795_390_496_500_000_000,
      };
      const message = JSON.stringify({
        traceId,
        spanId,
        name,
        kind: 'INTERNAL',
        ...times,
        attributes: {},
        ...more,
      });
      return { timestamp: 1_795_390_496_000, message, eventId: spanId };
    };
    const events = [span('a', 'send workflow.request'), span('b', 'decide', { parentSpanId: 'a' })];
    aws.answer({ 'logs:FilterLogEvents': () => json({ events, searchedLogStreams: [] }) });
    const kept = await deployed('trace', '@last');
    assert.equal(kept.code, 0, kept.stderr);
    assert.match(kept.stdout, /^send workflow\.request .*\n└ decide {2}\+0\.000s/m);
    aws.answer({ 'logs:FilterLogEvents': refuse('AccessDeniedException') });
    const denied = await deployed('trace', '@last');
    assert.match(denied.stderr, /aws\/spans could not be asked: AWS_ACCESS_DENIED/);
    assert.equal(denied.code, 0, 'the history is told instead');
  });

  const inside = [['events', 'tail', '--topic', 'output'], ['setup'], ['dlq', 'list']];
  for (const args of inside)
    it(`say what is done inside alone: ${args.join(' ')}`, async () => {
      const { code, stderr } = await deployed(...args);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /error\[AWS_INSIDE_ONLY\][^]*got: [^]*expected: [^]*help: /);
    });

  for (const args of [['dev'], ['worker', 'timer'], ['recover']])
    it(`host nothing: ${args.join(' ')}`, async () => {
      const { code, stderr } = await deployed(...args);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /error\[CONFIG_CONFLICT\][^]*expected: [^]*help: /);
    });
});

describe('a deployment that does not answer', () => {
  const cases: readonly (readonly [what: string, answer: Answer, code: string])[] = [
    ['is not there', refuse('ResourceNotFoundException', 404), 'AWS_NOT_DEPLOYED'],
    ['may not be invoked', refuse('AccessDeniedException', 403), 'AWS_ACCESS_DENIED'],
    ['is throttled', refuse('TooManyRequestsException', 429), 'AWS_THROTTLED'],
    ['does not take the session', refuse('ExpiredTokenException', 403), 'AWS_BAD_CREDENTIALS'],
    ['is older', () => json({ ok: false, problem: 'the call cannot be read: expected op' }), 'AWS_OPERATOR'],
    ['breaks down', functionError('Sandbox.Timedout', 'Task timed out after 30.00 seconds'), 'AWS_OPERATOR'],
    [
      'cannot reach its own store',
      functionError(InfrastructureError.name, 'MONGO_UNREACHABLE: no database. Got: x. Expected: y. Fix: z.'),
      'MONGO_UNREACHABLE',
    ],
  ];
  for (const [what, answer, expected] of cases)
    it(`is told in four parts: it ${what}`, async () => {
      aws.answer({ 'lambda:Invoke': answer });
      const { code, stderr } = await deployed('runs', 'list');
      assert.equal(code, 4);
      assert.match(stderr, new RegExp(`error\\[${expected}\\]: [^]*\ngot: [^]*\nexpected: [^]*\nhelp: `));
    });

  it('is told of a region that is none by its name', async () => {
    const env = { ...aws.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_REGION: 'eu-middle-9' };
    const { stderr } = await baton(['--aws=dev', 'runs', 'list'], { env });
    assert.match(stderr, /AWS_UNREACHABLE[^]*eu-middle-9 is the name of a region/);
  });
});

/** What Lambda answers where a function throws. */
function functionError(errorType: string, errorMessage: string): Answer {
  return () => json({ errorType, errorMessage, trace: [] }, { 'x-amz-function-error': 'Unhandled' });
}

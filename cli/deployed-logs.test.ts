import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AwsInput, type LoopbackAws, startLoopbackAws } from '#adapters/aws/loopback-aws.ts';
import { json, refuse } from '#adapters/aws/fixtures/deployment.ts';
import { baton, startBaton, until } from './spawn.fixture.ts';

const run = '0'.repeat(26);
const began = Date.now() - 600_000;
const at = (ms: number): string => new Date(began + ms).toISOString();

/** What lies in the groups: Baton's own lines, and those of Lambda's runtime and platform, as they are documented. */
const groups: Record<string, { at: number; text: string }[]> = {
  '/aws/lambda/baton-dev-orchestrator': [
    { at: 0, text: JSON.stringify({ time: at(0), type: 'platform.start', record: { requestId: 'r1', version: '$LATEST' } }) },
    { at: 10, text: JSON.stringify({ time: at(10), level: 'info', message: 'run started', runId: run }) },
    { at: 40, text: JSON.stringify({ time: at(40), type: 'platform.report', record: { requestId: 'r1', metrics: { durationMs: 30 }, status: 'success' } }) },
    { at: 90, text: JSON.stringify({ time: at(90), type: 'platform.report', record: { requestId: 'r2', metrics: { durationMs: 60000 }, status: 'timeout' } }) },
  ],
  '/aws/lambda/baton-dev-agent-kafka-expert': [
    { at: 20, text: JSON.stringify({ time: at(20), level: 'warn', message: 'call repeated', runId: run }) },
    { at: 30, text: JSON.stringify({ timestamp: at(30), level: 'ERROR', requestId: 'r3', message: { errorType: 'InfrastructureError', errorMessage: 'no database', stackTrace: ['InfrastructureError: no database', '    at file:///var/task/index.mjs:1:1'] } }) },
  ],
}; // prettier-ignore

/** As `FilterLogEvents` does: ascending, in pages of two, from `startTime` on, with the quoted text alone. */
function filterLogEvents({ logGroupName, startTime, filterPattern, nextToken }: AwsInput) {
  const events = groups[String(logGroupName)];
  if (events === undefined) return refuse('ResourceNotFoundException')({});
  const text = typeof filterPattern === 'string' ? filterPattern.slice(1, -1) : '';
  const wanted = events.filter((event) => began + event.at >= Number(startTime) && event.text.includes(text));
  const from = Number(nextToken ?? 0);
  return json({
    events: wanted.slice(from, from + 2).map((event) => ({
      logStreamName: '2026/11/23/[$LATEST]8f6a1a2e6d1b4a359d512f1f7a1a0b3c',
      timestamp: began + event.at,
      message: `${event.text}\n`,
      ingestionTime: began + event.at + 800,
      eventId: `${String(logGroupName)}-${event.at}`,
    })),
    searchedLogStreams: [],
    ...(from + 2 < wanted.length && { nextToken: String(from + 2) }),
  });
}

let aws: LoopbackAws;
before(async () => {
  aws = await startLoopbackAws({
    'logs:FilterLogEvents': filterLogEvents,
    'lambda:Invoke': ({ body }) => {
      const { op } = JSON.parse(String(body)) as { readonly op: string };
      const row = { runId: run, workflow: 'w', status: 'running', version: 1, armedBy: 0, startedAt: began, tenant: 'default' }; // prettier-ignore
      return json({ ok: true, value: op === 'run' ? row : [] });
    },
  });
});
after(() => aws.close());

const logs = (...args: readonly string[]) => baton(['logs', '--aws=dev', ...args], { env: aws.env });
const messages = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly message: string }).message);

describe('logs of a deployment', () => {
  it('are those of all functions by time, without what the platform says of success', async () => {
    const { code, stdout, stderr } = await logs('--json');
    assert.equal(code, 0, stderr);
    const told = ['run started', 'call repeated', 'no database', 'the invocation ended with timeout'];
    assert.deepEqual(messages(stdout), told);
  });

  it('look as they do from a data folder, with the name of the function and no stack', async () => {
    const { stdout } = await logs();
    assert.match(stdout, /Z error agent-kafka-expert {2}no database {2}errorType=InfrastructureError/);
    assert.doesNotMatch(stdout, /var\/task/);
  });

  it('can be those of a run, a function or a level', async () => {
    assert.deepEqual(messages((await logs('--json', '--run', run)).stdout), ['run started', 'call repeated']);
    const agent = await logs('--json', '--function', 'kafka-expert', '--level', 'error');
    assert.deepEqual(messages(agent.stdout), ['no database']);
    const asked = aws.asked.filter(({ action }) => action === 'logs:FilterLogEvents');
    assert.equal(asked.at(-1)?.input['logGroupName'], '/aws/lambda/baton-dev-agent-kafka-expert');
  });

  it('can be those of a while, and say where there are none', async () => {
    const { stdout, stderr } = await logs('--json', '--since', '1m');
    assert.equal(stdout, '');
    assert.match(stderr, /--since 1d goes further back/);
    const wrong = await logs('--since', 'yesterday');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--since 'yesterday'[^]*expected: [^]*help: /);
  });

  it('go on with what comes, each line once', async () => {
    const started = startBaton(['logs', '--aws=dev', '--json', '--follow', '--function', 'orchestrator'], { env: aws.env }); // prettier-ignore
    await until(() => messages(started.stdout()).length >= 2, 'the first lines');
    const late = JSON.stringify({ time: at(100), level: 'info', message: 'run completed', runId: run });
    groups['/aws/lambda/baton-dev-orchestrator']?.push({ at: 100, text: late });
    await until(() => messages(started.stdout()).includes('run completed'), 'the line that came');
    started.child.kill('SIGINT');
    const { code, stdout } = await started.ended;
    assert.equal(code, 130);
    assert.equal(messages(stdout).length, 3);
  });

  it('are refused in four parts where the role may not read them', async () => {
    aws.answer({ 'logs:FilterLogEvents': refuse('AccessDeniedException') });
    const { code, stderr } = await logs();
    assert.equal(code, 4);
    assert.match(stderr, /AWS_ACCESS_DENIED[^]*got: .*logs:FilterLogEvents of \/aws\/lambda\/baton-dev-[^]*expected: [^]*help: /); // prettier-ignore
    aws.answer({ 'logs:FilterLogEvents': filterLogEvents });
  });
});

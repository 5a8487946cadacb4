import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Alter, clusterArn, deploymentAnswers, functionAnswer, json, mappingId, noSuchStack, refuse, secretAnswer, secretArn, stackAnswer } from '#adapters/aws/fixtures/deployment.ts'; // prettier-ignore
import { type Answers, type LoopbackAws, startLoopbackAws } from '#adapters/aws/loopback-aws.ts';
import { manifests } from '#agents/manifests.ts';
import { dev, prod } from '#infra/profiles.ts';
import { topologyOf } from '#infra/topology.ts';
import { baton, hasStack } from './spawn.fixture.ts';

interface Check {
  readonly check: string;
  readonly state: string;
  readonly says: string;
  readonly mend?: string;
}

let aws: LoopbackAws;
before(async () => {
  aws = await startLoopbackAws(deploymentAnswers());
});
after(() => aws.close());
afterEach(() => aws.answer(deploymentAnswers()));

/** What `doctor --aws` finds, and how it ends. */
async function doctor(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const ended = await baton(['doctor', '--json', '--aws', ...args], { env: { ...aws.env, ...env } });
  assert.equal(hasStack(ended.stderr), false, ended.stderr);
  assert.notEqual(ended.stdout, '', ended.stderr);
  const { checks } = JSON.parse(ended.stdout) as { readonly checks: readonly Check[] };
  return { ...ended, checks, find: (name: string) => checks.find(({ check }) => check === name) };
}

const withMappings = (alter: Alter): void => aws.answer(deploymentAnswers(dev, alter));
const only =
  (topic: string, change: Readonly<Record<string, unknown>> | undefined): Alter =>
  (mapping) =>
    (mapping['Topics'] as readonly string[])[0] === topic
      ? change === undefined
        ? undefined
        : { ...mapping, ...change }
      : mapping;

describe('doctor --aws, of event source mappings', () => {
  it('finds every one of the topology in order', async () => {
    const { code, checks } = await doctor();
    const mappings = checks.filter(({ check }) => check.startsWith('mapping '));
    const wanted = topologyOf(manifests, dev.topology).functions.flatMap((spec) => spec.mappings);
    assert.equal(mappings.length, wanted.length);
    assert.deepEqual(mappings.filter(({ state }) => state !== 'ok'), []); // prettier-ignore
    assert.equal(code, 0);
  });

  it('holds those of prod to the settings of provisioned pollers', async () => {
    aws.answer(deploymentAnswers(prod, only('workflow.request', { MaximumRetryAttempts: 10 })));
    const { code, find } = await doctor(['prod']);
    assert.match(find('mapping workflow.request')?.says ?? '', /retries 10, wanted -1/);
    assert.equal(find('mapping workflow.request')?.mend, 'npx cdk deploy --all -c profile=prod');
    assert.equal(find('mapping workflow.step.response')?.state, 'ok');
    assert.equal(code, 0, 'to look at, not broken');
  });

  it('names one that is missing, and one that nobody asked for', async () => {
    withMappings(only('workflow.output', { Topics: ['other.topic'] }));
    const { code, find } = await doctor();
    assert.equal(find('mapping workflow.output')?.state, 'broken');
    assert.equal(find('mapping workflow.output')?.mend, 'npx cdk deploy --all -c profile=dev');
    assert.match(find('mapping other.topic')?.mend ?? '', /delete-event-source-mapping --uuid \S+$/);
    assert.equal(code, 4);
  });

  it('says how one that is disabled is enabled', async () => {
    withMappings(only('workflow.command', { State: 'Disabled' }));
    const { code, find } = await doctor();
    const id = mappingId('workflow.command');
    assert.equal(
      find('mapping workflow.command')?.mend,
      `aws lambda update-event-source-mapping --uuid ${id} --enabled`,
    );
    assert.equal(code, 4);
  });

  const results: readonly (readonly [result: string, mend: RegExp])[] = [
    ['PROBLEM: Function call failed', /logs --aws --level error/],
    ['PROBLEM: Connection error. Please check your event source connection configuration.', /port 9098/],
    ['PROBLEM: Cluster failed to authorize Lambda.', /kafka-cluster actions/],
    ['PROBLEM: something new', /get-event-source-mapping --uuid/],
  ];
  for (const [result, mend] of results)
    it(`gives advice for what the pollers say: ${result}`, async () => {
      withMappings(only('workflow.request', { LastProcessingResult: result }));
      const { code, find } = await doctor();
      assert.ok(find('mapping workflow.request')?.says.includes(result));
      assert.match(find('mapping workflow.request')?.mend ?? '', mend);
      assert.equal(code, 4);
    });
});

describe('doctor --aws, of all else', () => {
  it('finds a deployment in order: stacks, functions, topics, groups, secrets', async () => {
    const { code, checks, find } = await doctor();
    const deployed = checks.filter(({ check }) => !/^(?:packages|model)$/.test(check));
    assert.deepEqual(deployed.filter(({ state }) => state !== 'ok'), []);
    assert.equal(find('stack baton-dev-messaging')?.says, 'UPDATE_COMPLETE');
    assert.equal(find('function operator')?.says, 'Active');
    assert.equal(find('group baton.orchestrator.request')?.says, '3 records behind');
    assert.match(find('secret of MONGODB_URI')?.says ?? '', /DatabaseSecret, rotated/);
    assert.equal(code, 0);
  }); // prettier-ignore

  it('looks at each login of the database: functions have different ones under the same setting', async () => {
    const of = (name: string): Record<string, unknown> => ({
      ...functionAnswer(name),
      Environment: { Variables: { BATON_MONGODB_CA_FILE: '/var/runtime/ca-cert.pem', BATON_SECRETS_FROM: `MONGODB_URI=${secretArn(name.endsWith('-timer') ? 'LoginTimer' : 'DatabaseSecret')}` } }, // prettier-ignore
    });
    aws.answer({ ...deploymentAnswers(), 'lambda:GetFunctionConfiguration': ({ FunctionName }) => json(of(String(FunctionName))) }); // prettier-ignore
    const { checks } = await doctor();
    const secrets = checks.filter(({ check }) => check === 'secret of MONGODB_URI');
    assert.deepEqual(secrets.map(({ state }) => state).sort(), ['ok', 'warning']);
    assert.match(secrets.map(({ says }) => says).join(), /LoginTimer is not rotated/);
  });

  it('misses no stack of messaging where Kafka is elsewhere', async () => {
    const stacks: Answers = {
      'cloudformation:DescribeStacks': ({ StackName: name }) => String(name).endsWith('-messaging') ? noSuchStack(String(name)) : stackAnswer(String(name), 'CREATE_COMPLETE'), // prettier-ignore
    };
    const elsewhere: Alter = ({ EventSourceArn: _, ...mapping }) => ({ ...mapping, SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['b1.example.org:9096'] } } }); // prettier-ignore
    aws.answer({ ...deploymentAnswers(dev, elsewhere), ...stacks });
    const theirs = await doctor();
    assert.equal(theirs.find('stack baton-dev-messaging'), undefined);
    aws.answer({ ...deploymentAnswers(), ...stacks });
    const ours = await doctor();
    assert.equal(ours.find('stack baton-dev-messaging')?.state, 'broken');
  });

  const problems: readonly (readonly [string, Answers, check: string, says: RegExp, mend: RegExp, code: number])[] = [
    ['a stack that was rolled back', { 'cloudformation:DescribeStacks': ({ StackName }) => stackAnswer(String(StackName), 'ROLLBACK_COMPLETE', 'Limit exceeded') }, 'stack baton-dev-data', /ROLLBACK_COMPLETE: Limit exceeded/, /describe-stack-events --stack-name baton-dev-data/, 4],
    ['a function that is not there', { 'lambda:GetFunctionConfiguration': refuse('ResourceNotFoundException', 404) }, 'function timer', /is not there/, /cdk deploy/, 4],
    ['an update that failed', { 'lambda:GetFunctionConfiguration': ({ FunctionName }) => json({ ...functionAnswer(String(FunctionName)), LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no such layer' }) }, 'function timer', /no such layer/, /cdk deploy/, 4],
    ['a topic that is not there', { 'kafka:ListTopics': () => json({ topics: [] }) }, 'topic workflow.request', /is not there/, /cdk deploy/, 4],
    ['a group that is far behind', { 'cloudwatch:GetMetricData': () => json({ MetricDataResults: [{ Id: 'function0', Values: [5_000], Timestamps: [1], StatusCode: 'Complete' }] }) }, 'group baton.orchestrator.request', /5000 records of workflow\.request behind/, /#lag/, 0],
    ['a secret to be deleted', { 'secretsmanager:DescribeSecret': ({ SecretId }) => json({ ...secretAnswer(String(SecretId)), DeletedDate: 1_795_390_496 }) }, 'secret of BATON_CAPABILITY_KEYS', /to be deleted, since 2026-11/, /restore-secret --secret-id CapabilityKeys/, 4],
    ['a secret without a version', { 'secretsmanager:DescribeSecret': ({ SecretId }) => json({ ...secretAnswer(String(SecretId)), VersionIdsToStages: {} }) }, 'secret of BATON_CAPABILITY_KEYS', /no current version/, /put-secret-value/, 4],
    ['a password that is not rotated', { 'secretsmanager:DescribeSecret': ({ SecretId }) => json({ ...secretAnswer(String(SecretId)), RotationEnabled: false }) }, 'secret of MONGODB_URI', /is not rotated/, /cdk deploy/, 0],
    ['a rotation that is overdue', { 'secretsmanager:DescribeSecret': ({ SecretId }) => json({ ...secretAnswer(String(SecretId)), RotationEnabled: true, NextRotationDate: 1_600_000_000 }) }, 'secret of MONGODB_URI', /to be rotated by 2020-09-13/, /rotate-secret/, 0],
    ['errors of the last hour', { 'logs:FilterLogEvents': () => json({ events: [{ timestamp: 1_795_390_496_000, eventId: '1', message: '{"time":"x","level":"error","message":"no database"}' }] }) }, 'errors of timer', /1 in the last hour.*no database/, /logs --aws --function timer --level error/, 0],
  ]; // prettier-ignore
  for (const [what, answers, check, says, mend, expected] of problems)
    it(`names ${what}, and what mends it`, async () => {
      aws.answer(answers);
      const { code, find } = await doctor();
      assert.match(find(check)?.says ?? '', says);
      assert.match(find(check)?.mend ?? '', mend);
      assert.equal(code, expected);
    });

  it('asks the operator for topics that MSK does not know', async () => {
    withMappings((mapping) => ({ ...mapping, EventSourceArn: clusterArn.replace(/7$/, 's1') }));
    const topics = topologyOf(manifests, dev.topology).topics.filter(({ name }) => name !== 'workflow.output');
    aws.answer({ 'lambda:Invoke': () => json({ ok: true, value: topics }) });
    const { find } = await doctor();
    assert.equal(find('topic workflow.output')?.state, 'broken');
  }); // prettier-ignore
});

describe('doctor --aws, where AWS does not answer', () => {
  const denied = 'lambda:ListEventSourceMappings';
  it('goes on where one action is denied, and names it', async () => {
    aws.answer({ [denied]: refuse('AccessDeniedException', 403) });
    const { code, find } = await doctor();
    const finding = find('mappings of orchestrator');
    assert.match(finding?.says ?? '', /AWS_ACCESS_DENIED.*lambda:ListEventSourceMappings of baton-dev-orchestrator in eu-central-1; expected a role/); // prettier-ignore
    assert.ok(find('mappings of output-logger'), 'the others were asked, too');
    assert.equal(code, 4);
  });

  it('says that AWS throttles', async () => {
    aws.answer({ 'kafka:ListTopics': refuse('TooManyRequestsException', 429) });
    const { find } = await doctor();
    assert.match(find('topics')?.says ?? '', /AWS_THROTTLED/);
  });

  const once: readonly (readonly [what: string, code: string, env: Readonly<Record<string, string>>])[] = [
    ['no region', 'AWS_NO_REGION', { AWS_REGION: '' }],
    ['no credentials', 'AWS_NO_CREDENTIALS', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }],
    ['nobody there', 'AWS_UNREACHABLE', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }],
  ];
  for (const [what, expected, env] of once)
    it(`says it once: ${what}`, async () => {
      const { code, checks } = await doctor([], env);
      const broken = checks.filter(({ state }) => state === 'broken');
      assert.equal(broken.length, 1);
      assert.ok(broken[0]?.says.startsWith(`${expected}: `), broken[0]?.says);
      assert.match(broken[0]?.says ?? '', /got: .*; expected /);
      assert.notEqual(broken[0]?.mend, 'see the message');
      assert.equal(code, 4);
    });

  it('says it once: nothing deployed in this account and region', async () => {
    aws.answer({ 'cloudformation:DescribeStacks': ({ StackName }) => noSuchStack(String(StackName)) });
    const { checks } = await doctor();
    const [finding, ...others] = checks.filter(({ state }) => state === 'broken');
    assert.match(finding?.says ?? '', /^AWS_NOT_DEPLOYED: .*none of its stacks in eu-central-1; expected/);
    assert.match(finding?.mend ?? '', /AWS_REGION=.*npx cdk deploy --all -c profile=dev/);
    assert.deepEqual(others, []);
  });

  it('refuses a profile that is none, which may be the name of a workflow', async () => {
    const { code, stderr } = await baton(['doctor', '--aws', 'design-and-provi'], { env: aws.env });
    assert.equal(code, 4);
    assert.match(
      stderr,
      /AWS_PROFILE_UNKNOWN.*'design-and-provi'[^]*expected: dev or prod[^]*help: write --aws=/,
    );
  });
});

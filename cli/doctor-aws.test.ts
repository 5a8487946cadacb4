import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Alter, deploymentAnswers, mappingId, refuse } from '#adapters/aws/fixtures/deployment.ts';
import { type LoopbackAws, startLoopbackAws } from '#adapters/aws/loopback-aws.ts';
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
    aws.answer({ [denied]: refuse('TooManyRequestsException', 429) });
    const { find } = await doctor();
    assert.match(find('mappings of orchestrator')?.says ?? '', /AWS_THROTTLED/);
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

  it('refuses a profile that is none, which may be the name of a workflow', async () => {
    const { code, stderr } = await baton(['doctor', '--aws', 'design-and-provi'], { env: aws.env });
    assert.equal(code, 4);
    assert.match(
      stderr,
      /AWS_PROFILE_UNKNOWN.*'design-and-provi'[^]*expected: dev or prod[^]*help: write --aws=/,
    );
  });
});

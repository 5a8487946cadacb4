/** Letter C, what `cdk synth` refuses before anything is deployed, and what no profile can be told. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { manifests } from '#agents/manifests.ts';
import { problemsOf } from '#infra/checks/check-system.ts';
import { buildTestSystem, type Built, type Wanted } from '#infra/fixtures/system.ts';
import { dev, prod, type Profile } from '#infra/profiles.ts';
import { row } from './rows.ts';

function problemsIn(system: Built, profile: Profile = dev) {
  return problemsOf(system.app, { topology: system.topology, profile, manifests });
}

const mistakes: readonly (readonly [what: string, wanted: Wanted, spoil: (system: Built) => void, says: RegExp])[] = [
  ['a wildcard in a permission on Kafka', {}, ({ orchestration }) => {
    orchestration.functions[0]?.function.addToRolePolicy(new PolicyStatement({ actions: ['kafka-cluster:*'], resources: ['*'] }));
  }, /holds for more than it names/],
  ['an orchestrator whose mapping gives up', { profile: prod }, ({ orchestration }) => {
    for (const node of orchestration.node.findAll())
      if (node instanceof CfnEventSourceMapping && node.topics?.[0] === 'workflow.request') node.maximumRetryAttempts = 3;
  }, /the orchestrator's mapping gives up/],
  ['a store that forgets before its topics', { alter: (topology) => ({ ...topology, storeRetentionMs: 1 }) }, () => undefined, /records outlive the runs/],
]; // prettier-ignore

type Variables = Readonly<Record<string, unknown>>;
interface Environment {
  readonly variables: Variables;
}

/** Others are given an address that leads nowhere. */
const usesKafka = (variables: Variables): boolean =>
  'KAFKA_BOOTSTRAP_SERVERS' in variables && variables['KAFKA_BOOTSTRAP_SERVERS'] !== 'none.invalid:9092';

describe('bad deployments', () => {
  for (const [what, wanted, spoil, says] of mistakes)
    row('C04', `${what} fails synth: where, and in four parts`, () => {
      const system = buildTestSystem(wanted);
      spoil(system);
      const found = problemsIn(system, wanted.profile).find((problem) => says.test(problem.what));
      assert.ok(found);
      for (const part of [found.at, found.got, found.expected, found.fix]) assert.ok(part.length > 3, part);
      assert.throws(() => system.app.synth(), says);
    });

  const clusters: readonly (readonly [string, Profile])[] = [
    ['MSK', prod],
    ['MSK Serverless', { ...prod, kafka: { type: 'msk-serverless' } }],
    ['a cluster of one’s own', { ...prod, kafka: { type: 'self-managed', bootstrapServers: ['b1.example:9096'], secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:kafka-abcdef' } }],
  ]; // prettier-ignore
  for (const [what, profile] of clusters)
    row('C03', `no function that uses ${what} speaks without TLS, and no profile can ask for it`, () => {
      const { orchestration } = buildTestSystem({ profile });
      const functions = orchestration.node.findAll().filter((node) => node instanceof CfnFunction);
      const told = functions.map((one) => orchestration.resolve(one.environment) as Environment | undefined);
      const ours = told.map((environment) => environment?.variables ?? {}).filter(usesKafka);
      assert.ok(ours.length >= 3, 'functions were found');
      for (const variables of ours) {
        assert.match(String(variables['BATON_KAFKA_SECURITY']), /^(?:msk-iam|tls|scram-sha-512)$/);
        assert.notEqual(variables['BATON_KAFKA_TLS'], 'false');
      }
    });
});

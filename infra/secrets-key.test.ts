import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildTestSystem } from './fixtures/system.ts';
import { dev, profileOf, type Profile } from './profiles.ts';

interface Statement {
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, unknown>> };
}

const secretNamed = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`; // prettier-ignore
const [openai, database, kafka] = ['openai', 'database', 'kafka'].map(secretNamed) as [string, string, string]; // prettier-ignore
const secretsKeyArn = 'arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const given: Profile = {
  ...dev,
  openaiSecretArn: openai,
  database: { type: 'existing', uriSecretArn: database },
  kafka: { type: 'self-managed', bootstrapServers: ['b1.example.org:9096'], secretArn: kafka },
};

/** By the beginning of the policy's id: what it may decrypt, each with its condition. */
function decrypted(profile: Profile): Readonly<Record<string, readonly Statement[]>> {
  const policies = buildTestSystem({ profile }).templateOf('orchestration').findResources('AWS::IAM::Policy');
  return Object.fromEntries(
    Object.entries(
      policies as Record<string, { Properties: { PolicyDocument: { Statement: readonly Statement[] } } }>,
    ).map(
      // prettier-ignore
      ([id, { Properties: properties }]) => [
        id.replace(/Function.*/, ''),
        properties.PolicyDocument.Statement.filter(({ Action }) => Action === 'kms:Decrypt'),
      ],
    ),
  );
}

describe('given secrets under a key of their owner', () => {
  const found = decrypted({ ...given, secretsKeyArn });
  const secretsOf = (name: string) => found[name]?.map(({ Condition }) => Condition?.StringEquals['kms:EncryptionContext:SecretARN']); // prettier-ignore

  it('are decrypted by who reads them, by way of Secrets Manager, and nothing else is', () => {
    assert.deepEqual(secretsOf('agentkafkaexpert'), [[database, openai, kafka]]);
    assert.deepEqual(secretsOf('orchestrator'), [[database, kafka]]);
    assert.deepEqual(secretsOf('outputlogger'), [[kafka]]);
    assert.deepEqual(secretsOf('Setupsetup'), [[database]]);
    for (const { Resource, Condition } of Object.values(found).flat()) {
      assert.equal(Resource, secretsKeyArn);
      assert.match(JSON.stringify(Condition?.StringEquals['kms:ViaService']), /secretsmanager\..*AWS::Region.*amazonaws\.com/); // prettier-ignore
    }
  });

  it('ask for no permission where the key is not told, and secrets that are made here for none', () => {
    for (const profile of [given, { ...dev, secretsKeyArn }])
      assert.deepEqual(Object.values(decrypted(profile)).flat(), []);
  });

  it('are told their key by its ARN: one of an alias would allow nothing', () => {
    const of = (value: string) => profileOf((key) => (key === 'secretsKeyArn' ? value : undefined));
    assert.equal(of(secretsKeyArn).secretsKeyArn, secretsKeyArn);
    assert.throws(
      () => of('alias/shared'),
      /key of the given secrets cannot be used: got 'alias\/shared', expected the ARN of a key/,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Match } from 'aws-cdk-lib/assertions';
import { buildTestSystem } from '../fixtures/system.ts';
import { dev } from '../profiles.ts';

describe('the topic of alarms', () => {
  const template = buildTestSystem({ profile: { ...dev, alarmEmail: 'on-call@example.org' } }).templateOf('observability'); // prettier-ignore

  it('keeps what it is told under a key that alarms of the account may use', () => {
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    assert.ok(key);
    template.hasResourceProperties('AWS::SNS::Topic', {
      KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  it('is not paid for where nobody is named', () => {
    const silent = buildTestSystem().templateOf('observability');
    silent.resourceCountIs('AWS::KMS::Key', 0);
    silent.resourceCountIs('AWS::SNS::Topic', 0);
  });
});

/** Reading secrets that are encrypted under a key of their owner's. Secrets Manager's own key needs no permission. */
import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/** By way of Secrets Manager, which tells KMS whose text it wants, and for no other secret. */
export const decryptStatement = (keyArn: string, secretArns: readonly string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [keyArn],
    conditions: {
      StringEquals: {
        'kms:ViaService': `secretsmanager.${cdk.Aws.REGION}.amazonaws.com`,
        'kms:EncryptionContext:SecretARN': [...secretArns],
      },
    },
  });

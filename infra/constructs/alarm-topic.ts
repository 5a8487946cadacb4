/**
 * Where alarms are sent, and on to an address. What stands in an alarm is encrypted while SNS keeps it.
 * AT1. By a key of its own: SNS's own key (`alias/aws/sns`) lets no alarm in, and its policy cannot be changed.
 * AT2. A policy of the topic, as `enforceSSL` makes one, is in the place of SNS's, by which the account's alarms may publish.
 * Source: Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys"; AWS re:Post, "How do I configure a CloudWatch
 * alarm to use an encrypted Amazon SNS topic?".
 */
import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  readonly email: string;
}

export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, { email }: AlarmTopicProps) {
    super(scope, id);
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts what alarms say, on its way to who answers them',
      enableKeyRotation: true,
      // Nothing is kept under it: a notice that was sent is no longer here.
      removalPolicy: cdk.RemovalPolicy.DESTROY,
      pendingWindow: cdk.Duration.days(7),
    });
    key.addToResourcePolicy(this.alarms(['kms:Decrypt', 'kms:GenerateDataKey*'], '*')); // AT1
    this.topic = new sns.Topic(this, 'Topic', { enforceSSL: true, masterKey: key });
    this.topic.addToResourcePolicy(this.alarms(['sns:Publish'], this.topic.topicArn)); // AT2
    this.topic.addSubscription(new subscriptions.EmailSubscription(email));
  }

  /** `*` in the policy of a key is that key. */
  private alarms(actions: string[], resource: string): iam.PolicyStatement {
    return new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceAccount': cdk.Stack.of(this).account } },
    });
  }
}

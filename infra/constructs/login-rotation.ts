/**
 * Changes the password of one of the database's users, by AWS's own function and by turns: two users with one role, one
 * of them current, so that whoever is still connected as the other is not cut off.
 * LR1. Beside the setup of the store and after it: the function takes the roles of a user who must be there.
 */
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Profile } from '../profiles.ts';
import { passwordExcludes } from '../stacks/data.ts';
import { type NetworkStack } from '../stacks/network.ts';

export interface LoginRotationProps {
  readonly profile: Profile;
  readonly network: NetworkStack;
  readonly login: secrets.ISecret;
  /** Of the user that the database was created with, who makes users. */
  readonly master: secrets.ISecret;
}

export class LoginRotation extends Construct {
  constructor(scope: Construct, id: string, { profile, network, login, master }: LoginRotationProps) {
    super(scope, id);
    // By address: what is made for it belongs to this stack, and the data's stack depends on none.
    const secret = secrets.Secret.fromSecretCompleteArn(this, 'Login', login.secretArn);
    // So are the groups: the network lets this role reach the database already, and a rule that is made twice is refused.
    const group = (name: string, { securityGroupId }: ec2.ISecurityGroup): ec2.ISecurityGroup =>
      ec2.SecurityGroup.fromSecurityGroupId(this, name, securityGroupId, { mutable: false });
    const closed = group('Database', network.database);
    new secrets.SecretRotation(this, 'Rotation', {
      application: secrets.SecretRotationApplication.MONGODB_ROTATION_MULTI_USER,
      secret,
      masterSecret: master,
      automaticallyAfter: cdk.Duration.days(profile.rotationDays),
      excludeCharacters: passwordExcludes,
      vpc: network.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      securityGroup: group('StoreClient', network.storeClient),
      target: {
        connections: new ec2.Connections({ securityGroups: [closed], defaultPort: ec2.Port.tcp(27017) }),
      },
    });
  }
}

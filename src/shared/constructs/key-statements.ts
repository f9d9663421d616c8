import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Services of AWS that use a key for what they publish, send or write. */
export type KeyUser = 'alarms' | 'events' | 'logs';

/** Lets services use a key: statements for its policy. */
export function keyStatements(scope: Construct, users: readonly KeyUser[]): iam.PolicyStatement[] {
  return users.map((user) => STATEMENTS[user](Stack.of(scope)));
}

const STATEMENTS: Readonly<Record<KeyUser, (stack: Stack) => iam.PolicyStatement>> = {
  alarms: () => publishing('cloudwatch.amazonaws.com'),
  events: () => publishing('events.amazonaws.com'),
  logs: logging,
};

/** To topics and queues, whose own policies say who may. */
function publishing(service: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(service)],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
  });
}

/** For log groups of this account and Region alone. In China, the name ends with .cn. */
function logging(stack: Stack): iam.PolicyStatement {
  const principal = `logs.${stack.region}.${stack.urlSuffix}`;
  return new iam.PolicyStatement({
    principals: [iam.ServicePrincipal.fromStaticServicePrincipleName(principal)],
    actions: [
      'kms:Encrypt*',
      'kms:Decrypt*',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:Describe*',
    ],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs',
          resource: '*',
        }),
      },
    },
  });
}

import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { GuardedQueue } from '../../shared/constructs/guarded-queue';

/**
 * To read a secret, and nothing else about it. The policy of its key, where it has one of its own,
 * must let IAM of the account decide.
 */
export function grantSecret(
  reader: iam.IGrantable & Construct,
  secret: secretsmanager.ISecret,
): void {
  // Secrets Manager adds six characters to a name, which no one knows of a secret that is imported
  // by it.
  const arn = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  iam.Grant.addToPrincipal({
    grantee: reader,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [arn],
  });
  if (!secret.encryptionKey) return;
  iam.Grant.addToPrincipal({
    grantee: reader,
    actions: ['kms:Decrypt'],
    resourceArns: [secret.encryptionKey.keyArn],
    conditions: {
      // In China the name ends with .cn.
      StringLike: { 'kms:ViaService': `secretsmanager.${Stack.of(reader).region}.amazonaws.com*` },
    },
  });
}

/** To put messages into a queue, and nothing else with it. */
export function grantSend(sender: iam.IGrantable, queue: sqs.IQueue): iam.Grant {
  if (queue instanceof GuardedQueue) return queue.grantSend(sender);
  const toQueue = iam.Grant.addToPrincipal({
    grantee: sender,
    actions: ['sqs:SendMessage'],
    resourceArns: [queue.queueArn],
  });
  const { encryptionMasterKey: key } = queue;
  if (!key) return toQueue;
  return toQueue.combine(
    iam.Grant.addToPrincipal({
      grantee: sender,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resourceArns: [key.keyArn],
    }),
  );
}

import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';

/**
 * To publish, and to use the key of the topic for that alone: it encrypts tables too. The topic's
 * own `grantPublish` would give the use of the key for anything, and all of `kms:GenerateDataKey*`,
 * of which SNS needs one.
 */
export function grantPublish(publisher: iam.IGrantable, topic: sns.ITopic): void {
  iam.Grant.addToPrincipal({
    grantee: publisher,
    actions: ['sns:Publish'],
    resourceArns: [topic.topicArn],
  });
  if (!topic.masterKey) return;
  iam.Grant.addToPrincipal({
    grantee: publisher,
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resourceArns: [topic.masterKey.keyArn],
    conditions: {
      // In China the name ends with .cn.
      StringLike: { 'kms:ViaService': `sns.${Stack.of(topic).region}.amazonaws.com*` },
    },
  });
}

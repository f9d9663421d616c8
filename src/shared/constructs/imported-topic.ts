import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type Publisher, PUBLISHER_PRINCIPALS } from './key-statements';
import { partitionText } from './place-text';
import { isOfOtherAccount } from './same-account';

/** Says what the policy of a topic that is not the app's must hold. */
export function warnOfImportedTopic(
  scope: Construct,
  topic: sns.ITopic,
  publishers: readonly Publisher[],
): void {
  const statements = isOfOtherAccount(scope, topic)
    ? fromOtherAccount(scope, topic, publishers)
    : fromSameAccount(scope, topic, publishers);
  if (statements.length === 0) return;
  Annotations.of(scope).addWarningV2(
    'cdk-sentries:importedTopic',
    `The policy of "notificationTopic" is not this app's: without ${statements.map((one) => JSON.stringify(one)).join(' and ')} in it, what is published is lost. ` +
      `${aboutItsAccount(scope, topic)}${aboutItsKey(scope, topic)}Add that there, and acknowledge this warning.`,
  );
}

/** Functions of the account may publish to it anyway. */
function fromSameAccount(
  scope: Construct,
  topic: sns.ITopic,
  publishers: readonly Publisher[],
): object[] {
  return publishers.map((publisher) => publishStatement(scope, topic, publisher));
}

/** Functions and rules publish with roles of the account. */
function fromOtherAccount(
  scope: Construct,
  topic: sns.ITopic,
  publishers: readonly Publisher[],
): object[] {
  return [
    {
      Effect: 'Allow',
      Principal: { AWS: accountPrincipal(scope) },
      Action: 'sns:Publish',
      Resource: shown(topic.topicArn, 'the ARN of the topic'),
    },
    ...publishers.map((publisher) => publishStatement(scope, topic, publisher)),
  ];
}

function publishStatement(scope: Construct, topic: sns.ITopic, publisher: Publisher): object {
  return {
    Effect: 'Allow',
    Principal: { Service: PUBLISHER_PRINCIPALS[publisher] },
    Action: 'sns:Publish',
    Resource: shown(topic.topicArn, 'the ARN of the topic'),
    // EventBridge may send no source to put a condition on.
    ...(publisher === 'alarms' && {
      Condition: { StringEquals: { 'aws:SourceAccount': accountOf(scope) } },
    }),
  };
}

/** Unknown, it is taken for the same. */
function aboutItsAccount(scope: Construct, topic: sns.ITopic): string {
  if (!Token.isUnresolved(Stack.of(scope).account) || Token.isUnresolved(topic.env.account)) {
    return '';
  }
  return `If the stack is not deployed to account ${topic.env.account}, give it an "env": rules publish to another account in another way. `;
}

function aboutItsKey(scope: Construct, topic: sns.ITopic): string {
  if (!topic.masterKey) {
    return 'If it is encrypted, import it with sns.Topic.fromTopicAttributes() and its "keyArn": otherwise the functions get no right to its key. ';
  }
  if (!isOfOtherAccount(scope, topic)) return '';
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: accountPrincipal(scope) },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
  };
  return `The policy of its key must hold ${JSON.stringify(statement)}. `;
}

function accountPrincipal(scope: Construct): string {
  return `arn:${partitionText(scope)}:iam::${accountOf(scope)}:root`;
}

function accountOf(scope: Construct): string {
  return shown(Stack.of(scope).account, 'the account of this stack');
}

function shown(value: string, otherwise: string): string {
  return Token.isUnresolved(value) ? `<${otherwise}>` : value;
}

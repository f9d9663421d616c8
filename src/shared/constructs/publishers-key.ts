import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type Publisher, publisherKeyStatement } from './key-statements';

/**
 * Lets alarms publish to a topic that the key encrypts; a rule with the topic as its target does
 * the same for rules. Where the key's policy is not the app's, a warning says what it has to hold.
 */
export function letUseTopicKey(
  scope: Construct,
  key: kms.IKey,
  publishers: readonly Publisher[],
): void {
  const statement = publisherKeyStatement(['alarms']);
  if (key.addToResourcePolicy(statement, true).statementAdded) return;
  const needed = Stack.of(scope).resolve(publisherKeyStatement(publishers).toJSON());
  const named = Token.isUnresolved(key.keyArn) ? 'the key' : `the key ${key.keyArn}`;
  Annotations.of(scope).addWarningV2(
    'cdk-sentries:importedTopicKey',
    `The policy of ${named}, which encrypts "notificationTopic", is not this app's: without ${JSON.stringify(needed)} in it, what these services publish is lost. ` +
      'Add it there, and acknowledge this warning.',
  );
}

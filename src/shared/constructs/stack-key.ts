import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { settingsFor } from './applied-settings';
import { ALARMS_AND_EVENTS, publisherKeyStatement } from './key-statements';

/** Beneath the stack itself, so that it stays where it is when constructs come, go or move. */
const ID = 'CdkSentriesKey';

/**
 * The key of all topics and tables that the library makes in one stack: AWS charges for each key,
 * and more for each that was rotated. It stays as long as one of them would have its own kept.
 */
class StackKey extends kms.Key {
  private removalPolicy: RemovalPolicy;
  private isForTopics = false;

  constructor(stack: Stack, removalPolicy: RemovalPolicy) {
    super(stack, ID, {
      enableKeyRotation: true,
      description: `Topics and tables of cdk-sentries in ${stack.node.path}`,
      removalPolicy,
    });
    this.removalPolicy = removalPolicy;
  }

  public keepAsLongAs(removalPolicy: RemovalPolicy): void {
    if (removalPolicy === this.removalPolicy) return;
    this.removalPolicy = RemovalPolicy.RETAIN;
    this.applyRemovalPolicy(this.removalPolicy);
  }

  /** Alarms and rules publish to topics by the key's own policy. */
  public letPublish(): void {
    if (this.isForTopics) return;
    this.isForTopics = true;
    this.addToResourcePolicy(publisherKeyStatement(ALARMS_AND_EVENTS));
  }
}

/** For a table: functions have their rights in the key by their roles. */
export function tableKey(scope: Construct): kms.Key {
  return stackKey(scope);
}

/** For a topic, to which alarms and rules publish. */
export function topicKey(scope: Construct): kms.Key {
  const key = stackKey(scope);
  key.letPublish();
  return key;
}

function stackKey(scope: Construct): StackKey {
  const stack = Stack.of(scope);
  const { removalPolicy = RemovalPolicy.RETAIN } = settingsFor(scope);
  const existing = stack.node.tryFindChild(ID);
  const key = existing instanceof StackKey ? existing : new StackKey(stack, removalPolicy);
  key.keepAsLongAs(removalPolicy);
  return key;
}

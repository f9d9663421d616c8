import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { SlackApprovalWorkflow } from '../../../approval/constructs/slack-approval-workflow';
import { refuseUnnamedPlace } from '../../../shared/constructs/named-place';
import { otherPlace } from '../../../shared/constructs/same-place';
import type { OwnerMessagesParameter } from '../../contracts/key-sentry-parameter';
import type { IamKeySentryProps } from '../iam-key-sentry-props';

/** Direct messages to owners, which a workflow sends by its app in Slack. */
export class OwnerMessages {
  /** None where no workflow is given. Throws for one that cannot send them. */
  public static of(
    sentry: Construct,
    { notifyOwnersThrough, owners }: Pick<IamKeySentryProps, 'notifyOwnersThrough' | 'owners'>,
  ): OwnerMessages | undefined {
    if (!notifyOwnersThrough) return undefined;
    if (!owners) {
      throw new Error(
        `${sentry.node.path}: "notifyOwnersThrough" is the workflow ${notifyOwnersThrough.node.path} and does nothing without "owners": say where owners are found, such as [KeyOwner.tag('Owner')], or leave it out.`,
      );
    }
    const other = otherPlace(sentry, Stack.of(notifyOwnersThrough));
    if (other) {
      throw new Error(
        `${sentry.node.path}: it is in the ${other.place} ${other.own}, and the workflow ${notifyOwnersThrough.node.path} in "notifyOwnersThrough" in ${other.theirs}: ` +
          'give a SlackApprovalWorkflow of its own account and Region.',
      );
    }
    refuseUnnamedPlace(sentry, 'the workflow', notifyOwnersThrough);
    notifyOwnersThrough._tellsOwners();
    return new OwnerMessages(notifyOwnersThrough);
  }

  private constructor(private readonly workflow: SlackApprovalWorkflow) {}

  public get parameter(): OwnerMessagesParameter {
    return { queueUrl: this.workflow._messageQueue.queueUrl };
  }

  /** To have messages sent, and no more: the app's token is the workflow's alone. */
  public grantSend(grantee: iam.IGrantable): void {
    this.workflow._messageQueue.grantSend(grantee);
  }
}

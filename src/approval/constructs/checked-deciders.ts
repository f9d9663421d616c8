import { Annotations, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Approvers } from './approvers';
import { checkedMentions } from './checked-mentions';
import { checkedChannelId } from './slack-id';
import type { Deciders } from '../domain/approval-configuration';

/** Props of a workflow, or of one of its routes. */
export interface DeciderProps {
  readonly approvers: Approvers;
  readonly approvalChannelId: string;
  readonly requiredApprovals: number;
  readonly mentions?: readonly string[];
}

/** Throws where they cannot decide; the error begins with `where`, and names the prop. */
export function checkedDeciders(where: string, props: DeciderProps): Deciders {
  return {
    approvers: props.approvers._selection,
    requiredApprovals: requiredApprovals(where, props),
    approvalChannelId: checkedChannelId(props.approvalChannelId, `${where}: "approvalChannelId"`),
    ...(props.mentions && { mentions: checkedMentions(where, props.mentions) }),
  };
}

function requiredApprovals(
  where: string,
  { requiredApprovals: count, approvers: { _selection: selection } }: DeciderProps,
): number {
  const named = `${where}: "requiredApprovals"`;
  if (Token.isUnresolved(count)) return count;
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(`${named} is ${count}: write a whole number of people, at least 1.`);
  }
  if (selection.kind === 'users' && count > selection.userIds.length) {
    throw new Error(
      `${named} is ${count} and there are ${selection.userIds.length} approvers, so nothing could be approved: ` +
        'name more approvers, or ask for fewer approvals.',
    );
  }
  return count;
}

/** Where approvers may not approve their own requests; `whose` begins the warning. */
export function warnOfTooFewApprovers(
  scope: Construct,
  whose: string,
  { approvers, requiredApprovals: required }: Deciders,
): void {
  if (approvers.kind !== 'users' || Token.isUnresolved(required)) return;
  const { length: count } = approvers.userIds;
  if (count > required) return;
  const remedy =
    'such requests can only be denied, or expire. Name more approvers, or write "allowSelfApproval: true".';
  if (count === 1) {
    Annotations.of(scope).addWarningV2(
      'cdk-sentries:oneApprover',
      `${whose}There is one approver, who may not approve what they asked for themselves; and where no one knows in Slack who asked, two have to approve: ${remedy}`,
    );
  } else {
    Annotations.of(scope).addWarningV2(
      'cdk-sentries:tooFewApprovers',
      `${whose}There are ${count} approvers, and ${required} others than the one who asks have to approve. Where one of them asks, or where no one knows in Slack who does, that is one too few: ${remedy}`,
    );
  }
}

import { Annotations, Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SlackApprovalWorkflowProps } from './slack-approval-workflow-props';
import { checkedChannelId } from './slack-id';
import { checkedSeconds, type DurationRange } from '../../shared/constructs/checked-duration';
import type { ApprovalParameter } from '../contracts/approval-parameter';

/** All that the handlers read, less the askers, which are added later. */
export type SlackApprovalWorkflowSettings = Omit<ApprovalParameter, 'version' | 'askers'>;

/** Less is no time to read a request; after two weeks no one remembers what it was about. */
const EXPIRY_RANGE: DurationRange = { least: Duration.minutes(5), most: Duration.days(14) };
/** The workflow looks each minute. */
const REMINDER_RANGE: DurationRange = { least: Duration.minutes(1), most: EXPIRY_RANGE.most };
const APPROVAL_RANGE: DurationRange = { least: Duration.minutes(5), most: Duration.days(30) };
/** Within the least audit retention: a denial that is forgotten pauses nothing. */
const PAUSE_RANGE: DurationRange = { least: Duration.minutes(1), most: Duration.days(7) };
const AUDIT_RANGE: DurationRange = { least: Duration.days(7), most: Duration.days(3650) };

/** Each is a button. */
const MOST_DURATIONS = 5;
const MOST_REQUESTS_AN_HOUR = 1000;

/** Throws where the props cannot work; the error begins with the path of the construct. */
export function slackApprovalWorkflowSettings(
  scope: Construct,
  props: SlackApprovalWorkflowProps,
): SlackApprovalWorkflowSettings {
  warnOfTooFewApprovers(scope, props);
  const seconds = (name: DurationProp, byDefault: Duration, range: DurationRange) =>
    checkedSeconds(props[name] ?? byDefault, place(scope, name), range);
  const expireSeconds = seconds('expireAfter', Duration.hours(24), EXPIRY_RANGE);
  const remindSeconds = seconds('remindAfter', Duration.hours(4), REMINDER_RANGE);
  refuseLateReminder(scope, props, expireSeconds);
  return {
    approvers: props.approvers._selection,
    requiredApprovals: requiredApprovals(scope, props),
    allowSelfApproval: props.allowSelfApproval ?? false,
    approvalChannelId: checkedChannelId(props.approvalChannelId, place(scope, 'approvalChannelId')),
    expireMilliseconds: expireSeconds * 1_000,
    remindMilliseconds: remindSeconds * 1_000,
    approvalSeconds: approvalSeconds(scope, props),
    denialPauseMilliseconds: seconds('pauseAfterDenial', Duration.hours(1), PAUSE_RANGE) * 1_000,
    requestsAnHour: requestsAnHour(scope, props),
    monitoring: props.monitoringChannel?._monitoring ?? { kind: 'none' },
    auditSeconds: seconds('auditRetention', Duration.days(400), AUDIT_RANGE),
  };
}

type DurationProp = 'expireAfter' | 'remindAfter' | 'pauseAfterDenial' | 'auditRetention';

/** How errors name a prop. */
function place(scope: Construct, name: keyof SlackApprovalWorkflowProps): string {
  return `${scope.node.path}: "${name}"`;
}

/** The default is no error: requests that expire sooner have no reminder. */
function refuseLateReminder(
  scope: Construct,
  { remindAfter }: SlackApprovalWorkflowProps,
  expireSeconds: number,
): void {
  if (!remindAfter || remindAfter.toSeconds() < expireSeconds) return;
  throw new Error(
    `${place(scope, 'remindAfter')} is ${remindAfter.toHumanString()} and requests expire after ${Duration.seconds(expireSeconds).toHumanString()}: ` +
      'no one would be reminded, so write a "remindAfter" that is shorter than "expireAfter".',
  );
}

function approvalSeconds(
  scope: Construct,
  {
    approvalDurations: durations = [Duration.hours(1), Duration.hours(8)],
  }: SlackApprovalWorkflowProps,
): number[] {
  const named = place(scope, 'approvalDurations');
  if (durations.length > MOST_DURATIONS) {
    throw new Error(
      `${named} has ${durations.length} entries, and each is a button: write up to ${MOST_DURATIONS}.`,
    );
  }
  const counts = durations.map((duration) => checkedSeconds(duration, named, APPROVAL_RANGE));
  const repeated = counts.findIndex((count, index) => counts.indexOf(count) < index);
  if (repeated < 0) return counts;
  throw new Error(
    `${named} has ${durations[repeated]!.toHumanString()} twice: write each duration once.`,
  );
}

function requiredApprovals(
  scope: Construct,
  {
    requiredApprovals: count = 1,
    approvers: { _selection: selection },
  }: SlackApprovalWorkflowProps,
): number {
  const named = place(scope, 'requiredApprovals');
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

function requestsAnHour(
  scope: Construct,
  { maxRequestsPerHour: count = 10 }: SlackApprovalWorkflowProps,
): number {
  if (
    Token.isUnresolved(count) ||
    (Number.isInteger(count) && count >= 1 && count <= MOST_REQUESTS_AN_HOUR)
  ) {
    return count;
  }
  throw new Error(
    `${place(scope, 'maxRequestsPerHour')} is ${count}: write a whole number from 1 to ${MOST_REQUESTS_AN_HOUR}.`,
  );
}

function warnOfTooFewApprovers(
  scope: Construct,
  {
    approvers: { _selection: selection },
    allowSelfApproval,
    requiredApprovals: required = 1,
  }: SlackApprovalWorkflowProps,
): void {
  if (allowSelfApproval || selection.kind !== 'users' || Token.isUnresolved(required)) return;
  const { length: count } = selection.userIds;
  if (count > required) return;
  const remedy =
    'such requests can only be denied, or expire. Name more approvers, or write "allowSelfApproval: true".';
  if (count === 1) {
    Annotations.of(scope).addWarningV2(
      'cdk-sentries:oneApprover',
      `There is one approver, who may not approve what they asked for themselves; and where no one knows in Slack who asked, two have to approve: ${remedy}`,
    );
  } else {
    Annotations.of(scope).addWarningV2(
      'cdk-sentries:tooFewApprovers',
      `There are ${count} approvers, and ${required} others than the one who asks have to approve. Where one of them asks, or where no one knows in Slack who does, that is one too few: ${remedy}`,
    );
  }
}

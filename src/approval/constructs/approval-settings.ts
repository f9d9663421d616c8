import { Duration, Token } from 'aws-cdk-lib';
import type { SlackApprovalWorkflowProps } from './slack-approval-workflow-props';
import { checkedChannelId } from './slack-id';
import { checkedSeconds, type DurationRange } from '../../shared/constructs/checked-duration';
import type { ApprovalConfiguration } from '../domain/approval-configuration';

/** Less is no time to read a request; after two weeks nobody remembers what it was about. */
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

/** What the props say, as the functions read it. `workflow` names the construct in errors. */
export function approvalConfiguration(
  workflow: string,
  props: SlackApprovalWorkflowProps,
): ApprovalConfiguration {
  const expireSeconds = checkedSeconds(
    props.expireAfter ?? Duration.hours(24),
    `${workflow}: \"expireAfter\"`,
    EXPIRY_RANGE,
  );
  return {
    approvers: props.approvers._selection,
    requiredApprovals: requiredApprovals(workflow, props),
    allowSelfApproval: props.allowSelfApproval ?? false,
    approvalChannelId: checkedChannelId(
      props.approvalChannelId,
      `${workflow}: "approvalChannelId"`,
    ),
    expireMilliseconds: expireSeconds * 1_000,
    remindMilliseconds: remindSeconds(workflow, props, expireSeconds) * 1_000,
    approvalSeconds: approvalSeconds(
      workflow,
      props.approvalDurations ?? [Duration.hours(1), Duration.hours(8)],
    ),
    denialPauseMilliseconds:
      checkedSeconds(
        props.pauseAfterDenial ?? Duration.hours(1),
        `${workflow}: \"pauseAfterDenial\"`,
        PAUSE_RANGE,
      ) * 1_000,
    requestsAnHour: requestsAnHour(workflow, props.maxRequestsPerHour ?? 10),
  };
}

export function auditSeconds(
  workflow: string,
  { auditRetention = Duration.days(400) }: SlackApprovalWorkflowProps,
): number {
  return checkedSeconds(auditRetention, `${workflow}: \"auditRetention\"`, AUDIT_RANGE);
}

/** By default, a request that expires sooner has no reminder. */
function remindSeconds(
  workflow: string,
  { remindAfter }: SlackApprovalWorkflowProps,
  expireSeconds: number,
): number {
  const count = checkedSeconds(
    remindAfter ?? Duration.hours(4),
    `${workflow}: \"remindAfter\"`,
    REMINDER_RANGE,
  );
  if (!remindAfter || count < expireSeconds) return count;
  throw new Error(
    `${workflow}: "remindAfter" is ${remindAfter.toHumanString()} and requests expire after ${Duration.seconds(expireSeconds).toHumanString()}: ` +
      'nobody would be reminded, so write a "remindAfter" that is shorter than "expireAfter".',
  );
}

function approvalSeconds(workflow: string, durations: readonly Duration[]): number[] {
  if (durations.length > MOST_DURATIONS) {
    throw new Error(
      `${workflow}: "approvalDurations" has ${durations.length} entries, and each is a button: write up to ${MOST_DURATIONS}.`,
    );
  }
  const counts = durations.map((duration) =>
    checkedSeconds(duration, `${workflow}: \"approvalDurations\"`, APPROVAL_RANGE),
  );
  const repeated = counts.findIndex((count, index) => counts.indexOf(count) < index);
  if (repeated < 0) return counts;
  throw new Error(
    `${workflow}: "approvalDurations" has ${durations[repeated]!.toHumanString()} twice: write each duration once.`,
  );
}

function requiredApprovals(
  workflow: string,
  { requiredApprovals: count = 1, approvers }: SlackApprovalWorkflowProps,
): number {
  if (Token.isUnresolved(count)) return count;
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(
      `${workflow}: "requiredApprovals" is ${count}: write a whole number of people, at least 1.`,
    );
  }
  const { _selection: selection } = approvers;
  if (selection.kind === 'users' && count > selection.userIds.length) {
    throw new Error(
      `${workflow}: "requiredApprovals" is ${count} and there are ${selection.userIds.length} approvers, so nothing could be approved: ` +
        'name more approvers, or ask for fewer approvals.',
    );
  }
  return count;
}

function requestsAnHour(workflow: string, count: number): number {
  if (
    Token.isUnresolved(count) ||
    (Number.isInteger(count) && count >= 1 && count <= MOST_REQUESTS_AN_HOUR)
  ) {
    return count;
  }
  throw new Error(
    `${workflow}: "maxRequestsPerHour" is ${count}: write a whole number from 1 to ${MOST_REQUESTS_AN_HOUR}.`,
  );
}

import { Duration, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { checkedDeciders, warnOfTooFewApprovers } from './checked-deciders';
import { warnOfMentionedOthers } from './checked-mentions';
import { checkedRoutes } from './checked-routes';
import { storedPrompt } from './denial-prompt';
import type { SlackApprovalWorkflowProps } from './slack-approval-workflow-props';
import { checkedSeconds, type DurationRange } from '../../shared/constructs/checked-duration';
import type { ApprovalParameter, Monitoring } from '../contracts/approval-parameter';
import type { Deciders, Route } from '../domain/approval-configuration';

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
  const { requiredApprovals: required = 1, allowSelfApproval = false } = props;
  const { path } = scope.node;
  const own = checkedDeciders(path, { ...props, requiredApprovals: required });
  const routes = checkedRoutes(path, props.routes ?? [], own);
  if (!allowSelfApproval) warnOfTooFew(scope, own, routes);
  warnOfOthers(scope, own, routes);
  const monitoring = checkedMonitoring(scope, props, [own, ...routes]);
  const seconds = (name: DurationProp, byDefault: Duration, range: DurationRange) =>
    checkedSeconds(props[name] ?? byDefault, place(scope, name), range);
  const expireSeconds = seconds('expireAfter', Duration.hours(24), EXPIRY_RANGE);
  const remindSeconds = seconds('remindAfter', Duration.hours(4), REMINDER_RANGE);
  const denialPrompt = storedPrompt(props.denialPrompt);
  refuseLateReminder(scope, props, expireSeconds);
  return {
    approvers: own.approvers,
    requiredApprovals: own.requiredApprovals,
    allowSelfApproval,
    approvalChannelId: own.approvalChannelId,
    ...(own.mentions && { mentions: own.mentions }),
    expireMilliseconds: expireSeconds * 1_000,
    remindMilliseconds: remindSeconds * 1_000,
    approvalSeconds: approvalSeconds(scope, props),
    denialPauseMilliseconds: seconds('pauseAfterDenial', Duration.hours(1), PAUSE_RANGE) * 1_000,
    ...(denialPrompt && { denialPrompt }),
    requestsAnHour: requestsAnHour(scope, props),
    monitoring,
    auditSeconds: seconds('auditRetention', Duration.days(400), AUDIT_RANGE),
    ...(routes.length > 0 && { routes }),
  };
}

function warnOfTooFew(scope: Construct, own: Deciders, routes: readonly Route[]): void {
  warnOfTooFewApprovers(scope, '', own);
  for (const route of routes) warnOfTooFewApprovers(scope, `Route "${route.name}": `, route);
}

function warnOfOthers(scope: Construct, own: Deciders, routes: readonly Route[]): void {
  warnOfMentionedOthers(scope, '', own);
  for (const route of routes) warnOfMentionedOthers(scope, `Route "${route.name}": `, route);
}

/** With routes, it may also be one of several channels in which people are asked. */
function checkedMonitoring(
  scope: Construct,
  { monitoringChannel }: SlackApprovalWorkflowProps,
  deciders: readonly Deciders[],
): Monitoring {
  if (!monitoringChannel) return { kind: 'none' };
  const monitoring = monitoringChannel._monitoring;
  if (monitoring.kind !== 'channel') return monitoring;
  const { channelId } = monitoring;
  if (deciders.some(({ approvalChannelId }) => approvalChannelId !== channelId)) return monitoring;
  throw new Error(
    `${place(scope, 'monitoringChannel')} is ${channelId}, in which all questions are asked, so people would read twice what became of each: name another channel, or leave it out.`,
  );
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

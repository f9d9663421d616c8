import type { DescribedPlace } from '../../organization/domain/described-place';
import { largestThatFits } from '../../shared/adapters/notification/sns-notifications';
import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import {
  CHANGE_MESSAGE_VERSION,
  type ChangeMessage,
  type DisputeInMessage,
  MAX_RULES_IN_MESSAGE,
  type RuleInMessage,
  type RuleValuesInMessage,
  type UnreadableEventMessage,
  type ViolationInMessage,
} from '../contracts/change-message';
import type { Violation } from '../domain/judging/judgement';
import { LEDGER_BYTES } from '../domain/ledger/byte-budgets';
import type { Announcement } from '../domain/reporting/announcement';
import {
  type ChangeReport,
  type Dispute,
  noticesToTell,
  secondsOpen,
  severityOf,
  worstFirst,
} from '../domain/reporting/change-report';
import type { RuleOutcome } from '../domain/reporting/outcome';
import { factLine, inText, inTitle, placeFacts, placeFields } from '../domain/reporting/place-text';
import { reportSubject, reportText } from '../domain/reporting/report-text';
import type { Rule } from '../domain/rules/rule';
import { ruleText } from '../domain/rules/rule-text';

/** With as many rules as fit into what is kept until it is told. */
export function fittingChangeNotification(report: ChangeReport, sentry: string): Announcement {
  return largestThatFits(
    MAX_RULES_IN_MESSAGE,
    (rules) => changeNotification(report, sentry, rules),
    LEDGER_BYTES.report,
  );
}

export function changeNotification(
  report: ChangeReport,
  sentry: string,
  maxRules: number,
): Announcement {
  const message = changeMessage(report, sentry, maxRules);
  return {
    subject: reportSubject(report),
    json: JSON.stringify(message),
    text: reportText(report, sentry, maxRules),
    severity: message.severity,
    type: message.type,
    isRepeat: report.isRepeat,
  };
}

function changeMessage(report: ChangeReport, sentry: string, maxRules: number): ChangeMessage {
  const { call, explainedBy, pointedToBy, group, rules, notices } = report;
  const { type, arn, roleArn, sessionName, userName, invokedBy } = call.actor;
  const { accountId, principalId, identityCenterUserId, sourceIdentity } = call.actor;
  return {
    version: CHANGE_MESSAGE_VERSION,
    type: 'security-group-change',
    sentry,
    severity: severityOf(report),
    explainedBy,
    ...(pointedToBy && {
      pointedToBy: {
        eventId: pointedToBy.eventId,
        eventName: pointedToBy.eventName,
        time: pointedToBy.time.toISOString(),
      },
    }),
    eventId: call.eventId,
    eventName: call.eventName,
    time: call.time.toISOString(),
    account: call.accountId,
    region: call.region,
    ...placeFields(report.place),
    group: { id: group.id, name: group.name, vpcId: group.vpcId },
    actor: {
      type,
      arn,
      roleArn,
      sessionName,
      userName,
      invokedBy,
      ...(arn === undefined && { accountId, principalId, identityCenterUserId, sourceIdentity }),
    },
    sourceAddress: call.sourceAddress,
    userAgent: call.userAgent,
    secondsOpen: secondsOpen(report),
    tries: report.tries,
    isRepeat: report.isRepeat,
    repeats: report.repeats,
    rules: worstFirst(rules).slice(0, maxRules).map(ruleInMessage),
    rulesOmitted: Math.max(0, rules.length - maxRules),
    notices: noticesToTell(notices),
    ...(report.disputes.length > 0 && {
      disputes: report.disputes.slice(0, maxRules).map(disputeInMessage),
      disputesOmitted: Math.max(0, report.disputes.length - maxRules),
    }),
  };
}

function disputeInMessage(dispute: Dispute): DisputeInMessage {
  const { rule, change, reverts, since, openMilliseconds, shareOpen, actors } = dispute;
  return {
    rule: ruleValues(rule),
    change,
    reverts,
    since: since.toISOString(),
    secondsOpen: Math.round(openMilliseconds / 1_000),
    shareOpen: Math.round(shareOpen * 1_000) / 1_000,
    actors,
  };
}

function ruleInMessage({
  rule,
  change,
  restored,
  violations,
  outcome,
}: RuleOutcome): RuleInMessage {
  return {
    ruleId: rule.id,
    ...ruleValues(rule),
    change,
    ...(restored && { restored: ruleValues(restored) }),
    violations: violations.map(violationInMessage),
    outcome: outcome.kind,
    ...((outcome.kind === 'failed' || outcome.kind === 'not-restorable') && {
      failure: outcome.reason,
    }),
  };
}

export function violationInMessage({ baseline, response, reason }: Violation): ViolationInMessage {
  return { baseline, response, reason };
}

export function ruleValues(rule: Rule): RuleValuesInMessage {
  const { direction, protocol, fromPort, toPort, peer, description } = rule;
  return { direction, protocol, fromPort, toPort, peer, description, text: ruleText(rule) };
}

const MAX_EVENT_CHARACTERS = 20_000;

export function unreadableEventNotification(
  event: string,
  reason: string,
  sentry: string,
  place?: DescribedPlace,
): Announcement {
  const message: UnreadableEventMessage = {
    version: CHANGE_MESSAGE_VERSION,
    type: 'unreadable-event',
    sentry,
    ...placeFields(place),
    severity: 'high',
    reason,
    event: event.slice(0, MAX_EVENT_CHARACTERS),
  };
  return {
    subject: subjectLine(`[HIGH] The sentry got an event${inTitle(place)} that it cannot read`),
    json: JSON.stringify(message),
    text: [
      `The sentry got an event${inText(place)} that it cannot read. Nothing was changed. Look at what happened, and at the monitored groups.`,
      '',
      ...(place ? [...placeFacts(place).map(factLine), ''] : []),
      `Why: ${plainText(reason, 1_000)}`,
      `Event: ${plainText(event, 2_000)}`,
      '',
      `Sent by the sentry ${sentry}.`,
    ].join('\n'),
    severity: message.severity,
    type: message.type,
    isRepeat: false,
  };
}

import {
  CHANGE_MESSAGE_VERSION, type ChangeMessage, type RuleInMessage, type UnreadableEventMessage,
} from '../../contracts/security-group/change-message';
import { plainText, subjectLine } from '../../domain/notification/plain-text';
import { type ChangeReport, secondsOpen, severityOf, worstFirst } from '../../domain/security-group/change-report';
import type { RuleOutcome } from '../../domain/security-group/outcome';
import { reportSubject, reportText } from '../../domain/security-group/report-text';
import { ruleText } from '../../domain/security-group/rule-text';
import type { Notification } from '../notification/sns-notifications';

export function changeNotification(report: ChangeReport, sentry: string, maxRules: number): Notification {
  const message = changeMessage(report, sentry, maxRules);
  return {
    subject: reportSubject(report),
    json: JSON.stringify(message),
    text: reportText(report, sentry, maxRules),
    severity: severityOf(report),
    type: message.type,
  };
}

function changeMessage(report: ChangeReport, sentry: string, maxRules: number): ChangeMessage {
  const { change, group, rules } = report;
  const { type, arn, roleArn, sessionName, userName, invokedBy } = change.actor;
  return {
    version: CHANGE_MESSAGE_VERSION,
    type: 'security-group-change',
    sentry,
    severity: severityOf(report),
    eventId: change.eventId,
    eventName: change.eventName,
    time: change.time.toISOString(),
    account: change.accountId,
    region: change.region,
    group,
    actor: { type, arn, roleArn, sessionName, userName, invokedBy },
    sourceAddress: change.sourceAddress,
    userAgent: change.userAgent,
    secondsOpen: secondsOpen(report),
    tries: report.tries,
    rules: worstFirst(rules).slice(0, maxRules).map(ruleInMessage),
    rulesOmitted: Math.max(0, rules.length - maxRules),
    doubt: report.doubt,
  };
}

function ruleInMessage({ rule, violations, outcome }: RuleOutcome): RuleInMessage {
  const { id, direction, protocol, fromPort, toPort, peer, description } = rule;
  return {
    ruleId: id,
    direction,
    protocol,
    fromPort,
    toPort,
    peer,
    description,
    text: ruleText(rule),
    violations,
    outcome: outcome.kind,
    ...(outcome.kind === 'failed' && { failure: outcome.reason }),
  };
}

const MAX_EVENT_CHARACTERS = 20_000;

export function unreadableEventNotification(event: string, reason: string, sentry: string): Notification {
  const message: UnreadableEventMessage = {
    version: CHANGE_MESSAGE_VERSION,
    type: 'unreadable-event',
    sentry,
    severity: 'high',
    reason,
    event: event.slice(0, MAX_EVENT_CHARACTERS),
  };
  return {
    subject: subjectLine('[HIGH] The sentry got an event that it cannot read'),
    json: JSON.stringify(message),
    text: [
      'The sentry got an event that it cannot read. Nothing was changed. Look at what happened, and at the monitored groups.',
      '',
      `Why: ${plainText(reason, 1_000)}`,
      `Event: ${plainText(event, 2_000)}`,
      '',
      `Told by the sentry ${sentry}.`,
    ].join('\n'),
    severity: message.severity,
    type: message.type,
  };
}

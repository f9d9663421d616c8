import { CHANGE_MESSAGE_VERSION, changeMessage, type UnreadableEventMessage } from '../../contracts/security-group/change-message';
import { plainText, subjectLine } from '../../domain/notification/plain-text';
import { type ChangeReport, severityOf } from '../../domain/security-group/change-report';
import { reportSubject, reportText } from '../../domain/security-group/report-text';
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

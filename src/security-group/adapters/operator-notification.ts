import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import { CHANGE_MESSAGE_VERSION, type OperatorMessage } from '../contracts/change-message';
import type { OperatorQuestion, OperatorRequest } from '../domain/operator';
import type { Announcement } from '../domain/reporting/announcement';

/** An act that changes something; a question is no act. */
export type OperatorAct = Exclude<OperatorRequest, OperatorQuestion>;

const GRAVE: readonly OperatorAct['action'][] = ['pause', 'release', 'disablePolicy'];

const IN_WORDS: Readonly<Record<OperatorAct['action'], string>> = {
  accept: 'accept a rule',
  withdraw: 'withdraw grants',
  release: 'release a group',
  pause: 'pause',
  resume: 'resume',
  disablePolicy: 'disable a policy',
  enablePolicy: 'enable a policy',
};

export function operatorNotification(
  { action, by, reason }: OperatorAct,
  done: string,
  at: Date,
  requestId: string,
  sentry: string,
): Announcement {
  const message: OperatorMessage = {
    version: CHANGE_MESSAGE_VERSION,
    type: 'operator-act',
    sentry,
    severity: GRAVE.includes(action) ? 'high' : 'medium',
    time: at.toISOString(),
    action,
    by,
    reason,
    done,
    requestId,
  };
  return {
    subject: subjectLine(
      `[${message.severity.toUpperCase()}] An operator had the sentry ${IN_WORDS[action]}`,
    ),
    json: JSON.stringify(message),
    text: [
      plainText(done, 1_000),
      '',
      `Ordered by ${plainText(by)} (as they call themselves; CloudTrail's data events for Lambda show who invoked the function), because: ${plainText(reason, 1_000)}`,
      `Request ${requestId}, at ${at.toISOString()}.`,
      '',
      `Sent by the sentry ${sentry}.`,
    ].join('\n'),
    severity: message.severity,
    type: message.type,
    isRepeat: false,
  };
}

import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import { CHANGE_MESSAGE_VERSION, type OperatorMessage } from '../contracts/change-message';
import type { OperatorRequest } from '../domain/operator';
import type { Announcement } from '../domain/reporting/announcement';

/** An act that changes something; to look is no act. */
export type OperatorAct = Exclude<OperatorRequest, { action: 'list' | 'check' }>;

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
    severity: action === 'pause' || action === 'release' ? 'high' : 'medium',
    time: at.toISOString(),
    action,
    by,
    reason,
    done,
    requestId,
  };
  return {
    subject: subjectLine(
      `[${message.severity.toUpperCase()}] An operator had the sentry ${action}`,
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

import {
  type FailureInMessage,
  FAILURE_MESSAGE_VERSION,
  type FailureMessage,
} from '../../contracts/failure-message';
import type { Failure } from '../../domain/failure/failure';
import {
  type FailingFunction,
  failureSubject,
  failureText,
  MAX_CHARACTERS,
  MAX_GROUPS,
} from '../../domain/failure/failure-text';
import { accountFields } from '../../domain/notification/account-text';
import { plainText } from '../../domain/notification/plain-text';
import type { Notification } from '../notification/sns-notifications';

/** `left`: how many failures are not in it. */
export function failureNotification(
  failures: readonly Failure[],
  left: number,
  failing: FailingFunction,
  now: Date,
): Notification {
  const isLost = failures.some(({ state, message }) => state === 'given-up' && message);
  const message: FailureMessage = {
    version: FAILURE_MESSAGE_VERSION,
    type: 'handling-failed',
    construct: failing.construct,
    function: plainText(failing.functionName, MAX_CHARACTERS.name),
    severity: isLost ? 'critical' : 'high',
    time: now.toISOString(),
    failures: failures.map(failureInMessage),
    failuresLeft: left,
  };
  return {
    subject: failureSubject(failures, message.severity),
    json: JSON.stringify(message),
    text: failureText(failures, left, failing),
    severity: message.severity,
    type: message.type,
  };
}

function failureInMessage(failure: Failure): FailureInMessage {
  const { work, state, reason, next, tries, since, message } = failure;
  return {
    what: plainText(work.what, MAX_CHARACTERS.what),
    state,
    reason: plainText(reason, MAX_CHARACTERS.reason),
    next: plainText(next, MAX_CHARACTERS.next),
    eventId: cut(work.eventId, MAX_CHARACTERS.id),
    actor: cut(work.actor, MAX_CHARACTERS.name),
    calledAt: work.calledAt?.toISOString(),
    account: cut(work.account, MAX_CHARACTERS.id),
    ...accountFields(work.accountDescription),
    region: cut(work.region, MAX_CHARACTERS.id),
    groupIds: work.groupIds
      ?.slice(0, MAX_GROUPS)
      .map((groupId) => plainText(groupId, MAX_CHARACTERS.id)),
    requestId: cut(work.requestId, MAX_CHARACTERS.id),
    keyId: cut(work.keyId, MAX_CHARACTERS.id),
    tries,
    since: since?.toISOString(),
    messageId: cut(message?.id, MAX_CHARACTERS.id),
    deadLetterQueue: cut(message?.deadLetterQueue, MAX_CHARACTERS.id),
  };
}

function cut(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : plainText(text, most);
}

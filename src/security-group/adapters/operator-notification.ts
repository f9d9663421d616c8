import type { DescribedPlace } from '../../organization/domain/described-place';
import { accountText } from '../../shared/domain/notification/account-text';
import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import { CHANGE_MESSAGE_VERSION, type OperatorMessage } from '../contracts/change-message';
import type { OperatorQuestion, OperatorRequest } from '../domain/operator';
import type { Announcement } from '../domain/reporting/announcement';
import { factLine, inTitle, placeFacts, placeFields } from '../domain/reporting/place-text';

/** An act that changes something; a question is no act. */
export type OperatorAct = Exclude<OperatorRequest, OperatorQuestion>;

const GRAVE: readonly OperatorAct['action'][] = [
  'pause',
  'release',
  'releasePolicy',
  'disablePolicy',
];

const IN_WORDS: Readonly<Record<OperatorAct['action'], string>> = {
  accept: 'accept a rule',
  withdraw: 'withdraw grants',
  release: 'release a group',
  releasePolicy: 'release a policy of a group',
  pause: 'pause',
  resume: 'resume',
  disablePolicy: 'disable a policy',
  enablePolicy: 'enable a policy',
};

/** An act that was carried out. */
export interface DoneAct {
  readonly act: OperatorAct;
  /** A sentence on what was done. */
  readonly done: string;
  /** Absent without a hub, and where it was done to the sentry as a whole. */
  readonly place?: DescribedPlace;
  readonly at: Date;
  readonly requestId: string;
}

export function operatorNotification(
  { act: { action, by, reason }, done, place, at, requestId }: DoneAct,
  sentry: string,
): Announcement {
  const message: OperatorMessage = {
    version: CHANGE_MESSAGE_VERSION,
    type: 'operator-act',
    sentry,
    ...placeFields(place),
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
      `[${message.severity.toUpperCase()}] An operator had the sentry ${IN_WORDS[action]}${inTitle(place)}`,
    ),
    json: JSON.stringify(message),
    text: [
      `${place ? `${accountText(place.accountId, place.account)}: ` : ''}${plainText(done, 1_000)}`,
      '',
      ...(place ? [...placeFacts(place).map(factLine), ''] : []),
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

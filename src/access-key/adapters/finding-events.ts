import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { putOnDefaultBus } from './default-bus';
import {
  lastUsedInMessage,
  MAX_CHARACTERS_OF_OTHERS,
  shortOwner,
  stepInMessage,
} from './key-notification';
import { plainText } from '../../shared/domain/notification/plain-text';
import {
  type AccessKeyFinding,
  FINDING_EVENT_DETAIL_TYPE,
  FINDING_EVENT_SOURCE,
  KEY_MESSAGE_VERSION,
} from '../contracts/key-message';
import type { KeyReport } from '../domain/key-report';
import type { KeyStep } from '../domain/key-step';
import type { Finding } from '../domain/survey';

/** Puts one event for each finding on the account's default bus. */
export class FindingEvents {
  constructor(
    private readonly client: EventBridgeClient,
    private readonly sentry: string,
    private readonly account: string,
  ) {}

  async announce({ survey, keys }: KeyReport): Promise<void> {
    const listed = keys.flatMap(({ finding, step }) => (finding ? [{ finding, step }] : []));
    const events = listed.map(({ finding, step }): PutEventsRequestEntry => ({
      Source: FINDING_EVENT_SOURCE,
      DetailType: FINDING_EVENT_DETAIL_TYPE,
      Time: survey.at,
      Detail: JSON.stringify(accessKeyFinding(finding, this.sentry, this.account, step)),
    }));
    await putOnDefaultBus(this.client, events, 'access keys');
  }
}

const cut = (text: string) => plainText(text, MAX_CHARACTERS_OF_OTHERS);

export function accessKeyFinding(
  finding: Finding,
  sentry: string,
  account: string,
  step?: KeyStep,
): AccessKeyFinding {
  const { keyId, userName, classes, ageInDays, createdAt, lastUse, status, owner } = finding;
  return {
    version: KEY_MESSAGE_VERSION,
    sentry,
    account,
    keyId,
    userName,
    classes,
    ageInDays,
    createdAt: createdAt.toISOString(),
    lastUsed: lastUsedInMessage(lastUse),
    status,
    ...(owner && { owner: shortOwner(owner, cut) }),
    ...(step && { step: stepInMessage(step) }),
  };
}

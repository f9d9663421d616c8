import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { lastUsedInMessage } from './key-notification';
import { chunksOf } from '../../shared/domain/chunks';
import {
  type AccessKeyFinding,
  FINDING_EVENT_DETAIL_TYPE,
  FINDING_EVENT_SOURCE,
  KEY_MESSAGE_VERSION,
} from '../contracts/key-message';
import type { KeyReport } from '../domain/key-report';
import type { Finding } from '../domain/survey';

/** EventBridge takes ten events a call. */
const EVENTS_PER_CALL = 10;

/** Puts one event for each finding on the account's default bus. */
export class FindingEvents {
  constructor(
    private readonly client: EventBridgeClient,
    private readonly sentry: string,
    private readonly account: string,
  ) {}

  async announce({ survey }: KeyReport): Promise<void> {
    const events = survey.findings.map((finding): PutEventsRequestEntry => ({
      Source: FINDING_EVENT_SOURCE,
      DetailType: FINDING_EVENT_DETAIL_TYPE,
      Time: survey.at,
      Detail: JSON.stringify(accessKeyFinding(finding, this.sentry, this.account)),
    }));
    const failed = await this.put(await this.put(events));
    if (failed.length > 0) {
      throw new Error(
        `${failed.length} of ${events.length} events about access keys were refused by EventBridge, twice.`,
      );
    }
  }

  /** Comes back with the events that were refused. */
  private async put(events: readonly PutEventsRequestEntry[]): Promise<PutEventsRequestEntry[]> {
    const refused: PutEventsRequestEntry[] = [];
    for (const chunk of chunksOf(events, EVENTS_PER_CALL)) {
      const { Entries: answers } = await this.client.send(new PutEventsCommand({ Entries: chunk }));
      refused.push(...chunk.filter((_, index) => !answers?.[index]?.EventId));
    }
    return refused;
  }
}

export function accessKeyFinding(
  finding: Finding,
  sentry: string,
  account: string,
): AccessKeyFinding {
  const { keyId, userName, classes, ageInDays, createdAt, lastUse, status } = finding;
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
  };
}

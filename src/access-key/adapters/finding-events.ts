import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { lastUsedInMessage } from './key-notification';
import { RefusedEventError } from '../../shared/adapters/event-bus/refused-event-error';
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
    const refused = await this.put(events);
    const [first, ...others] = await this.put(refused.map(({ event }) => event));
    if (!first) return;
    throw new RefusedEventError(
      `${others.length + 1} of ${events.length} events about access keys, twice`,
      first.answer,
    );
  }

  /** Comes back with the events that were refused. */
  private async put(events: readonly PutEventsRequestEntry[]): Promise<RefusedEvent[]> {
    const refused: RefusedEvent[] = [];
    for (const chunk of chunksOf(events, EVENTS_PER_CALL)) {
      const { Entries: answers } = await this.client.send(new PutEventsCommand({ Entries: chunk }));
      const answered = chunk.map((event, index) => ({ event, answer: answers?.[index] }));
      refused.push(...answered.filter(({ answer }) => !answer?.EventId));
    }
    return refused;
  }
}

interface RefusedEvent {
  readonly event: PutEventsRequestEntry;
  readonly answer: PutEventsResultEntry | undefined;
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

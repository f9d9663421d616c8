import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { SnsNotifications } from '../../shared/adapters/notification/sns-notifications';
import { SENTRY_EVENT_DETAIL_TYPES, SENTRY_EVENT_SOURCE } from '../contracts/change-message';
import type { Announcement, PreparedAsk } from '../domain/reporting/announcement';

/** Delivers a question to a workflow. */
export interface Questions {
  ask(ask: PreparedAsk): Promise<void>;
}

/** For functions that ask nothing. */
const NOBODY: Questions = {
  ask: async ({ workflow }) =>
    Promise.reject(new Error(`This function asks no one, but has a question for ${workflow}.`)),
};

/**
 * Delivers an announcement to people by SNS, its questions to workflows, and to machines by the
 * account's default event bus.
 */
export class Announcements {
  constructor(
    private readonly notifications: SnsNotifications,
    private readonly bus: EventBridgeClient,
    private readonly questions: Questions = NOBODY,
  ) {}

  async tell(announcement: Announcement): Promise<void> {
    await Promise.all([
      announcement.isRepeat ? undefined : this.notifications.publish(announcement),
      this.put(announcement),
      ...(announcement.asks ?? []).map(async (ask) => this.questions.ask(ask)),
    ]);
  }

  private async put({ type, json }: Announcement): Promise<void> {
    const { Entries: answers } = await this.bus.send(
      new PutEventsCommand({
        Entries: [{ Source: SENTRY_EVENT_SOURCE, DetailType: detailTypeOf(type), Detail: json }],
      }),
    );
    const [answer] = answers ?? [];
    if (!answer?.EventId) {
      throw new Error(
        `EventBridge refused the event about ${type}: ${answer?.ErrorCode ?? 'without a code'} ${answer?.ErrorMessage ?? ''}`,
      );
    }
  }
}

function detailTypeOf(type: string): string {
  return Object.entries(SENTRY_EVENT_DETAIL_TYPES).find(([name]) => name === type)?.[1] ?? type;
}

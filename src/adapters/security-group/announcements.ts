import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SENTRY_EVENT_DETAIL_TYPES, SENTRY_EVENT_SOURCE } from '../../contracts/security-group/change-message';
import type { Announcement } from '../../domain/notification/announcement';
import type { SnsNotifications } from '../notification/sns-notifications';

/** Brings an announcement to people by SNS, and to machines by the account's default event bus. */
export class Announcements {
  constructor(private readonly notifications: SnsNotifications, private readonly bus: EventBridgeClient) {}

  async tell(announcement: Announcement): Promise<void> {
    await Promise.all([announcement.isRepeat ? undefined : this.notifications.publish(announcement), this.put(announcement)]);
  }

  private async put({ type, json }: Announcement): Promise<void> {
    const { Entries: answers } = await this.bus.send(new PutEventsCommand({
      Entries: [{ Source: SENTRY_EVENT_SOURCE, DetailType: detailTypeOf(type), Detail: json }],
    }));
    const [answer] = answers ?? [];
    if (!answer?.EventId) throw new Error(`EventBridge refused the event about ${type}: ${answer?.ErrorCode ?? 'without a code'} ${answer?.ErrorMessage ?? ''}`);
  }
}

function detailTypeOf(type: string): string {
  return Object.entries(SENTRY_EVENT_DETAIL_TYPES).find(([name]) => name === type)?.[1] ?? type;
}

import {
  type CloudTrailClient,
  type Event,
  LookupEventsCommand,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import pLimit from 'p-limit';
import { parseChangeEvent, UnreadableEventError } from './change-event';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import type { Change } from '../domain/changes/change';
import type { EventHistory } from '../domain/learning/event-history';

/**
 * CloudTrail takes two look-ups a second, of the whole account and Region: several at once would
 * only be refused.
 */
const LOOK_UPS_AT_ONCE = 1;

/** For CloudTrailClient: who else looks up takes from the same two a second. */
export const HISTORY_CLIENT_SETTINGS = {
  ...CLIENT_SETTINGS,
  maxAttempts: 10,
  retryMode: 'adaptive',
};

const EVENTS_PER_PAGE = 50;

/**
 * Who changes a group more often than this in the time asked for hides what came before: the latest
 * calls decide.
 */
const MOST_EVENTS = 200;

/** Events in a warm function. */
const MOST_KEPT = 200;

/** Other services have calls of the same names. */
const EVENT_SOURCE = 'ec2.amazonaws.com';

/** CloudTrail's event history, which is there without any trail. */
export class CloudTrailEventHistory implements EventHistory {
  private readonly limit = pLimit(LOOK_UPS_AT_ONCE);

  private readonly lookedUp = new Map<string, Promise<Change | undefined>>();

  constructor(private readonly client: CloudTrailClient) {}

  /**
   * One call can have made many rules: what was found, or is being looked up, is not looked up
   * again.
   */
  async eventOf(eventId: string): Promise<Change | undefined> {
    const known = this.lookedUp.get(eventId);
    if (known) return known;
    if (this.lookedUp.size >= MOST_KEPT) this.lookedUp.clear();
    const looking = this.lookUp(eventId);
    this.lookedUp.set(eventId, looking);
    // What is not there yet may be there in a minute.
    const found = await looking.catch((error: unknown) => {
      this.lookedUp.delete(eventId);
      throw error;
    });
    if (!found) this.lookedUp.delete(eventId);
    return found;
  }

  private async lookUp(eventId: string): Promise<Change | undefined> {
    const { Events: events } = await this.limit(() =>
      this.client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventId', AttributeValue: eventId }],
        }),
      ),
    );
    return events?.flatMap(changesIn).find((change) => change.eventId === eventId);
  }

  /**
   * Records of modified and described rules need not name their group as a resource: they may be
   * missing.
   */
  async changesOf(groupId: string, since: Date): Promise<readonly Change[]> {
    return this.limit(async () => {
      const events: Event[] = [];
      const asked = {
        LookupAttributes: [{ AttributeKey: 'ResourceName' as const, AttributeValue: groupId }],
        StartTime: since,
      };
      for await (const { Events: page } of paginateLookupEvents(
        { client: this.client, pageSize: EVENTS_PER_PAGE },
        asked,
      )) {
        events.push(...(page ?? []));
        if (events.length >= MOST_EVENTS) break;
      }
      return events.flatMap(changesIn);
    });
  }
}

/** None where the record is not of a call that the sentry knows, or cannot be read. */
export function changesIn({
  EventSource: source,
  EventTime: time,
  CloudTrailEvent: record,
}: Event): Change[] {
  if (source !== EVENT_SOURCE || !record) return [];
  try {
    return [parseChangeEvent(`{"detail":${record}}`, time ?? new Date(0))];
  } catch (error) {
    if (error instanceof UnreadableEventError) return [];
    throw error;
  }
}

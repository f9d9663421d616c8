import { type CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { parseChangeEvent, UnreadableEventError } from './change-event';
import type { Place } from '../../organization/domain/place';
import { isThrottled } from '../../shared/adapters/aws/failure-kind';
import type { Clock } from '../../shared/domain/clock';
import type { Change } from '../domain/changes/change';
import type {
  HistoryPage,
  HistoryRecord,
  HistoryWindow,
  PagedHistory,
} from '../domain/rehearsing/read-history';

/**
 * CloudTrail takes two look-ups a second, of everyone in the account and Region together: the other
 * is left to them.
 */
const MILLISECONDS_BETWEEN = 1_000;

const EVENTS_PER_PAGE = 50;

/** Other services have calls of the same names. */
const EVENT_SOURCE = 'ec2.amazonaws.com';

/**
 * The event history by the names of calls. A look-up takes one attribute: by the source, all that
 * anyone ever describes in EC2 would be read.
 */
export class CloudTrailPagedHistory implements PagedHistory {
  private nextAt = 0;

  /**
   * After `until`, nothing is looked up, and what has no answer is given up; so is what CloudTrail
   * refuses after all tries of the client, as others take its look-ups.
   */
  constructor(
    private readonly client: CloudTrailClient,
    private readonly place: Place,
    private readonly clock: Clock,
    private readonly until: Date,
  ) {}

  async page(
    eventName: string,
    { from, to }: HistoryWindow,
    next: string | undefined,
  ): Promise<HistoryPage | undefined> {
    const wait = this.nextAt - this.clock.now().getTime();
    if (wait > 0) await this.clock.pause(wait);
    const left = this.until.getTime() - this.clock.now().getTime();
    if (left <= 0) return undefined;
    this.nextAt = this.clock.now().getTime() + MILLISECONDS_BETWEEN;
    const abortSignal = AbortSignal.timeout(left);
    try {
      const { Events: events = [], NextToken: token } = await this.client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
          StartTime: from,
          EndTime: to,
          MaxResults: EVENTS_PER_PAGE,
          ...(next !== undefined && { NextToken: next }),
        }),
        { abortSignal },
      );
      return this.pageOf(events, token);
    } catch (error) {
      // What was read so far is told; the rest can be read later.
      if (abortSignal.aborted || isThrottled(error)) return undefined;
      throw error;
    }
  }

  private pageOf(events: readonly Event[], next: string | undefined): HistoryPage {
    const times = events.flatMap(({ EventTime: time }) => time?.getTime() ?? []);
    return {
      records: events.flatMap((event) => this.recordOf(event)),
      ...(times.length > 0 && { oldest: new Date(Math.min(...times)) }),
      ...(next !== undefined && { next }),
    };
  }

  private recordOf({
    EventId: eventId = '',
    EventSource: source,
    EventTime: time = new Date(0),
    CloudTrailEvent: record = '',
  }: Event): HistoryRecord[] {
    if (source !== EVENT_SOURCE) return [];
    const change = this.changeIn(record, time);
    return [{ eventId, time, length: record.length, ...(change && { change }) }];
  }

  private changeIn(record: string, time: Date): Change | undefined {
    try {
      return parseChangeEvent(`{"detail":${record}}`, time, this.place);
    } catch (error) {
      if (error instanceof UnreadableEventError) return undefined;
      throw error;
    }
  }
}

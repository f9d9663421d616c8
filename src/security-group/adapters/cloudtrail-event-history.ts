import {
  type CloudTrailClient,
  type Event,
  type LookupAttributeKey,
  LookupEventsCommand,
  paginateLookupEvents,
} from '@aws-sdk/client-cloudtrail';
import pLimit from 'p-limit';
import { parseChangeEvent, UnreadableEventError } from './change-event';
import type { Place } from '../../organization/domain/place';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/client-settings';
import { CALLS_THAT_WRITE_RULES } from '../../shared/contracts/watched-calls';
import { isOwnCall, type OwnIdentity } from '../domain/changes/actor';
import type { Change } from '../domain/changes/change';
import type { EventHistory, RecentChanges } from '../domain/learning/event-history';

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

/** So long one who acts waits for the history: what does not need it waits as well. */
export const ACTING_PATIENCE_SECONDS = 10;

/** So long reconcile waits for each look-up. */
export const RECONCILE_PATIENCE_SECONDS = 60;

const EVENTS_PER_PAGE = 50;

/**
 * Who changes a group more often than this in the time asked for hides what came before: the latest
 * calls decide.
 */
const MOST_EVENTS = 200;

/** Of one call, in all groups: ten seconds of look-ups. */
const MOST_EVENTS_OF_CALL = 1_000;

/** Events in a warm function. */
const MOST_KEPT = 200;

/** Other services have calls of the same names. */
const EVENT_SOURCE = 'ec2.amazonaws.com';

/** CloudTrail's event history, which is there without any trail. */
export class CloudTrailEventHistory implements EventHistory {
  private readonly limit = pLimit(LOOK_UPS_AT_ONCE);

  private readonly lookedUp = new Map<string, Promise<Change | undefined>>();

  /**
   * What has no answer after `patienceSeconds`, the wait for its turn included, fails. `place`:
   * whose history it is; default: where each record says that it is of.
   */
  constructor(
    private readonly client: CloudTrailClient,
    private readonly patienceSeconds: number,
    private readonly place?: Place,
  ) {}

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
    const { Events: events } = await this.inTurn((abortSignal) =>
      this.client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventId', AttributeValue: eventId }],
        }),
        { abortSignal },
      ),
    );
    return this.changesIn(events ?? []).find((change) => change.eventId === eventId);
  }

  /**
   * Records of modified and described rules need not name their group as a resource: they may be
   * missing.
   */
  async changesOf(groupId: string, since: Date): Promise<readonly Change[]> {
    const { events } = await this.latest('ResourceName', groupId, since, MOST_EVENTS);
    return this.changesIn(events);
  }

  async changesSince(since: Date): Promise<RecentChanges> {
    const found = [];
    for (const name of CALLS_THAT_WRITE_RULES) {
      found.push(await this.latest('EventName', name, since, MOST_EVENTS_OF_CALL));
    }
    return {
      changes: found.flatMap(({ events }) => this.changesIn(events)),
      areAll: found.every(({ areAll }) => areAll),
    };
  }

  private async latest(
    key: LookupAttributeKey,
    value: string,
    since: Date,
    most: number,
  ): Promise<{ readonly events: readonly Event[]; readonly areAll: boolean }> {
    return this.inTurn(async (abortSignal) => {
      const events: Event[] = [];
      for await (const { Events: page, NextToken: next } of paginateLookupEvents(
        { client: this.client, pageSize: EVENTS_PER_PAGE },
        { LookupAttributes: [{ AttributeKey: key, AttributeValue: value }], StartTime: since },
      )) {
        abortSignal.throwIfAborted();
        events.push(...(page ?? []));
        if (events.length >= most) return { events, areAll: next === undefined };
      }
      return { events, areAll: true };
    });
  }

  /**
   * When the latest call of the function that sends heartbeats was made, as far as the history has
   * them: it has come that far. Undefined where it has none. `reader`: sends them where a member
   * lets the hub look only, in sessions of the same name.
   */
  async lastHeartbeat(sender: OwnIdentity, reader?: OwnIdentity): Promise<Date | undefined> {
    const isSender = ({ actor }: Change) =>
      isOwnCall(actor, sender) || (reader !== undefined && isOwnCall(actor, reader));
    return this.inTurn(async (abortSignal) => {
      let looked = 0;
      // The newest come first. Reverts go by the same name as heartbeats, and so does all reading.
      for await (const { Events: page = [] } of paginateLookupEvents(
        { client: this.client, pageSize: EVENTS_PER_PAGE },
        {
          LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: sender.sessionName }],
        },
      )) {
        abortSignal.throwIfAborted();
        const made = this.changesIn(page).filter(isSender);
        if (made.length > 0) return new Date(Math.max(...made.map(({ time }) => time.getTime())));
        looked += page.length;
        if (looked >= MOST_EVENTS) return undefined;
      }
      return undefined;
    });
  }

  /** None where a record is not of a call that the sentry knows, or cannot be read. */
  private changesIn(events: readonly Event[]): Change[] {
    return events.flatMap(({ EventSource: source, EventTime: time, CloudTrailEvent: record }) => {
      if (source !== EVENT_SOURCE || !record) return [];
      try {
        return [parseChangeEvent(`{"detail":${record}}`, time ?? new Date(0), this.place)];
      } catch (error) {
        if (error instanceof UnreadableEventError) return [];
        throw error;
      }
    });
  }

  /** A client that is throttled tries again for longer than the function may run. */
  private async inTurn<T>(work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    const patience = new AbortController();
    const { signal } = patience;
    const givenUp = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    const timer = setTimeout(
      () => patience.abort(new Error(`It did not answer within ${this.patienceSeconds} seconds.`)),
      this.patienceSeconds * 1_000,
    );
    const answer = this.limit(async () => {
      signal.throwIfAborted();
      return work(signal);
    });
    try {
      return await Promise.race([answer, givenUp]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * A hand-written stand-in, and no part of the emulator, which has no LookupEvents: CloudTrail's
 * event history, made of the events that the tap made. It answers as AWS documents it, as far as
 * tests need it; no one else has checked it. Differences: all is there at once (in AWS: within
 * minutes) unless it is held, nothing is forgotten (in AWS: after 90 days), and no one is throttled
 * unless a fault says so (in AWS: from 2 calls a second on).
 */
import * as z from 'zod/mini';
import { CloudTrailEvent } from './record';
import { RecordedResource, resourcesOf } from './recorded-resources';
import { type Answer, jsonAnswer } from '../proxy/answer';
import { ApiRequest } from '../proxy/api-request';
import { errorAnswer } from '../proxy/faults';

const MAX_RESULTS = 50;

const Request = z.object({
  LookupAttributes: z._default(
    z.array(z.object({ AttributeKey: z.string(), AttributeValue: z.string() })),
    [],
  ),
  /** In seconds since 1970, like EndTime. */
  StartTime: z.optional(z.number()),
  EndTime: z.optional(z.number()),
  MaxResults: z._default(z.number(), MAX_RESULTS),
  NextToken: z.optional(z.string()),
});
type Request = z.infer<typeof Request>;

const Identity = z.object({
  type: z.string(),
  arn: z.optional(z.string()),
  accessKeyId: z.optional(z.string()),
  userName: z.optional(z.string()),
});
const RecordFields = z.object({
  eventID: z.string(),
  eventName: z.string(),
  eventTime: z.string(),
  eventSource: z.string(),
  readOnly: z.boolean(),
  userIdentity: Identity,
});

/** One event, as LookupEvents answers it. */
interface LookedUpEvent {
  readonly EventId: string;
  readonly EventName: string;
  readonly ReadOnly: string;
  readonly AccessKeyId?: string;
  /** In seconds since 1970. */
  readonly EventTime: number;
  readonly EventSource: string;
  readonly Username?: string;
  readonly Resources: readonly RecordedResource[];
  readonly CloudTrailEvent: string;
}

/** What an event must hold to be found by an attribute. */
const ATTRIBUTES: Readonly<
  Record<string, (event: LookedUpEvent) => readonly (string | undefined)[]>
> = {
  EventId: ({ EventId }) => [EventId],
  EventName: ({ EventName }) => [EventName],
  EventSource: ({ EventSource }) => [EventSource],
  ReadOnly: ({ ReadOnly }) => [ReadOnly],
  AccessKeyId: ({ AccessKeyId }) => [AccessKeyId],
  Username: ({ Username }) => [Username],
  ResourceName: ({ Resources }) => Resources.map(({ ResourceName }) => ResourceName),
  ResourceType: ({ Resources }) => Resources.map(({ ResourceType }) => ResourceType),
};

export class EventHistory {
  private readonly events: CloudTrailEvent[] = [];
  private readonly late: CloudTrailEvent[] = [];
  private isHeld = false;

  add(event: CloudTrailEvent): void {
    (this.isHeld ? this.late : this.events).push(event);
  }

  /** From now on, events are not in it yet. */
  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    this.events.push(...this.late.splice(0));
  }

  /** The answer to LookupEvents, in the caller's account and Region. */
  answerTo(request: ApiRequest, account: string): Answer {
    const parsed = Request.safeParse(request.json);
    if (!parsed.success) {
      return errorAnswer(request, {
        errorCode: 'ValidationException',
        message: z.prettifyError(parsed.error),
      });
    }
    const error = errorIn(parsed.data);
    if (error) return errorAnswer(request, error);
    const found = this.newestFirst(account, request.credentials?.region).filter((event) =>
      isAskedFor(event, parsed.data),
    );
    return (
      this.page(found, parsed.data) ??
      errorAnswer(request, {
        errorCode: 'InvalidNextTokenException',
        message: 'No page begins there.',
      })
    );
  }

  private newestFirst(account: string, region: string | undefined): LookedUpEvent[] {
    return this.events
      .filter((event) => event.account === account && event.region === region)
      .map(lookedUp)
      .reverse()
      .sort((one, other) => other.EventTime - one.EventTime);
  }

  /** A token is the id of the last event of the page before. */
  private page(
    found: readonly LookedUpEvent[],
    { MaxResults, NextToken }: Request,
  ): Answer | undefined {
    const start =
      NextToken === undefined ? 0 : found.findIndex(({ EventId }) => EventId === NextToken) + 1;
    if (NextToken !== undefined && start === 0) return undefined;
    const Events = found.slice(start, start + MaxResults);
    return jsonAnswer({
      Events,
      NextToken: start + MaxResults < found.length ? Events.at(-1)?.EventId : undefined,
    });
  }
}

function errorIn({
  LookupAttributes,
  StartTime = 0,
  EndTime = Infinity,
  MaxResults,
}: Request): { errorCode: string; message: string } | undefined {
  if (
    LookupAttributes.length > 1 ||
    LookupAttributes.some(({ AttributeKey }) => !(AttributeKey in ATTRIBUTES))
  ) {
    return {
      errorCode: 'InvalidLookupAttributesException',
      message: `One of ${Object.keys(ATTRIBUTES).join(', ')}, and not several.`,
    };
  }
  if (MaxResults < 1 || MaxResults > MAX_RESULTS) {
    return { errorCode: 'InvalidMaxResultsException', message: `From 1 to ${MAX_RESULTS}.` };
  }
  return StartTime > EndTime
    ? { errorCode: 'InvalidTimeRangeException', message: 'It ends before it begins.' }
    : undefined;
}

function isAskedFor(
  event: LookedUpEvent,
  { LookupAttributes, StartTime = 0, EndTime = Infinity }: Request,
): boolean {
  return (
    event.EventTime >= StartTime &&
    event.EventTime <= EndTime &&
    LookupAttributes.every(({ AttributeKey, AttributeValue }) =>
      ATTRIBUTES[AttributeKey]?.(event).includes(AttributeValue),
    )
  );
}

function lookedUp({ detail }: CloudTrailEvent): LookedUpEvent {
  const { eventID, eventName, eventTime, eventSource, readOnly, userIdentity } =
    RecordFields.parse(detail);
  return {
    EventId: eventID,
    EventName: eventName,
    ReadOnly: String(readOnly),
    AccessKeyId: userIdentity.accessKeyId,
    EventTime: new Date(eventTime).getTime() / 1000,
    EventSource: eventSource,
    Username: userNameOf(userIdentity),
    Resources: resourcesOf(detail),
    CloudTrailEvent: JSON.stringify(detail),
  };
}

/** A role's session goes by its session name. */
function userNameOf({ type, arn, userName }: z.infer<typeof Identity>): string | undefined {
  if (type === 'Root') return 'root';
  return type === 'AssumedRole' ? arn?.split('/').at(-1) : userName;
}

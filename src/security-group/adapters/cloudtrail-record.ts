import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { actorOf, userIdentitySchema } from './record-actor';
import { type Fields, fieldsOf, inCamelCase, optionalId, optionalText } from './record-fields';
import type { SourcedRecord } from '../../organization/domain/admit-record';
import { type Place, placeKey } from '../../organization/domain/place';
import type { Call } from '../domain/changes/change';

/**
 * An event that cannot be read well enough to know which call it speaks of, or what that call
 * changed.
 */
export class UnreadableEventError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableEventError';
  }
}

/** A CloudTrail record, in whatever shape it came. */
export interface CloudTrailRecord {
  readonly call: Call;
  /** The client's request, and EC2's answer: out of their wrappers, with all names in camelCase. */
  readonly request: Fields;
  readonly answer: Fields;
}

const recordSchema = z.object({
  eventID: optionalText,
  eventName: z.string(),
  eventTime: optionalText,
  awsRegion: optionalText,
  recipientAccountId: optionalId,
  sourceIPAddress: optionalText,
  userAgent: optionalText,
  errorCode: optionalText,
  userIdentity: userIdentitySchema,
  requestParameters: z.optional(z.unknown()),
  responseElements: z.optional(z.unknown()),
});

const envelopeSchema = z.object({
  id: optionalText,
  account: optionalId,
  region: optionalText,
  time: optionalText,
  detail: recordSchema,
});

const placedEnvelope = z.object({ account: z.string(), region: z.string() });

/**
 * A record, and where it comes from: `place`, or else the account and Region of its envelope. Never
 * what the record says itself.
 */
export function sourcedRecord(body: string, receivedAt: Date, place?: Place): SourcedRecord {
  const { detail: record, account: accountId, region } = readEnvelope(body);
  const ofEnvelope = accountId !== undefined && region !== undefined && { accountId, region };
  const source = place ?? ofEnvelope;
  if (!source) {
    throw new UnreadableEventError(
      'Its envelope does not say from which account and Region it is.',
    );
  }
  const { recipientAccountId, awsRegion } = record;
  return {
    place: source,
    receivedAt,
    says: {
      ...(recipientAccountId !== undefined && { recipientAccountId }),
      ...(awsRegion !== undefined && { region: awsRegion }),
    },
  };
}

const leftOut = z.object({
  detail: z.object({ requestParameters: z.object({ omitted: z.literal(true) }) }),
});

/** Whether its parameters were too long for the record. */
export function leavesOutParameters(body: string): boolean {
  return leftOut.safeParse(jsonIn(body)).success;
}

/** For a message about an envelope whose record cannot be read. */
export function placeInEnvelope(body: string): Place | undefined {
  const envelope = placedEnvelope.safeParse(jsonIn(body)).data;
  return envelope && { accountId: envelope.account, region: envelope.region };
}

/**
 * Reads an EventBridge envelope around a CloudTrail record. `receivedAt` stands in for a time that
 * cannot be read. `place`: where the record is known to be of, whatever it says itself.
 */
export function parseRecord(body: string, receivedAt: Date, place?: Place): CloudTrailRecord {
  const { detail: record, ...event } = readEnvelope(body);
  const { eventName, sourceIPAddress, userAgent, errorCode, userIdentity } = record;
  const eventId = record.eventID ?? event.id ?? idOf(body, place);
  if (!EVENT_ID.test(eventId)) {
    throw new UnreadableEventError(
      `Its id is ${eventId.slice(0, 100)}, which is none that CloudTrail gives.`,
    );
  }
  return {
    call: {
      eventId,
      eventName,
      time:
        parseTime(record.eventTime, receivedAt) ?? parseTime(event.time, receivedAt) ?? receivedAt,
      accountId:
        place?.accountId ??
        event.account ??
        record.recipientAccountId ??
        userIdentity.accountId ??
        'unknown',
      region: place?.region ?? record.awsRegion ?? event.region ?? 'unknown',
      actor: actorOf(userIdentity, sourceIPAddress),
      sourceAddress: sourceIPAddress,
      userAgent,
      errorCode,
    },
    request: unwrapped(record.requestParameters, `${eventName}Request`),
    answer: unwrapped(record.responseElements, `${eventName}Response`),
  };
}

function readEnvelope(body: string): z.infer<typeof envelopeSchema> {
  const envelope = envelopeSchema.safeParse(parseJson(body));
  if (envelope.success) return envelope.data;
  throw new UnreadableEventError(
    `It is not a CloudTrail event: ${z.prettifyError(envelope.error)}`,
  );
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new UnreadableEventError('It is not JSON.');
  }
}

/** Where AWS gave none: one that all such records had would make each the same as the first. */
function idOf(body: string, place: Place | undefined): string {
  const hash = createHash('sha256');
  if (place) hash.update(placeKey(place));
  return `without-id-${hash.update(body).digest('hex').slice(0, 32)}`;
}

/** A UUID as a rule. What the sentry remembers by ids of its own has other characters in it. */
const EVENT_ID = /^[\w.-]{1,128}$/;

const TIME = /^\d{4}-\d\d-\d\d[T ]/;

/** Clocks differ a little; but no call is made after its event has come. */
const AHEAD_MILLISECONDS = 5 * 60_000;

function parseTime(text: string | undefined, receivedAt: Date): Date | undefined {
  if (text === undefined || !TIME.test(text)) return undefined;
  const time = new Date(text);
  return time.getTime() <= receivedAt.getTime() + AHEAD_MILLISECONDS ? time : undefined;
}

/** Younger calls have all their fields in one that is named after the call. */
function unwrapped(elements: unknown, wrapper: string): Fields {
  const fields = fieldsOf(elements);
  return { ...fields, ...fieldsOf(fields[inCamelCase(wrapper)]) };
}

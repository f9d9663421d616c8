import { bytesAsJson, cutText, MOST_BYTES } from '../../../shared/domain/byte-budget';

export type TrailRecord = Readonly<Record<string, unknown>>;

/** What is around a record in its message. */
const AROUND_RECORD = 1_024;
const MOST_RECORD_BYTES = MOST_BYTES.message - AROUND_RECORD;

/** They name the call: which, when, where, and by whom. */
export const NAMING_FIELDS = [
  'eventVersion',
  'eventID',
  'eventTime',
  'eventSource',
  'eventName',
  'eventType',
  'awsRegion',
  'recipientAccountId',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
] as const;
const MOST_FIELD_CHARACTERS = 1_000;
const MOST_IDENTITY_BYTES = 16_384;

/** A record as it is, or, where a message cannot hold it, what names the call. */
export function recordInMessage(record: TrailRecord): TrailRecord {
  const bytes = bytesAsJson(record);
  return bytes <= MOST_RECORD_BYTES
    ? record
    : withoutContent(
        record,
        `The record takes ${bytes} bytes, which is more than a message holds.`,
      );
}

/**
 * Only what names the call. Its parameters are left out in the way that CloudTrail itself leaves
 * out parameters, so that the groups are looked at.
 */
export function withoutContent(record: TrailRecord, reason: string): TrailRecord {
  const named = NAMING_FIELDS.flatMap((name) => {
    const value = record[name];
    return typeof value === 'string' ? [[name, cutText(value, MOST_FIELD_CHARACTERS)]] : [];
  });
  const { userIdentity } = record;
  const isShort = bytesAsJson(userIdentity) <= MOST_IDENTITY_BYTES;
  return {
    ...Object.fromEntries(named),
    userIdentity: userIdentity !== undefined && isShort ? userIdentity : { type: 'Unknown' },
    requestParameters: { omitted: true, reason },
    responseElements: null,
  };
}

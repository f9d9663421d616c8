import { parseRecordMessage } from '../../organization/adapters/record-messages';
import type { Place } from '../../organization/domain/place';
import type { SourceKind } from '../../organization/domain/sources';

/** A record that came to the sentry, in the envelope of EventBridge or in a reader's message. */
export interface IncomingRecord {
  readonly source: SourceKind;
  /** An envelope around the record. */
  readonly body: string;
  /** Where a reader has it from; an envelope of EventBridge says so itself. */
  readonly place?: Place;
}

export function incomingRecord(body: string): IncomingRecord {
  const message = parseRecordMessage(body);
  if (!message) return { source: 'forwarded-events', body };
  const { source, account: accountId, region, record } = message;
  return { source, body: JSON.stringify({ detail: record }), place: { accountId, region } };
}

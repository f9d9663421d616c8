import type { READ_SOURCES } from '../domain/sources';

/** A reader of a source puts these into the queue to which the events of members come. */
export const RECORD_MESSAGE_VERSION = 1;

/** A record of CloudTrail, and where AWS says that it comes from. */
export interface RecordMessage {
  readonly version: typeof RECORD_MESSAGE_VERSION;
  readonly type: 'record';
  readonly source: (typeof READ_SOURCES)[number];
  /** Of the object's key or the column: never what the record itself says. */
  readonly account: string;
  readonly region: string;
  /** As CloudTrail writes it. */
  readonly record: Readonly<Record<string, unknown>>;
}

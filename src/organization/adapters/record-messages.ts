import * as z from 'zod/mini';
import { RECORD_MESSAGE_VERSION, type RecordMessage } from '../contracts/record-message';
import { READ_SOURCES } from '../domain/sources';

const ACCOUNT = z.string().check(z.regex(/^\d{12}$/));
const REGION = z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/));

/** One Region of one account, as messages name it. */
export const messagePlaceSchema = z.object({ account: ACCOUNT, region: REGION });

/** Made when it is first read: a cold start without a hub does not wait for it. */
export const recordMessageSchema = z.lazy(() =>
  z.object({
    version: z.literal(RECORD_MESSAGE_VERSION),
    type: z.literal('record'),
    source: z.enum(READ_SOURCES),
    account: ACCOUNT,
    region: REGION,
    record: z.record(z.string(), z.unknown()),
  }),
);

/** Undefined for all else that is in the queue. */
export function parseRecordMessage(body: string): RecordMessage | undefined {
  try {
    return recordMessageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

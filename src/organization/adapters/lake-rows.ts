import * as z from 'zod/mini';
import type { LakeRow } from './cloudtrail-lake';
import type { PlacedRecord } from './watched-records';
import { lakeMap, lakeStruct } from '../domain/reading/lake-text';
import { type TrailRecord, withoutContent } from '../domain/reading/record-in-message';

const columnsSchema = z.object({
  eventid: z.string(),
  eventtime: z.pipe(z.string(), z.transform(isoTime)),
  eventsource: z.string(),
  eventname: z.string(),
  awsregion: z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/)),
  recipientaccountid: z.string().check(z.regex(/^\d{12}$/)),
  eventversion: z.optional(z.string()),
  eventtype: z.optional(z.string()),
  sourceipaddress: z.optional(z.string()),
  useragent: z.optional(z.string()),
  errorcode: z.optional(z.string()),
  errormessage: z.optional(z.string()),
  useridentity: z.optional(z.string()),
  requestparameters: z.optional(z.string()),
  requestcount: z.optional(z.coerce.number()),
  responseelements: z.optional(z.string()),
  responsecount: z.optional(z.coerce.number()),
});
type Columns = z.infer<typeof columnsSchema>;

/** The record, and its place by the columns that CloudTrail fills. Throws where one is missing. */
export function recordOfRow(row: LakeRow): PlacedRecord {
  const columns = columnsSchema.parse(
    Object.fromEntries(
      row
        .flatMap((column) => Object.entries(column))
        .filter(([, value]) => value !== '' && value !== 'null')
        .map(([name, value]) => [name.toLowerCase(), value]),
    ),
  );
  const { recipientaccountid: accountId, awsregion: region } = columns;
  return { place: { accountId, region }, record: recordOf(columns) };
}

function recordOf(columns: Columns): TrailRecord {
  const request = mapIn(columns.requestparameters, columns.requestcount);
  const response = mapIn(columns.responseelements, columns.responsecount);
  const { errorcode: errorCode, errormessage: errorMessage } = columns;
  const record = {
    eventVersion: columns.eventversion,
    eventID: columns.eventid,
    eventTime: columns.eventtime,
    eventSource: columns.eventsource,
    eventName: columns.eventname,
    eventType: columns.eventtype,
    awsRegion: columns.awsregion,
    recipientAccountId: columns.recipientaccountid,
    sourceIPAddress: columns.sourceipaddress,
    userAgent: columns.useragent,
    ...(errorCode !== undefined && { errorCode }),
    ...(errorMessage !== undefined && { errorMessage }),
    userIdentity: identityIn(columns.useridentity),
    requestParameters: request ?? null,
    responseElements: response ?? null,
  };
  return request === undefined || response === undefined
    ? withoutContent(record, 'CloudTrail Lake answered in a text that can be read in several ways.')
    : record;
}

/** Null where there are none; undefined where they cannot be read for certain. */
function mapIn(text: string | undefined, count: number | undefined) {
  if (text === undefined) return null;
  return count === undefined ? undefined : lakeMap(text, count);
}

/** One that cannot be read is no one whom anybody trusts. */
function identityIn(text: string | undefined): unknown {
  const fields = text === undefined ? undefined : lakeStruct(text);
  return fields ? withTrailNames(fields) : { type: 'Unknown' };
}

/** CloudTrail's names of fields, which the columns of Lake write in lower case. */
const TRAIL_NAMES: ReadonlyMap<string, string> = new Map(
  [
    'principalId',
    'accountId',
    'accessKeyId',
    'userName',
    'sessionContext',
    'creationDate',
    'mfaAuthenticated',
    'sessionIssuer',
    'webIdFederationData',
    'federatedProvider',
    'sourceIdentity',
    'ec2RoleDelivery',
    'invokedBy',
    'identityProvider',
    'onBehalfOf',
    'userId',
    'identityStoreArn',
    'credentialId',
    'inScopeOf',
  ].map((name) => [name.toLowerCase(), name]),
);

function withTrailNames(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      TRAIL_NAMES.get(name.toLowerCase()) ?? name,
      isFields(value) ? withTrailNames(value) : value,
    ]),
  );
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Of `2026-11-29 12:00:00.000`, which is in UTC. */
function isoTime(text: string): string {
  return /^[\d-]+ [\d:.]+$/.test(text) ? `${text.slice(0, 19).replace(' ', 'T')}Z` : text;
}

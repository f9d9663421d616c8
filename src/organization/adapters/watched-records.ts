import type { SQSClient } from '@aws-sdk/client-sqs';
import { sendMessages } from '../../shared/adapters/queue/send-messages';
import { changeRecordPattern } from '../contracts/forwarded-events';
import { memberName } from '../contracts/member-names';
import { RECORD_MESSAGE_VERSION, type RecordMessage } from '../contracts/record-message';
import type { Place } from '../domain/place';
import { isMatch } from '../domain/reading/event-pattern';
import { recordInMessage, type TrailRecord } from '../domain/reading/record-in-message';

/** A record, and the place that AWS says it is of. */
export interface PlacedRecord {
  readonly place: Place;
  readonly record: TrailRecord;
}

export interface RecordReader {
  readonly sqs: SQSClient;
  readonly intakeQueueUrl: string;
  readonly source: RecordMessage['source'];
  readonly partition: string;
  readonly hubName: string;
}

/** Hands on the records that members would forward. Tells how many they were. */
export async function handOnRecords(
  records: readonly PlacedRecord[],
  reader: RecordReader,
): Promise<number> {
  const watched = records.filter((record) => isWatched(record, reader));
  const byAccount = new Map<string, RecordMessage[]>();
  for (const { place, record } of watched) {
    const { accountId: account, region } = place;
    const message: RecordMessage = {
      version: RECORD_MESSAGE_VERSION,
      type: 'record',
      source: reader.source,
      account,
      region,
      record: recordInMessage(record),
    };
    const ofAccount = byAccount.get(account);
    if (ofAccount) ofAccount.push(message);
    else byAccount.set(account, [message]);
  }
  for (const [messageGroupId, contents] of byAccount) {
    await sendMessages(reader.sqs, reader.intakeQueueUrl, {
      contents,
      about: `records of account ${messageGroupId}`,
      messageGroupId,
    });
  }
  return watched.length;
}

function isWatched({ place, record }: PlacedRecord, { partition, hubName }: RecordReader): boolean {
  const readRole = memberName(hubName, 'readRole');
  const readRoleArn = `arn:${partition}:iam::${place.accountId}:role/${readRole}`;
  return isMatch(changeRecordPattern(readRoleArn), record);
}

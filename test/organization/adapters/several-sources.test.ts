import { SQSClient } from '@aws-sdk/client-sqs';
import { recordOfRow } from '../../../src/organization/adapters/lake-rows';
import { parseRecordMessage } from '../../../src/organization/adapters/record-messages';
import {
  handOnRecords,
  type PlacedRecord,
} from '../../../src/organization/adapters/watched-records';
import { READ_SOURCES } from '../../../src/organization/domain/sources';

/** The same calls by way of both readers: who takes the messages tells them by their ids. */

const PLACE = { accountId: '111122223333', region: 'eu-west-1' };
const IDS = Array.from({ length: 25 }, (_, index) => `event-${index}`);

test('each call has the same id, account and Region by whichever source it comes', async () => {
  const byTrail = await sent('organization-trail', IDS.map(inFile));
  const byLake = await sent('cloudtrail-lake', IDS.map(inRow));
  const twice = [...byTrail, ...byLake, ...byTrail.slice(5), ...byLake.reverse()];
  const messages = twice.map(({ body }) => parseRecordMessage(body));

  expect(new Set(messages.map((message) => message?.record.eventID))).toEqual(new Set(IDS));
  expect(messages.every((message) => message?.account === PLACE.accountId)).toBe(true);
  expect(messages.every((message) => message?.region === PLACE.region)).toBe(true);
});

test('messages of one account are one group of the queue, in batches that SQS takes', async () => {
  const long = 'x'.repeat(100_000);
  const messages = await sent('organization-trail', [
    ...IDS.map((id) => ({ ...inFile(id), record: { ...inFile(id).record, userAgent: long } })),
    inFile('last'),
  ]);
  expect(new Set(messages.map(({ group }) => group))).toEqual(new Set([PLACE.accountId]));
  const bytes = new Map<number, number>();
  messages.forEach(({ call, body }) => bytes.set(call, (bytes.get(call) ?? 0) + body.length));
  expect(Math.max(...bytes.values())).toBeLessThan(256 * 1_024);
  expect(messages).toHaveLength(IDS.length + 1);
});

test('a message that SQS does not take is an error, so that the source is read again', async () => {
  const refusing = { send: async () => ({ Failed: [{ Message: 'full' }] }) };
  await expect(handOn('organization-trail', [inFile('a')], refusing)).rejects.toThrow('full');
});

function inFile(eventID: string): PlacedRecord {
  return {
    place: PLACE,
    record: {
      eventID,
      eventSource: 'ec2.amazonaws.com',
      eventName: 'AuthorizeSecurityGroupIngress',
      requestParameters: { groupId: 'sg-1' },
    },
  };
}

function inRow(eventID: string): PlacedRecord {
  return recordOfRow([
    { eventID },
    { eventTime: '2026-11-29 12:00:00.000' },
    { eventSource: 'ec2.amazonaws.com' },
    { eventName: 'AuthorizeSecurityGroupIngress' },
    { awsRegion: PLACE.region },
    { recipientAccountId: PLACE.accountId },
    { requestParameters: '{groupId=sg-1}' },
    { requestCount: '1' },
  ]);
}

interface Sent {
  readonly call: number;
  readonly group: string;
  readonly body: string;
}

async function sent(
  source: (typeof READ_SOURCES)[number],
  records: readonly PlacedRecord[],
): Promise<Sent[]> {
  const messages: Sent[] = [];
  let call = 0;
  await handOn(source, records, {
    send: async ({ input: { Entries } }) => {
      call += 1;
      for (const { MessageGroupId: group, MessageBody: body } of Entries) {
        messages.push({ call, group, body });
      }
      return {};
    },
  });
  return messages;
}

interface FakeSqs {
  send(command: {
    readonly input: {
      readonly Entries: readonly {
        readonly MessageGroupId: string;
        readonly MessageBody: string;
      }[];
    };
  }): Promise<object>;
}

async function handOn(
  source: (typeof READ_SOURCES)[number],
  records: readonly PlacedRecord[],
  sqs: FakeSqs,
): Promise<number> {
  return handOnRecords(records, {
    sqs: Object.assign(new SQSClient({ region: PLACE.region }), sqs),
    intakeQueueUrl: 'queue',
    source,
    partition: 'aws',
    hubName: 'cdk-sentries',
  });
}

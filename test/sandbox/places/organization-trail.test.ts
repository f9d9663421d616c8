import { gunzipSync } from 'node:zlib';
import { CreateSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LocalAws, type Place } from '../../../sandbox/local-aws';

const ARCHIVE: Place = { accountId: '333333333333', region: 'us-east-1' };
const PLACES: Place[] = [
  { accountId: '222222222222', region: 'eu-west-1' },
  { accountId: '123456789012', region: 'us-east-1' },
];

let aws: LocalAws;
beforeAll(async () => {
  aws = await LocalAws.start({ log: console.log });
});
afterAll(async () => aws.stop());

test('the records of all places are in the bucket five minutes later, and their objects are events', async () => {
  const access = aws.accessTo(ARCHIVE);
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'trail' }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'trail',
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  const sqs = new SQSClient(access);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'objects' }));
  const eventBridge = new EventBridgeClient(access);
  const EventPattern = JSON.stringify({ source: ['aws.s3'], 'detail-type': ['Object Created'] });
  await eventBridge.send(new PutRuleCommand({ Name: 'objects', EventPattern }));
  const Arn = 'arn:aws:sqs:us-east-1:333333333333:objects';
  await eventBridge.send(
    new PutTargetsCommand({ Rule: 'objects', Targets: [{ Id: 'queue', Arn }] }),
  );

  aws.startOrganizationTrail({
    organizationId: 'o-abc1234567',
    bucketName: 'trail',
    place: ARCHIVE,
  });
  for (const place of PLACES) {
    await new EC2Client(aws.accessTo(place)).send(
      new CreateSecurityGroupCommand({ GroupName: 'group', Description: 'group' }),
    );
  }
  await aws.settled();
  const list = async () =>
    (await s3.send(new ListObjectsV2Command({ Bucket: 'trail' }))).Contents ?? [];
  await expect(list()).resolves.toEqual([]);

  await aws.setClock(new Date(aws.now().getTime() + 5 * 60_000));
  const keys = (await list()).map(({ Key = '' }) => Key);
  expect(keys).toHaveLength(2);
  for (const { accountId, region } of PLACES) {
    const key = keys.find((each) => each.includes(`/${accountId}/`)) ?? '';
    expect(key).toMatch(
      new RegExp(
        `^AWSLogs/o-abc1234567/${accountId}/CloudTrail/${region}/\\d{4}/\\d\\d/\\d\\d/${accountId}_CloudTrail_${region}_\\d{8}T\\d{4}Z_\\w{16}\\.json\\.gz$`,
      ),
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'trail', Key: key }));
    const content = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array());
    expect(JSON.parse(content.toString())).toMatchObject({
      Records: [{ recipientAccountId: accountId, awsRegion: region }],
    });
  }
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  );
  expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ account: ARCHIVE.accountId, source: 'aws.s3' }),
    ]),
  );
});

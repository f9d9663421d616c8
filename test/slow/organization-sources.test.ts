import { gzipSync } from 'node:zlib';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { OrganizationTrail } from '../../sandbox/cloudtrail/organization-trail';
import { HOME } from '../../sandbox/emulator/emulator-access';
import { type DeployedStack, LocalAws, type Place } from '../../sandbox/local-aws';
import type { Organization } from '../../sandbox/organization/organization';
import { parseRecordMessage } from '../../src/organization/adapters/record-messages';
import { ChangeSource } from '../../src/organization/constructs/change-source';
import { MemberAccounts } from '../../src/organization/constructs/member-accounts';
import { SentryHub } from '../../src/organization/constructs/sentry-hub';
import { READING_METRICS_WHILE_IDLE } from '../../src/organization/contracts/reading-metrics';
import type { RecordMessage } from '../../src/organization/contracts/record-message';
import { temporaryFolder } from '../support/apps/tiny-app';
import { metricNamesIn } from '../support/sandbox/written-metrics';

/** The readers of a hub as they are built and synthesized. */

const PAYMENTS: Place = { accountId: '222222222222', region: 'eu-west-1' };
const SHOP: Place = { accountId: '333333333333', region: 'us-east-1' };
const BUCKET = 'organization.log.files';
const STORE = `arn:aws:cloudtrail:us-east-1:${HOME.accountId}:eventdatastore/store-of-the-sandbox`;
const SECOND = 1_000;
const HOUR = 60 * 60_000;

const logs: string[] = [];

let aws: LocalAws;
let organization: Organization;
let trail: OrganizationTrail;
let hubStack: DeployedStack;

beforeAll(async () => {
  aws = await LocalAws.start({
    log: console.log,
    onFunctionLog: (_, line) => logs.push(line),
  });
  organization = await aws.organization();
  await organization.addAccounts([
    { name: 'payments', id: PAYMENTS.accountId },
    { name: 'shop', id: SHOP.accountId },
  ]);
  await makeBucket();
  hubStack = await aws.deploy(synthesizedHub());
  trail = aws.startOrganizationTrail({ organizationId: organization.id, bucketName: BUCKET });
});
afterAll(async () => aws.stop());

describe('an organization trail', () => {
  test('brings the calls of every account and Region, as of the account and Region they are of', async () => {
    await openPort(PAYMENTS);
    await openPort(SHOP);
    await trail.deliver();
    expect(await arrived()).toEqual(
      expect.arrayContaining([
        opened('organization-trail', PAYMENTS),
        opened('organization-trail', SHOP),
      ]),
    );
  });

  test('is believed by the keys of its files, whatever stands in the records', async () => {
    await putFile(keyOf(PAYMENTS), [recordOf(SHOP)]);
    expect(await arrived()).toEqual([
      expect.objectContaining({
        account: PAYMENTS.accountId,
        region: PAYMENTS.region,
        record: recordOf(SHOP),
      }),
    ]);
  });

  test('is not heard of by way of digest files, and of calls that are not watched', async () => {
    await putFile(keyOf(PAYMENTS).replaceAll('CloudTrail', 'CloudTrail-Digest'), [
      recordOf(PAYMENTS),
    ]);
    await putFile(keyOf(PAYMENTS), [
      { ...recordOf(PAYMENTS), eventName: 'RunInstances' },
      { ...recordOf(PAYMENTS), errorCode: 'Client.InvalidGroup.NotFound' },
    ]);
    expect(await arrived()).toEqual([]);
  });
});

describe('CloudTrail Lake', () => {
  test('brings the same calls, of all pages, once its query has ended', async () => {
    Object.assign(aws.lake, { rowsPerPage: 1, looksUntilFinished: 2 });
    await openPort(PAYMENTS);
    // A query ends before the second in which it is made.
    await aws.setClock(new Date(aws.now().getTime() + SECOND));
    await readLake();
    expect(await arrived()).toContainEqual(opened('cloudtrail-lake', PAYMENTS));
    expect(aws.lake.pages).toBeGreaterThan(2);
    expect(await readUntil()).toBeDefined();
  });

  test('after an outage of nine hours, is read from where reading ended, in several runs', async () => {
    Object.assign(aws.lake, { rowsPerPage: 1_000, looksUntilFinished: 0 });
    const before = await readUntil();
    await aws.setClock(new Date(aws.now().getTime() + 8 * HOUR));
    await openPort(SHOP);
    await aws.setClock(new Date(aws.now().getTime() + HOUR));
    aws.failNext({
      service: 'cloudtrail',
      action: 'StartQuery',
      errorCode: 'MaxConcurrentQueriesException',
      times: 1,
    });
    await readLake();
    expect(await readUntil()).toBe(before);

    await readLake();
    await arrived();
    await readLake();
    expect(await arrived()).toContainEqual(opened('cloudtrail-lake', SHOP));
  });

  test('that holds nothing new costs the metrics that docs/cost.md counts', async () => {
    await readLake();
    const before = logs.length;
    await readLake();
    expect(metricNamesIn(logs.slice(before))).toEqual([...READING_METRICS_WHILE_IDLE.lake].sort());
  });
});

function synthesizedHub(): string {
  const app = new App({ outdir: temporaryFolder() });
  const stack = new Stack(app, 'Hub');
  new SentryHub(stack, 'Hub', {
    organizationId: organization.id,
    accounts: MemberAccounts.organization(),
    sources: [
      ChangeSource.organizationTrail(s3.Bucket.fromBucketName(stack, 'Bucket', BUCKET), {
        logFilePrefix: `AWSLogs/${organization.id}/`,
      }),
      ChangeSource.cloudTrailLake(STORE),
    ],
  });
  return app.synth().directory;
}

async function makeBucket(): Promise<void> {
  const client = bucketClient();
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: BUCKET,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
}

function bucketClient(): S3Client {
  return new S3Client({ ...aws.accessTo(HOME), forcePathStyle: true });
}

function keyOf({ accountId, region }: Place): string {
  const name = `${accountId}_CloudTrail_${region}_20261129T1200Z_0a1b2c3d.json.gz`;
  return `AWSLogs/${organization.id}/${accountId}/CloudTrail/${region}/2026/11/29/${name}`;
}

function recordOf({ accountId, region }: Place) {
  return {
    eventID: '0a1b2c3d-0000-4000-8000-000000000000',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'AuthorizeSecurityGroupIngress',
    awsRegion: region,
    recipientAccountId: accountId,
  };
}

async function putFile(Key: string, Records: readonly object[]): Promise<void> {
  const Body = gzipSync(JSON.stringify({ Records }));
  await bucketClient().send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
}

async function openPort(place: Place): Promise<void> {
  const client = new ec2.EC2Client(aws.accessTo(place));
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { GroupId } = await client.send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: `g${aws.now().getTime()}`,
      Description: 'opened, by hand=yes',
      VpcId: Vpc?.VpcId,
    }),
  );
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    }),
  );
  client.destroy();
}

function opened(source: RecordMessage['source'], { accountId, region }: Place) {
  return {
    version: 1,
    type: 'record',
    source,
    account: accountId,
    region,
    record: expect.objectContaining({
      eventName: 'AuthorizeSecurityGroupIngress',
      recipientAccountId: accountId,
      requestParameters: expect.objectContaining({
        groupId: expect.stringMatching(/^sg-/),
        ipPermissions: { items: [expect.objectContaining({ fromPort: 22 })] },
      }),
    }),
  };
}

/** What was put into the hub's queue since it was looked at last. */
async function arrived(): Promise<(RecordMessage | undefined)[]> {
  await aws.settled();
  const client = new SQSClient(aws.accessTo(HOME));
  const QueueUrl = resource('AWS::SQS::Queue', 'HubIntake');
  const found: (RecordMessage | undefined)[] = [];
  for (;;) {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (!Messages?.length) return found;
    found.push(...Messages.map(({ Body = '' }) => parseRecordMessage(Body)));
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle = '' }, index) => ({
          Id: String(index),
          ReceiptHandle,
        })),
      }),
    );
  }
}

async function readLake(): Promise<void> {
  await aws.fire(hubStack, 'HubReadLakeSchedule');
}

async function readUntil(): Promise<string | undefined> {
  const { Items = [] } = await new DynamoDBClient(aws.accessTo(HOME)).send(
    new ScanCommand({ TableName: resource('AWS::DynamoDB::Table', 'HubCoverage') }),
  );
  return Items.find(({ pk }) => pk?.S === `READ#${STORE}`)?.readUntil?.S;
}

function resource(type: string, logicalIdPrefix: string): string {
  const [found] = [...hubStack.resources].filter(
    ([id, made]) => made.type === type && id.startsWith(logicalIdPrefix),
  );
  if (!found) throw new Error(`The stack has no ${type} whose id begins with ${logicalIdPrefix}.`);
  return found[1].physicalId;
}

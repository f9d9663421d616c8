import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  type AccessKey,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { HOME } from '../../sandbox/emulator/emulator-access';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import type { Organization } from '../../sandbox/organization/organization';
import { IamGaps } from '../../sandbox/proxy/iam-gaps/iam-gaps';
import { IamKeySentry, KeyActions, KeyOwner, KeyReports } from '../../src';
import { MemberAccounts } from '../../src/organization/constructs/member-accounts';
import { MemberRegions } from '../../src/organization/constructs/member-regions';
import { MemberRights } from '../../src/organization/constructs/member-rights';
import { MemberStackSets } from '../../src/organization/constructs/member-stack-sets';
import { SentryHub } from '../../src/organization/constructs/sentry-hub';
import { temporaryFolder } from '../support/apps/tiny-app';
import { keySchemaErrors } from '../support/schemas/access-key-schemas';

/** The built bundles, as they are synthesized, in an organization that keeps to its policies. */

jest.setTimeout(120_000);

const PAYMENTS = '222222222222';
/** It has no roles for the hub. */
const CLOSED_SHOP = '333333333333';
const BUCKET = 'key-reports';
const START = new Date('2026-03-10T12:00:00Z');
const DAY = 86_400_000;
const CAUGHT = 'caught-events';

let aws: LocalAws;
let organization: Organization;
let unit: string;
let bucket: S3Client;
let hub: DeployedStack;
/** Of the member's users, by name. */
const keyOf = new Map<string, AccessKey>();

beforeAll(async () => {
  aws = await LocalAws.start({
    iamGaps: new IamGaps(),
    functionsSkipWaits: 'of the SDK',
    log: console.log,
  });
  await aws.setClock(START);
  organization = await aws.organization();
  unit = await organization.addUnit('workloads');
  await organization.addAccounts([
    { name: 'payments', id: PAYMENTS, parentId: unit },
    { name: 'closed shop', id: CLOSED_SHOP },
  ]);
  await organization.delegate(HOME.accountId, 'securityhub.amazonaws.com');
  hub = await aws.deploy(synthesized('Hub', addHub));
  await aws.deploy(synthesized('Member', addMember), undefined, {
    accountId: organization.managementAccountId,
    region: HOME.region,
  });
  bucket = new S3Client({ ...aws.accessTo(HOME), forcePathStyle: true });
  await bucket.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await addUser('bob');
  const Tags = [{ Key: 'owner', Value: 'payments@example.com' }];
  await iamOf(PAYMENTS).send(new TagUserCommand({ UserName: 'bob', Tags }));
  await catchOwnerEvents();
  await aws.setClock(new Date(START.getTime() + 60 * DAY));
  await addUser('ann');
  await addUser('carol');
});
afterAll(async () => aws?.stop());

test('an old key of a member is reported and retired, and one that is not used unless it is used after its notice; who refuses is named', async () => {
  await aws.setClock(new Date(START.getTime() + 120 * DAY));
  const noticed = await run();
  expect(noticed).toHaveLength(1);
  expect(noticed[0]).toContain('Account 222222222222 (payments)');
  expect(noticed[0]).toMatch(/because it is \d+ days old and no use of it is known in/);
  expect(
    noticed[0]?.match(/because no use of it is known in its \d+ days, unless it is used/g),
  ).toHaveLength(2);
  expect(noticed[0]).toContain('333333333333 (closed shop): ROLE_REFUSES');
  expect(noticed[0]).toContain('Owner payments@example.com (by the tag Owner):\n\n- ');
  expect(await caughtOwnerEvents()).toEqual([NOTICED]);
  await aws.setClock(new Date(START.getTime() + 124 * DAY));
  await use(keyOf.get('carol'));
  await aws.setClock(new Date(START.getTime() + 128 * DAY));
  const retired = await run();
  expect(retired).toHaveLength(1);
  expect(retired[0]).toMatch(
    /It was deactivated on 2026-07-16 because no use of it is known in its \d+ days\./,
  );
  expect(await statusOf('bob', 'ann', 'carol')).toEqual(['Inactive', 'Inactive', 'Active']);
  expect(retired[0]).toContain('Listed since 2026-07-08.');
});

test('each run has written one file with the keys of all accounts, and what is not known', async () => {
  const [noticed = '', retired = '', ...others] = await filesOfRuns();
  expect(others).toEqual([]);
  expect(noticed).toMatch(
    /"222222222222","bob","AKIA\w+","Active",.*"deactivate","notice","2026-07-1\d"/,
  );
  expect(retired).toMatch(
    /"222222222222","bob","AKIA\w+","Active",.*"deactivate","done","2026-07-16"/,
  );
  expect(retired).toMatch(/"333333333333",.*"ROLE_REFUSES: /);
});

test('a message of a run that is over does nothing', async () => {
  const [queueUrl = ''] = [...hub.resources.entries()]
    .filter(([id, { type }]) => type === 'AWS::SQS::Queue' && id.startsWith('SentryAccounts'))
    .map(([, { physicalId }]) => physicalId);
  const { deliveries } = await aws.inbox.during(async () => {
    await new SQSClient(aws.accessTo(HOME)).send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ version: 1, runId: 'over', accountId: PAYMENTS }),
      }),
    );
    await aws.settled();
    await aws.fire(hub, 'SentryReportSchedule');
    await aws.settled();
  });
  expect(deliveries).toEqual([]);
});

/** As the queue that a user's rule feeds has it. */
const NOTICED = expect.objectContaining({
  owner: { name: 'payments@example.com' },
  complete: false,
  keys: [
    expect.objectContaining({
      account: PAYMENTS,
      userName: 'bob',
      step: expect.objectContaining({ kind: 'notice', step: 'deactivate' }),
    }),
  ],
});

async function catchOwnerEvents(): Promise<void> {
  const eventBridge = new EventBridgeClient(aws.accessTo(HOME));
  await new SQSClient(aws.accessTo(HOME)).send(new CreateQueueCommand({ QueueName: CAUGHT }));
  const EventPattern = JSON.stringify({
    source: ['cdk-sentries'],
    'detail-type': ['Access Keys of Owner'],
    detail: { owner: { name: ['payments@example.com'] } },
  });
  await eventBridge.send(new PutRuleCommand({ Name: CAUGHT, EventPattern }));
  const Arn = `arn:aws:sqs:${HOME.region}:${HOME.accountId}:${CAUGHT}`;
  await eventBridge.send(new PutTargetsCommand({ Rule: CAUGHT, Targets: [{ Id: CAUGHT, Arn }] }));
}

async function caughtOwnerEvents(): Promise<unknown[]> {
  const sqs = new SQSClient(aws.accessTo(HOME));
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: CAUGHT }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
  );
  const details = Messages.map(({ Body = '' }) => JSON.stringify(JSON.parse(Body).detail));
  expect(details.flatMap((detail) => keySchemaErrors('owner', detail))).toEqual([]);
  return details.map((detail) => JSON.parse(detail));
}

/** A whole run, with the texts of its reports. */
async function run(): Promise<string[]> {
  await aws.fire(hub, 'HubCoverageSchedule');
  await aws.settled();
  const { deliveries } = await aws.inbox.during(async () => {
    await aws.fire(hub, 'SentrySchedule');
    await aws.settled();
    await aws.fire(hub, 'SentryReportSchedule');
    await aws.settled();
  });
  return deliveries
    .filter(({ message }) => message.includes('"organization-access-key-report"'))
    .map(({ emailText }) => emailText);
}

async function filesOfRuns(): Promise<string[]> {
  const { Contents = [] } = await bucket.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(Contents.every(({ Key }) => Key?.endsWith('-organization.csv'))).toBe(true);
  return Promise.all(
    Contents.map(async ({ Key = '' }) => {
      const { Body } = await bucket.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return Body!.transformToString();
    }),
  );
}

async function statusOf(...names: string[]): Promise<(string | undefined)[]> {
  const answers = await Promise.all(
    names.map(async (UserName) => iamOf(PAYMENTS).send(new ListAccessKeysCommand({ UserName }))),
  );
  return answers.flatMap(({ AccessKeyMetadata = [] }) =>
    AccessKeyMetadata.map(({ Status }) => Status),
  );
}

/** Of the member, with a key. */
async function addUser(UserName: string): Promise<void> {
  const iam = iamOf(PAYMENTS);
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  if (key) keyOf.set(UserName, key);
}

async function use(key: AccessKey | undefined): Promise<void> {
  const sts = new STSClient({
    ...aws.accessTo(HOME),
    credentials: {
      accessKeyId: key?.AccessKeyId ?? '',
      secretAccessKey: key?.SecretAccessKey ?? '',
    },
  });
  await sts.send(new GetCallerIdentityCommand({}));
}

function iamOf(accountId: string): IAMClient {
  return new IAMClient(aws.accessTo({ accountId, region: HOME.region }));
}

function addHub(stack: Stack): void {
  new IamKeySentry(stack, 'Sentry', {
    hub: new SentryHub(stack, 'Hub', {
      organizationId: organization.id,
      accounts: MemberAccounts.organization({ excluding: [organization.managementAccountId] }),
      regions: MemberRegions.of([HOME.region]),
    }),
    reports: KeyReports.everyRun(),
    inventoryBucket: s3.Bucket.fromBucketName(stack, 'Reports', BUCKET),
    owners: [KeyOwner.tag('Owner')],
    maxUnusedAge: Duration.days(45),
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      deactivateUnusedAfter: Duration.days(45),
      grace: Duration.days(7),
    }),
  });
}

function addMember(stack: Stack): void {
  new MemberStackSets(stack, 'Members', {
    hub: SentryHub.fromSentryHubAttributes({
      hubAccountId: HOME.accountId,
      hubRegion: HOME.region,
      organizationId: organization.id,
    }),
    targets: [{ units: [unit], rights: MemberRights.FULL }],
    regions: [HOME.region],
  });
}

function synthesized(name: string, add: (stack: Stack) => void): string {
  const app = new App({ outdir: temporaryFolder() });
  add(new Stack(app, name));
  return app.synth().directory;
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import {
  DisableRuleCommand,
  EventBridgeClient,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { App, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod/mini';
import { HOME } from '../../sandbox/emulator/emulator-access';
import {
  type AwsCredentials,
  type DeployedStack,
  LocalAws,
  type Place,
} from '../../sandbox/local-aws';
import type { Organization } from '../../sandbox/organization/organization';
import { DynamoCoverage } from '../../src/organization/adapters/dynamo-coverage';
import { MemberSessions } from '../../src/organization/adapters/member-sessions';
import { MemberAccounts } from '../../src/organization/constructs/member-accounts';
import { MemberRegions } from '../../src/organization/constructs/member-regions';
import { MemberStackSets } from '../../src/organization/constructs/member-stack-sets';
import { SentryHub } from '../../src/organization/constructs/sentry-hub';
import { SentryMember } from '../../src/organization/constructs/sentry-member';
import { hubRoleName } from '../../src/organization/contracts/hub-roles';
import { temporaryFolder } from '../support/apps/tiny-app';

/**
 * Hub and members as they are synthesized, in an organization that evaluates bus policies, trust
 * policies and session policies.
 */

const HUB = HOME;
const REGIONS = ['us-east-1', 'eu-west-1'];
const PAYMENTS = '222222222222';
const SHOP = '333333333333';
const STRANGER = '555555555555';
const ARRIVED = 'arrived';

const Arrived = z.object({
  id: z.string(),
  account: z.string(),
  region: z.string(),
  source: z.string(),
  detail: z.looseObject({ eventName: z.string(), recipientAccountId: z.string() }),
});
type Arrived = z.infer<typeof Arrived>;

let aws: LocalAws;
let organization: Organization;
let unit: string;
let hubStack: DeployedStack;

beforeAll(async () => {
  aws = await LocalAws.start({ log: console.log });
  organization = await aws.organization();
  unit = await organization.addUnit('workloads');
  await organization.addAccounts([
    { name: 'payments', id: PAYMENTS, parentId: unit },
    { name: 'shop', id: SHOP, parentId: unit },
  ]);
  await organization.delegate(HUB.accountId, 'securityhub.amazonaws.com');
  hubStack = await aws.deploy(synthesized('Hub', addHub));
  await aws.deploy(synthesized('Members', addMembers), undefined, {
    accountId: organization.managementAccountId,
    region: 'us-east-1',
  });
});
afterAll(async () => aws.stop());

describe('what happens in a member', () => {
  test.each(REGIONS)(
    'in %s reaches the hub as it was, from its account and Region',
    async (region) => {
      await openPort({ accountId: PAYMENTS, region });
      const [opened] = (await arrived()).filter(named('AuthorizeSecurityGroupIngress'));
      expect(opened).toMatchObject({
        account: PAYMENTS,
        region,
        source: 'aws.ec2',
        detail: { recipientAccountId: PAYMENTS },
      });
    },
  );

  test('someone who disables the rule is told of at the hub', async () => {
    const place = { accountId: SHOP, region: 'eu-west-1' };
    const client = new EventBridgeClient(aws.accessTo(place));
    await client.send(new DisableRuleCommand({ Name: 'cdk-sentries-changes' }));
    expect(await looks()).toContainEqual(['333333333333', 'eu-west-1', 'seen', 'disabled']);
  });
});

describe('the hub', () => {
  test('sees in each place of its members that the rule stands, and what it may do there', async () => {
    expect(await looks()).toEqual(
      expect.arrayContaining([
        [PAYMENTS, 'us-east-1', 'seen', 'as-made'],
        [PAYMENTS, 'eu-west-1', 'seen', 'as-made'],
        [SHOP, 'us-east-1', 'seen', 'as-made'],
      ]),
    );
    const { places } = await coverage().read();
    expect(places.map(({ look }) => look)).toContainEqual(
      expect.objectContaining({ rights: 'REVOKE', templateVersion: 1 }),
    );
  });

  test('sees an account that joins, and forgets one that leaves', async () => {
    const [newcomer = ''] = await organization.addAccounts([{ name: 'lab', parentId: unit }]);
    await aws.stackSets.accountsChanged();
    expect(await looks()).toContainEqual([newcomer, 'eu-west-1', 'seen', 'as-made']);

    await organization.move(newcomer, organization.rootId);
    await aws.stackSets.accountsChanged();
    const accounts = (await looks()).map(([account]) => account);
    expect(accounts).not.toContain(newcomer);
  });
});

test('accounts are found in their units where AWS does not tell their paths', async () => {
  await organization.giveOlderAnswers();
  expect((await looks()).map(([account]) => account)).toContain(PAYMENTS);
});

describe('no one else', () => {
  test('of another organization is heard at the hub, with the same rule and role', async () => {
    await aws.deploy(synthesized('Stranger', addStrangersMember), undefined, {
      accountId: STRANGER,
      region: 'us-east-1',
    });
    await openPort({ accountId: STRANGER, region: 'us-east-1' });
    expect((await arrived()).map(({ account }) => account)).not.toContain(STRANGER);
  });

  test('can put events on the bus by hand, in a member of the organization', async () => {
    const admin = await organization.administrator(PAYMENTS, 'mallory');
    const client = new EventBridgeClient({ ...aws.accessTo(HUB), credentials: admin });
    const put = async (source: string) =>
      client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: `arn:aws:events:us-east-1:${HUB.accountId}:event-bus/cdk-sentries`,
              Source: source,
              DetailType: 'AWS API Call via CloudTrail',
              Detail: JSON.stringify({ eventName: 'AuthorizeSecurityGroupIngress' }),
            },
          ],
        }),
      );
    await expect(put('my.app')).rejects.toThrow(/not authorized/i);
    const forged = await put('aws.ec2').catch((error: unknown) => error);
    expect(JSON.stringify(forged)).toMatch(/NotAuthorizedForSource|AccessDenied/);
    expect(await arrived()).toEqual([]);
  });

  test.each<[string, () => Promise<AwsCredentials>]>([
    ['another role of the hub', async () => roleOf(HUB.accountId, 'other')],
    [
      'a role of that name in another account',
      async () => roleOf(SHOP, hubRoleName('cdk-sentries', 'coverage')),
    ],
    ['an administrator of another member', async () => organization.administrator(SHOP, 'eve')],
  ])('gets into a member: %s', async (_, caller) => {
    await expect(sessionsOf(await caller()).read(PAYMENTS)).rejects.toThrow(
      `Account ${PAYMENTS} does not let the hub in`,
    );
  });
});

test('a role of the hub that was deleted and made again is let in, and no member is touched', async () => {
  const name = hubRoleName('cdk-sentries', 'coverage');
  await deleteRole(name);
  const again = await roleOf(HUB.accountId, name);
  await expect(sessionsOf(again).read(PAYMENTS)).resolves.toMatchObject({
    accessKeyId: expect.stringMatching(/^ASIA/),
  });
});

function addHub(stack: Stack): void {
  const hub = new SentryHub(stack, 'Hub', {
    organizationId: organization.id,
    accounts: MemberAccounts.organization({ units: [unit] }),
    regions: MemberRegions.of(REGIONS),
  });
  new events.Rule(stack, 'Everything', {
    eventBus: hub.eventBus,
    eventPattern: { source: ['aws.ec2'] },
    targets: [new targets.SqsQueue(new sqs.Queue(stack, 'Arrived', { queueName: ARRIVED }))],
  });
}

function addMembers(stack: Stack): void {
  new MemberStackSets(stack, 'Members', {
    hub: hubElsewhere(organization.id),
    targets: [{ units: [unit] }],
    regions: REGIONS,
  });
}

function addStrangersMember(stack: Stack): void {
  new SentryMember(stack, 'Member', { hub: hubElsewhere(organization.id) });
}

function hubElsewhere(organizationId: string) {
  return SentryHub.fromSentryHubAttributes({
    hubAccountId: HUB.accountId,
    hubRegion: HUB.region,
    organizationId,
  });
}

function synthesized(name: string, add: (stack: Stack) => void): string {
  const app = new App({ outdir: temporaryFolder() });
  add(new Stack(app, name));
  return app.synth().directory;
}

async function openPort(place: Place): Promise<void> {
  const client = new ec2.EC2Client(aws.accessTo(place));
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { GroupId } = await client.send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: `g${Math.random()}`,
      Description: 'g',
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

/** What reached the hub since it was looked at last. */
async function arrived(): Promise<Arrived[]> {
  await aws.settled();
  const client = new SQSClient(aws.accessTo(HUB));
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: ARRIVED }));
  const found: Arrived[] = [];
  for (;;) {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (!Messages?.length) return found;
    found.push(...Messages.map(({ Body }) => Arrived.parse(JSON.parse(Body ?? ''))));
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: ReceiptHandle ?? '',
        })),
      }),
    );
  }
}

function named(eventName: string) {
  return ({ detail }: Arrived) => detail.eventName === eventName;
}

/** Has all members looked at, and tells what was seen. */
async function looks(): Promise<unknown[][]> {
  await aws.fire(hubStack, 'HubCoverageSchedule');
  await aws.settled();
  const { places } = await coverage().read();
  return places.map(({ place, look }) => [
    place.accountId,
    place.region,
    look?.kind,
    look?.kind === 'seen' ? look.rule : undefined,
  ]);
}

function coverage(): DynamoCoverage {
  const [table = ''] = [...hubStack.resources.values()]
    .filter(({ type }) => type === 'AWS::DynamoDB::Table')
    .map(({ physicalId }) => physicalId);
  return new DynamoCoverage(new DynamoDBClient(aws.accessTo(HUB)), table);
}

function sessionsOf(credentials: AwsCredentials): MemberSessions {
  return new MemberSessions({
    sts: new STSClient({ ...aws.accessTo(HUB), credentials }),
    partition: 'aws',
    hubName: 'cdk-sentries',
    hubFunction: 'coverage',
    now: () => new Date(),
  });
}

const ASSUMES = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'], Resource: '*' },
  ],
};

/** A session of a role that may assume all roles that let it in. */
async function roleOf(accountId: string, name: string): Promise<AwsCredentials> {
  const client = new IAMClient(aws.accessTo({ ...HUB, accountId }));
  await client.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  await client.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'assumes',
      PolicyDocument: JSON.stringify(ASSUMES),
    }),
  );
  return aws.assumeRole(`arn:aws:iam::${accountId}:role/${name}`, 'session');
}

async function deleteRole(RoleName: string): Promise<void> {
  const client = new IAMClient(aws.accessTo(HUB));
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) {
    await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await client.send(new DeleteRoleCommand({ RoleName }));
}

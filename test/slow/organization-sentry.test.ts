import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod/mini';
import { HOME } from '../../sandbox/emulator/emulator-access';
import type { Delivery } from '../../sandbox/inbox';
import { type DeployedStack, LocalAws, type Place } from '../../sandbox/local-aws';
import type { Organization } from '../../sandbox/organization/organization';
import {
  ChangeResponse,
  ExistingViolations,
  MemberAccounts,
  MemberRegions,
  MemberStackSets,
  MonitoredGroups,
  PolicyScope,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  TrafficPattern,
} from '../../src';
import { DynamoCoverage } from '../../src/organization/adapters/dynamo-coverage';
import { temporaryFolder } from '../support/apps/tiny-app';

/**
 * A sentry with a hub, as it is built and synthesized, in an organization of several accounts and
 * Regions that keeps to its policies.
 */

jest.setTimeout(180_000);

const REGIONS = ['us-east-1', 'eu-west-1'];
const PAYMENTS = '222222222222';
const SHOP = '333333333333';
const LAB = '444444444444';
/** It has no roles for the hub, and no rule. */
const CLOSED = '666666666666';
const WARNING = 'holds the payment systems';
const HOUR = 60 * 60_000;
const SSH_FROM_ANYWHERE: ec2.IpPermission = {
  IpProtocol: 'tcp',
  FromPort: 22,
  ToPort: 22,
  IpRanges: [{ CidrIp: '0.0.0.0/0' }],
};

const Change = z.looseObject({
  type: z.literal('security-group-change'),
  eventId: z.string(),
  account: z.string(),
  region: z.string(),
  group: z.looseObject({ id: z.string() }),
  rules: z.array(z.looseObject({ outcome: z.string() })),
});

let made = 0;

let aws: LocalAws;
let organization: Organization;
let workloads: string;
let lab: string;
let hub: DeployedStack;

beforeAll(async () => {
  aws = await LocalAws.start({ functionsSkipWaits: true, log: console.log });
  organization = await aws.organization();
  workloads = await organization.addUnit('workloads');
  lab = await organization.addUnit('lab');
  await organization.addAccounts([
    { name: 'payments', id: PAYMENTS, parentId: workloads },
    { name: 'shop', id: SHOP, parentId: workloads },
    { name: 'lab', id: LAB, parentId: lab },
    { name: 'closed', id: CLOSED },
  ]);
  await organization.delegate(HOME.accountId, 'securityhub.amazonaws.com');
  hub = await aws.deploy(synthesized('Hub', addHub));
  await aws.deploy(synthesized('Members', addMembers), undefined, {
    accountId: organization.managementAccountId,
    region: 'us-east-1',
  });
  await lookAtMembers();
});
afterAll(async () => aws?.stop());

describe('a port that someone opens', () => {
  test('in any member and Region is closed, and the message names the account', async () => {
    const places = [PAYMENTS, SHOP].flatMap((accountId) =>
      REGIONS.map((region) => ({ accountId, region })),
    );
    const { deliveries } = await aws.inbox.during(async () => {
      const groups = await Promise.all(places.map(openPort));
      await aws.settled();
      const left = await Promise.all(places.map((place, index) => ports(place, groups[index])));
      expect(left).toEqual(places.map(() => []));
    });
    const told = deliveries.map(({ emailText }) => emailText).join('\n');
    expect(told).toContain('222222222222 (payments)');
    expect(told).toContain('333333333333 (shop)');
    expect(told).toMatch(/WARNING: +holds the payment systems/);
    expect(reverts(deliveries).sort()).toEqual(
      places.map(({ accountId, region }) => `${accountId} ${region}`).sort(),
    );
  });

  test('in the account and Region of the hub is closed as ever, by the role of the sentry', async () => {
    const group = await openPort(HOME);
    await aws.settled();
    expect(await ports(HOME, group)).toEqual([]);
  });

  test('where the sentry only observes, is reported, and stands', async () => {
    const place = { accountId: LAB, region: 'us-east-1' };
    const { deliveries } = await aws.inbox.during(async () => {
      const group = await openPort(place);
      await aws.settled();
      expect(await ports(place, group)).toEqual([22]);
    });
    expect(deliveries.map(({ message }) => message).join()).toContain('"account":"444444444444"');
  });

  test('whose event is lost, is closed once the members are compared with the ledger', async () => {
    const place = { accountId: SHOP, region: 'eu-west-1' };
    await reconcile();
    aws.loseNext('AuthorizeSecurityGroupIngress', 1, place);
    const group = await openPort(place);
    await aws.settled();
    expect(await ports(place, group)).toEqual([22]);
    for (const hours of [1, 2, 3]) {
      await aws.setClock(new Date(aws.now().getTime() + hours * HOUR));
      await lookAtMembers();
      await reconcile();
    }
    expect(await ports(place, group)).toEqual([]);
  });
});

describe('a record', () => {
  test('that says it is of another account than it came from, has nothing done', async () => {
    const place = { accountId: SHOP, region: 'us-east-1' };
    const { deliveries } = await aws.inbox.during(async () => {
      await send(readersMessage(place, { recipientAccountId: PAYMENTS }));
      await aws.settled();
    });
    expect(deliveries.map(({ emailText }) => emailText).join()).toContain(
      'It came from account 333333333333, and says that it is of 222222222222.',
    );
  });

  test('of an account that the organization does not have, has nothing done', async () => {
    const place = { accountId: '999999999999', region: 'us-east-1' };
    const { deliveries } = await aws.inbox.during(async () => {
      await send(readersMessage(place, { recipientAccountId: '999999999999' }));
      await aws.setClock(new Date(aws.now().getTime() + HOUR));
      await lookAtMembers();
    });
    expect(deliveries.map(({ emailText }) => emailText).join()).toContain(
      'It came from account 999999999999, which is not of the organization',
    );
  });

  test('of a call that was too large, by a reader, has all groups of the place looked at', async () => {
    const place = { accountId: SHOP, region: 'us-east-1' };
    const before = await lookedAt(place);
    await send(
      readersMessage(place, {
        eventID: '0a1b2c3d-0000-4000-8000-000000000002',
        recipientAccountId: SHOP,
        requestParameters: { omitted: true, reason: 'requestParameters too large' },
      }),
    );
    await aws.settled();
    expect(await lookedAt(place)).not.toEqual(before);
  });

  test('that comes by two ways counts once', async () => {
    const place = { accountId: PAYMENTS, region: 'eu-west-1' };
    const first = await aws.inbox.during(async () => {
      await openPort(place);
      await aws.settled();
    });
    expect(reverts(first.deliveries)).toEqual([`${PAYMENTS} eu-west-1`]);
    const again = await aws.inbox.during(async () => {
      for (const { eventId, groupId } of first.deliveries.flatMap(toldChange)) {
        const fields = { recipientAccountId: PAYMENTS, eventID: eventId };
        await send(readersMessage(place, { ...fields, requestParameters: { groupId } }));
      }
      await aws.settled();
    });
    expect(again.deliveries).toEqual([]);
  });
});

describe('an account that does not let the hub in', () => {
  test('is tried again for a while, then left, and named', async () => {
    expect(await tryNumber(1)).toEqual({ batchItemFailures: [{ itemIdentifier: 'refused' }] });
    const { deliveries } = await aws.inbox.during(async () => {
      expect(await tryNumber(4)).toEqual({ batchItemFailures: [] });
    });
    const told = deliveries.map(({ emailText }) => emailText).join();
    expect(told).toContain('666666666666 (closed)');
    expect(told).toContain('does not let the hub');
  });
});

describe('coverage', () => {
  test('hears of a silent place by a heartbeat, and names the one that refuses', async () => {
    await aws.setClock(new Date(aws.now().getTime() + 3 * HOUR));
    await aws.fire(hub, 'SentryMemberHeartbeatRule');
    await aws.settled();
    const heard = (await coverage().read()).places.flatMap(({ place, sightings }) =>
      sightings
        .filter(({ lastAt }) => aws.now().getTime() - lastAt.getTime() < HOUR)
        .map(() => `${place.accountId} ${place.region}`),
    );
    expect(heard).toEqual(
      expect.arrayContaining([`${SHOP} us-east-1`, `${SHOP} eu-west-1`, `${LAB} us-east-1`]),
    );
    expect((await coverage().read()).gaps).toContainEqual(
      expect.objectContaining({
        place: expect.objectContaining({ accountId: CLOSED }),
        cause: 'ROLE_REFUSES',
      }),
    );
  });
});

function addHub(stack: Stack): void {
  new SecurityGroupSentry(stack, 'Sentry', {
    hub: new SentryHub(stack, 'Hub', {
      organizationId: organization.id,
      accounts: MemberAccounts.organization({ excluding: [organization.managementAccountId] }),
      regions: MemberRegions.of(REGIONS),
      accountWarnings: { [PAYMENTS]: WARNING },
    }),
    monitoredGroups: MonitoredGroups.all(),
    observeIn: PolicyScope.units([lab]),
    existingViolations: ExistingViolations.REPORT,
    policies: [
      {
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
        response: ChangeResponse.revert(),
      },
    ],
  });
}

function addMembers(stack: Stack): void {
  new MemberStackSets(stack, 'Members', {
    hub: SentryHub.fromSentryHubAttributes({
      hubAccountId: HOME.accountId,
      hubRegion: HOME.region,
      organizationId: organization.id,
    }),
    targets: [{ units: [workloads, lab] }],
    regions: REGIONS,
  });
}

function synthesized(name: string, add: (stack: Stack) => void): string {
  const app = new App({ outdir: temporaryFolder() });
  add(new Stack(app, name));
  return app.synth().directory;
}

async function lookAtMembers(): Promise<void> {
  for (let run = 0; run < 2; run += 1) {
    await aws.fire(hub, 'HubCoverageSchedule');
    await aws.settled();
  }
}

async function reconcile(): Promise<void> {
  await aws.fire(hub, 'SentryMemberReconcileRule');
  await aws.settled();
}

/** The places of which a revert was told. */
function reverts(deliveries: readonly Delivery[]): string[] {
  return deliveries.flatMap(({ message }) => {
    const change = Change.safeParse(JSON.parse(message)).data;
    const isReverted = change?.rules.some(({ outcome }) => outcome === 'reverted');
    return change && isReverted ? [`${change.account} ${change.region}`] : [];
  });
}

function toldChange({ message }: Delivery): { eventId: string; groupId: string }[] {
  const change = Change.safeParse(JSON.parse(message)).data;
  return change ? [{ eventId: change.eventId, groupId: change.group.id }] : [];
}

async function openPort(place: Place): Promise<string> {
  const client = new ec2.EC2Client(aws.accessTo(place));
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const { GroupId = '' } = await client.send(
    new ec2.CreateSecurityGroupCommand({
      GroupName: `g${aws.now().getTime()}-${(made += 1)}`,
      Description: 'g',
      VpcId: Vpc?.VpcId,
    }),
  );
  await aws.settled();
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [SSH_FROM_ANYWHERE] }),
  );
  return GroupId;
}

/** From which ports are open to the world. */
async function ports(place: Place, groupId: string | undefined): Promise<(number | undefined)[]> {
  const { SecurityGroupRules = [] } = await new ec2.EC2Client(aws.accessTo(place)).send(
    new ec2.DescribeSecurityGroupRulesCommand({
      Filters: [{ Name: 'group-id', Values: [groupId ?? ''] }],
    }),
  );
  return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress).map(({ FromPort }) => FromPort);
}

function readersMessage({ accountId, region }: Place, fields: object): object {
  return {
    version: 1,
    type: 'record',
    source: 'organization-trail',
    account: accountId,
    region,
    record: {
      eventVersion: '1.11',
      eventID: '0a1b2c3d-0000-4000-8000-000000000001',
      eventName: 'AuthorizeSecurityGroupIngress',
      eventSource: 'ec2.amazonaws.com',
      eventTime: aws.now().toISOString(),
      awsRegion: region,
      userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${accountId}:user/mallory` },
      requestParameters: { groupId: 'sg-0123456789abcdef0' },
      ...fields,
    },
  };
}

/** Lambda's invocation with a record of the account that refuses. */
async function tryNumber(tries: number): Promise<unknown> {
  const place = { accountId: CLOSED, region: 'us-east-1' };
  const body = JSON.stringify(readersMessage(place, { recipientAccountId: CLOSED }));
  const [account, region, queue] = [HOME.accountId, HOME.region, intakeName()];
  return aws.invoke(physicalId('AWS::Lambda::Function', 'SentryRespondToChanges'), {
    Records: [
      {
        messageId: 'refused',
        receiptHandle: 'refused',
        body,
        attributes: {
          ApproximateReceiveCount: String(tries),
          SentTimestamp: String(aws.now().getTime()),
          ApproximateFirstReceiveTimestamp: String(aws.now().getTime()),
        },
        eventSourceARN: `arn:aws:sqs:${region}:${account}:${queue}`,
      },
    ],
  });
}

function intakeName(): string {
  return physicalId('AWS::SQS::Queue', 'HubIntake').split('/').at(-1) ?? '';
}

/** As a reader of the hub would. */
async function send(message: object): Promise<void> {
  await new SQSClient(aws.accessTo(HOME)).send(
    new SendMessageCommand({
      QueueUrl: physicalId('AWS::SQS::Queue', 'HubIntake'),
      MessageBody: JSON.stringify(message),
      MessageGroupId: 'readers',
    }),
  );
}

/** The latest run after a large call, as the ledger keeps it. */
async function lookedAt({ accountId, region }: Place): Promise<unknown> {
  const { Items = [] } = await new DynamoDBClient(aws.accessTo(HOME)).send(
    new QueryCommand({
      TableName: physicalId('AWS::DynamoDB::Table', 'SentryLedger'),
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `${accountId}#${region}#RUNS` } },
    }),
  );
  return Items.map(({ data }) => data?.S);
}

function coverage(): DynamoCoverage {
  return new DynamoCoverage(
    new DynamoDBClient(aws.accessTo(HOME)),
    physicalId('AWS::DynamoDB::Table', 'HubCoverage'),
  );
}

function physicalId(type: string, logicalIdPrefix: string): string {
  const found = [...hub.resources].find(
    ([id, resource]) => resource.type === type && id.startsWith(logicalIdPrefix),
  );
  return found?.[1].physicalId ?? '';
}

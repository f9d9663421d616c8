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
import { SSMClient } from '@aws-sdk/client-ssm';
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
import { DynamoSightings } from '../../src/organization/adapters/dynamo-sightings';
import { MemberDirectory } from '../../src/organization/adapters/member-directory';
import { MemberSessions } from '../../src/organization/adapters/member-sessions';
import { MemberAccounts } from '../../src/organization/constructs/member-accounts';
import { MemberRegions } from '../../src/organization/constructs/member-regions';
import { MemberRights } from '../../src/organization/constructs/member-rights';
import { MemberStackSets } from '../../src/organization/constructs/member-stack-sets';
import { SentryHub } from '../../src/organization/constructs/sentry-hub';
import { SentryMember } from '../../src/organization/constructs/sentry-member';

import { type HubFunction, hubRoleName } from '../../src/organization/contracts/hub-roles';
import { UNKNOWN_ACCOUNT_DETAIL_TYPE } from '../../src/organization/contracts/unknown-account-event';
import type { KnownMembers } from '../../src/organization/domain/admit-record';
import { parseChangeEvent } from '../../src/security-group/adapters/change-event';
import {
  memberIdentities,
  MemberPlaces,
  type PlacePorts,
} from '../../src/security-group/adapters/member-places';
import { isMemberHeartbeat } from '../../src/security-group/domain/changes/actor';
import { SYSTEM_CLOCK } from '../../src/shared/adapters/clock/system-clock';
import { APPROVED_UNTIL_TAG } from '../../src/shared/domain/approved-until-tag';
import { temporaryFolder } from '../support/apps/tiny-app';
import { loseFirstAnswers } from '../support/aws/lost-answers';

/**
 * Hub and members as they are synthesized, in an organization that evaluates bus policies, trust
 * policies and session policies.
 */

const HUB = HOME;
const REGIONS = ['us-east-1', 'eu-west-1'];
const PAYMENTS = '222222222222';
const SHOP = '333333333333';
const LOOKED_AT = '444444444444';
const OPEN = '666666666666';
const STRANGER = '555555555555';
const ARRIVED = 'arrived';
const ASKED = 'asked';

const Arrived = z.object({
  id: z.string(),
  account: z.string(),
  region: z.string(),
  source: z.string(),
  detail: z.looseObject({
    eventName: z.string(),
    recipientAccountId: z.string(),
    errorCode: z.optional(z.string()),
  }),
});
type Arrived = z.infer<typeof Arrived>;

const Asked = z.looseObject({ detail: z.unknown() });

let aws: LocalAws;
let organization: Organization;
let unit: string;
let looking: string;
let full: string;
let hubStack: DeployedStack;

beforeAll(async () => {
  aws = await LocalAws.start({ log: console.log });
  organization = await aws.organization();
  unit = await organization.addUnit('workloads');
  looking = await organization.addUnit('looking');
  full = await organization.addUnit('full');
  await organization.addAccounts([
    { name: 'payments', id: PAYMENTS, parentId: unit },
    { name: 'shop', id: SHOP, parentId: unit },
    { name: 'looked-at', id: LOOKED_AT, parentId: looking },
    { name: 'open', id: OPEN, parentId: full },
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

describe('what is heard of a place', () => {
  const place = { accountId: PAYMENTS, region: 'ap-south-1' };
  const source = 'forwarded-events';
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const known = async () => {
    const { places } = await coverage().read();
    return places.find(({ place: { region } }) => region === place.region);
  };
  /** As another function has it, which has written nothing yet. */
  const another = () => new DynamoSightings(dynamo(), tableName());

  test('is kept before the hub looks, first and last, in whatever order it comes', async () => {
    const [first, later, last] = [minutesAgo(60), minutesAgo(50), minutesAgo(40)];
    await another().seen(place, source, later);
    expect(await known()).toEqual({
      place,
      expectedSince: later,
      sightings: [{ source, firstAt: later, lastAt: later }],
    });
    await another().seen(place, source, last);
    await another().seen(place, source, first);
    expect((await known())?.sightings).toEqual([{ source, firstAt: later, lastAt: last }]);
  });

  test('is written once in five minutes, and answers may be lost', async () => {
    const client = dynamo();
    loseFirstAnswers(client);
    const sightings = new DynamoSightings(client, tableName());
    const at = minutesAgo(20);
    await sightings.seen(place, source, at);
    await sightings.seen(place, source, minutesAgo(16));
    expect((await known())?.sightings[0]?.lastAt).toEqual(at);
    await sightings.seen(place, source, minutesAgo(14));
    expect((await known())?.sightings[0]?.lastAt).not.toEqual(at);
  });

  test('is no later than now, whatever a record says', async () => {
    await another().seen(place, source, new Date('2099-01-01T00:00:00Z'));
    expect((await known())?.sightings[0]?.lastAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  test('that the table did not take is an error, and is tried again a minute later', async () => {
    const nowhere = new DynamoSightings(dynamo(), 'none');
    await expect(nowhere.seen(place, source, minutesAgo(3))).rejects.toThrow(/not found|exist/i);
    await expect(nowhere.seen(place, source, minutesAgo(3))).resolves.toBeUndefined();
    await expect(nowhere.seen(place, source, minutesAgo(1))).rejects.toThrow(/not found|exist/i);
  });

  test("is forgotten where its account is no member, or its Region none of the hub's", async () => {
    const watched = { accountId: PAYMENTS, region: 'eu-west-1' };
    await another().seen(watched, source, minutesAgo(1));
    await another().seen({ ...place, accountId: STRANGER }, source, minutesAgo(1));
    await looks();
    const { places } = await coverage().read();
    expect(places.map(({ place: { accountId } }) => accountId)).not.toContain(STRANGER);
    expect(await known()).toBeUndefined();
    expect(places.map((one) => one.place)).toContainEqual(watched);
  });
});

describe('a function that gets a record of an account that it does not know', () => {
  test('has the list read, once a minute in the whole hub, and knows the account then', async () => {
    await looks();
    const [newcomer = ''] = await organization.addAccounts([{ name: 'late', parentId: unit }]);
    const waiting = directory();
    expect((await waiting.known()).selection).toMatchObject({
      units: expect.arrayContaining([unit]),
    });
    expect(accountsOf(await waiting.known())).toContain(PAYMENTS);

    const { list } = await waiting.refresh(newcomer);
    expect(list?.accounts.map(({ id }) => id)).not.toContain(newcomer);
    await waiting.refresh(newcomer);
    await directory().refresh(STRANGER);
    const asks = (await taken(ASKED)).map((body) => Asked.parse(JSON.parse(body)));
    expect(asks.map(({ detail }) => detail)).toEqual([
      { version: 1, hub: 'cdk-sentries', account: newcomer },
    ]);

    await aws.invoke(physicalId('AWS::Lambda::Function', 'HubWatchCoverage'), asks[0]);
    await aws.settled();
    expect(accountsOf(await directory().known())).toContain(newcomer);
    expect((await coverage().read()).places.map(({ place }) => place.accountId)).toContain(
      newcomer,
    );
  });
});

test('accounts are found in their units where AWS does not tell their paths', async () => {
  await organization.giveOlderAnswers();
  expect((await looks()).map(([account]) => account)).toContain(PAYMENTS);
});

describe('what the hub does in a member', () => {
  const EVENT = '4f1d2c3b-0000-4000-8000-000000000001';
  const HUB_OF_SENTRY = {
    partition: 'aws',
    hubName: 'cdk-sentries',
    hubFunction: 'respond',
  } as const;
  const PAID = { accountId: PAYMENTS, region: 'eu-west-1' };
  let places: MemberPlaces;
  let sessions: MemberSessions;

  beforeAll(async () => {
    process.env.AWS_ENDPOINT_URL = aws.endpoint;
    await looks();
    const caller = await roleOf(HUB.accountId, hubRoleName('cdk-sentries', 'respond'));
    sessions = sessionsOf(caller, 'respond');
    places = new MemberPlaces({
      ...HUB_OF_SENTRY,
      sessions,
      patienceSeconds: 30,
      rightsIn: async (place) => coverage().rightsIn(place),
    });
  });
  afterAll(() => delete process.env.AWS_ENDPOINT_URL);

  test('shows in its records who did it, and for which event', async () => {
    const groupId = await openPort(PAID);
    await arrived();
    const { groups, history, own, lastHeartbeat } = places.at(PAID, EVENT);
    const [opened] = await ingress(groups, groupId);
    expect(await groups.revoke(groupId, opened!)).toEqual({ kind: 'done', isShown: true });
    expect(await ingress(groups, groupId)).toEqual([]);

    const [revoked] = (await arrived()).filter(named('RevokeSecurityGroupIngress'));
    expect(revoked?.detail).toMatchObject({
      userIdentity: { sessionContext: { sourceIdentity: EVENT } },
    });
    const inHistory = await history.eventOf(String(revoked?.detail.eventID));
    expect(inHistory).toMatchObject({ ...PAID, actor: own });
    expect(await lastHeartbeat()).toEqual(inHistory?.time);
  });

  test('ends at the group that it is for', async () => {
    const [groupId, other] = [await openPort(PAID), await openPort(PAID)];
    const { groups } = places.at(PAID, EVENT);
    const client = new ec2.EC2Client({
      ...aws.accessTo(PAID),
      credentials: await sessions.write(
        { partition: 'aws', place: PAID, groupId, write: 'revoke' },
        EVENT,
      ),
    });
    const [opened] = await ingress(groups, other);
    await expect(
      client.send(
        new ec2.RevokeSecurityGroupIngressCommand({
          GroupId: other,
          SecurityGroupRuleIds: [opened!.id!],
        }),
      ),
    ).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect(await ingress(groups, other)).toHaveLength(1);
    client.destroy();
  });

  test.each([
    [PAYMENTS, 'add or restore rules: its Rights are REVOKE'],
    [LOOKED_AT, 'add or restore rules: its Rights are OBSERVE'],
  ])('is refused in words where its Rights are too low: %s', async (accountId, refusal) => {
    const place = { accountId, region: 'eu-west-1' };
    const groupId = await openPort(place);
    const { groups } = places.at(place, EVENT);
    const [opened] = await ingress(groups, groupId);
    const { id: _id, ...values } = opened!;
    expect(await groups.authorize(groupId, { ...values, fromPort: 23, toPort: 23 })).toEqual({
      kind: 'refused',
      byMember: 'role',
      reason: `Account ${accountId} does not let the hub ${refusal}`,
    });
  });

  test('that lets it look only is to report, and the reason is told', async () => {
    const place = { accountId: LOOKED_AT, region: 'us-east-1' };
    const groupId = await openPort(place);
    const { groups } = places.at(place, EVENT);
    const [opened] = await ingress(groups, groupId);
    expect(await groups.revoke(groupId, opened!)).toEqual({
      kind: 'refused',
      byMember: 'role',
      reason: `Account ${LOOKED_AT} does not let the hub revoke rules: its Rights are OBSERVE`,
    });
  });

  test('with full Rights, is to add, modify and tag rules as well', async () => {
    const place = { accountId: OPEN, region: 'eu-west-1' };
    const groupId = await openPort(place);
    const { groups } = places.at(place, EVENT);
    const [opened] = await ingress(groups, groupId);
    const { id = '', ...values } = opened!;
    const narrow = { ...values, peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } as const };
    expect(await groups.modify(groupId, id, { ...narrow, id })).toEqual({ kind: 'done' });
    const tags = [{ key: 'team', value: 'shop' }];
    expect(
      await groups.authorize(groupId, { ...narrow, fromPort: 443, toPort: 443, tags }),
    ).toEqual({
      kind: 'done',
    });
    await groups.tag(groupId, id, { key: APPROVED_UNTIL_TAG, value: '2026-01-01T00:00:00.000Z' });
    expect(await ingress(groups, groupId)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id,
          tags: [expect.objectContaining({ key: APPROVED_UNTIL_TAG })],
        }),
        expect.objectContaining({ fromPort: 443, tags }),
      ]),
    );
  });

  test.each([
    [PAYMENTS, 'Client.DryRunOperation'],
    [LOOKED_AT, 'Client.UnauthorizedOperation'],
  ])('a heartbeat of account %s comes back as %s', async (accountId, errorCode) => {
    const place = { accountId, region: 'eu-west-1' };
    const groupId = await openPort(place);
    await arrived();
    await places.at(place, 'heartbeat').beat(groupId);
    const beaten = await arrived();
    expect(beaten.map(({ detail }) => detail.errorCode)).toEqual([errorCode]);
    const call = parseChangeEvent(JSON.stringify(beaten[0]), new Date(), place);
    expect(isMemberHeartbeat(call, memberIdentities(place, HUB_OF_SENTRY))).toBe(true);
    expect(await places.at(place, 'test').lastHeartbeat()).toEqual(call.time);
  });
});

describe('no one else', () => {
  test('of another organization is heard at the hub, with the same rule and role', async () => {
    await aws.deploy(synthesized('Stranger', addMember), undefined, {
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

test('a member in an app of its own, such as the management account, lets the hub in', async () => {
  const { managementAccountId: accountId } = organization;
  const name = hubRoleName('cdk-sentries', 'coverage');
  await deleteRole(name);
  const reader = sessionsOf(await roleOf(HUB.accountId, name));
  await expect(reader.read(accountId)).rejects.toThrow('does not let the hub in');
  await aws.deploy(synthesized('Own', addMember), undefined, { accountId, region: 'us-east-1' });
  await expect(reader.read(accountId)).resolves.toMatchObject({
    accessKeyId: expect.stringMatching(/^ASIA/),
  });
});

test.each<HubFunction>(['coverage', 'respond', 'reconcile'])(
  'the role %s of the hub, deleted and made again, is let into all members, and none is touched',
  async (hubFunction) => {
    const name = hubRoleName('cdk-sentries', hubFunction);
    await deleteRole(name).catch(isNotThere);
    const again = sessionsOf(await roleOf(HUB.accountId, name), hubFunction);
    for (const accountId of [PAYMENTS, SHOP, LOOKED_AT, OPEN]) {
      await expect(again.read(accountId)).resolves.toMatchObject({
        accessKeyId: expect.stringMatching(/^ASIA/),
      });
    }
  },
);

test('the role of the hub that acts, made again, writes in all members that let it', async () => {
  const name = hubRoleName('cdk-sentries', 'respond');
  await deleteRole(name);
  const again = sessionsOf(await roleOf(HUB.accountId, name), 'respond');
  for (const accountId of [PAYMENTS, SHOP, OPEN]) {
    const place = { accountId, region: 'eu-west-1' };
    const group = { partition: 'aws', place, groupId: 'sg-0123456789abcdef0' };
    await expect(again.write({ ...group, write: 'revoke' }, 'event')).resolves.toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/),
    });
  }
});

function addHub(stack: Stack): void {
  const hub = new SentryHub(stack, 'Hub', {
    organizationId: organization.id,
    accounts: MemberAccounts.organization({ units: [unit, looking, full] }),
    regions: MemberRegions.of(REGIONS),
  });
  new events.Rule(stack, 'Everything', {
    eventBus: hub.eventBus,
    eventPattern: { source: ['aws.ec2'] },
    targets: [new targets.SqsQueue(new sqs.Queue(stack, 'Arrived', { queueName: ARRIVED }))],
  });
  new events.Rule(stack, 'UnknownAccounts', {
    eventPattern: { source: ['cdk-sentries'], detailType: [UNKNOWN_ACCOUNT_DETAIL_TYPE] },
    targets: [new targets.SqsQueue(new sqs.Queue(stack, 'Asked', { queueName: ASKED }))],
  });
}

function addMembers(stack: Stack): void {
  new MemberStackSets(stack, 'Members', {
    hub: hubElsewhere(organization.id),
    targets: [
      { units: [unit] },
      { units: [looking], rights: MemberRights.OBSERVE },
      { units: [full], rights: MemberRights.FULL },
    ],
    regions: REGIONS,
  });
}

function addMember(stack: Stack): void {
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

async function ingress(groups: PlacePorts['groups'], groupId: string) {
  const { rules } = await groups.rulesOf(groupId);
  return rules.filter(({ direction }) => direction === 'ingress');
}

/** A group with a port open to the internet. */
async function openPort(place: Place): Promise<string> {
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
  return GroupId ?? '';
}

/** What reached the hub since it was looked at last. */
async function arrived(): Promise<Arrived[]> {
  return (await taken(ARRIVED)).map((body) => Arrived.parse(JSON.parse(body)));
}

async function taken(queue: string): Promise<string[]> {
  await aws.settled();
  const client = new SQSClient(aws.accessTo(HUB));
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
  const found: string[] = [];
  for (;;) {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (!Messages?.length) return found;
    found.push(...Messages.map(({ Body }) => Body ?? ''));
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
  return new DynamoCoverage(dynamo(), tableName());
}

/** As a function of a sentry has it that starts now. */
function directory(): MemberDirectory {
  return new MemberDirectory({
    ssm: new SSMClient(aws.accessTo(HUB)),
    dynamo: dynamo(),
    bus: new EventBridgeClient(aws.accessTo(HUB)),
    configurationParameter: physicalId('AWS::SSM::Parameter', 'HubConfiguration'),
    coverageTable: tableName(),
    hubName: 'cdk-sentries',
    clock: SYSTEM_CLOCK,
  });
}

function accountsOf({ list }: KnownMembers): string[] {
  return (list?.accounts ?? []).map(({ id }) => id);
}

function dynamo(): DynamoDBClient {
  return new DynamoDBClient(aws.accessTo(HUB));
}

function tableName(): string {
  return physicalId('AWS::DynamoDB::Table', 'HubCoverage');
}

function physicalId(type: string, logicalIdPrefix: string): string {
  const found = [...hubStack.resources].find(
    ([id, resource]) => resource.type === type && id.startsWith(logicalIdPrefix),
  );
  return found?.[1].physicalId ?? '';
}

function sessionsOf(
  credentials: AwsCredentials,
  hubFunction: HubFunction = 'coverage',
): MemberSessions {
  return new MemberSessions({
    sts: new STSClient({ ...aws.accessTo(HUB), credentials }),
    partition: 'aws',
    hubName: 'cdk-sentries',
    hubFunction,
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

/** The stack of a hub without sentries has no role of theirs. */
function isNotThere(error: unknown): void {
  expect(error).toMatchObject({ name: 'NoSuchEntityException' });
}

async function deleteRole(RoleName: string): Promise<void> {
  const client = new IAMClient(aws.accessTo(HUB));
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) {
    await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await client.send(new DeleteRoleCommand({ RoleName }));
}

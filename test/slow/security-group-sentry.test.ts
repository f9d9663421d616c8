import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ApiCall, CloudTrailEvent } from '../../sandbox/cloudtrail/tap';
import type { Delivery } from '../../sandbox/inbox';
import { type AwsCredentials, type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import { SECURITY_GROUP_METRICS_WHILE_IDLE } from '../../src/shared/contracts/metrics';
import { STACK_NAME, synthesizeStage } from '../support/sandbox/sentry-stage';
import { SkippedWaits } from '../support/sandbox/skipped-waits';
import { metricNamesIn } from '../support/sandbox/written-metrics';
import { schemaErrors } from '../support/schemas/message-schema';

jest.setTimeout(120_000);

const REVERTED_WITHIN_MS = 3_000;
const MESSAGE_WITHIN_MS = 45_000;
/** Of invocations that fail as a whole; here, none does. */
const AFTER_A_FAILURE_MS = 1_000;

const calls: ApiCall[] = [];
const events: CloudTrailEvent[] = [];
const invocations: string[] = [];
const logs: string[] = [];
const waits = new SkippedWaits();

let localAws: LocalAws;
let stack: DeployedStack;
let visitor: AwsCredentials;
let ec2: EC2Client;
let locked: string;
let watched: string;

beforeAll(async () => {
  localAws = await LocalAws.start({
    onCall: (call) => {
      calls.push(call);
      waits.callMade(call);
    },
    onEvent: (event) => events.push(event),
    onInvocation: (invocation) => {
      invocations.push(invocation.functionName);
      waits.invocationEnded(invocation);
    },
    onFunctionLog: (_, line) => logs.push(line),
  });
  stack = await localAws.deploy(synthesizeStage(), STACK_NAME);
  visitor = await localAws.createUser('visitor');
  ec2 = ec2As(visitor);
  locked = stack.outputs.get('LockedId')!;
  watched = stack.outputs.get('WatchedId')!;
  // A rule from before the sentry's time.
  localAws.loseNext('AuthorizeSecurityGroupIngress');
  await open(stack.outputs.get('LegacyId')!, [tcp(22, '0.0.0.0/0')]);
  await localAws.fire(stack, 'GroupSentryReconcileRule');
  await localAws.fire(stack, 'WatcherReconcileRule');
});

afterAll(async () => localAws?.stop());

describe('the AWS CLI opens a locked group', () => {
  test.each([
    [
      'tcp 22 from 0.0.0.0/0',
      () => ['--protocol', 'tcp', '--port', '22', '--cidr', '0.0.0.0/0'],
      1,
    ],
    [
      'tcp 22 from ::/0',
      () => [
        '--ip-permissions',
        'IpProtocol=tcp,FromPort=22,ToPort=22,Ipv6Ranges=[{CidrIpv6=::/0}]',
      ],
      1,
    ],
    [
      'all traffic from a prefix list',
      async () => [
        '--ip-permissions',
        `IpProtocol=-1,PrefixListIds=[{PrefixListId=${await prefixList()}}]`,
      ],
      1,
    ],
    [
      'a reference to another group',
      () => ['--protocol', 'tcp', '--port', '5432', '--source-group', watched],
      1,
    ],
    [
      'all of these in one call',
      async () => [
        '--ip-permissions',
        'IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}],Ipv6Ranges=[{CidrIpv6=::/0}]',
        `IpProtocol=-1,PrefixListIds=[{PrefixListId=${await prefixList()}}]`,
        `IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=${watched}}]`,
      ],
      4,
    ],
  ])(
    '%s: gone within 3 s, every other rule untouched, one message',
    async (_, parametersOf, count) => {
      const before = await ruleIds(locked);
      const [callsBefore, messagesBefore] = [calls.length, localAws.inbox.deliveries.length];
      const parameters = await parametersOf();
      const { exitCode, stderr } = await localAws.cli(
        ['ec2', 'authorize-security-group-ingress', '--group-id', locked, ...parameters],
        visitor,
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const message = await messageAbout(lastEvent());

      expect(message.rules.map(({ outcome }: { outcome: string }) => outcome)).toEqual(
        Array(count).fill('reverted'),
      );
      const since = calls.slice(callsBefore);
      const opened = since.find(({ action }) => action === 'AuthorizeSecurityGroupIngress')!;
      const reverts = since.filter(({ action }) => action === 'RevokeSecurityGroupIngress');
      expect(reverts).toHaveLength(count);
      expect(Math.max(...reverts.map(({ at }) => at)) - opened.at).toBeLessThan(REVERTED_WITHIN_MS);
      expect(await ruleIds(locked)).toEqual(before);
      await localAws.settled();
      expect(localAws.inbox.deliveries.length - messagesBefore).toBe(1);
    },
  );
});

test('egress rules are reverted as well', async () => {
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: locked,
      IpPermissions: [tcp(25, '203.0.113.0/24')],
    }),
  );
  expect((await messageAbout(lastEvent())).rules).toMatchObject([
    { direction: 'egress', outcome: 'reverted' },
  ]);
});

test('the message for people says it all', async () => {
  await open(locked, [tcp(8080, '198.51.100.7/32')]);
  const { emailText, subject, attributes, message } = await deliveryAbout(lastEvent());
  expect(schemaErrors(message)).toEqual([]);
  expect(attributes).toEqual({ severity: 'medium', type: 'security-group-change' });
  expect(subject).toMatch(/^\[MEDIUM\] sg-\w+: tcp 8080 from 198\.51\.100\.7\/32: reverted$/);
  for (const told of [
    locked,
    'user/visitor',
    '127.0.0.1',
    '123456789012, Region us-east-1',
    'the group is locked',
    'reverted. It stood open for about',
  ]) {
    expect(emailText).toContain(told);
  }
});

describe('a trusted role', () => {
  let deployer: EC2Client;
  beforeAll(async () => {
    deployer = ec2As(await localAws.assumeRole(stack.outputs.get('DeployerArn')!, 'pipeline'));
  });

  test('may add to a locked group, but nothing that is forbidden', async () => {
    await deployer.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: locked,
        IpPermissions: [tcp(8443, '0.0.0.0/0'), tcp(22, '0.0.0.0/0')],
      }),
    );
    expect((await messageAbout(lastEvent())).rules).toMatchObject([
      { fromPort: 22, outcome: 'reverted' },
    ]);
    expect(await ports(locked)).toEqual(expect.arrayContaining([8443]));
  });
});

test('a group that is only watched keeps its rule, and the message says that it stands', async () => {
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: watched,
      IpPermissions: [tcp(443, '203.0.113.7/32')],
    }),
  );
  expect((await messageAbout(lastEvent())).rules).toMatchObject([{ outcome: 'kept' }]);
  expect(await ports(watched)).toContain(443);
});

test('failed calls, allowed rules and other groups invoke nothing or tell nothing', async () => {
  await localAws.settled();
  const messagesBefore = localAws.inbox.deliveries.length;
  const invocationsBefore = invocations.length;
  await expect(open(locked, [tcp(443, '0.0.0.0/0')])).rejects.toThrow(/already exists/i);
  await open(stack.outputs.get('UnwatchedId')!, [tcp(22, '0.0.0.0/0')]);
  await localAws.settled();
  expect(invocations.length).toBe(invocationsBefore);
  await open(watched, [tcp(22, '0.0.0.0/0')]);
  await localAws.settled();
  expect(localAws.inbox.deliveries.length).toBe(messagesBefore);
});

test("who has the sentry's own role and session name can open nothing with them", async () => {
  const role = `arn:aws:iam::${localAws.accountId}:role/${physicalId('AWS::IAM::Role', 'GroupSentryRespond')}`;
  const impostor = ec2As(
    await localAws.assumeRole(role, physicalId('AWS::Lambda::Function', 'GroupSentryRespond')),
  );
  await impostor.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: locked,
      IpPermissions: [tcp(8445, '10.0.0.0/8')],
    }),
  );
  expect((await messageAbout(lastEvent())).rules).toMatchObject([
    { fromPort: 8445, outcome: 'reverted' },
  ]);
});

test('a second delivery does nothing and tells nothing', async () => {
  await open(locked, [tcp(9000, '0.0.0.0/0')]);
  await messageAbout(lastEvent());
  await localAws.settled();
  const [revokesBefore, messagesBefore] = [revokeCalls(), localAws.inbox.deliveries.length];
  await localAws.replay(lastEvent());
  await localAws.settled();
  expect([revokeCalls(), localAws.inbox.deliveries.length]).toEqual([
    revokesBefore,
    messagesBefore,
  ]);
});

test('an event that does not name its rules has what the ledger does not hold reverted, and the doubt told', async () => {
  const legacy = stack.outputs.get('LegacyId')!;
  const adopted = await ruleIds(legacy);
  localAws.loseNext('AuthorizeSecurityGroupIngress');
  await open(legacy, [tcp(23, '0.0.0.0/0')]);
  await localAws.replay(
    variantOf(lastEvent(), 'unnamed', {
      requestParameters: { groupId: legacy, ipPermissions: {} },
      responseElements: null,
    }),
  );
  const { message } = await localAws.inbox.waitFor(
    ({ message: text }) => text.includes('"unnamed"'),
    MESSAGE_WITHIN_MS,
  );
  expect(JSON.parse(message)).toMatchObject({
    rules: [{ text: 'tcp 23 from 0.0.0.0/0', outcome: 'reverted' }],
    notices: [{ text: expect.stringMatching(/judged as it stands/) }],
  });
  expect(await ruleIds(legacy)).toEqual(adopted);
});

test('an event whose parameters CloudTrail omitted names no group: it is told, and nothing is done by guess', async () => {
  const before = revokeCalls();
  await localAws.replay(
    variantOf(lastEvent(), 'omitted', {
      requestParameters: { omitted: true },
      responseElements: null,
    }),
  );
  const { message } = await localAws.inbox.waitFor(
    ({ message: text }) => text.includes('\\"omitted\\"'),
    MESSAGE_WITHIN_MS,
  );
  expect(JSON.parse(message)).toMatchObject({
    type: 'unreadable-event',
    reason: expect.stringMatching(/does not name what AuthorizeSecurityGroupIngress changed/),
  });
  expect(revokeCalls()).toBe(before);
});

test('an event of unknown shape is told and counted', async () => {
  const queueUrl = physicalId('AWS::SQS::Queue', 'GroupSentryChanges');
  await new SQSClient(access(visitor)).send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: '{"detail":{"eventName":"OpenSesame"}}',
    }),
  );
  const { message, attributes } = await localAws.inbox.waitFor(
    ({ message: text }) => text.includes('OpenSesame'),
    MESSAGE_WITHIN_MS,
  );
  expect(schemaErrors(message)).toEqual([]);
  expect(attributes.severity).toBe('high');
  expect(logs.some((line) => line.includes('"UnreadableEvents":1'))).toBe(true);
});

test('a revert that EC2 refuses is told as failed, and tried again until it is done', async () => {
  waits.begin(localAws, AFTER_A_FAILURE_MS);
  localAws.failNext({
    service: 'ec2',
    action: 'RevokeSecurityGroupIngress',
    errorCode: 'UnauthorizedOperation',
    times: 1,
  });
  await open(locked, [tcp(9001, '0.0.0.0/0')]);
  const event = lastEvent();
  await localAws.inbox.waitFor(
    (delivery) => isAbout(event)(delivery) && delivery.message.includes('"critical"'),
    MESSAGE_WITHIN_MS,
  );
  await localAws.inbox.waitFor(
    (delivery) => isAbout(event)(delivery) && delivery.message.includes('"reverted"'),
    MESSAGE_WITHIN_MS,
  );
  expect(await ports(locked)).not.toContain(9001);
});

test('a message that SNS does not take is sent later: nothing is lost', async () => {
  localAws.failNext({
    service: 'sns',
    action: 'Publish',
    errorCode: 'AuthorizationError',
    times: 1,
  });
  await open(locked, [tcp(9002, '0.0.0.0/0')]);
  expect(await messageAbout(lastEvent())).toMatchObject({
    severity: 'medium',
    tries: 1,
    rules: [{ fromPort: 9002, outcome: 'reverted' }],
  });
  expect(await ports(locked)).not.toContain(9002);
});

test('a port that is opened again each time that it was reverted is in dispute: told with its share, and counted', async () => {
  for (let times = 0; times < 10; times += 1) {
    await open(locked, [tcp(9003, '0.0.0.0/0')]);
    await localAws.settled();
  }
  const { message, emailText, subject, attributes } = await localAws.inbox.waitFor(
    (delivery) => delivery.message.includes('"disputes"'),
    MESSAGE_WITHIN_MS,
  );
  expect(schemaErrors(message)).toEqual([]);
  expect(attributes.severity).toBe('high');
  expect(subject).toContain('tcp 9003 from 0.0.0.0/0: in dispute, reverted 10 times in');
  expect(emailText).toMatch(/It was open for \d+ % of that time/);
  expect(JSON.parse(message)).toMatchObject({
    isRepeat: false,
    disputes: [
      {
        rule: { text: 'tcp 9003 from 0.0.0.0/0' },
        reverts: 10,
        actors: [expect.stringContaining('user/visitor')],
      },
    ],
  });
  expect(logs.some((line) => line.includes('"Disputes":1'))).toBe(true);
  expect(await ports(locked)).not.toContain(9003);
});

test('what the functions do themselves makes them act no more', async () => {
  await localAws.settled();
  const revokes = events
    .filter(({ detail }) => String(detail.eventName).startsWith('Revoke'))
    .map(({ detail }) => detail.eventID);
  expect(revokes.length).toBeGreaterThan(0);
  expect(
    localAws.inbox.deliveries.filter(({ message }) =>
      revokes.some((id) => message.includes(String(id))),
    ),
  ).toEqual([]);
});

test('while nothing happens, metrics cost what docs/cost.md says', async () => {
  const written = async (rule: string) => {
    await localAws.settled();
    const before = logs.length;
    await localAws.fire(stack, rule);
    await localAws.settled();
    return metricNamesIn(logs.slice(before));
  };
  const { reconcile, firstReconcileOfDay, heartbeat } = SECURITY_GROUP_METRICS_WHILE_IDLE;
  const ofDay: readonly string[] = firstReconcileOfDay;
  // What is left of the tests above.
  await written('GroupSentryReconcileRule');
  expect(metricNamesIn(logs)).toEqual(expect.arrayContaining([...ofDay]));
  const quiet = await written('GroupSentryReconcileRule');
  expect(quiet.filter((name) => !ofDay.includes(name))).toEqual([...reconcile]);
  expect(await written('GroupSentryHeartbeatRule')).toEqual([...heartbeat]);
});

function physicalId(type: string, logicalIdStart: string): string {
  return [...stack.resources].find(
    ([id, resource]) => resource.type === type && id.startsWith(logicalIdStart),
  )![1].physicalId;
}

function access(credentials: AwsCredentials) {
  return { endpoint: localAws.endpoint, region: localAws.region, credentials };
}

function ec2As(credentials: AwsCredentials): EC2Client {
  return new EC2Client(access(credentials));
}

async function open(groupId: string, IpPermissions: IpPermission[]): Promise<void> {
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions }));
}

function tcp(port: number, CidrIp: string): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] };
}

async function prefixList(): Promise<string> {
  const { PrefixList } = await ec2.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'everyone',
      AddressFamily: 'IPv4',
      MaxEntries: 1,
      Entries: [{ Cidr: '0.0.0.0/0' }],
    }),
  );
  return PrefixList!.PrefixListId!;
}

async function rules(groupId: string) {
  const { SecurityGroupRules } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
  );
  return SecurityGroupRules!;
}

async function ruleIds(groupId: string): Promise<string[]> {
  return (await rules(groupId)).map(({ SecurityGroupRuleId }) => SecurityGroupRuleId!).sort();
}

async function ports(groupId: string): Promise<number[]> {
  return (await rules(groupId)).map(({ FromPort }) => FromPort!);
}

function lastEvent(): CloudTrailEvent {
  return events.filter(({ detail }) => String(detail.eventName).startsWith('Authorize')).at(-1)!;
}

/** The same event with another id, and a record that says less. */
function variantOf(
  event: CloudTrailEvent,
  eventID: string,
  detail: Record<string, unknown>,
): CloudTrailEvent {
  return { ...event, id: eventID, detail: { ...event.detail, eventID, ...detail } };
}

function isAbout({ detail }: CloudTrailEvent): (delivery: Delivery) => boolean {
  return ({ message }) => message.includes(String(detail.eventID));
}

function deliveryAbout(event: CloudTrailEvent): Promise<Delivery> {
  return localAws.inbox.waitFor(isAbout(event), MESSAGE_WITHIN_MS);
}

async function messageAbout(event: CloudTrailEvent) {
  return JSON.parse((await deliveryAbout(event)).message);
}

function revokeCalls(): number {
  return calls.filter(({ action }) => action.startsWith('RevokeSecurityGroup')).length;
}

import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { CloudTrailEvent } from '../../../sandbox/cloudtrail/record';
import { LocalAws } from '../../../sandbox/local-aws';
import { CloudTrailEventHistory } from '../../../src/security-group/adapters/cloudtrail-event-history';
import { rule } from '../samples/rules';

// LookupEvents is answered by the sandbox's own stand-in: the emulator has none.
const events: CloudTrailEvent[] = [];
let aws: LocalAws;
let cloudTrail: CloudTrailClient;
let ec2: EC2Client;
let history: CloudTrailEventHistory;
let groupId: string;

beforeAll(async () => {
  aws = await LocalAws.start({ onEvent: (event) => events.push(event) });
  const settings = {
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: await aws.createUser('admin'),
    maxAttempts: 1,
  };
  cloudTrail = new CloudTrailClient(settings);
  ec2 = new EC2Client(settings);
  history = new CloudTrailEventHistory(cloudTrail, 30);
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  groupId = (
    await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: 'g', Description: 'd', VpcId: Vpc?.VpcId }),
    )
  ).GroupId!;
}, 300_000);
afterAll(async () => aws.stop());

const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const permission = (port: number) => ({
  GroupId: groupId,
  IpPermissions: [
    { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
  ],
});

async function open(port: number): Promise<string> {
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(permission(port)));
  return String(events.at(-1)!.detail.eventID);
}

async function close(port: number): Promise<void> {
  await ec2.send(new RevokeSecurityGroupIngressCommand(permission(port)));
}

test('a history that does not answer is given up in time, by all who wait for their turn', async () => {
  const silent = new CloudTrailClient({ region: 'eu-west-1', maxAttempts: 1 });
  // Not the stand-in, which always answers.
  silent.middlewareStack.add(() => () => new Promise<never>(() => undefined), {
    step: 'initialize',
  });
  const impatient = new CloudTrailEventHistory(silent, 0.05);
  const looks = [
    impatient.eventOf('1'),
    impatient.eventOf('2'),
    impatient.changesOf('sg-1', LONG_AGO),
  ];
  for (const { status } of await Promise.allSettled(looks)) expect(status).toBe('rejected');
  await expect(impatient.eventOf('1')).rejects.toThrow('did not answer within 0.05 seconds');
});

test('an event is found by its id, as its record tells of it', async () => {
  const eventId = await open(22);
  expect(await history.eventOf(eventId)).toMatchObject({
    eventId,
    eventName: 'AuthorizeSecurityGroupIngress',
    accountId: aws.accountId,
    region: aws.region,
    actor: { type: 'IAMUser', userName: 'admin' },
    subject: { kind: 'group', group: { id: groupId } },
    rules: { present: [rule({ id: expect.any(String), ipRange: '10.0.0.0/8' })], complete: true },
  });
});

test('one that it does not have (yet) is not there', async () => {
  expect(await history.eventOf('e-none')).toBeUndefined();
  aws.holdHistory();
  const eventId = await open(23);
  expect(await history.eventOf(eventId)).toBeUndefined();
  aws.releaseHistory();
  expect((await history.eventOf(eventId))?.eventId).toBe(eventId);
});

test('calls on a group are found from a time on, and no others', async () => {
  await open(24);
  await close(24);
  const names = (await history.changesOf(groupId, LONG_AGO)).map(({ eventName }) => eventName);
  expect(names).toEqual(
    expect.arrayContaining([
      'CreateSecurityGroup',
      'AuthorizeSecurityGroupIngress',
      'RevokeSecurityGroupIngress',
    ]),
  );
  expect(await history.changesOf(groupId, new Date(Date.now() + 60_000))).toEqual([]);
  expect(await history.changesOf('sg-0123456789abcdef0', LONG_AGO)).toEqual([]);
});

test('calls that write rules or make groups are found in all groups, from a time on', async () => {
  await open(25);
  await close(25);
  const { changes, areAll } = await history.changesSince(LONG_AGO);
  expect(areAll).toBe(true);
  const names = changes.map(({ eventName }) => eventName);
  expect([...new Set(names)].sort()).toEqual([
    'AuthorizeSecurityGroupIngress',
    'CreateSecurityGroup',
    'CreateVpc',
  ]);
  expect((await history.changesSince(new Date(Date.now() + 60_000))).changes).toEqual([]);
});

test('of more calls than can be looked up, it says that they are not all', async () => {
  const flooded = new CloudTrailClient({ region: 'eu-west-1' });
  // Not the stand-in, which has no such flood.
  flooded.middlewareStack.add(
    () => async () => ({
      response: {},
      output: { $metadata: {}, Events: Array.from({ length: 50 }, () => ({})), NextToken: 'more' },
    }),
    { step: 'initialize' },
  );
  expect(await new CloudTrailEventHistory(flooded, 30).changesSince(LONG_AGO)).toEqual({
    changes: [],
    areAll: false,
  });
});

test('how far it has come is told by the latest call of the function that sends heartbeats', async () => {
  const sender = { roleArn: 'arn:aws:iam::123456789012:role/Sentry', sessionName: 'Respond' };
  const session = (roleArn: string) => ({
    type: 'AssumedRole',
    arn: 'arn:aws:sts::123456789012:assumed-role/Sentry/Respond',
    sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn } },
  });
  const record = (eventTime: string, roleArn: string) => ({
    EventSource: 'ec2.amazonaws.com',
    EventTime: new Date(eventTime),
    CloudTrailEvent: JSON.stringify({
      eventID: `e-${eventTime.slice(11, 13)}`,
      eventTime,
      eventName: 'AuthorizeSecurityGroupIngress',
      errorCode: 'Client.DryRunOperation',
      userIdentity: session(roleArn),
      requestParameters: { groupId },
    }),
  });
  const asked: unknown[] = [];
  cloudTrail.middlewareStack.add(
    () =>
      async ({ input }) => {
        asked.push(input);
        const Events = [
          record('2026-01-01T12:00:00Z', 'arn:aws:iam::123456789012:role/Other'),
          record('2026-01-01T11:00:00Z', sender.roleArn),
          record('2026-01-01T10:00:00Z', sender.roleArn),
        ];
        return { response: {}, output: { $metadata: {}, Events } };
      },
    { step: 'initialize', name: 'heartbeats' },
  );
  expect(await history.lastHeartbeat(sender)).toEqual(new Date('2026-01-01T11:00:00Z'));
  cloudTrail.middlewareStack.remove('heartbeats');
  expect(asked).toMatchObject([
    { LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'Respond' }] },
  ]);
  expect(await history.lastHeartbeat(sender)).toBeUndefined();
});

test('a heartbeat is found behind more than a page of reading, and one of the reader as well', async () => {
  const sessionName = 'cdk-sentries-hub-respond';
  const revoker = { roleArn: 'arn:aws:iam::222222222222:role/cdk-sentries-revoke', sessionName };
  const reader = { roleArn: 'arn:aws:iam::222222222222:role/cdk-sentries-read', sessionName };
  const beat = {
    EventSource: 'ec2.amazonaws.com',
    CloudTrailEvent: JSON.stringify({
      eventID: 'e-1',
      eventTime: '2026-01-01T11:00:00Z',
      eventName: 'RevokeSecurityGroupIngress',
      errorCode: 'Client.UnauthorizedOperation',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::222222222222:assumed-role/cdk-sentries-read/${sessionName}`,
        sessionContext: { sessionIssuer: { type: 'Role', arn: reader.roleArn } },
      },
    }),
    EventTime: new Date('2026-01-01T11:00:00Z'),
  };
  const client = new CloudTrailClient({ region: 'eu-west-1' });
  const pages = [
    { Events: Array.from({ length: 50 }, () => ({})), NextToken: 'more' },
    { Events: [beat] },
  ];
  // Not the stand-in: so much reading would take long.
  client.middlewareStack.add(
    () => async () => ({ response: {}, output: { $metadata: {}, ...pages.shift() } }),
    { step: 'initialize' },
  );
  expect(await new CloudTrailEventHistory(client, 30).lastHeartbeat(revoker, reader)).toEqual(
    new Date('2026-01-01T11:00:00Z'),
  );
});

test('what is in the history of a place is of that place', async () => {
  const eventId = await open(26);
  const place = { accountId: '222222222222', region: 'us-east-1' };
  const ofPlace = new CloudTrailEventHistory(cloudTrail, 30, place);
  expect(await ofPlace.eventOf(eventId)).toMatchObject(place);
});

test('a look-up that fails is an error, and not "nothing found"', async () => {
  aws.failNext({
    service: 'cloudtrail',
    action: 'LookupEvents',
    errorCode: 'ThrottlingException',
    times: 2,
  });
  await expect(history.changesOf(groupId, LONG_AGO)).rejects.toMatchObject({
    name: 'ThrottlingException',
  });
  await expect(history.eventOf('e-1')).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(await history.eventOf('e-1')).toBeUndefined();
});

describe('what the stand-in cannot be made to answer', () => {
  const answering = (...pages: object[][]) => {
    let page = 0;
    cloudTrail.middlewareStack.add(
      (_, context) => async () => {
        if (context.commandName !== LookupEventsCommand.name) {
          throw new Error(`${context.commandName} is not meant to be called`);
        }
        page += 1;
        return {
          response: {},
          output: {
            $metadata: {},
            Events: pages[page - 1],
            NextToken: page < pages.length ? String(page) : undefined,
          },
        };
      },
      { step: 'initialize', name: 'answering' },
    );
    return () => page;
  };
  afterEach(() => cloudTrail.middlewareStack.remove('answering'));

  const event = (eventID: string, values: object = {}) => ({
    EventSource: 'ec2.amazonaws.com',
    CloudTrailEvent: JSON.stringify({
      eventID,
      eventName: 'DeleteSecurityGroup',
      userIdentity: { type: 'Root' },
      requestParameters: { groupId },
    }),
    ...values,
  });

  test('calls of other kinds, of other services, and what cannot be read are passed over', async () => {
    answering([
      event('1', { EventSource: 'redshift.amazonaws.com' }),
      event('2', { CloudTrailEvent: '{' }),
      event('3', { CloudTrailEvent: undefined }),
      event('4', {
        CloudTrailEvent: JSON.stringify({
          eventID: '4',
          eventName: 'RunInstances',
          userIdentity: { type: 'Root' },
        }),
      }),
      event('5'),
    ]);
    expect((await history.changesOf(groupId, LONG_AGO)).map(({ eventId }) => eventId)).toEqual([
      '5',
    ]);
  });

  test('the latest 200 calls or so are enough', async () => {
    const pages = answering(
      ...Array.from({ length: 9 }, (_, page) =>
        Array.from({ length: 50 }, (__, index) => event(`${page}-${index}`)),
      ),
    );
    expect(await history.changesOf(groupId, LONG_AGO)).toHaveLength(200);
    expect(pages()).toBe(4);
  });

  test('an event that many grants rest on is looked up once', async () => {
    const lookUps = answering([event('once')], [event('once')], [event('once')]);
    const found = await Promise.all([history.eventOf('once'), history.eventOf('once')]);
    expect([...found, await history.eventOf('once')].map((change) => change?.eventId)).toEqual([
      'once',
      'once',
      'once',
    ]);
    expect(lookUps()).toBe(1);
  });

  test('an event that was not found is looked up again', async () => {
    const lookUps = answering([], [event('late')]);
    expect(await history.eventOf('late')).toBeUndefined();
    expect((await history.eventOf('late'))?.eventId).toBe('late');
    expect(lookUps()).toBe(2);
  });

  test('an event with another id is not the one', async () => {
    answering([event('another')]);
    expect(await history.eventOf('wanted')).toBeUndefined();
  });
});

import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import type { AwsCredentials } from '../../../sandbox/emulator/credentials';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { Organization } from '../../../sandbox/organization/organization';
import { sqsEventOf } from '../../../sandbox/runner/sqs-event';

/**
 * Events on their way between accounts and Regions, and who may put them on a bus
 * (sandbox/emulator/server/event_buses.py, event_forwarding.py, event_targets.py and their parts).
 */

const [HOME, HUB, MEMBER, STRANGER] = [
  '123456789012',
  '222222222222',
  '333333333333',
  '444444444444',
];
const REGION = 'us-east-1';
const ELSEWHERE = 'eu-west-1';
const HUB_BUS = `arn:aws:events:${REGION}:${HUB}:event-bus/hub`;
const SOURCE = 'shop';
const EVERYTHING = { version: ['0'] };

const Event = z.looseObject({ id: z.string(), time: z.string(), account: z.string() });
type Event = z.infer<typeof Event>;

/** An administrator's clients in one account and Region, and what tests do with them. */
class Place {
  readonly events: events.EventBridgeClient;
  readonly sqs: sqs.SQSClient;
  readonly iam: iam.IAMClient;

  constructor(
    readonly account: string,
    readonly region: string,
    credentials?: AwsCredentials,
  ) {
    const own = emulatorAccess(emulator.endpoint);
    const access = { ...own, region, credentials: credentials ?? own.credentials };
    this.events = new events.EventBridgeClient(access);
    this.sqs = new sqs.SQSClient(access);
    this.iam = new iam.IAMClient(access);
  }

  async makeBus(name: string, statements: readonly object[] = []): Promise<string> {
    await this.events.send(new events.CreateEventBusCommand({ Name: name }));
    if (statements.length > 0) await this.allow(name, statements);
    return this.busArn(name);
  }

  async allow(bus: string, statements: readonly object[]): Promise<void> {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await this.events.send(new events.PutPermissionCommand({ EventBusName: bus, Policy }));
  }

  busArn(name: string): string {
    return `arn:aws:events:${this.region}:${this.account}:event-bus/${name}`;
  }

  async makeQueue(name: string): Promise<string> {
    await this.sqs.send(new sqs.CreateQueueCommand({ QueueName: name }));
    return `arn:aws:sqs:${this.region}:${this.account}:${name}`;
  }

  /** A rule for everything that the pattern lets through, to one target. */
  async rule(
    bus: string,
    target: Omit<events.Target, 'Id'>,
    pattern: object = EVERYTHING,
  ): Promise<string> {
    const Name = `to-${target.Arn?.split(/[:/]/).at(-1)}`;
    await this.events.send(
      new events.PutRuleCommand({
        Name,
        EventBusName: bus,
        EventPattern: JSON.stringify(pattern),
      }),
    );
    await this.events.send(
      new events.PutTargetsCommand({
        Rule: Name,
        EventBusName: bus,
        Targets: [{ Id: 'target', ...target }],
      }),
    );
    return Name;
  }

  async put(entry: events.PutEventsRequestEntry = {}) {
    return this.events.send(
      new events.PutEventsCommand({
        Entries: [{ Source: SOURCE, DetailType: 'sold', Detail: '{"what":"a hat"}', ...entry }],
      }),
    );
  }

  async messages(queue: string): Promise<sqs.Message[]> {
    const { QueueUrl } = await this.sqs.send(new sqs.GetQueueUrlCommand({ QueueName: queue }));
    const { Messages = [] } = await this.sqs.send(
      new sqs.ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  async received(queue: string): Promise<Event[]> {
    return (await this.messages(queue)).map(({ Body = '' }) => Event.parse(JSON.parse(Body)));
  }

  /** EventBridge's, to put events on the bus. */
  async makeRole(name: string, busArn: string, trust: object = {}): Promise<string> {
    const policy = (statement: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    await this.iam.send(
      new iam.CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: policy({
          Action: 'sts:AssumeRole',
          Principal: { Service: 'events.amazonaws.com' },
          ...trust,
        }),
      }),
    );
    await this.iam.send(
      new iam.PutRolePolicyCommand({
        RoleName: name,
        PolicyName: 'put',
        PolicyDocument: policy({ Action: 'events:PutEvents', Resource: busArn }),
      }),
    );
    return `arn:aws:iam::${this.account}:role/${name}`;
  }
}

let emulator: Emulator;
let organization: Organization;
let hub: Place;
let member: Place;
let role: string;
let administrators = 0;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
});
afterAll(async () => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  await emulator.tellForwardingRules(false);
  organization = await Organization.create(emulator.endpoint);
  const unit = await organization.addUnit('shops');
  await organization.addAccounts([
    { name: 'hub', id: HUB },
    { name: 'member', id: MEMBER, parentId: unit },
  ]);
  hub = await placeIn(HUB);
  member = await placeIn(MEMBER);
  await hub.makeBus('hub', [organizationMay()]);
  await hub.rule('hub', { Arn: await hub.makeQueue('intake') });
  role = await member.makeRole('forwarder', '*');
});

async function placeIn(account: string, region = REGION): Promise<Place> {
  administrators += 1;
  const credentials = await organization.administrator(account, `admin-${administrators}`);
  return new Place(account, region, credentials);
}

function organizationMay(condition: object = {}) {
  return {
    Sid: 'Organization',
    Effect: 'Allow',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: HUB_BUS,
    Condition: { StringEquals: { 'aws:PrincipalOrgID': organization.id }, ...condition },
  };
}

/** From the member's default bus to the hub's. */
async function forward(target: Partial<events.Target> = {}): Promise<string> {
  return member.rule('default', { Arn: HUB_BUS, RoleArn: role, ...target });
}

async function lost(): Promise<[code: string, target: string | null][]> {
  return (await emulator.lostEvents()).map(({ errorCode, targetArn }) => [errorCode, targetArn]);
}

describe('an event that a rule sends to a bus of another account', () => {
  test('arrives there as it was, and reaches the rules of that bus alone', async () => {
    await forward();
    const onDefault = await hub.makeQueue('on-default');
    await hub.rule('default', { Arn: onDefault });
    const { Entries = [] } = await member.put({
      Resources: ['arn:aws:ec2:us-east-1:333333333333:instance/i-1'],
      Time: new Date('2026-11-29T10:00:00Z'),
    });
    await expect(hub.received('intake')).resolves.toEqual([
      {
        version: '0',
        id: Entries[0]?.EventId,
        'detail-type': 'sold',
        source: SOURCE,
        account: MEMBER,
        time: '2026-11-29T10:00:00Z',
        region: REGION,
        resources: ['arn:aws:ec2:us-east-1:333333333333:instance/i-1'],
        detail: { what: 'a hat' },
      },
    ]);
    await expect(hub.received('on-default')).resolves.toEqual([]);
    await expect(lost()).resolves.toEqual([]);
  });

  test('from another Region gets another id and time, and keeps the rest', async () => {
    const abroad = await placeIn(MEMBER, ELSEWHERE);
    await abroad.rule('default', { Arn: HUB_BUS, RoleArn: role });
    const { Entries = [] } = await abroad.put({ Time: new Date('2020-01-01T00:00:00Z') });
    const [event] = await hub.received('intake');
    expect(event).toMatchObject({ account: MEMBER, region: ELSEWHERE, source: SOURCE });
    expect(event?.id).not.toBe(Entries[0]?.EventId);
    expect(Date.parse(event?.time ?? '')).toBeGreaterThan(Date.parse('2026-01-01'));
  });

  test('of an AWS service keeps its source', async () => {
    await organization.addAccount({ name: 'home', id: HOME });
    const home = new Place(HOME, REGION);
    const RoleArn = await home.makeRole('forwarder', HUB_BUS);
    await home.rule('default', { Arn: HUB_BUS, RoleArn });
    await home.put({ Source: 'aws.ec2' });
    await expect(hub.received('intake')).resolves.toMatchObject([
      { source: 'aws.ec2', account: HOME },
    ]);
  });

  test('stays away when its rule is disabled', async () => {
    const Name = await forward();
    await member.events.send(new events.DisableRuleCommand({ Name }));
    await member.put();
    await expect(hub.received('intake')).resolves.toEqual([]);
  });

  test('stays away when its account is suspended, or the one that it goes to', async () => {
    await organization.addAccount({ name: 'home', id: HOME });
    const home = new Place(HOME, REGION);
    const RoleArn = await home.makeRole('forwarder', HUB_BUS);
    await home.rule('default', { Arn: HUB_BUS, RoleArn });
    await organization.setState(HOME, 'SUSPENDED');
    await home.put({ Source: 'aws.ec2' });
    await organization.setState(HOME, 'ACTIVE');
    await organization.setState(HUB, 'SUSPENDED');
    await home.put({ Source: 'aws.ec2' });
    await organization.setState(HUB, 'ACTIVE');
    await expect(hub.received('intake')).resolves.toEqual([]);
    await expect(lost()).resolves.toEqual([
      ['ACCOUNT_SUSPENDED', null],
      ['ACCOUNT_SUSPENDED', null],
    ]);
  });
});

describe('a second way from bus to bus', () => {
  async function chain(first: string, second: string) {
    const middle = await placeIn(HUB, first);
    const end = await placeIn(STRANGER, second);
    await middle.makeBus('middle', [{ ...organizationMay(), Resource: middle.busArn('middle') }]);
    const anyone = { Effect: 'Allow', Principal: '*', Action: 'events:PutEvents' };
    await end.makeBus('end', [{ ...anyone, Resource: end.busArn('end') }]);
    await end.rule('end', { Arn: await end.makeQueue('end') });
    await member.rule('default', { Arn: middle.busArn('middle'), RoleArn: role });
    const deadLetters = await middle.makeQueue('dead');
    await middle.rule('middle', {
      Arn: end.busArn('end'),
      RoleArn: await hub.makeRole('onwards', '*'),
      DeadLetterConfig: { Arn: deadLetters },
    });
    await member.put();
    const dead = await middle.messages('dead');
    return {
      arrived: (await end.received('end')).length,
      codes: dead.map(({ MessageAttributes }) => MessageAttributes?.ERROR_CODE?.StringValue),
    };
  }

  test.each([
    ['within a Region', REGION, REGION, 'THIRD_ACCOUNT_HOP_DETECTED'],
    ['from Region to Region', ELSEWHERE, REGION, 'THIRD_REGION_HOP_DETECTED'],
  ])('%s is refused', async (_, first, second, code) => {
    await expect(chain(first, second)).resolves.toEqual({ arrived: 0, codes: [code] });
  });

  test.each([
    ['to another Region, after one within', REGION, ELSEWHERE],
    ['within a Region, after one to it', ELSEWHERE, ELSEWHERE],
  ])('%s, is open', async (_, first, second) => {
    await expect(chain(first, second)).resolves.toEqual({ arrived: 1, codes: [] });
  });

  test('is refused in one account as well', async () => {
    const [one, two] = [await member.makeBus('one'), await member.makeBus('two')];
    await member.rule('default', { Arn: one, RoleArn: role });
    await member.rule('one', { Arn: two, RoleArn: role });
    await member.put();
    await expect(lost()).resolves.toEqual([['THIRD_ACCOUNT_HOP_DETECTED', two]]);
  });
});

describe('the policy of a bus', () => {
  const forwardedOnly = { Bool: { 'events:eventBusInvocation': 'true' } };

  test.each([
    ['nothing more', {}, 1],
    ['events of rules', forwardedOnly, 1],
    ['events that no rule sent', { Bool: { 'events:eventBusInvocation': 'false' } }, 0],
    ['another organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-another123' } }, 0],
    ['one account', { StringEquals: { 'aws:PrincipalAccount': MEMBER } }, 1],
    ['the role', { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:role/forwarder' } }, 1],
    ['another role', { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:role/other' } }, 0],
    ['a session', { ArnLike: { 'aws:PrincipalArn': 'arn:*:sts::*:assumed-role/*' } }, 0],
    [
      'sources, of which this is one',
      {
        'ForAllValues:StringEquals': { 'events:source': ['aws.iam', SOURCE] },
        Null: { 'events:source': 'false' },
      },
      1,
    ],
    [
      'other sources',
      { 'ForAllValues:StringEquals': { 'events:source': ['aws.iam', 'aws.ec2'] } },
      0,
    ],
    ['another type', { 'ForAllValues:StringEquals': { 'events:detail-type': ['bought'] } }, 0],
    ['the sending rule', { ArnLike: { 'aws:SourceArn': 'arn:*:events:*:*:rule/to-hub' } }, 0],
    [
      'the sending rule, if it is told',
      { ArnLikeIfExists: { 'aws:SourceArn': 'arn:*:events:*:*:rule/to-hub' } },
      1,
    ],
  ])('that asks for %s', async (_, condition, arrives) => {
    await hub.allow('hub', [organizationMay(condition)]);
    await forward();
    await member.put();
    await expect(hub.received('intake')).resolves.toHaveLength(arrives);
    await expect(lost()).resolves.toEqual(arrives === 1 ? [] : [['NO_PERMISSIONS', HUB_BUS]]);
  });

  test.each([
    ['to-hub', 1],
    ['to-other', 0],
  ])('that asks for the sending rule %s, when it is told', async (rule, arrives) => {
    await emulator.tellForwardingRules(true);
    const SourceArn = `arn:*:events:*:*:rule/${rule}`;
    await hub.allow('hub', [organizationMay({ ArnLikeIfExists: { 'aws:SourceArn': SourceArn } })]);
    await forward();
    await member.put();
    await expect(hub.received('intake')).resolves.toHaveLength(arrives);
  });

  test('that asks for a unit lets in the accounts under it', async () => {
    const inUnit = (path: string) =>
      organizationMay({ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path } });
    await forward();
    await hub.allow('hub', [inUnit(`${organization.id}/*/ou-*`)]);
    await member.put();
    await hub.allow('hub', [inUnit(`${organization.id}/*/ou-none/*`)]);
    await member.put();
    await expect(hub.received('intake')).resolves.toHaveLength(1);
  });

  test('that denies wins over what allows', async () => {
    const deny = { ...organizationMay(), Sid: 'Deny', Effect: 'Deny', Condition: {} };
    await hub.allow('hub', [organizationMay(), deny]);
    await forward();
    await member.put();
    await expect(lost()).resolves.toEqual([['NO_PERMISSIONS', HUB_BUS]]);
  });

  test('is replaced as a whole, or by statement', async () => {
    const sids = async () => {
      const { Policy = '{"Statement":[]}' } = await hub.events.send(
        new events.DescribeEventBusCommand({ Name: 'hub' }),
      );
      const Policies = z.object({ Statement: z.array(z.looseObject({ Sid: z.string() })) });
      return Policies.parse(JSON.parse(Policy)).Statement.map(({ Sid }) => Sid);
    };
    await hub.allow('hub', [organizationMay(), { ...organizationMay(), Sid: 'Second' }]);
    await expect(sids()).resolves.toEqual(['Organization', 'Second']);
    await hub.allow('hub', [{ ...organizationMay(), Sid: 'Third' }]);
    await expect(sids()).resolves.toEqual(['Third']);
    const permission = (StatementId: string, Principal: string) =>
      new events.PutPermissionCommand({
        EventBusName: 'hub',
        StatementId,
        Principal,
        Action: 'events:PutEvents',
      });
    await hub.events.send(permission('Fourth', MEMBER));
    await hub.events.send(permission('Fifth', '*'));
    await expect(sids()).resolves.toEqual(['Third', 'Fourth', 'Fifth']);
    await expect(
      hub.allow('hub', [{ ...organizationMay(), Condition: { Is: { a: 'b' } } }]),
    ).rejects.toThrow("no condition operator 'Is'");
    await expect(
      hub.allow('hub', [{ ...organizationMay(), Sid: 'x'.repeat(10_240) }]),
    ).rejects.toThrow('10240');
  });
});

describe('the role of a bus target', () => {
  test('must be there, be of the account, and let EventBridge in', async () => {
    await expect(member.rule('default', { Arn: HUB_BUS })).rejects.toThrow(
      `RoleArn is required for target ${HUB_BUS}.`,
    );
    const foreign = await hub.makeRole('foreign', '*');
    await expect(member.rule('default', { Arn: HUB_BUS, RoleArn: foreign })).rejects.toThrow(
      'Cross-account pass role is not allowed',
    );
    const RoleArn = await member.makeRole('lambdas', '*', {
      Principal: { Service: 'lambda.amazonaws.com' },
    });
    await forward({ RoleArn });
    await member.put();
    await forward({ RoleArn: `arn:aws:iam::${MEMBER}:role/gone` });
    await member.put();
    await expect(lost()).resolves.toEqual([
      ['FAILED_TO_ASSUME_ROLE', HUB_BUS],
      ['FAILED_TO_ASSUME_ROLE', HUB_BUS],
    ]);
  });

  test('may ask for the sending rule', async () => {
    const onBehalfOf = (name: string) => ({
      Condition: {
        ArnEquals: { 'aws:SourceArn': `arn:aws:events:${REGION}:${MEMBER}:rule/${name}` },
        StringEquals: { 'aws:SourceAccount': MEMBER },
      },
    });
    await forward({ RoleArn: await member.makeRole('mine', '*', onBehalfOf('to-hub')) });
    await member.put();
    await forward({ RoleArn: await member.makeRole('others', '*', onBehalfOf('other')) });
    await member.put();
    await expect(hub.received('intake')).resolves.toHaveLength(1);
    await expect(lost()).resolves.toEqual([['FAILED_TO_ASSUME_ROLE', HUB_BUS]]);
  });

  test('must be allowed to put events there, by its policies and by its organization', async () => {
    await forward({ RoleArn: await member.makeRole('elsewhere', hub.busArn('other')) });
    await member.put();
    await forward({ RoleArn: await member.makeRole('here', HUB_BUS) });
    const lift = await organization.control(MEMBER, 'no-events', [
      { Effect: 'Deny', Action: 'events:PutEvents', Resource: HUB_BUS },
    ]);
    await member.put();
    await lift();
    await member.put();
    await expect(lost()).resolves.toEqual([
      ['NO_PERMISSIONS', HUB_BUS],
      ['NO_PERMISSIONS', HUB_BUS],
    ]);
    await expect(hub.received('intake')).resolves.toHaveLength(1);
  });

  test('is enough within an account, which needs no policy of the bus', async () => {
    const audit = await member.makeBus('audit');
    await member.rule('audit', { Arn: await member.makeQueue('audit') });
    await member.rule('default', { Arn: audit, RoleArn: role });
    await member.put();
    await expect(member.received('audit')).resolves.toHaveLength(1);
  });
});

describe('an event that cannot be delivered', () => {
  test('is a dead letter that tells why', async () => {
    await hub.allow('hub', [organizationMay({ Bool: { 'events:eventBusInvocation': 'false' } })]);
    await forward({ DeadLetterConfig: { Arn: await member.makeQueue('dead') } });
    await member.put();
    const [message] = await member.messages('dead');
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ account: MEMBER, source: SOURCE });
    expect(message?.MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
      ERROR_MESSAGE: {
        StringValue: expect.stringContaining(
          'no resource-based policy allows the events:PutEvents',
        ),
      },
      RULE_ARN: { StringValue: `arn:aws:events:${REGION}:${MEMBER}:rule/to-hub` },
      TARGET_ARN: { StringValue: HUB_BUS },
    });
    await expect(lost()).resolves.toEqual([]);
  });

  test('does not keep it from other targets, and PutEvents says nothing of it', async () => {
    await forward({ Arn: hub.busArn('gone') });
    const gone = `arn:aws:sqs:${REGION}:${MEMBER}:gone-queue`;
    await member.rule('default', { Arn: gone });
    await member.rule('default', { Arn: await member.makeQueue('there') });
    await expect(member.put()).resolves.toMatchObject({ FailedEntryCount: 0 });
    await expect(member.received('there')).resolves.toHaveLength(1);
    const reasons = await lost();
    expect(reasons.sort()).toEqual([
      ['NO_PERMISSIONS', hub.busArn('gone')],
      ['NO_RESOURCE', gone],
    ]);
  });

  test('is swallowed by a bus of the own account that is not there', async () => {
    await member.rule('default', { Arn: member.busArn('gone'), RoleArn: role });
    await expect(member.put()).resolves.toMatchObject({ FailedEntryCount: 0 });
    await expect(member.put({ EventBusName: 'gone' })).resolves.toMatchObject({
      FailedEntryCount: 0,
    });
    await expect(lost()).resolves.toEqual([]);
  });
});

describe('PutEvents', () => {
  test('reaches a bus of another account where its policy lets the caller', async () => {
    await expect(member.put({ EventBusName: HUB_BUS })).resolves.toMatchObject({
      FailedEntryCount: 0,
    });
    await expect(hub.received('intake')).resolves.toMatchObject([{ account: MEMBER }]);
  });

  test.each([
    [
      'only events of rules',
      { Bool: { 'events:eventBusInvocation': 'true' } },
      'because no resource-based policy allows the events:PutEvents action',
    ],
    [
      'only other sources',
      { 'ForAllValues:StringEquals': { 'events:source': 'aws.ec2' } },
      'because no resource-based policy',
    ],
  ])('is refused where the policy wants %s', async (_, condition, reason) => {
    await hub.allow('hub', [organizationMay(condition)]);
    await expect(member.put({ EventBusName: HUB_BUS })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(reason),
    });
    await expect(hub.received('intake')).resolves.toEqual([]);
  });

  test('is refused to accounts outside of the organization, and those that left it', async () => {
    const stranger = await placeIn(STRANGER);
    await expect(stranger.put({ EventBusName: HUB_BUS })).rejects.toThrow('not authorized');
    await forward();
    await organization.remove(MEMBER);
    await member.put();
    await expect(lost()).resolves.toEqual([['NO_PERMISSIONS', HUB_BUS]]);
  });

  test('is all or nothing: a policy sees the sources of all entries', async () => {
    await hub.allow('hub', [
      organizationMay({ 'ForAllValues:StringEquals': { 'events:source': SOURCE } }),
    ]);
    const entry = { DetailType: 'sold', Detail: '{}', EventBusName: HUB_BUS };
    const Entries = [SOURCE, 'another'].map((Source) => ({ ...entry, Source }));
    await expect(member.events.send(new events.PutEventsCommand({ Entries }))).rejects.toThrow(
      'not authorized',
    );
    await expect(hub.received('intake')).resolves.toEqual([]);
  });

  test.each([
    ['in the name of an AWS service', { Source: 'aws.ec2' }, 'NotAuthorizedForSourceException'],
    ['to another bus in that name', { Source: 'aws.ec2', EventBusName: HUB_BUS }, 'NotAuthorized'],
    ['without a type', { DetailType: '' }, 'InvalidArgument'],
    ['with a type too long', { DetailType: 'x'.repeat(129) }, 'InvalidArgument'],
    ['with a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['with a detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
    ['to another Region', { EventBusName: HUB_BUS.replace(REGION, ELSEWHERE) }, 'InvalidArgument'],
  ])('refuses an entry %s, and no other', async (_, entry, code) => {
    await member.rule('default', { Arn: await member.makeQueue('own') });
    const good = { Source: SOURCE, DetailType: 'sold', Detail: '{}' };
    const { Entries, FailedEntryCount } = await member.events.send(
      new events.PutEventsCommand({ Entries: [{ ...good, ...entry }, good] }),
    );
    expect(FailedEntryCount).toBe(1);
    expect(Entries?.[0]?.ErrorCode).toContain(code);
    expect(Entries?.[1]?.EventId).toBeDefined();
    await expect(member.received('own')).resolves.toHaveLength(1);
  });

  test('takes up to ten entries, of less than 1 MB together', async () => {
    const entry = { Source: SOURCE, DetailType: 'sold', Detail: '{}' };
    const put = async (Entries: events.PutEventsRequestEntry[]) =>
      member.events.send(new events.PutEventsCommand({ Entries }));
    await expect(put(Array.from({ length: 10 }, () => entry))).resolves.toMatchObject({
      FailedEntryCount: 0,
    });
    await expect(put(Array.from({ length: 11 }, () => entry))).rejects.toThrow(
      'less than or equal',
    );
    const Detail = JSON.stringify({ text: 'x'.repeat(600_000) });
    await expect(put([{ ...entry, Detail }])).resolves.toMatchObject({ FailedEntryCount: 0 });
    await expect(put([1, 2].map(() => ({ ...entry, Detail })))).rejects.toThrow('over the limit');
  });
});

describe('a queue that is the target of a rule', () => {
  test('gets the account as the group of a message, where the rule names its path', async () => {
    const Arn = await hub.makeQueue('fair');
    await hub.rule('hub', { Arn, SqsParameters: { MessageGroupId: '$.account' } });
    await forward();
    await member.put();
    const messages = await hub.messages('fair');
    expect(messages).toMatchObject([{ Attributes: { MessageGroupId: MEMBER } }]);
    expect(sqsEventOf(Arn, messages).Records).toMatchObject([
      { attributes: { MessageGroupId: MEMBER }, awsRegion: REGION },
    ]);
  });

  test.each([
    ['a word', 'all', 'all'],
    ['a path that leads nowhere', '$.detail.nothing', undefined],
  ])('gets as its group %s', async (_, MessageGroupId, expected) => {
    await member.rule('default', {
      Arn: await member.makeQueue('own'),
      SqsParameters: { MessageGroupId },
    });
    await member.put();
    const [message] = await member.messages('own');
    expect(message?.Attributes?.MessageGroupId).toBe(expected);
  });

  test.each([
    ['an input', { Input: '{"say":"hello"}' }, '{"say":"hello"}'],
    ['a path', { InputPath: '$.detail.what' }, '"a hat"'],
  ])('gets %s instead of the event', async (_, input, expected) => {
    await member.rule('default', { Arn: await member.makeQueue('own'), ...input });
    await member.put();
    await expect(member.messages('own')).resolves.toMatchObject([{ Body: expected }]);
  });
});

test('what S3 tells is for the default bus alone, and each has its own id', async () => {
  const home = new Place(HOME, REGION);
  const created = { 'detail-type': ['Object Created'] };
  await home.rule('default', { Arn: await home.makeQueue('on-default') }, created);
  await home.makeBus('other');
  await home.rule('other', { Arn: await home.makeQueue('on-other') }, created);
  const client = new s3.S3Client({ ...emulatorAccess(emulator.endpoint), forcePathStyle: true });
  const Bucket = 'records';
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(
    new s3.PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  for (const Key of ['one', 'two']) {
    await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'text' }));
  }
  const told = await home.received('on-default');
  expect(told).toMatchObject([{ source: 'aws.s3' }, { source: 'aws.s3' }]);
  expect(told[0]?.id).not.toBe(told[1]?.id);
  await expect(home.received('on-other')).resolves.toEqual([]);
});

test('rules and buses of other accounts are out of reach by their ARN', async () => {
  await member.makeBus('hub');
  await expect(
    member.events.send(
      new events.PutRuleCommand({
        Name: 'mine',
        EventBusName: HUB_BUS,
        EventPattern: JSON.stringify(EVERYTHING),
      }),
    ),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(
    member.events.send(new events.DescribeEventBusCommand({ Name: HUB_BUS })),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test.each([
  ['an input', { Input: '{}' }, 'Modifying the input'],
  ['a path', { InputPath: '$.detail' }, 'Modifying the input'],
  [
    'a dead-letter queue in another Region',
    { DeadLetterConfig: { Arn: `arn:aws:sqs:${ELSEWHERE}:${MEMBER}:dead` } },
    "standard queue in the rule's Region",
  ],
])('a bus target with %s is refused', async (_, target, reason) => {
  await expect(forward(target)).rejects.toThrow(reason);
});

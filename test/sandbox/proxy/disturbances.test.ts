import { EventEmitter, once } from 'node:events';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DescribeTagsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import {
  type ApiCall,
  changesSomething,
  type CloudTrailEvent,
  type Disturbance,
} from '../../../sandbox/cloudtrail/tap';
import { type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import type { InvocationReport } from '../../../sandbox/runner/deployed-function';
import { CALLS, synthesizeCallingApp } from '../../support/apps/calling-app';

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;

const ipPermissions = z.object({ items: z.array(z.object({ fromPort: z.number() })) });
const ToldEvents = z.array(
  z.object({ detail: z.object({ requestParameters: z.object({ ipPermissions }) }) }),
);

const calls: ApiCall[] = [];
const events: CloudTrailEvent[] = [];
const invocations: InvocationReport[] = [];
const news = new EventEmitter();
let aws: LocalAws;
let stack: DeployedStack;
let ec2: EC2Client;
let groupId: string;
let port = 1000;

beforeAll(async () => {
  aws = await LocalAws.start({
    log: console.log,
    onCall: (call) => calls.push(call),
    onEvent: (event) => events.push(event),
    onInvocation: (invocation) => {
      invocations.push(invocation);
      news.emit('invocation');
    },
  });
  stack = await aws.deploy(synthesizeCallingApp());
  groupId = stack.outputs.get('GroupId') ?? '';
  ec2 = new EC2Client({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: await aws.createUser('visitor'),
  });
});
afterAll(async () => {
  ec2.destroy();
  await aws.stop();
});
beforeEach(() => {
  calls.length = 0;
  events.length = 0;
  invocations.length = 0;
});

/** A call whose event the function gets. */
async function open(): Promise<number> {
  port += 1;
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: groupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    }),
  );
  return port;
}

function callsOf({ requestId }: InvocationReport): string[] {
  return calls.filter(({ invocationId }) => invocationId === requestId).map(({ action }) => action);
}

/** What the functions told of since then: the ports of the rules, in their order. */
function portsToldSince(deliveries: number): number[] {
  return aws.inbox.deliveries
    .slice(deliveries)
    .flatMap(({ message }) => ToldEvents.parse(JSON.parse(message)))
    .flatMap(({ detail }) =>
      detail.requestParameters.ipPermissions.items.map(({ fromPort }) => fromPort),
    );
}

async function withoutTag(): Promise<void> {
  await ec2.send(
    new CreateTagsCommand({ Resources: [groupId], Tags: [{ Key: 'seen', Value: 'no' }] }),
  );
}

async function tag(): Promise<string | undefined> {
  const { Tags } = await ec2.send(
    new DescribeTagsCommand({
      Filters: [
        { Name: 'resource-id', Values: [groupId] },
        { Name: 'key', Values: ['seen'] },
      ],
    }),
  );
  return Tags?.[0]?.Value;
}

test('each call belongs to its invocation, and shows the body that was sent', async () => {
  await open();
  await aws.settled();
  const [invocation] = invocations;
  if (!invocation) throw new Error('no invocation');
  expect(callsOf(invocation)).toEqual(CALLS);
  expect(calls.find(({ action }) => action === 'GetParameters')?.json).toEqual({ Names: ['none'] });
  expect(calls.find(({ action }) => action.startsWith('Authorize'))?.invocationId).toBeUndefined();
});

test('the events that functions announce are there', async () => {
  const before = aws.announced.length;
  await open();
  await aws.settled();
  expect(aws.announced.slice(before)).toEqual([
    { source: 'cdk-sentries', detailType: 'Something', detail: { bodies: 1 } },
  ]);
});

test('a service that is down answers no function until it is back, and everyone else', async () => {
  const deliveries = aws.inbox.deliveries.length;
  aws.takeDown('ec2', HOUR_MS);
  const opened = await open();
  while (!invocations.some(({ succeeded }) => !succeeded)) await once(news, 'invocation');
  expect(portsToldSince(deliveries)).toEqual([]);
  await aws.setClock(new Date(aws.now().getTime() + HOUR_MS));
  await aws.settled();
  expect(portsToldSince(deliveries)).toContain(opened);
});

test('an answer is lost: the call is carried out, and made once more', async () => {
  await withoutTag();
  const lost = aws.loseAnswers();
  await open();
  await aws.settled();
  lost.end();
  const [invocation] = invocations;
  expect(invocation).toMatchObject({ succeeded: true });
  expect(await tag()).toBe('yes');
  const changes = CALLS.filter((action) => changesSomething({ action }));
  expect(lost.calls.map(({ action }) => action)).toEqual(changes);
  expect(callsOf(invocation!)).toHaveLength(CALLS.length + changes.length);
});

describe('a crash', () => {
  test.each([
    ['before', 'no'],
    ['after', 'yes'],
  ] as const)(
    '%s a call is carried out: the message comes again, to a new process',
    async (when, tagged) => {
      await withoutTag();
      const deliveries = aws.inbox.deliveries.length;
      aws.crashNext({ service: 'ec2', action: 'CreateTags', when });
      const crash = once(news, 'invocation');
      const opened = await open();
      await crash;
      expect(await tag()).toBe(tagged);
      await aws.settled();

      const [crashed, again] = invocations;
      expect(crashed).toMatchObject({
        succeeded: false,
        error: expect.stringContaining('SIGKILL'),
      });
      expect(again).toMatchObject({ succeeded: true });
      expect(callsOf(again!)).toEqual(CALLS);
      expect(callsOf(crashed!)).toEqual(CALLS.slice(0, when === 'before' ? 2 : 3));
      expect(portsToldSince(deliveries)).toEqual([opened]);
      expect(events.filter(({ detail }) => detail.eventName === 'CreateTags').length).toBe(
        1 + (when === 'before' ? 1 : 2),
      );
    },
  );

  test('meets functions only: anyone else who makes the call gets an answer', async () => {
    aws.crashNext({ service: 'ec2', action: 'CreateTags', when: 'before' });
    await withoutTag();
    await open();
    await aws.settled();
    expect(invocations.map(({ succeeded }) => succeeded)).toEqual([false, true]);
  });

  test('that has been ended before it came, comes no more', async () => {
    aws.crashNext({ service: 'ec2', action: 'CreateTags', when: 'before' }).end();
    await open();
    await aws.settled();
    expect(invocations.map(({ succeeded }) => succeeded)).toEqual([true]);
  });
});

describe('each call of an invocation in turn', () => {
  test.each<[Disturbance['with'], string]>([
    ['throttle', 'sandbox was asked for'],
    ['error', 'sandbox was asked for'],
    ['crash-before', 'SIGKILL'],
    ['crash-after', 'SIGKILL'],
  ])('%s: nothing is lost', async (kind, error) => {
    const hit: string[] = [];
    for (let n = 1; ; n += 1) {
      const [done, deliveries] = [invocations.length, aws.inbox.deliveries.length];
      const disturbed = aws.disturbCall({ n, with: kind, callerArnIncludes: '/calling' });
      const opened = await open();
      await aws.settled();
      if (!disturbed.hit) break;
      hit.push(disturbed.hit.action);
      const [first, ...others] = invocations.slice(done);
      expect(first).toMatchObject({ succeeded: false, error: expect.stringContaining(error) });
      // The SDK tried twice; both tries were one call.
      if (error !== 'SIGKILL') {
        expect(callsOf(first!).slice(n - 1)).toEqual([disturbed.hit.action, disturbed.hit.action]);
      }
      expect(others).toEqual([expect.objectContaining({ succeeded: true })]);
      expect(portsToldSince(deliveries)).toContain(opened);
    }
    expect(hit).toEqual(CALLS);
  });

  test("once only: the SDK's second try gets through", async () => {
    const disturbed = aws.disturbCall({ n: 2, with: 'throttle', times: 1 });
    await open();
    await aws.settled();
    expect(disturbed.hit).toEqual({ service: 'ssm', action: 'GetParameters' });
    expect(invocations).toEqual([expect.objectContaining({ succeeded: true })]);
    expect(callsOf(invocations[0]!)).toEqual(['DescribeVpcs', 'GetParameters', ...CALLS.slice(1)]);
  });

  test('of a later invocation: those before it are let be', async () => {
    const disturbed = aws.disturbCall({ n: 1, with: 'crash-before', afterInvocations: 1 });
    await open();
    await aws.settled();
    expect(disturbed.hit).toBeUndefined();
    await open();
    await aws.settled();
    expect(disturbed.hit).toBeDefined();
    expect(invocations.map(({ succeeded }) => succeeded)).toEqual([true, false, true]);
  });

  test('of whichever invocation makes it, where the calls of all are counted', async () => {
    const of = { service: 'ec2', action: 'DescribeVpcs' };
    const all = { n: 2, of, counted: 'in all invocations', with: 'crash-before' } as const;
    const disturbed = aws.disturbCall(all);
    await open();
    await aws.settled();
    expect(disturbed.hit).toBeUndefined();
    await open();
    await aws.settled();
    expect(disturbed.hit).toEqual(of);
    expect(invocations.map(({ succeeded }) => succeeded)).toEqual([true, false, true]);
  });

  test('not once it was called off', async () => {
    const disturbed = aws.disturbCall({ n: 1, with: 'crash-before' });
    disturbed.end();
    await open();
    await aws.settled();
    expect(invocations.map(({ succeeded }) => succeeded)).toEqual([true]);
  });

  test('only of the function that is meant', async () => {
    const disturbed = aws.disturbCall({ n: 1, with: 'error', callerArnIncludes: '/another' });
    await open();
    await aws.settled();
    expect(disturbed.hit).toBeUndefined();
    expect(invocations).toEqual([expect.objectContaining({ succeeded: true })]);
  });
});

describe('events on their way', () => {
  test('one is lost, and the next one of that name arrives', async () => {
    const deliveries = aws.inbox.deliveries.length;
    aws.loseNext('AuthorizeSecurityGroupIngress');
    await open();
    const arriving = await open();
    await aws.settled();
    expect(portsToldSince(deliveries)).toEqual([arriving]);
    expect(
      events.filter(({ detail }) => String(detail.eventName).startsWith('Authorize')),
    ).toHaveLength(2);
  });

  test('they come late, in another order, and twice', async () => {
    const deliveries = aws.inbox.deliveries.length;
    aws.holdEvents();
    const [first, second] = [await open(), await open()];
    await aws.settled();
    expect(portsToldSince(deliveries)).toEqual([]);
    await aws.releaseEvents((held) => [...held].reverse().concat(held.slice(0, 1)));
    await aws.settled();
    expect(portsToldSince(deliveries).sort()).toEqual([first, first, second]);
    const third = await open();
    await aws.settled();
    expect(portsToldSince(deliveries)).toContain(third);
  });
});

describe('a schedule whose target is a queue', () => {
  test("sends the target's own message", async () => {
    const deliveries = aws.inbox.deliveries.length;
    await expect(aws.fire(stack, 'Hourly')).resolves.toEqual({
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      succeeded: true,
    });
    await aws.settled();
    expect(JSON.parse(aws.inbox.deliveries[deliveries]?.message ?? '')).toEqual([
      { kind: 'look', group: groupId },
    ]);
  });

  test("or EventBridge's event", async () => {
    const deliveries = aws.inbox.deliveries.length;
    await aws.fire(stack, 'Daily');
    await aws.settled();
    expect(JSON.parse(aws.inbox.deliveries[deliveries]?.message ?? '')).toMatchObject([
      { 'detail-type': 'Scheduled Event', source: 'aws.events' },
    ]);
  });
});

import {
  AuthorizeSecurityGroupIngressCommand,
  EC2Client,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import { IamGaps } from '../../sandbox/proxy/iam-gaps/iam-gaps';
import type { ChangeMessage } from '../../src/security-group/contracts/change-message';
import type { FailureInMessage, FailureMessage } from '../../src/shared/contracts/failure-message';
import { MAX_TRIES } from '../../src/shared/contracts/queue-tries';
import { FAILING_STACK, synthesizeAll } from '../support/sandbox/failing-stage';
import { SkippedWaits } from '../support/sandbox/skipped-waits';
import { failureSchemaErrors } from '../support/schemas/failure-schema';

jest.setTimeout(600_000);

const AFTER_A_FAILURE_MS = 100_000;
const HOUR_MS = 3_600_000;

/** Reverted at once; and left until someone denies it. */
const [RDP, SSH] = [3389, 22];

const ASKERS_QUEUE = /^ApprovalsAsker[0-9a-f]{8}(Decisions|UnhandledDecisions)/;

const waits = new SkippedWaits();
let localAws: LocalAws;
let stack: DeployedStack;
let ec2: EC2Client;
let sqs: SQSClient;
let port = 22_000;

beforeAll(async () => {
  const assembly = synthesizeAll();
  localAws = await LocalAws.start({
    iamGaps: new IamGaps(),
    onCall: (call) => waits.callMade(call),
    onInvocation: (invocation) => waits.invocationEnded(invocation),
  });
  stack = await localAws.deploy(assembly, FAILING_STACK);
  await localAws.putSecret(output('SigningSecretArn'), 'signing-secret');
  await localAws.putSecret(output('BotTokenArn'), 'xoxb-1');
  const { endpoint, region } = localAws;
  const access = { endpoint, region, credentials: await localAws.createUser('visitor') };
  ec2 = new EC2Client(access);
  sqs = new SQSClient(access);
  await localAws.fire(stack, 'GroupsReconcileRule');
  await waits.settled(localAws);
  waits.begin(localAws, AFTER_A_FAILURE_MS);
});

afterAll(async () => {
  ec2?.destroy();
  sqs?.destroy();
  await localAws?.stop();
});

/** More than the window of the messages, so that what a test told leaves the next one alone. */
beforeEach(async () => localAws.setClock(new Date(localAws.now().getTime() + HOUR_MS)));

describe('what can never be handled is named in a message after five tries, and when it is given up', () => {
  test.each([
    ['a request', /^ApprovalsRequestQueue/, /^ApprovalsUnhandledRequests/],
    ['a click', /^ApprovalsClickQueue/, /^ApprovalsUnhandledClicks/],
    ['a pointer to messages', /^ApprovalsMessageQueue/, /^ApprovalsUnhandledMessages/],
    [
      'a decision of one asker',
      () => decisionQueueIds('Decisions')[0] ?? '',
      () => decisionQueueIds('UnhandledDecisions')[0] ?? '',
    ],
    [
      'a decision of the other',
      () => decisionQueueIds('Decisions')[1] ?? '',
      () => decisionQueueIds('UnhandledDecisions')[1] ?? '',
    ],
  ])('%s', async (_, queue, unhandled) => {
    const [queueUrl, deadLetterUrl] = [queueUrlOf(queue), queueUrlOf(unhandled)];
    const failures = await failuresOf(async () =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'no JSON' })),
    );
    expect(reported(failures)).toEqual(['tried-again 5', `given-up ${MAX_TRIES}`]);
    for (const failure of failures) {
      expect(failure).toMatchObject({
        what: 'A message that cannot be read',
        reason: expect.stringMatching(/JSON/),
        messageId: expect.any(String),
        deadLetterQueue: nameOf(deadLetterUrl),
        account: expect.stringMatching(/^\d{12}$/),
        region: localAws.region,
      });
    }
    expect(await waitingIn(deadLetterUrl)).toBe(1);
  });

  test('an event, with its id, its group and who made the call, though not even the configuration can be loaded', async () => {
    localAws.failNext({
      service: 'ssm',
      action: 'GetParameters',
      errorCode: 'AccessDeniedException',
      times: MAX_TRIES,
    });
    const failures = await failuresOf(openPort);
    expect(reported(failures)).toEqual(['tried-again 5', `given-up ${MAX_TRIES}`]);
    expect(failures[0]).toMatchObject({
      what: 'The change by AuthorizeSecurityGroupIngress',
      eventId: expect.stringMatching(/^[\w-]{36}$/),
      actor: expect.stringContaining('user/visitor'),
      groupIds: [output('GroupId')],
      reason: expect.stringContaining('AccessDenied'),
    });
    const unhandled = queueUrlOf(/^GroupsUnhandledEvents/);
    expect(failures[1]).toMatchObject({ deadLetterQueue: nameOf(unhandled) });
    expect(await waitingIn(unhandled)).toBe(1);
  });

  test('SNS does not take it: it is told with the next try', async () => {
    const queueUrl = queueUrlOf(/^ApprovalsMessageQueue/);
    // Both tries of each message.
    localAws.failNext({ service: 'sns', action: 'Publish', errorCode: 'InternalError', times: 2 });
    const failures = await failuresOf(async () =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'no JSON' })),
    );
    expect(reported(failures)).toEqual(['tried-again 5', `given-up ${MAX_TRIES}`]);
  });
});

describe('a run that fails in its last try is named once, with why', () => {
  test.each([
    ['of reconcile', 'GroupsReconcileRule', 'A run of reconcile'],
    ['over the access keys', 'KeysSchedule', 'A run over the access keys'],
  ])('%s', async (_, rule, what) => {
    failConfiguration(3);
    const failures = await failuresOf(async () => localAws.fire(stack, rule));
    expect(failures).toMatchObject([
      {
        what: expect.stringContaining(what),
        state: 'given-up',
        reason: expect.stringContaining('AccessDenied'),
        next: expect.stringContaining('The next run'),
      },
    ]);
  });

  test('one that Lambda brings to its end in another try is not', async () => {
    failConfiguration(2);
    expect(await failuresOf(async () => localAws.fire(stack, 'GroupsReconcileRule'))).toEqual([]);
  });

  test('of each minute: when it has failed five times on end', async () => {
    failConfiguration(7);
    const failures = await failuresOf(async () => {
      for (let run = 0; run < 7; run += 1) await localAws.fire(stack, 'ApprovalsMinuteRule');
    });
    expect(failures).toMatchObject([
      { what: 'The run each minute over what is due', state: 'tried-again', tries: 5 },
    ]);
  });
});

describe('what is not what counts holds up nothing', () => {
  test('an event for machines that EventBridge refuses for good: people are notified once, and hear of it', async () => {
    localAws.failNext({
      service: 'events',
      action: 'PutEvents',
      errorCode: 'ValidationException',
      times: 1,
    });
    const { failures, changes } = await toldOf(async () => open(RDP));
    expect(changes).toHaveLength(1);
    expect(failures).toMatchObject([
      { what: expect.stringContaining('The event for machines'), state: 'given-up' },
    ]);
  });

  test('a question that cannot be sent for good: what stood until someone denied it is reverted, and people hear that no one could be asked', async () => {
    localAws.failNext({
      service: 'sqs',
      action: 'SendMessage',
      errorCode: 'InvalidMessageContents',
      times: 1,
    });
    const { failures, changes } = await toldOf(async () => open(SSH));
    expect(failures).toMatchObject([
      {
        what: expect.stringContaining('A question to'),
        state: 'given-up',
        requestId: expect.any(String),
        groupIds: [output('GroupId')],
        next: 'No one could be asked. The rule was revoked.',
      },
    ]);
    const outcomes = changes.flatMap(({ rules }) => rules.map(({ outcome }) => outcome));
    expect(outcomes).toEqual(['kept', 'reverted']);
  });
});

function output(name: string): string {
  return stack.outputs.get(name) ?? '';
}

/** Each asker has a queue of its own, which stands beside the workflow. */
function decisionQueueIds(kind: 'Decisions' | 'UnhandledDecisions'): string[] {
  return [...stack.resources]
    .filter(([id, { type }]) => type === 'AWS::SQS::Queue' && ASKERS_QUEUE.exec(id)?.[1] === kind)
    .map(([id]) => id)
    .sort();
}

function queueUrlOf(find: string | RegExp | (() => string)): string {
  const wanted = typeof find === 'function' ? find() : find;
  const found = [...stack.resources].find(
    ([id, { type }]) =>
      type === 'AWS::SQS::Queue' && (wanted instanceof RegExp ? wanted.test(id) : id === wanted),
  );
  if (!found) throw new Error(`There is no queue ${String(wanted)}.`);
  return found[1].physicalId;
}

function nameOf(queueUrl: string): string {
  return queueUrl.split('/').at(-1) ?? '';
}

async function waitingIn(QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** Refused, not throttled: the SDK tries once. */
function failConfiguration(times: number): void {
  localAws.failNext({
    service: 'ssm',
    action: 'GetParameters',
    errorCode: 'AccessDeniedException',
    times,
  });
}

/** All that is named while something is done, until nothing is under way any more. */
async function failuresOf(act: () => Promise<unknown>): Promise<FailureInMessage[]> {
  return (await toldOf(act)).failures;
}

/** The same, with the changes that were told. */
async function toldOf(
  act: () => Promise<unknown>,
): Promise<{ failures: FailureInMessage[]; changes: ChangeMessage[] }> {
  const { deliveries } = await localAws.inbox.during(async () => {
    await act();
    await waits.settled(localAws);
  });
  const messages = deliveries.map(({ message }): FailureMessage | ChangeMessage =>
    JSON.parse(message),
  );
  return {
    failures: messages.flatMap((message) => {
      if (message.type !== 'handling-failed') return [];
      expect(failureSchemaErrors(JSON.stringify(message))).toEqual([]);
      return message.failures;
    }),
    changes: messages.flatMap((message) =>
      message.type === 'security-group-change' ? [message] : [],
    ),
  };
}

function reported(failures: readonly FailureInMessage[]): string[] {
  return failures.map(({ state, tries }) => `${state} ${tries}`);
}

async function openPort(): Promise<void> {
  port += 1;
  await open(port);
}

async function open(at: number): Promise<void> {
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: output('GroupId'),
      IpPermissions: [permission(at)],
    }),
  );
}

function permission(at: number): IpPermission {
  return { IpProtocol: 'tcp', FromPort: at, ToPort: at, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import {
  decisionStatement,
  parseDecision,
  parseWorkflowMessage,
} from '../../../src/approval/adapters/approval-queue-messages';
import { sendDecision } from '../../../src/approval/adapters/sent-queue-messages';
import { StepEvents } from '../../../src/approval/adapters/step-events';
import { admit, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
import type {
  ApprovalRequest,
  AuditEntry,
  Carrying,
  Decision,
} from '../../../src/approval/domain/approval-request';
import { ChangeAsking, WorkflowQueues } from '../../../src/security-group/adapters/change-asking';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import { SYSTEM_CLOCK } from '../../../src/shared/adapters/clock/system-clock';
import { eve } from '../../security-group/samples/changes';
import { rule } from '../../security-group/samples/rules';
import { approvalSchemaErrors } from '../../support/schemas/approval-schemas';
import { askOf, CONFIGURATION } from '../in-memory/workflow-in-memory';

const NOON = new Date('2026-01-01T12:00:00Z');
const MAC = Buffer.alloc(32, 1).toString('base64');

const QUEUE = {
  name: 'approvals',
  asker: 'Stack/Sentry',
  queueUrl: 'http://localhost/1/requests',
  decisionKeyArn: 'arn',
  expireMilliseconds: 1,
};
const ASKED: AskedChange = {
  requestId: 'request-1',
  workflow: 'approvals',
  response: 'revertUntilApproved',
  whenUnanswered: 'revert',
  group: { id: 'sg-1', name: 'web', vpcId: 'vpc-1' },
  call: {
    eventId: 'event-1',
    eventName: 'AuthorizeSecurityGroupIngress',
    time: NOON,
    accountId: '111111111111',
    region: 'eu-west-1',
    actor: eve,
  },
  rules: [
    {
      change: 'added',
      rule: rule(),
      violations: [
        { baseline: 'locked', response: 'revertUntilApproved', reason: 'the group is locked' },
      ],
    },
  ],
  groupNames: {},
};

const REGION = { region: 'eu-west-1' };

/**
 * A client that keeps what would have been sent, and answers that all went well: there is no queue
 * behind it.
 */
function keepingQueue(): { readonly client: SQSClient; readonly sent: string[] } {
  const sent: string[] = [];
  const client = new SQSClient(REGION);
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        sent.push('MessageBody' in input ? (input.MessageBody ?? '') : '');
        return { response: {}, output: { $metadata: {} } };
      },
    { step: 'initialize' },
  );
  return { client, sent };
}

/** The same for the event bus. */
function keepingBus(): { readonly client: EventBridgeClient; readonly sent: string[] } {
  const sent: string[] = [];
  const client = new EventBridgeClient(REGION);
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        const entries = 'Entries' in input ? (input.Entries ?? []) : [];
        sent.push(...entries.map((entry) => ('Detail' in entry ? (entry.Detail ?? '') : '')));
        return { response: {}, output: { $metadata: {}, Entries: [{ EventId: '1' }] } };
      },
    { step: 'initialize' },
  );
  return { client, sent };
}

async function askMessage(): Promise<string> {
  const { client, sent } = keepingQueue();
  const asking = new ChangeAsking(new DynamoDBClient(REGION), 'ledger', SYSTEM_CLOCK);
  await new WorkflowQueues(client, async () => [QUEUE]).ask(asking.render(ASKED));
  return sent.join();
}

async function outcomeMessage(): Promise<string> {
  const { client, sent } = keepingQueue();
  await new WorkflowQueues(client, async () => [QUEUE]).conclude(ASKED, {
    phase: 'decision',
    attempt: 1,
    outcome: 'carried-out',
    text: 'Applied.',
  });
  return sent.join();
}

async function decisionMessage(decision: Decision, carrying: Carrying): Promise<string> {
  const { client, sent } = keepingQueue();
  await sendDecision(
    client,
    QUEUE.queueUrl,
    decisionStatement({ ...asked(), decision, carrying }),
    MAC,
  );
  return sent.join();
}

async function stepEvent(entry: AuditEntry, request = asked()): Promise<string> {
  const { client, sent } = keepingBus();
  await new StepEvents(client, 'Stack/Approvals').announce(request, entry);
  return sent.join();
}

function asked(): ApprovalRequest {
  return admit({ ...askOf(), digest: 'a'.repeat(64) }, NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON)
    .request;
}

const FIRST: Carrying = { phase: 'decision', attempt: 1 };
const APPROVED: Decision = {
  kind: 'approved',
  at: NOON,
  by: ['U0ALICE', 'U0BOB'],
  until: new Date('2026-01-01T13:00:00Z'),
};

describe('the documented schema fits', () => {
  test('what a sentry asks', async () => {
    expect(approvalSchemaErrors('ask', await askMessage())).toEqual([]);
  });

  test('a request with labels', async () => {
    const labels = {
      account: '111122223333',
      units: ['r-abcd', 'ou-abcd-12345678'],
      tags: { team: 'payments', tier: '' },
    };
    const message = JSON.stringify({ ...JSON.parse(await askMessage()), labels });
    expect(approvalSchemaErrors('ask', message)).toEqual([]);
    expect(parseWorkflowMessage(message)).toMatchObject({ ask: { labels } });
  });

  test('what a sentry says has come of a decision', async () => {
    expect(approvalSchemaErrors('outcome', await outcomeMessage())).toEqual([]);
  });

  test.each<[string, Decision, Carrying]>([
    ['approved for a time', APPROVED, FIRST],
    ['approved for good', { ...APPROVED, until: undefined }, FIRST],
    ['denied', { kind: 'denied', at: NOON, by: ['U0ALICE'] }, FIRST],
    [
      'denied, with a reason',
      { kind: 'denied', at: NOON, by: ['U0ALICE'], denialReason: 'No ticket' },
      FIRST,
    ],
    ['expired', { kind: 'expired', at: NOON, by: [] }, FIRST],
    [
      'not asked, since it was denied before',
      { kind: 'not-asked', at: NOON, by: [], reason: 'denied-before' },
      FIRST,
    ],
    [
      'not asked, since there were too many',
      { kind: 'not-asked', at: NOON, by: [], reason: 'too-many' },
      FIRST,
    ],
    ['ended', APPROVED, { phase: 'end', attempt: 2 }],
  ])('a decision: %s', async (_, decision, carrying) => {
    const message = await decisionMessage(decision, carrying);
    expect(approvalSchemaErrors('decision', message)).toEqual([]);
    expect(approvalSchemaErrors('statement', parseDecision(message).statementText)).toEqual([]);
  });

  test.each<AuditEntry>([
    { at: NOON, what: 'asked', detail: 'Open SSH' },
    {
      at: NOON,
      what: 'vote',
      by: 'U0ALICE',
      clickId: 'a'.repeat(64),
      membership: ['U0ALICE'],
      detail: 'approve for 3600 s',
    },
    { at: NOON, what: 'decided', by: 'U0ALICE', detail: 'approved' },
    { at: NOON, what: 'decided', by: 'U0ALICE', detail: 'denied', reason: 'No ticket' },
    { at: NOON, what: 'reminded' },
    { at: NOON, what: 'carried-out', detail: 'Applied.' },
    { at: NOON, what: 'end-reminded', detail: 'ends at 2026-01-01T13:00:00.000Z' },
    { at: NOON, what: 'extended', by: 'U1', detail: 'until 2026-01-01T14:00:00.000Z' },
  ])('the event of a step: $what', async (entry) => {
    expect(approvalSchemaErrors('step', await stepEvent(entry))).toEqual([]);
  });
});

test('the event of a denial gives its reason', async () => {
  const entry = { at: NOON, what: 'decided', detail: 'denied', reason: 'No ticket' } as const;
  expect(JSON.parse(await stepEvent(entry))).toMatchObject({ reason: 'No ticket' });
});

test('the event of a step names the route', async () => {
  const request = { ...asked(), route: { name: 'production', channelId: 'C0PROD' } };
  const event = await stepEvent({ at: NOON, what: 'asked' }, request);
  expect(approvalSchemaErrors('step', event)).toEqual([]);
  expect(JSON.parse(event)).toMatchObject({ route: 'production' });
});

describe('what the documented schema refuses, the workflow refuses as well:', () => {
  const without = (message: object, field: string) =>
    JSON.stringify({ ...message, [field]: undefined });

  test.each(['version', 'type', 'requestId', 'asker', 'subject', 'source', 'question', 'payload'])(
    'a request without %s',
    async (field) => {
      const message = without(JSON.parse(await askMessage()), field);
      expect(approvalSchemaErrors('ask', message)).not.toEqual([]);
      expectUnreadable(message, /cannot be read/);
    },
  );

  test.each([
    'title',
    'requester',
    'facts',
    'changes',
    'meanwhile',
    'ifApproved',
    'ifDenied',
    'ifUnanswered',
    'links',
    'mayBeTimed',
  ])('a question without %s', async (field) => {
    const ask = JSON.parse(await askMessage());
    const message = JSON.stringify({ ...ask, question: JSON.parse(without(ask.question, field)) });
    expect(approvalSchemaErrors('ask', message)).not.toEqual([]);
    expectUnreadable(message, /cannot be read/);
  });

  test.each<[string, (ask: { question: object }) => object]>([
    [
      'with something that no one would be shown',
      (ask) => ({ ...ask, question: { ...ask.question, hidden: 'all ports' } }),
    ],
    [
      'with an endless text',
      (ask) => ({ ...ask, question: { ...ask.question, title: 'x'.repeat(20_001) } }),
    ],
    ['with an id of other characters', (ask) => ({ ...ask, requestId: 'a/b' })],
    ['with a subject that is too long', (ask) => ({ ...ask, subject: 's'.repeat(257) })],
    ['of another version', (ask) => ({ ...ask, version: 2 })],
    ['with an account that is none', (ask) => ({ ...ask, labels: { account: '1' } })],
    ['with a unit that is none', (ask) => ({ ...ask, labels: { units: ['ou-1'] } })],
    [
      'with too many units',
      (ask) => ({ ...ask, labels: { units: Array.from({ length: 13 }, () => 'r-abcd') } }),
    ],
    ['with a tag without a key', (ask) => ({ ...ask, labels: { tags: { '': 'a' } } })],
    ['with an endless tag', (ask) => ({ ...ask, labels: { tags: { a: 'v'.repeat(257) } } })],
    ['with a tag that is no text', (ask) => ({ ...ask, labels: { tags: { a: 1 } } })],
    [
      'with more tags than routes name',
      (ask) => ({
        ...ask,
        labels: { tags: Object.fromEntries(Array.from({ length: 11 }, (_, key) => [key, ''])) },
      }),
    ],
    ['with a label that is not known', (ask) => ({ ...ask, labels: { tag: 'a' } })],
  ])('a request %s', async (_, change) => {
    const message = JSON.stringify(change(JSON.parse(await askMessage())));
    expect(approvalSchemaErrors('ask', message)).not.toEqual([]);
    expectUnreadable(message, /cannot be read/);
  });

  test.each(['version', 'type', 'requestId', 'asker', 'phase', 'attempt', 'outcome', 'text'])(
    'an outcome without %s',
    async (field) => {
      const message = without(JSON.parse(await outcomeMessage()), field);
      expect(approvalSchemaErrors('outcome', message)).not.toEqual([]);
      expectUnreadable(message, /cannot be read/);
    },
  );
});

/** What the workflow asks no one; whom it can tell, it tells. */
function expectUnreadable(message: string, reason: RegExp | string): void {
  expect(() => {
    const read = parseWorkflowMessage(message);
    if (read.kind === 'unreadable-ask') throw new Error(`It cannot be read: ${read.reason}`);
  }).toThrow(reason);
}

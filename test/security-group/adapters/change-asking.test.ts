import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { parseWorkflowMessage } from '../../../src/approval/adapters/approval-queue-messages';
import { ChangeAsking, WorkflowQueues } from '../../../src/security-group/adapters/change-asking';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import { SYSTEM_CLOCK } from '../../../src/shared/adapters/clock/system-clock';
import { eve } from '../samples/changes';
import { LONGEST_PLACE, PAYMENTS_PLACE } from '../samples/described-places';

const WORKFLOW = {
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
    time: new Date('2026-01-01T12:00:00Z'),
    accountId: '111111111111',
    region: 'eu-west-1',
    actor: eve,
  },
  rules: [],
  groupNames: {},
};

/** Nothing of this is kept. */
const DYNAMO = new DynamoDBClient({ region: 'eu-west-1' });
const OWN_PLACE = { ...PAYMENTS_PLACE, isMember: false };

/** As the workflow takes it from its queue. */
function asSent(asked: AskedChange) {
  const { message } = new ChangeAsking(DYNAMO, 'table', SYSTEM_CLOCK).render(asked);
  const taken = parseWorkflowMessage(`${message.slice(0, -1)},"asker":"Stack/Sentry"}`);
  if (taken.kind !== 'ask') throw new Error('No one is asked.');
  return taken.ask;
}

test('without a hub, requests are those of the last version', () => {
  const { subject, source, payload, digest, labels } = asSent(ASKED);
  expect({ subject, source, payload, digest, labels }).toEqual({
    subject: '7a1c489f3efd1837570ab036b6b981b4253f306c6137fb843d628a8d6fd0687f',
    source: 'fdf6dd6f8904703d517eff831f94e78b99c978e662151847f8f952dd69d825ee',
    payload: '6930ca5f2e49542a9683204602ec30f239f6598ae14794e6062a1fe4d0275b75',
    digest: '08537b7fa7f3d2ebf29be5ea99ba49c235d7fea1b672fede33305a458f1dd1d0',
    labels: undefined,
  });
});

test('where the sentry joins a hub, its own place goes on with the requests that it has', () => {
  const [before, after] = [asSent(ASKED), asSent({ ...ASKED, place: OWN_PLACE })];
  expect([after.subject, after.source]).toEqual([before.subject, before.source]);
});

test('in members, subject, source and digest are of one account and Region', () => {
  const asks = [
    ASKED,
    ...[
      PAYMENTS_PLACE,
      { ...PAYMENTS_PLACE, region: 'eu-central-1' },
      { ...PAYMENTS_PLACE, accountId: '222233334444' },
    ].map((place) => ({ ...ASKED, place })),
  ].map(asSent);
  for (const field of ['subject', 'source', 'payload', 'digest'] as const) {
    expect(new Set(asks.map((ask) => ask[field])).size).toBe(asks.length);
  }
});

test.each([
  ['a member', PAYMENTS_PLACE],
  ["a hub's own account", OWN_PLACE],
])('a request of %s says by its labels in which account and units it is', (_, place) => {
  expect(asSent({ ...ASKED, place }).labels).toEqual({
    account: '111122223333',
    units: ['r-abcd', 'ou-abcd-11111111'],
  });
});

test('a request says by its labels which tags routes go by, with and without a hub', () => {
  const routeTags = [
    { key: 'team', value: 'payments' },
    { key: 'tier', value: '' },
  ];
  const tags = { team: 'payments', tier: '' };
  expect(asSent({ ...ASKED, routeTags }).labels).toEqual({ tags });
  expect(asSent({ ...ASKED, routeTags, place: PAYMENTS_PLACE }).labels).toMatchObject({
    account: PAYMENTS_PLACE.accountId,
    tags,
  });
});

test('the workflow takes the longest labels, and none of another form', () => {
  expect(asSent({ ...ASKED, place: LONGEST_PLACE }).labels?.units).toHaveLength(6);
  const account = { path: 'o-1/r-x/<@U1>//' };
  expect(asSent({ ...ASKED, place: { ...PAYMENTS_PLACE, account } }).labels).toEqual({
    account: '111122223333',
  });
  const place = { ...PAYMENTS_PLACE, accountId: 'unknown', account: {} };
  expect(asSent({ ...ASKED, place }).labels).toEqual({});
});

/** What would have been sent: there is no queue behind the client. */
function keepingQueue(): { readonly client: SQSClient; readonly sent: string[] } {
  const sent: string[] = [];
  const client = new SQSClient({ region: 'eu-west-1' });
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

test('an outcome comes under the name by which the sentry is known to the workflow', async () => {
  const { client, sent } = keepingQueue();
  await new WorkflowQueues(client, async () => [WORKFLOW]).conclude(ASKED, {
    phase: 'end',
    attempt: 2,
    outcome: 'failed',
    text: 'no right to',
  });
  expect(sent.map(parseWorkflowMessage)).toEqual([
    {
      kind: 'outcome',
      requestId: 'request-1',
      asker: 'Stack/Sentry',
      attempt: { phase: 'end', attempt: 2 },
      outcome: { kind: 'failed', text: 'no right to' },
    },
  ]);
});

test('an outcome for a workflow that no policy names any more is told', async () => {
  const { client } = keepingQueue();
  await expect(
    new WorkflowQueues(client, async () => []).conclude(ASKED, {
      phase: 'end',
      attempt: 1,
      outcome: 'failed',
      text: '',
    }),
  ).rejects.toThrow('has no workflow approvals');
});

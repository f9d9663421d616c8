import { SQSClient } from '@aws-sdk/client-sqs';
import { itemOf, recordOf } from '../../../src/access-key/adapters/dynamo-key-records';
import { KeyAsking, keyApprovalDigest } from '../../../src/access-key/adapters/key-asking';
import { askAbout } from '../../../src/access-key/domain/key-question';
import { parseWorkflowMessage } from '../../../src/approval/adapters/approval-queue-messages';
import { approvalSchemaErrors } from '../../support/schemas/approval-schemas';

const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const WORKFLOW = {
  asker: 'Stack/KeySentry',
  queueUrl: 'http://localhost/1/requests',
  decisionKeyArn: 'arn',
};
const KEY = {
  id: KEY_ID,
  userName: 'ann+x@example.com',
  status: 'Active',
  createdAt: new Date('2025-06-01T00:00:00Z'),
  lastUse: {
    kind: 'used',
    at: new Date('2025-12-24T00:00:00Z'),
    service: 's3',
    region: 'eu-west-1',
  },
} as const;
const RULES = { deactivateAfter: 90, grace: 1, maxActionsPerRun: 10, askAgainAfter: 30 };
const APPROVAL = askAbout(
  KEY,
  ['too-old'],
  RULES,
  { account: '111111111111', region: 'eu-west-1' },
  new Date('2026-01-01T12:00:00Z'),
);

/** What would have been sent, and where to: there is no queue behind the client. */
function keepingQueue(): {
  readonly asking: KeyAsking;
  readonly sent: string[];
  readonly places: Set<string>;
} {
  const sent: string[] = [];
  const places = new Set<string>();
  const client = new SQSClient({ region: 'eu-west-1' });
  client.middlewareStack.add(
    () =>
      async ({ input }) => {
        sent.push('MessageBody' in input ? (input.MessageBody ?? '') : '');
        places.add('QueueUrl' in input ? (input.QueueUrl ?? '') : '');
        return { response: {}, output: { $metadata: {} } };
      },
    { step: 'initialize' },
  );
  return { asking: new KeyAsking(client, WORKFLOW), sent, places };
}

test('a question says whose key it is, since when, and what becomes of it either way', async () => {
  const { asking, sent, places } = keepingQueue();
  await asking.ask(KEY_ID, APPROVAL);
  expect([...places]).toEqual([WORKFLOW.queueUrl]);
  expect(approvalSchemaErrors('ask', sent[0]!)).toEqual([]);
  expect(parseWorkflowMessage(sent[0]!)).toMatchObject({
    kind: 'ask',
    ask: {
      requestId: APPROVAL.requestId,
      asker: 'Stack/KeySentry',
      subject: `access-key/${KEY_ID}`,
      payload: KEY_ID,
      question: {
        title: `Deactivate access key ${KEY_ID} of ann+x@example.com`,
        requester: { name: 'IamKeySentry', isAutomatic: true },
        facts: [
          { label: 'User', value: 'ann+x@example.com' },
          { label: 'Account', value: '111111111111' },
          { label: 'Created', value: '2025-06-01, 214 days ago' },
          { label: 'Last used', value: '2025-12-24 (s3, eu-west-1)' },
        ],
        changes: [{ before: `${KEY_ID} is active`, after: `${KEY_ID} is inactive` }],
        ifDenied:
          'The key stays active. The first run after 30 days asks again, if it is still due.',
        links: [
          {
            url: 'https://us-east-1.console.aws.amazon.com/iam/home#/users/details/ann%2Bx%40example.com?section=security_credentials',
          },
        ],
        mayBeTimed: false,
      },
    },
  });
});

test('a question that was remembered is the same when it is asked again, and so is its digest', async () => {
  const { asking, sent } = keepingQueue();
  const { approval } = recordOf(
    itemOf({ keyId: KEY_ID, userName: 'ann', noticeAt: {}, toldAt: {}, approval: APPROVAL }),
  );
  await asking.ask(KEY_ID, APPROVAL);
  await asking.ask(KEY_ID, approval!);
  expect(sent[1]).toBe(sent[0]);
  expect(parseWorkflowMessage(sent[0]!)).toMatchObject({
    ask: { digest: keyApprovalDigest(KEY_ID, approval!) },
  });
});

test('a digest is of the key and of the question', () => {
  const digest = keyApprovalDigest(KEY_ID, APPROVAL);
  expect(keyApprovalDigest('AKIA-OTHER', APPROVAL)).not.toBe(digest);
  expect(
    keyApprovalDigest(KEY_ID, {
      ...APPROVAL,
      question: { ...APPROVAL.question, ifApproved: 'Nothing happens.' },
    }),
  ).not.toBe(digest);
});

test('an outcome comes under the name by which the sentry is known to the workflow', async () => {
  const { asking, sent } = keepingQueue();
  await asking.conclude(APPROVAL.requestId, {
    phase: 'decision',
    attempt: 2,
    outcome: 'failed',
    text: 'AccessDenied',
  });
  expect(approvalSchemaErrors('outcome', sent[0]!)).toEqual([]);
  expect(sent.map(parseWorkflowMessage)).toEqual([
    {
      kind: 'outcome',
      requestId: APPROVAL.requestId,
      asker: 'Stack/KeySentry',
      attempt: { phase: 'decision', attempt: 2 },
      outcome: { kind: 'failed', text: 'AccessDenied' },
    },
  ]);
});

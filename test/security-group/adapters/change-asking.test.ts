import { SQSClient } from '@aws-sdk/client-sqs';
import { parseWorkflowMessage } from '../../../src/approval/adapters/approval-queue-messages';
import { WorkflowQueues } from '../../../src/security-group/adapters/change-asking';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import { eve } from '../samples/changes';

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

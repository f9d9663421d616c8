import { AuthorizeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import { PLACED_GROUPS, PORT } from './placed-groups';
import { macsIn, messagesIn, postedIn, until, write } from './recorded-parts';
import type { Message } from '../../sandbox/slack/workspace';
import { ALICE, ApprovalSandbox, BOB } from '../support/sandbox/approval-sandbox';

const HOUR_MS = 3_600_000;

/** What two sentries and their workflow hold, with people asked in every state that there is. */
async function main(): Promise<void> {
  const sandbox = await ApprovalSandbox.start(0, { placedGroups: PLACED_GROUPS });
  const requests: Record<string, { id: string; ts: string }> = {};
  const note = (state: string, question: Message = sandbox.lastQuestion) => {
    requests[state] = { id: sandbox.requestIdOf(question), ts: question.ts };
  };

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  note('expired');
  await open(sandbox, sandbox.lenient);
  note('expired, and reverted then');
  await sandbox.pass(25 * HOUR_MS);

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  await sandbox.approve('Approve for 1 h');
  note('approved for a time that is over');
  await sandbox.pass(2 * HOUR_MS);
  await open(sandbox, sandbox.lenient);
  note('stands, open');

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  note('reverted, open');
  await open(sandbox, sandbox.lenient);
  await sandbox.click(ALICE, 'Approve');
  note('stands, approved by one');

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  await sandbox.approve();
  note('approved');
  await open(sandbox, sandbox.lenient);
  await sandbox.click(BOB, 'Deny');
  note('denied');

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  await sandbox.approve('Approve for 1 h');
  note('approved for a time');

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  sandbox.localAws.failNext({
    service: 'ec2',
    action: 'AuthorizeSecurityGroupIngress',
    errorCode: 'UnauthorizedOperation',
    times: 1,
  });
  await sandbox.approve();
  note('failed');

  sandbox.begin();
  await leaveUnderWay(sandbox, note);
  const recorded = {
    at: sandbox.localAws.now().toISOString(),
    requests,
    groups: await standing(sandbox),
    workflow: await sandbox.items('ApprovalsRequests'),
    ledger: await sandbox.items('GuardLedger'),
    leniency: await sandbox.items('LeniencyLedger'),
    posted: postedIn(sandbox),
    messages: messagesIn(sandbox),
    events: sandbox.events.filter((event) => JSON.stringify(event).includes(sandbox.guarded)),
    macs: await macsIn(sandbox),
  };
  write('groups', recorded);
  await sandbox.stop();
}

/**
 * Each function crashes with what it was about. The decision is tried again and carried out before
 * the recording, and the workflow has not heard of it; nothing else is.
 */
async function leaveUnderWay(
  sandbox: ApprovalSandbox,
  note: (state: string, question?: Message) => void,
): Promise<void> {
  await open(sandbox, sandbox.guarded);
  await sandbox.click(ALICE, 'Approve');
  const toBeApproved = sandbox.lastQuestion;
  note('approved, the outcome under way');
  await open(sandbox, sandbox.lenient);
  const toBeDenied = sandbox.lastQuestion;
  note('stands, a click under way');

  await crashing(sandbox, 'GuardCarryOutDecision', async () => {
    await press(sandbox, toBeApproved, 'Approve');
  });
  await crashing(sandbox, 'ApprovalsAdvanceRequests', async () => {
    await press(sandbox, toBeDenied, 'Deny');
  });
  sandbox.begin();
  await crashing(sandbox, 'ApprovalsAdvanceRequests', async () => {
    await sandbox.visitor.send(opening(sandbox.lenient));
  });
  const failures = sandbox.failedInvocations;
  sandbox.localAws.crashNext({
    service: 'ec2',
    action: 'RevokeSecurityGroupIngress',
    when: 'after',
  });
  await sandbox.visitor.send(opening(sandbox.guarded));
  await until(() => sandbox.failedInvocations > failures);
}

/** Before the first call of the next invocation of a function. */
async function crashing(
  sandbox: ApprovalSandbox,
  functionId: string,
  act: () => Promise<void>,
): Promise<void> {
  const failures = sandbox.failedInvocations;
  sandbox.localAws.disturbCall({
    n: 1,
    with: 'crash-before',
    callerArnIncludes: sandbox.physicalId('AWS::IAM::Role', functionId),
  });
  await act();
  await until(() => sandbox.failedInvocations > failures);
}

async function press(sandbox: ApprovalSandbox, question: Message, text: string): Promise<void> {
  const { slack, interactionsUrl } = sandbox;
  const { channel, ts } = question;
  await slack.click({ interactionsUrl, userId: BOB, channel, ts, text });
}

async function open(sandbox: ApprovalSandbox, groupId: string): Promise<void> {
  await sandbox.visitor.send(opening(groupId));
  await sandbox.settled();
}

function opening(GroupId: string): AuthorizeSecurityGroupIngressCommand {
  const IpRanges = [{ CidrIp: '0.0.0.0/0' }];
  return new AuthorizeSecurityGroupIngressCommand({
    GroupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: PORT, ToPort: PORT, IpRanges }],
  });
}

/** The groups with the rules that they hold by now. */
async function standing(sandbox: ApprovalSandbox): Promise<object[]> {
  return Promise.all(
    PLACED_GROUPS.map(async (group) => ({ ...group, rules: await sandbox.described(group.id) })),
  );
}

void main();

import { macsIn, messagesIn, postedIn, until, write } from './recorded-parts';
import type { NewUser } from '../../sandbox/emulator/iam-users';
import {
  ALICE,
  BOB,
  GRACE,
  KeyApprovalSandbox,
  keyIdOf,
} from '../support/sandbox/key-approval-sandbox';
import { daysBefore } from '../support/sandbox/key-users';

const DAY_MS = 86_400_000;
const EARLY = ['approved', 'denied', 'failed', 'asked', 'underway'] as const;
const LATE = ['noticed'] as const;

/** What a sentry of access keys and its workflow hold, with keys in every state that there is. */
async function main(): Promise<void> {
  const sandbox = await KeyApprovalSandbox.start();
  const users = [...EARLY, ...LATE].map((name) => userOf(name, sandbox.localAws.now()));
  await sandbox.localAws.addUsers(users.slice(0, EARLY.length));
  await sandbox.run();
  await sandbox.setClockOn((GRACE + 1) * DAY_MS);
  await sandbox.localAws.addUsers(users.slice(EARLY.length));
  await sandbox.run();

  await sandbox.click(ALICE, 'Approve', 'approved');
  if ((await sandbox.status('approved')) !== 'Inactive') {
    throw new Error('A click was not answered in time: record on a machine with less to do.');
  }
  await sandbox.click(BOB, 'Deny', 'denied');
  sandbox.gaps.fail({
    action: 'UpdateAccessKey',
    accessKeyId: keyIdOf('failed'),
    errorCode: 'AccessDenied',
    times: 1,
  });
  await sandbox.click(ALICE, 'Approve', 'failed');
  await leaveDecisionUnderWay(sandbox);

  const recorded = {
    at: sandbox.localAws.now().toISOString(),
    users: await Promise.all(
      users.map(async ({ name, createdAt, keys }) => {
        const status = await sandbox.status(name);
        return { name, createdAt, keys: keys.map((key) => ({ ...key, status })) };
      }),
    ),
    workflow: await sandbox.items('ApprovalsRequests'),
    records: await sandbox.items('SentryKeyRecords'),
    posted: postedIn(sandbox),
    messages: messagesIn(sandbox),
    macs: await macsIn(sandbox),
  };
  write('keys', recorded);
  await sandbox.stop();
}

/** The function crashes with it, and it is not tried again before the recording. */
async function leaveDecisionUnderWay(sandbox: KeyApprovalSandbox): Promise<void> {
  const failures = sandbox.failedInvocations;
  sandbox.holdClockUntil(new Promise(() => undefined));
  sandbox.localAws.disturbCall({
    n: 1,
    with: 'crash-before',
    callerArnIncludes: sandbox.role('SentryCarryOutDecision'),
  });
  await sandbox.press(BOB, 'Approve', 'underway');
  await until(() => sandbox.failedInvocations > failures);
  await sandbox.stack.retire();
}

/** With a key that is old enough, last used a day ago. */
function userOf(name: string, now: Date): NewUser {
  return {
    name,
    createdAt: daysBefore(now, 500),
    keys: [
      {
        id: keyIdOf(name),
        status: 'Active',
        createdAt: daysBefore(now, 200),
        lastUsed: { at: daysBefore(now, 1), service: 's3', region: 'eu-west-1' },
      },
    ],
  };
}

void main();

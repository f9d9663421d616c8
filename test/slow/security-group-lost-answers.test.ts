import { ALICE, ApprovalSandbox } from '../support/sandbox/approval-sandbox';
import {
  bothCourses,
  changesIn,
  distinct,
  metricsIn,
  withoutIdsAndTimes,
  workersIn,
} from '../support/sandbox/lost-answers';

jest.setTimeout(900_000);

const AFTER_A_FAILURE_MS = 100_000;
const LATER_MS = 6 * 60_000;
const PORT = 9_000;
const WORKERS = ['Guard', 'Leniency', 'Approvals'];

let sandbox: ApprovalSandbox;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(2);
  sandbox.skipWaits(AFTER_A_FAILURE_MS);
});

afterAll(async () => sandbox?.stop());

/**
 * Rules are added, modified and removed; all of it is reverted and asked about, or stands until it
 * is decided; people approve, deny and give more time; an operator orders; and reconcile looks at
 * it all. In hours no process stays warm: one that never has an answer would use up what the SDK
 * allows it of tries.
 */
async function life(): Promise<void> {
  sandbox.begin();
  const { guarded, lenient } = sandbox;
  await open(guarded, PORT);
  await sandbox.pass(LATER_MS);
  await sandbox.approve();
  await sandbox.pass(LATER_MS);
  await sandbox.modify(guarded, await idOf(guarded, 443), '10.0.0.0/8');
  await sandbox.pass(LATER_MS);
  await sandbox.click(ALICE, 'Deny');
  await sandbox.localAws.coolDown();
  await sandbox.revoke(guarded, await idOf(guarded, 443));
  await sandbox.pass(LATER_MS);
  await sandbox.approve();
  await sandbox.pass(LATER_MS);
  await sandbox.localAws.coolDown();
  await open(lenient, PORT + 1);
  await sandbox.pass(LATER_MS);
  await sandbox.click(ALICE, 'Deny');
  await sandbox.pass(LATER_MS);
  await sandbox.localAws.coolDown();
  await open(lenient, PORT + 2);
  await sandbox.pass(LATER_MS);
  await sandbox.approve('Approve for 1 h');
  await sandbox.pass(55 * 60_000);
  await sandbox.approve('1 h more', sandbox.replies.at(-1));
  await sandbox.pass(LATER_MS);
  await sandbox.localAws.coolDown();
  const order = { by: 'olga', reason: 'needed' };
  const until = new Date(sandbox.localAws.now().getTime() + LATER_MS).toISOString();
  const ruleId = await idOf(guarded, PORT);
  await operate({ action: 'accept', groupId: guarded, ruleId, ...order });
  await operate({ action: 'pause', until, ...order });
  await operate({ action: 'resume', ...order });
  await operate({ action: 'withdraw', groupId: guarded, ruleId, ...order });
  await sandbox.reconcile();
  await sandbox.localAws.coolDown();
  await sandbox.pass(2 * 60 * 60_000);
  await sandbox.reconcile();
  await sandbox.pass(LATER_MS);
  await sandbox.click(ALICE, 'Deny');
  await sandbox.pass(LATER_MS);
}

/** All that is left of a life, and all that was told in it. */
async function courseOf(act: () => Promise<void>) {
  const [calls, logs, failed] = [
    sandbox.calls.length,
    sandbox.logs.length,
    sandbox.failures.length,
  ];
  const { deliveries } = await sandbox.localAws.inbox.during(act);
  const own = sandbox.calls.slice(calls);
  return {
    calls: own,
    left: {
      guarded: await sandbox.rules(sandbox.guarded),
      lenient: await sandbox.rules(sandbox.lenient),
      // Slack is no call of AWS: not one message more.
      slack: sandbox.messages.map(({ text }) => withoutIdsAndTimes(text)).sort(),
      told: distinct(deliveries.map(({ message }) => telling(message))),
      metrics: metricsIn(sandbox.logs.slice(logs)),
      audit: await audit(),
      ledgers: [await ledgerOf('GuardLedger'), await ledgerOf('LeniencyLedger')],
      failed: sandbox.failures.slice(failed),
    },
  };
}

test('whichever answers are lost, all that follows is as if they had come', async () => {
  const { smooth, unlucky, lost } = await bothCourses(sandbox.localAws, {
    smooth: async () => courseOf(life),
    unlucky: async () => courseOf(life),
  });
  expect(lost).toEqual(expect.arrayContaining(changesIn(smooth.calls)));
  expect(workersIn(lost, WORKERS)).toEqual(WORKERS);
  expect(unlucky.left).toEqual(smooth.left);
  expect(smooth.left).toMatchObject({ failed: [] });
  expect(smooth.left.audit).toContain('extended');
});

async function open(groupId: string, port: number): Promise<void> {
  await sandbox.open(groupId, {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}

async function idOf(groupId: string, port: number): Promise<string> {
  const found = (await sandbox.described(groupId)).find(({ FromPort }) => FromPort === port);
  return found?.SecurityGroupRuleId ?? `no rule for ${port}`;
}

async function operate(order: object): Promise<void> {
  const name = sandbox.physicalId('AWS::Lambda::Function', 'GuardOperate');
  await sandbox.localAws.invoke(name, order);
  await sandbox.settled();
}

/** What a message says, however long it took. */
function telling(message: string): string {
  const { group: _group, ...rest }: Record<string, unknown> = JSON.parse(message);
  return withoutIdsAndTimes(JSON.stringify(rest));
}

/** Every step of every request of this life, once: announced is not entered. */
async function audit(): Promise<string[]> {
  const requests = sandbox.questions.map((one) => `REQUEST#${sandbox.requestIdOf(one)}`);
  return (await sandbox.items('ApprovalsRequests'))
    .filter(({ pk, sk }) => requests.includes(pk?.S ?? '') && sk?.S?.startsWith('AUDIT#'))
    .map(({ data }) => String(JSON.parse(data?.S ?? '{}').what))
    .sort();
}

/** What the ledger holds of the rules of this life's groups. */
async function ledgerOf(table: string): Promise<string[]> {
  const partitions = [sandbox.guarded, sandbox.lenient].map((id) => `GROUP#${id}`);
  return (await sandbox.items(table))
    .filter(({ pk, sk }) => partitions.includes(pk?.S ?? '') && sk?.S?.startsWith('RULE#'))
    .map(({ data }) => withoutIdsAndTimes(data?.S ?? ''))
    .sort();
}

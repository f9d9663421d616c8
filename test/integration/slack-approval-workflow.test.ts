import { ALICE, ApprovalSandbox, BOB, buttonsOf, MALLORY } from './approval-sandbox';

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;
const SSH = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const HTTPS = '443 from 0.0.0.0/0';
const OPENED = '22 from 0.0.0.0/0';

let sandbox: ApprovalSandbox;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start();
});

afterAll(async () => sandbox?.stop());

/** Each test begins with groups as they were, and with nothing that is still asked. */
afterEach(async () => {
  await sandbox.pass(25 * HOUR_MS);
});

describe('reverted until approved', () => {
  test('a port that was opened is closed, and opened again once two people have approved it', async () => {
    await sandbox.open(sandbox.guarded, SSH);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(buttonsOf(sandbox.lastQuestion)).toEqual(['Approve', 'Approve for 1 h', 'Approve for 8 h', 'Deny']);

    await sandbox.click(ALICE, 'Approve');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    await sandbox.click(BOB, 'Approve');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
    expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);

    await sandbox.reconcile();
    await sandbox.pass(2 * HOUR_MS);
    await sandbox.reconcile();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
    const [rule] = (await sandbox.described(sandbox.guarded)).filter(({ FromPort }) => FromPort === 22);
    await sandbox.revoke(sandbox.guarded, rule!.SecurityGroupRuleId!);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
    await sandbox.approve();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  });

  test('denied, it stays closed', async () => {
    await sandbox.open(sandbox.guarded, SSH);
    await sandbox.click(ALICE, 'Deny');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
  });

  test('a click of somebody who may not decide is told to them alone', async () => {
    await sandbox.open(sandbox.guarded, { ...SSH, FromPort: 23, ToPort: 23 });
    const before = sandbox.slack.ephemerals.length;
    await sandbox.click(MALLORY, 'Approve');
    expect(sandbox.slack.ephemerals.slice(before).map(({ text, userId }) => [userId, text])).toEqual([[MALLORY, expect.stringContaining('not one of the approvers')]]);
    expect(buttonsOf(sandbox.lastQuestion)).toContain('Approve');
  });
});

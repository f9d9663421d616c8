import type { SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { ChangeMessage } from '../../src/security-group/contracts/change-message';
import {
  ALICE,
  APPROVAL_CHANNEL,
  ApprovalSandbox,
  BOB,
  buttonsOf,
  MALLORY,
} from '../support/sandbox/approval-sandbox';

jest.setTimeout(240_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const UNTIL_TAG = 'cdk-sentries:approved-until';
const HTTPS = '443 from 0.0.0.0/0';
const INTRANET = '443 from 10.0.0.0/8';
const OPENED = '8080 from 0.0.0.0/0';
const REQUESTS_AN_HOUR = 10;

/** Each has groups of its own, since what is approved for good stays approved. */
const TESTS = 40;

/**
 * What people are asked about, for each way of asking. `during` is how the group stands until they
 * answer.
 */
const WAYS = [
  { way: 'reverted until approved', group: (): string => sandbox.guarded, stands: false },
  { way: 'reverted if denied', group: (): string => sandbox.lenient, stands: true },
];
const CHANGES = [
  {
    change: 'a port that was opened',
    act: async (id: string) => openPort(id, 8080),
    made: [HTTPS, OPENED].sort(),
    isTimed: true,
  },
  {
    change: 'a rule that was modified',
    act: async (id: string) =>
      sandbox.modify(id, (await ruleAt(id, 443)).SecurityGroupRuleId!, '10.0.0.0/8'),
    made: [INTRANET],
    isTimed: true,
  },
  {
    change: 'a rule that was removed',
    act: async (id: string) => sandbox.revoke(id, (await ruleAt(id, 443)).SecurityGroupRuleId!),
    made: [],
    isTimed: false,
  },
];

let sandbox: ApprovalSandbox;
let deliveriesBefore = 0;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(TESTS);
});

/** The day before is over, so that nothing of it is still asked, or counts. */
beforeEach(async () => {
  await sandbox.pass(25 * HOUR_MS);
  await sandbox.localAws.settled();
  sandbox.begin();
  deliveriesBefore = sandbox.localAws.inbox.deliveries.length;
});

afterAll(async () => sandbox?.stop());

describe.each(WAYS)('$way', ({ group, stands }) => {
  describe.each(CHANGES)('$change', ({ act, made, isTimed }) => {
    const during = stands ? made : [HTTPS];

    test('approved, it is as it was made, and stays so', async () => {
      await act(group());
      expect(await sandbox.rules(group())).toEqual(during);
      expect(sandbox.questions).toHaveLength(1);
      await sandbox.click(ALICE, 'Approve');
      expect(await sandbox.rules(group())).toEqual(during);
      await sandbox.click(BOB, 'Approve');
      expect(await sandbox.rules(group())).toEqual(made);
      expect(sandbox.lastQuestion.text).toMatch(/Approved.*Carried out/s);
      await timePasses();
      expect(await sandbox.rules(group())).toEqual(made);
      expect(sandbox.questions).toHaveLength(1);
      expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
    });

    test('denied, it is as it was before', async () => {
      await act(group());
      await sandbox.click(ALICE, 'Deny');
      expect(await sandbox.rules(group())).toEqual([HTTPS]);
      expect(sandbox.lastQuestion.text).toMatch(/Denied.*Carried out/s);
      await timePasses();
      expect(await sandbox.rules(group())).toEqual([HTTPS]);
      expect(sandbox.questions).toHaveLength(1);
      expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
    });

    test('answered by no one, it is as it was before', async () => {
      await act(group());
      await sandbox.pass(24 * HOUR_MS - 5 * MINUTE_MS);
      expect(await sandbox.rules(group())).toEqual(during);
      expect(buttonsOf(sandbox.lastQuestion)).toContain('Deny');
      await sandbox.pass(6 * MINUTE_MS);
      expect(await sandbox.rules(group())).toEqual([HTTPS]);
      expect(sandbox.lastQuestion.text).toMatch(/Expired.*Carried out/s);
      await timePasses();
      expect(await sandbox.rules(group())).toEqual([HTTPS]);
      expect(sandbox.questions).toHaveLength(1);
      expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
    });

    if (!isTimed) {
      test('it cannot be approved for a time', async () => {
        await act(group());
        expect(buttonsOf(sandbox.lastQuestion)).toEqual(['Approve', 'Deny']);
      });
      return;
    }

    test('approved for an hour, it is as it was before when that is over, and no one is asked again', async () => {
      await act(group());
      await sandbox.approve('Approve for 1 h');
      expect(await sandbox.rules(group())).toEqual(made);
      const tags = (await sandbox.described(group()))
        .flatMap(({ Tags = [] }) => Tags)
        .filter(({ Key }) => Key === UNTIL_TAG);
      expect(tags).toEqual([{ Key: UNTIL_TAG, Value: expect.stringMatching(/^\d{4}-.*Z$/) }]);
      const end = Date.parse(tags[0]!.Value!);
      expect(end - sandbox.localAws.now().getTime()).toBeGreaterThan(55 * MINUTE_MS);
      expect(end - sandbox.localAws.now().getTime()).toBeLessThanOrEqual(HOUR_MS);
      await sandbox.reconcile();
      await sandbox.pass(50 * MINUTE_MS);
      expect(await sandbox.rules(group())).toEqual(made);
      await sandbox.pass(11 * MINUTE_MS);
      expect(await sandbox.rules(group())).toEqual([HTTPS]);
      expect(sandbox.lastQuestion.text).toContain('Ended');
      await timePasses();
      expect(await sandbox.rules(group())).toEqual([HTTPS]);
      expect(sandbox.questions).toHaveLength(1);
      expect(sandbox.monitored.filter((text) => text.startsWith('Ended'))).toHaveLength(1);
    });
  });

  test('approved for an hour, and accepted by an operator meanwhile: it stays', async () => {
    await openPort(group(), 8080);
    await sandbox.approve('Approve for 1 h');
    const { SecurityGroupRuleId: ruleId } = await ruleAt(group(), 8080);
    const operate = sandbox.physicalId(
      'AWS::Lambda::Function',
      stands ? 'LeniencyOperate' : 'GuardOperate',
    );
    await sandbox.localAws.invoke(operate, {
      action: 'accept',
      groupId: group(),
      ruleId,
      by: 'Olga',
      reason: 'it is needed',
    });
    await sandbox.pass(61 * MINUTE_MS);
    await timePasses();
    expect(await sandbox.rules(group())).toEqual([HTTPS, OPENED].sort());
  });

  test('of two who approve, the shorter time counts', async () => {
    await openPort(group(), 8080);
    await sandbox.click(ALICE, 'Approve for 8 h');
    await sandbox.click(BOB, 'Approve for 1 h');
    await sandbox.pass(61 * MINUTE_MS);
    expect(await sandbox.rules(group())).toEqual([HTTPS]);
  });
});

describe('those who watch', () => {
  test('are told of each step, in their channel and by SNS', async () => {
    await openPort(sandbox.guarded, 8080);
    expect(sandbox.monitored).toEqual([expect.stringMatching(/^Asked: Security group /)]);
    await sandbox.approve();
    expect(sandbox.monitored.map((text) => text.split(/[: ]/)[0])).toEqual([
      'Asked',
      'Approved',
      'Carried',
    ]);
    expect(sandbox.monitored[1]).toContain(`<@${ALICE}>`);
    expect(
      changeMessages().map(({ rules }) =>
        rules.map(({ fromPort, outcome }) => `${fromPort} ${outcome}`),
      ),
    ).toEqual([['8080 reverted']]);
  });

  test('of a change that stands until it is denied: that it was kept, and that it was reverted', async () => {
    await openPort(sandbox.lenient, 8080);
    await sandbox.click(BOB, 'Deny');
    expect(sandbox.monitored.map((text) => text.split(/[: ]/)[0])).toEqual([
      'Asked',
      'Denied',
      'Carried',
    ]);
    expect(
      changeMessages().map(({ rules }) =>
        rules.map(({ fromPort, outcome }) => `${fromPort} ${outcome}`),
      ),
    ).toEqual([['8080 kept'], ['8080 reverted']]);
  });
});

describe('those who decide', () => {
  test('are reminded every four hours in the thread of the question, and of what is decided no more', async () => {
    await openPort(sandbox.guarded, 8080);
    await sandbox.pass(4 * HOUR_MS + MINUTE_MS);
    await sandbox.minute();
    expect(reminders()).toHaveLength(1);
    await sandbox.pass(4 * HOUR_MS);
    expect(reminders()).toHaveLength(2);
    await sandbox.click(ALICE, 'Deny');
    await sandbox.pass(4 * HOUR_MS);
    expect(reminders()).toHaveLength(2);
  });

  test('see the same only once while it is open, with how often it happened', async () => {
    await openPort(sandbox.guarded, 8080);
    await openPort(sandbox.guarded, 8080);
    await openPort(sandbox.guarded, 8080);
    expect(sandbox.questions).toHaveLength(1);
    expect(sandbox.lastQuestion.text).toContain('3 times by now');
    await sandbox.approve();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
  });

  test('are not asked about the same for an hour after they have denied it: it is reverted, and after the hour they are', async () => {
    await openPort(sandbox.guarded, 8080);
    await sandbox.click(ALICE, 'Deny');
    await openPort(sandbox.guarded, 8080);
    await openPort(sandbox.guarded, 8081);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(sandbox.questions).toHaveLength(2);
    await sandbox.pass(61 * MINUTE_MS);
    await openPort(sandbox.guarded, 8080);
    expect(sandbox.questions).toHaveLength(3);
  });

  test('are not asked of what would stand until they deny it, either: it is reverted', async () => {
    await openPort(sandbox.lenient, 8080);
    await sandbox.click(ALICE, 'Deny');
    await openPort(sandbox.lenient, 8080);
    expect(await sandbox.rules(sandbox.lenient)).toEqual([HTTPS]);
    expect(sandbox.questions).toHaveLength(1);
  });

  test.each(WAYS)(
    '$way: are asked by one actor about one group only so often in an hour, and the rest is reverted',
    async ({ group, stands }) => {
      for (let n = 0; n < REQUESTS_AN_HOUR + 2; n += 1) await openPort(group(), 9000 + n);
      expect(sandbox.questions).toHaveLength(REQUESTS_AN_HOUR);
      expect(await sandbox.rules(group())).toHaveLength(stands ? 1 + REQUESTS_AN_HOUR : 1);
      await sandbox.pass(61 * MINUTE_MS);
      await openPort(group(), 9000 + REQUESTS_AN_HOUR);
      expect(sandbox.questions).toHaveLength(REQUESTS_AN_HOUR + 1);
    },
  );

  test('can have tried again what failed', async () => {
    await openPort(sandbox.guarded, 8080);
    sandbox.localAws.failNext({
      service: 'ec2',
      action: 'AuthorizeSecurityGroupIngress',
      errorCode: 'UnauthorizedOperation',
      times: 1,
    });
    await sandbox.approve();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(sandbox.lastQuestion.text).toContain('UnauthorizedOperation');
    expect(buttonsOf(sandbox.lastQuestion)).toEqual(['Retry']);
    expect(sandbox.monitored.at(-1)).toMatch(/^Failed/);
    await sandbox.click(MALLORY, 'Retry');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    await sandbox.click(ALICE, 'Retry');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
    expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
    await timePasses();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS, OPENED].sort());
  });

  test('cannot have applied what is not any more as they were shown it', async () => {
    await sandbox.modify(
      sandbox.guarded,
      (await ruleAt(sandbox.guarded, 443)).SecurityGroupRuleId!,
      '10.0.0.0/8',
    );
    const modified = sandbox.lastQuestion;
    await sandbox.revoke(
      sandbox.guarded,
      (await ruleAt(sandbox.guarded, 443)).SecurityGroupRuleId!,
    );
    await sandbox.approve();
    expect(await sandbox.rules(sandbox.guarded)).toEqual([]);
    await sandbox.click(ALICE, 'Approve', modified);
    await sandbox.click(BOB, 'Approve', modified);
    expect(await sandbox.rules(sandbox.guarded)).toEqual([]);
    expect(modified.text).toContain('Not carried out');
  });
});

async function openPort(groupId: string, port: number): Promise<void> {
  await sandbox.open(groupId, {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}

async function ruleAt(groupId: string, port: number): Promise<SecurityGroupRule> {
  const found = (await sandbox.described(groupId)).find(({ FromPort }) => FromPort === port);
  if (!found) throw new Error(`The group ${groupId} has no rule for port ${port}.`);
  return found;
}

/** So long that what has only been forgotten to be undone is undone. */
async function timePasses(): Promise<void> {
  await sandbox.reconcile();
  await sandbox.pass(25 * HOUR_MS);
  await sandbox.reconcile();
  await sandbox.pass(HOUR_MS);
}

function reminders(): string[] {
  const { ts } = sandbox.lastQuestion;
  return sandbox.messages
    .filter(({ channel, threadTs }) => channel === APPROVAL_CHANNEL && threadTs === ts)
    .map(({ text }) => text);
}

function changeMessages(): ChangeMessage[] {
  const told = sandbox.localAws.inbox.deliveries.slice(deliveriesBefore);
  return told
    .map(({ message }): ChangeMessage => JSON.parse(message))
    .filter(({ type }) => type === 'security-group-change');
}

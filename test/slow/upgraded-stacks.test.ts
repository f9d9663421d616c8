import type { Message } from '../../sandbox/slack/workspace';
import { ALICE, ApprovalSandbox, BOB, buttonsOf } from '../support/sandbox/approval-sandbox';
import {
  GRACE,
  KeyApprovalSandbox,
  keyIdOf,
  stepsIn,
} from '../support/sandbox/key-approval-sandbox';
import { physicalId } from '../support/sandbox/key-sandbox';
import recorded from '../upgrade/groups-of-last-version.json';
import recordedKeys from '../upgrade/keys-of-last-version.json';
import { PLACED_GROUPS, PORT } from '../upgrade/placed-groups';
import { carriedInto, Events, Items, Messages, Users } from '../upgrade/recorded';

/**
 * Today's stacks over what the version before has left in their tables, their queues, and Slack.
 * The recording is put in as it is. Groups, rules, users and keys have the ids that they had. See
 * `carriedInto` for the one thing that is made again.
 */

jest.setTimeout(300_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const HTTPS = '443 from 0.0.0.0/0';
const OPENED = `${PORT} from 0.0.0.0/0`;

describe('groups, and people who are asked', () => {
  let sandbox: ApprovalSandbox;
  let messages: ReturnType<typeof Messages.parse>;
  let adoptions: string[];

  beforeAll(async () => {
    const placedGroups = recorded.groups.map((group, index) => ({
      ...PLACED_GROUPS[index]!,
      ...group,
    }));
    const at = new Date(Date.parse(recorded.at) + 10 * MINUTE_MS);
    sandbox = await ApprovalSandbox.start(0, { placedGroups, at, begin: carryOver });
  });
  afterAll(async () => sandbox?.stop());

  test('are seen without a group that is adopted again, or a rule that is reverted', async () => {
    const before = await allRules();
    const { deliveries } = await sandbox.localAws.inbox.during(async () => sandbox.reconcile());
    expect(deliveries.map(({ message }) => message)).toEqual([]);
    expect(await allRules()).toEqual(before);
    expect(await adoptedAt()).toEqual(adoptions);
  });

  test('an event that was half handled is finished: the revert is told, and people are asked', async () => {
    const group = sandbox.guardedOf(7);
    const { deliveries } = await sandbox.localAws.inbox.during(async () => {
      for (const event of Events.parse(recorded.events)) await sandbox.localAws.replay(event);
      await sandbox.settled();
    });
    expect(deliveries.map(({ message }) => JSON.parse(message))).toMatchObject([
      { group: { id: group }, rules: [{ change: 'added', outcome: 'reverted' }] },
    ]);
    expect(sandbox.lastQuestion.text).toContain(group);
    await sandbox.approve();
    expect(await sandbox.rules(group)).toEqual([HTTPS, OPENED]);
  });

  test('an open question is approved by clicks, and applied', async () => {
    await click(ALICE, 'Approve', 'reverted, open');
    await click(BOB, 'Approve', 'reverted, open');
    expect(await sandbox.rules(sandbox.guardedOf(2))).toEqual([HTTPS, OPENED]);
    expect(question('reverted, open').text).toContain('Carried out');
  });

  test('an open question is denied, and what stood is reverted', async () => {
    await click(BOB, 'Deny', 'stands, open');
    expect(await sandbox.rules(sandbox.lenientOf(1))).toEqual([HTTPS]);
  });

  test('a vote that was given counts', async () => {
    await click(BOB, 'Approve', 'stands, approved by one');
    expect(question('stands, approved by one').text).toContain('Carried out');
    expect(await sandbox.rules(sandbox.lenientOf(2))).toEqual([HTTPS, OPENED]);
  });

  test('what failed is tried again by a click', async () => {
    expect(buttonsOf(question('failed'))).toEqual(['Retry']);
    await click(ALICE, 'Retry', 'failed');
    expect(await sandbox.rules(sandbox.guardedOf(5))).toEqual([HTTPS, OPENED]);
  });

  test('an outcome that was under way reaches the question', async () => {
    expect(question(CARRIED_OUT).text).toContain('Being carried out');
    await arrive(({ body }) => body.includes('"outcome"') && body.includes(idOf(CARRIED_OUT)));
    expect(question(CARRIED_OUT).text).toContain('Carried out');
  });

  test('a click that was under way is judged', async () => {
    expect(await sandbox.rules(sandbox.lenientOf(6))).toEqual([HTTPS, OPENED]);
    const clicks = messages.filter(({ body }) => body.includes('"type":"click"'));
    await arrive((message) => message === clicks.at(-1));
    expect(await sandbox.rules(sandbox.lenientOf(6))).toEqual([HTTPS]);
  });

  test('a request that was under way is put to people', async () => {
    const asks = messages.filter(({ body }) => body.includes('"type":"ask"'));
    await arrive((message) => message === asks.at(-1));
    expect(sandbox.lastQuestion.text).toContain(sandbox.lenientOf(7));
    await sandbox.click(BOB, 'Deny');
    expect(await sandbox.rules(sandbox.lenientOf(7))).toEqual([HTTPS]);
  });

  test('every message comes once more, and does nothing', async () => {
    const before = [await allRules(), sandbox.questions.length];
    await arrive(() => true);
    expect([await allRules(), sandbox.questions.length]).toEqual(before);
    expect([await sandbox.deadLetters(), sandbox.failedInvocations]).toEqual([[], 0]);
  });

  test('an approval for a time ends', async () => {
    expect(await sandbox.rules(sandbox.guardedOf(4))).toEqual([HTTPS, OPENED]);
    await sandbox.pass(HOUR_MS);
    expect(await sandbox.rules(sandbox.guardedOf(4))).toEqual([HTTPS]);
  });

  test('what was decided before stays as it is, and reconcile finds nothing', async () => {
    const { deliveries } = await sandbox.localAws.inbox.during(async () => sandbox.reconcile());
    expect(deliveries.map(({ message }) => message)).toEqual([]);
    expect(await sandbox.rules(sandbox.guardedOf(3))).toEqual([HTTPS, OPENED]);
    expect(await sandbox.rules(sandbox.lenientOf(3))).toEqual([HTTPS]);
    expect(await sandbox.rules(sandbox.guardedOf(0))).toEqual([HTTPS]);
    expect(await sandbox.rules(sandbox.guardedOf(1))).toEqual([HTTPS]);
    expect(await adoptedAt()).toEqual(adoptions);
  });

  const CARRIED_OUT = 'approved, the outcome under way';

  async function carryOver(stage: ApprovalSandbox): Promise<void> {
    const { workflow, ledger, leniency, messages: carried } = await carriedInto(stage, recorded);
    const tables = { ApprovalsRequests: workflow, GuardLedger: ledger, LeniencyLedger: leniency };
    for (const [table, items] of Object.entries(tables)) {
      await Promise.all(Items.parse(items).map(async (item) => stage.putItem(table, item)));
    }
    messages = Messages.parse(carried);
    adoptions = await adoptedAt(stage);
  }

  async function adoptedAt(stage = sandbox): Promise<string[]> {
    const items = [...(await stage.items('GuardLedger')), ...(await stage.items('LeniencyLedger'))];
    return items
      .filter(({ pk, sk }) => pk?.S?.startsWith('GROUP#') && sk?.S === 'RECORD')
      .map(({ pk, data }) => `${pk?.S} ${JSON.parse(data?.S ?? '').adoptedAt}`)
      .sort();
  }

  async function allRules(): Promise<string[][]> {
    return Promise.all(PLACED_GROUPS.map(async ({ id }) => sandbox.rules(id)));
  }

  function idOf(state: keyof typeof recorded.requests): string {
    return recorded.requests[state].id;
  }

  function question(state: keyof typeof recorded.requests): Message {
    const { ts } = recorded.requests[state];
    return sandbox.slack.messages.find((message) => message.ts === ts)!;
  }

  async function click(
    userId: string,
    text: string,
    state: keyof typeof recorded.requests,
  ): Promise<void> {
    await sandbox.click(userId, text, question(state));
  }

  /** At the queues of today, which have the logical ids that they had. */
  async function arrive(which: (message: (typeof messages)[number]) => boolean): Promise<void> {
    await Promise.all(
      messages
        .filter(which)
        .map(async ({ queue, body }) =>
          sandbox.send(sandbox.physicalId('AWS::SQS::Queue', queue), body),
        ),
    );
    await sandbox.settled();
  }
});

describe('keys, and people who are asked about them', () => {
  let sandbox: KeyApprovalSandbox;
  let messages: ReturnType<typeof Messages.parse>;

  beforeAll(async () => {
    sandbox = await KeyApprovalSandbox.start(
      new Date(Date.parse(recordedKeys.at) + 10 * MINUTE_MS),
    );
    await sandbox.localAws.addUsers(Users.parse(recordedKeys.users));
    const { workflow, records, ...carried } = await carriedInto(sandbox, recordedKeys);
    messages = Messages.parse(carried.messages);
    const tables = { ApprovalsRequests: workflow, SentryKeyRecords: records };
    for (const [table, items] of Object.entries(tables)) {
      await Promise.all(Items.parse(items).map(async (item) => sandbox.putItem(table, item)));
    }
  });
  afterAll(async () => sandbox?.stop());

  test('a decision that was under way is carried out', async () => {
    expect(await sandbox.status('underway')).toBe('Active');
    await arrive(
      (body) => body.includes('"type":"decision"') && body.includes(keyIdOf('underway')),
    );
    expect(await sandbox.status('underway')).toBe('Inactive');
  });

  test('are gone on with by a run: no notice, no question and no step comes twice', async () => {
    const asked = sandbox.slack.messages.length;
    expect(stepsIn(await sandbox.run())).toEqual({
      approved: 'notice delete',
      asked: 'asked deactivate',
      denied: 'held deactivate',
      failed: 'held deactivate',
      noticed: 'wait deactivate',
      underway: 'notice delete',
    });
    expect(sandbox.slack.messages).toHaveLength(asked);
  });

  test('an open question is approved by a click, and carried out', async () => {
    await sandbox.click(ALICE, 'Approve', 'asked');
    expect(await sandbox.status('asked')).toBe('Inactive');
    expect(sandbox.questionAbout('asked').text).toContain('Carried out');
  });

  test('what failed is tried again by a click', async () => {
    await sandbox.click(BOB, 'Retry', 'failed');
    expect(await sandbox.status('failed')).toBe('Inactive');
  });

  test('every message comes once more, and does nothing', async () => {
    const before = await statuses();
    await arrive(() => true);
    expect([await statuses(), sandbox.failedInvocations]).toEqual([before, 0]);
    expect(await sandbox.status('denied')).toBe('Active');
  });

  test('a key that had its notice is asked about when its grace is over', async () => {
    await sandbox.setClockOn((GRACE + 1) * DAY_MS);
    expect(stepsIn(await sandbox.run())).toMatchObject({
      noticed: 'asked deactivate',
      denied: 'held deactivate',
    });
  });

  async function statuses(): Promise<(string | undefined)[]> {
    return Promise.all(recordedKeys.users.map(async ({ name }) => sandbox.status(name)));
  }

  async function arrive(which: (body: string) => boolean): Promise<void> {
    const arriving = messages.filter(({ body }) => which(body));
    await Promise.all(
      arriving.map(async ({ queue, body }) =>
        sandbox.send(physicalId(sandbox.stack, 'AWS::SQS::Queue', queue), body),
      ),
    );
  }
});

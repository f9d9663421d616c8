import fc from 'fast-check';
import type { ApprovalConfiguration } from '../../../src/approval/domain/approval-configuration';
import { isDue, slotOf } from '../../../src/approval/domain/approval-request';
import { type ButtonAction, buttonText, parseButton } from '../../../src/approval/domain/click';
import { laterEnd, reminderBetween } from '../../../src/approval/domain/extension';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../src/approval/domain/messenger';
import { carryingText } from '../../../src/approval/domain/request-text';
import { type Fault, Faults } from '../../security-group/in-memory/faults';
import {
  APPROVE,
  approveFor,
  askOf,
  type ClickValues,
  DIGEST,
  MINUTE,
  RETRY,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const ONE_HOUR = 3_600;
const EIGHT_HOURS = 28_800;
const GROUP = 'S0SECOPS';

function more(seconds: number, number = 1): ButtonAction {
  return { kind: 'extend', seconds, number };
}

/** Approved by ann for an hour, at minute 0. */
async function approved(
  configuration: Partial<ApprovalConfiguration> = {},
  ask = askOf(),
  seconds = ONE_HOUR,
): Promise<WorkflowInMemory> {
  const workflow = new WorkflowInMemory(configuration);
  workflow.people.groups.set(GROUP, ['ann', 'ben', 'cid', 'eve']);
  workflow.asker.answers = () => 'carried-out';
  await workflow.ask(ask);
  await workflow.click('ann', approveFor(seconds));
  if (ask.question.requester === UNVERIFIED) await workflow.click('ben', approveFor(seconds));
  return workflow;
}

/** Six minutes before the hour is over. */
async function reminded(
  configuration: Partial<ApprovalConfiguration> = {},
  ask = askOf(),
): Promise<WorkflowInMemory> {
  const workflow = await approved(configuration, ask);
  await workflow.pass(54 * MINUTE);
  return workflow;
}

async function clickMore(
  workflow: WorkflowInMemory,
  userId: string,
  seconds = ONE_HOUR,
  { number = 1, ...values }: ClickValues & { readonly number?: number } = {},
): Promise<void> {
  const message = [...workflow.messenger.standing.values()].find(
    ({ text, threadTs }) => threadTs !== undefined && text.startsWith('r1 ends soon'),
  );
  await workflow.click(userId, more(seconds, number), {
    ...(message && { messageTs: message.ts }),
    ...values,
  });
}

/** As the request has it now. */
async function endOf(workflow: WorkflowInMemory): Promise<Date> {
  const { decision } = await workflow.request();
  return decision!.until!;
}

function minutesFrom(start: Date, minutes: number): Date {
  return new Date(start.getTime() + minutes * MINUTE);
}

describe('people are reminded of the end of an approval', () => {
  test.each([
    ['10 minutes', 10, 5],
    ['half an hour', 30, 5],
    ['an hour', 60, 6],
    ['8 hours', 480, 48],
    ['10 hours', 600, 60],
    ['30 days', 43_200, 60],
  ])('of %s, which is %i minutes, when %i are left', (_, minutes, left) => {
    const start = new Date(0);
    const end = minutesFrom(start, minutes);
    expect(reminderBetween(start, end)).toEqual(minutesFrom(end, -left));
  });

  test('not of less than ten minutes: the reminder would come at its beginning', () => {
    expect(reminderBetween(new Date(0), new Date(9 * MINUTE))).toBeUndefined();
  });

  test('in the thread of the question, once', async () => {
    const workflow = await approved();
    await workflow.pass(53 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([]);
    await workflow.pass(5 * MINUTE);
    expect(workflow.messenger.replies()).toEqual(['r1 ends soon, with 0 approvals of more time']);
    expect(workflow.entries().filter((what) => what === 'end-reminded')).toHaveLength(1);
  });

  test('and the message says so once it has ended', async () => {
    const workflow = await reminded();
    await workflow.pass(7 * MINUTE);
    expect(workflow.messenger.replies()).toEqual(['r1 has ended']);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved end 1']);
  });

  test.each([
    ['for good', APPROVE, {}],
    ['where no durations are offered any more', approveFor(ONE_HOUR), { approvalSeconds: [] }],
  ])('not of one %s', async (_, action, later) => {
    const workflow = new WorkflowInMemory();
    workflow.asker.answers = () => 'carried-out';
    await workflow.ask();
    await workflow.click('ann', action);
    workflow.configuration = { ...workflow.configuration, ...later };
    await workflow.pass(58 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([]);
  });

  test.each(['conflicting', 'failed', undefined] as const)(
    'not where nothing stands that could end: %s',
    async (outcome) => {
      const workflow = new WorkflowInMemory();
      workflow.asker.answers = outcome && (() => outcome);
      await workflow.ask();
      await workflow.click('ann', approveFor(ONE_HOUR));
      await workflow.pass(59 * MINUTE);
      expect(workflow.messenger.replies()).toEqual([]);
    },
  );

  test('not where its route is lost, so that no one could give it more time', async () => {
    const workflow = await approved({}, askOf({ labels: { account: '111122223333' } }));
    const route = {
      name: 'new',
      accounts: ['111122223333'],
      units: [],
      approvers: { kind: 'users' as const, userIds: ['zoe'] },
      requiredApprovals: 1,
      approvalChannelId: 'C2',
    };
    workflow.configuration = { ...workflow.configuration, routes: [route] };
    await workflow.pass(59 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([]);
  });

  test('not with a minute left, when the asker has only just carried it out', async () => {
    const workflow = new WorkflowInMemory();
    await workflow.ask();
    await workflow.click('ann', approveFor(ONE_HOUR));
    await workflow.pass(59 * MINUTE);
    await workflow.outcome('carried-out');
    await workflow.tick();
    expect(workflow.messenger.replies()).toEqual([]);
  });

  test.each<Fault>([
    'fails',
    'fails after it has worked',
    'loses its answer',
    'crashes',
    'crashes after it has worked',
  ])(
    'once in the audit, and with no message left over, whichever call %s',
    async (fault) => {
      for (let call = 1; call <= 14; call += 1) {
        const workflow = await approved();
        await workflow.pass(53 * MINUTE);
        workflow.faults = new Faults(new Map([[call, fault]]));
        await workflow.pass(MINUTE);
        workflow.faults = new Faults();
        await workflow.pass(2 * MINUTE);
        expect(workflow.entries().filter((what) => what === 'end-reminded')).toHaveLength(1);
        // A message whose answer was lost stands there twice, as with each message of Slack's.
        expect(workflow.messenger.replies().length).toBeGreaterThan(0);
        expect(workflow.messenger.replies().length).toBeLessThanOrEqual(2);
        await clickMore(workflow, 'ben');
        await workflow.pass(10 * MINUTE);
        expect((await workflow.request()).messages.filter(isDue)).toEqual([]);
        expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
      }
    },
    30_000,
  );
});

describe('more time', () => {
  test('counts from the old end, and the asker hears of it as a later attempt', async () => {
    const workflow = await reminded();
    const end = await endOf(workflow);
    await clickMore(workflow, 'ben');
    const until = minutesFrom(end, 60);
    expect(workflow.asker.told.at(-1)).toMatchObject({ attempt: 2, until, isExtension: true });
    expect((await workflow.request()).decision).toMatchObject({ by: ['ann'], until });
    expect((await workflow.request()).extension!.approval).toEqual({
      at: workflow.now(),
      by: ['ben'],
      until,
    });
    expect(workflow.messenger.replies()).toEqual(['r1 is given more time']);
    expect(workflow.messenger.monitored).toContain('r1 extended');
    expect(workflow.entries().slice(-3)).toEqual(['vote', 'extended', 'carried-out']);
    await workflow.pass(59 * MINUTE);
    expect(workflow.asker.words()).not.toContain('approved end 1');
    await workflow.pass(10 * MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved end 1');
    expect(workflow.asker.told.at(-1)).toMatchObject({ until });
  });

  test('can be given again before the later end, about which there is another message', async () => {
    const workflow = await reminded();
    await clickMore(workflow, 'ben');
    await workflow.pass(60 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([
      'r1 is given more time',
      'r1 ends soon, with 0 approvals of more time',
    ]);
    await clickMore(workflow, 'ben', ONE_HOUR, { number: 1 });
    expect(workflow.refusals().at(-1)).toContain('this is about another end of it');
    await clickMore(workflow, 'ben', ONE_HOUR, { number: 2 });
    expect(workflow.asker.words().at(-1)).toBe('approved decision 3');
    expect((await workflow.request()).messages.map(({ name }) => name)).toContainEqual({
      kind: 'end-reminder',
      number: 2,
    });
  });

  test('names all who gave it, each once, beside the end that was approved first', async () => {
    const workflow = await reminded();
    const end = await endOf(workflow);
    expect((await workflow.request()).extension).not.toHaveProperty('earlier');
    for (const [index, userId] of ['ben', 'cid', 'ben'].entries()) {
      await clickMore(workflow, userId, ONE_HOUR, { number: index + 1 });
      await workflow.pass(60 * MINUTE);
    }
    expect((await workflow.request()).extension).toEqual({
      number: 4,
      end: minutesFrom(end, 180),
      votes: [],
      earlier: { firstEnd: end, by: ['ben', 'cid'] },
    });
  });

  test('takes as many people as the approval did, and of two durations the shorter counts', async () => {
    const workflow = await reminded({}, askOf({}, UNVERIFIED));
    const end = await endOf(workflow);
    await clickMore(workflow, 'ann', EIGHT_HOURS);
    expect(workflow.asker.words()).toEqual(['approved decision 1']);
    expect(workflow.messenger.replies()).toEqual(['r1 ends soon, with 1 approvals of more time']);
    await clickMore(workflow, 'ann');
    expect(workflow.refusals().at(-1)).toMatch(/^ann: .+you have approved it already/);
    await clickMore(workflow, 'ben');
    expect((await workflow.request()).decision!.until).toEqual(minutesFrom(end, 60));
  });

  test.each<[string, string, ClickValues & { number?: number }, number, string]>([
    ['an outsider', 'mallory', {}, ONE_HOUR, 'you are not one of the approvers'],
    ['the requester', 'eve', {}, ONE_HOUR, 'you asked for it yourself'],
    ['a guest', 'ben', { userTeamId: 'T2' }, ONE_HOUR, 'only people of this workspace'],
    ['someone elsewhere', 'ben', { channelId: 'C9' }, ONE_HOUR, 'in their approval channel only'],
    [
      'someone who saw something else',
      'ben',
      { digest: 'e'.repeat(64) },
      ONE_HOUR,
      'not what this message shows',
    ],
    ['someone with a duration of their own', 'ben', {}, 999, 'this duration is not offered'],
    ['someone who looks ahead', 'ben', { number: 2 }, ONE_HOUR, 'this is about another end'],
  ])('is not given by %s', async (_, userId, values, seconds, reason) => {
    const workflow = await reminded();
    await clickMore(workflow, userId, seconds, values);
    expect(workflow.refusals().at(-1)).toContain(reason);
    await workflow.pass(7 * MINUTE);
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved end 1']);
  });

  test('is given once, however often the click is delivered', async () => {
    const workflow = await reminded();
    const message = [...workflow.messenger.standing.values()].at(-1)!;
    const click = workflow.clickOf('ben', more(ONE_HOUR), { messageTs: message.ts });
    for (let times = 0; times < 3; times += 1) await workflow.receive(click);
    await workflow.work();
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
    await clickMore(workflow, 'cid');
    expect(workflow.refusals().at(-1)).toMatch(/^cid: .+more time is approved already/);
  });

  test('is not given by a click on the end or later', async () => {
    const workflow = await reminded();
    await workflow.pause(6 * MINUTE);
    await clickMore(workflow, 'ben');
    expect(workflow.refusals().at(-1)).toContain('its time is over');
    await workflow.tick();
    await clickMore(workflow, 'ben');
    expect(workflow.refusals().at(-1)).toContain('its time is over');
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved end 1']);
  });

  test('is given by a click of before the end that is judged in the minute after it', async () => {
    const workflow = await reminded();
    await workflow.pause(6 * MINUTE);
    const at = new Date(workflow.now().getTime() - 1);
    await workflow.receive(workflow.clickOf('ben', more(ONE_HOUR), { at }));
    await workflow.tick();
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
  });

  test('never goes beyond the longest approval that could be given now', () => {
    const offered = fc.uniqueArray(fc.integer({ min: 300, max: 2_592_000 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(offered, fc.nat(), fc.integer({ min: 1, max: 3_600_000 }), (all, pick, left) => {
        const now = new Date(0);
        const seconds = all[pick % all.length]!;
        const end = new Date(left);
        const later = laterEnd({ end }, seconds, { approvalSeconds: all }, now).getTime();
        expect(later).toBeLessThanOrEqual(1_000 * Math.max(...all));
        expect(later).toBeLessThanOrEqual(left + 1_000 * seconds);
        expect(later).toBe(Math.min(left + 1_000 * seconds, 1_000 * Math.max(...all)));
      }),
    );
  });

  test('is refused where a deployment has made the longest approval so short that it ends no later', async () => {
    const workflow = await reminded();
    workflow.configuration = { ...workflow.configuration, approvalSeconds: [300] };
    await clickMore(workflow, 'ben', 300);
    expect(workflow.refusals().at(-1)).toContain('it would not end later by that');
  });
});

describe('what Slack says of a try', () => {
  async function shown(workflow: WorkflowInMemory): Promise<string> {
    return carryingText((await workflow.request()).carrying!).words;
  }

  test('counts from the approval of more time, also where the approval before it took several', async () => {
    const workflow = new WorkflowInMemory();
    workflow.asker.answers = () => 'failed';
    await workflow.ask(askOf());
    await workflow.click('ann', approveFor(ONE_HOUR));
    workflow.asker.answers = () => 'carried-out';
    await workflow.click('ben', RETRY);
    await workflow.pass(54 * MINUTE);
    workflow.asker.answers = undefined;
    await clickMore(workflow, 'ben');
    expect(workflow.asker.told.at(-1)).toMatchObject({ attempt: 3, isExtension: true });
    expect(await shown(workflow)).toBe('Being carried out.');
    await workflow.outcome('failed', { phase: 'decision', attempt: 3 });
    await workflow.click('cid', RETRY);
    expect(await shown(workflow)).toBe('Being carried out, try 2.');
  });

  test('counts from 1 at the end', async () => {
    const workflow = await reminded();
    await clickMore(workflow, 'ben');
    workflow.asker.answers = undefined;
    await workflow.pass(67 * MINUTE);
    expect(await shown(workflow)).toBe('The time of the approval is over: being ended.');
  });
});

describe('where the asker does not carry more time out', () => {
  test.each(['conflicting', 'failed'] as const)(
    'it ends when it would have: %s',
    async (outcome) => {
      const workflow = await reminded();
      const end = await endOf(workflow);
      workflow.asker.answers = ({ attempt }) => (attempt === 2 ? outcome : 'carried-out');
      await clickMore(workflow, 'ben');
      expect((await workflow.request()).decision!.until).toEqual(end);
      await workflow.pass(7 * MINUTE);
      expect(workflow.asker.words().at(-1)).toBe('approved end 1');
      expect(workflow.asker.told.at(-1)!.until).toEqual(end);
      expect((await workflow.request()).decision!.until).toEqual(end);
      expect(workflow.store.dueAtOf('r1')).toBeUndefined();
    },
  );

  test('it can be tried again until then, and not later', async () => {
    const workflow = await reminded();
    workflow.asker.answers = () => 'failed';
    await clickMore(workflow, 'ben');
    await workflow.click('cid', RETRY);
    expect(workflow.asker.told.at(-1)).toMatchObject({ attempt: 3, isExtension: true });
    await workflow.pause(6 * MINUTE);
    await workflow.click('cid', RETRY);
    expect(workflow.refusals().at(-1)).toContain('its time is over');
  });

  test('it ends later while no answer comes: it may have been carried out', async () => {
    const workflow = await reminded();
    const end = await endOf(workflow);
    workflow.asker.answers = ({ phase }) => (phase === 'end' ? 'carried-out' : undefined!);
    await clickMore(workflow, 'ben');
    await workflow.pass(60 * MINUTE);
    expect(workflow.asker.words()).not.toContain('approved end 1');
    await workflow.pass(7 * MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved end 1');
    expect(workflow.asker.told.at(-1)!.until).toEqual(minutesFrom(end, 60));
  });

  test('a late answer about the first approval changes nothing of it', async () => {
    const workflow = await reminded();
    workflow.asker.answers = undefined;
    await clickMore(workflow, 'ben');
    await workflow.outcome('conflicting', { phase: 'decision', attempt: 1 });
    expect((await workflow.request()).carrying).not.toHaveProperty('outcome');
  });
});

describe('a click for more time that no one can judge', () => {
  async function unreadable(): Promise<WorkflowInMemory> {
    const workflow = await reminded({ approvers: { kind: 'userGroup', userGroupId: GROUP } });
    workflow.people.groupTrouble = new MessengerRefusedError('no_such_subteam', 'refused');
    return workflow;
  }

  test('waits, and the end waits five minutes for it', async () => {
    const workflow = await unreadable();
    await clickMore(workflow, 'ben');
    expect(workflow.refusals().at(-1)).toContain('waits for it 5 min at the most');
    await workflow.pass(10 * MINUTE);
    expect(workflow.asker.words()).toEqual(['approved decision 1']);
    workflow.people.groupTrouble = undefined;
    await workflow.tick();
    expect(workflow.asker.words()).toEqual(['approved decision 1', 'approved decision 2']);
  });

  test('does not count once it has ended', async () => {
    const workflow = await unreadable();
    await clickMore(workflow, 'ben');
    await workflow.pass(12 * MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved end 1');
    workflow.people.groupTrouble = undefined;
    await workflow.pass(2 * MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved end 1');
    expect(workflow.refusals().at(-1)).toContain('its time is over');
    expect(workflow.store.unjudgedClicks()).toEqual([]);
  });

  test('holds nothing up where it is not known that who clicked was an approver', async () => {
    const workflow = await unreadable();
    const { configuration } = workflow;
    const approvers = { kind: 'userGroup' as const, userGroupId: 'S0NEVERREAD' };
    workflow.configuration = { ...configuration, approvers };
    await clickMore(workflow, 'mallory');
    expect((await workflow.request()).waitingClicks).toHaveLength(1);
    expect(workflow.refusals().at(-1)).toMatch(/The end, at [^,]+, does not wait for it\.$/);
    await workflow.pass(7 * MINUTE);
    expect(workflow.asker.words().at(-1)).toBe('approved end 1');
  });
});

describe('the message about the end', () => {
  test('that no one knows of, as who posted it died, loses its buttons when someone clicks there', async () => {
    const workflow = await approved();
    await workflow.pass(53 * MINUTE);
    workflow.messenger.afterPost.push(async () => {
      throw new MessengerUnavailableError('the answer got lost');
    });
    await workflow.pass(2 * MINUTE);
    const [lost, known] = [...workflow.messenger.standing.values()].filter(
      ({ threadTs }) => threadTs !== undefined,
    );
    expect([lost, known].every((message) => message !== undefined)).toBe(true);
    await workflow.click('ben', more(ONE_HOUR), { messageTs: lost!.ts });
    expect(workflow.messenger.replies()).toEqual([
      'r1 is given more time',
      'r1 is given more time',
    ]);
  });

  test('comes after the question, which is posted again where it is gone', async () => {
    const workflow = await approved();
    workflow.messenger.standing.clear();
    await workflow.pass(60 * MINUTE - 1);
    expect(workflow.messenger.questions()).toHaveLength(1);
    expect(workflow.messenger.replies()).toEqual(['r1 ends soon, with 0 approvals of more time']);
  });

  test.each<[string, Partial<ApprovalConfiguration>]>([
    ['a deployment offers no durations any more', { approvalSeconds: [] }],
    [
      'a deployment has lost its route',
      {
        routes: [
          {
            name: 'new',
            accounts: ['111122223333'],
            units: [],
            approvers: { kind: 'users', userIds: ['zoe'] },
            requiredApprovals: 1,
            approvalChannelId: 'C2',
          },
        ],
      },
    ],
  ])('is not sent any more where %s', async (_, later) => {
    const workflow = await approved({}, askOf({ labels: { account: '111122223333' } }));
    workflow.messenger.trouble = new MessengerUnavailableError('down');
    await workflow.pass(54 * MINUTE);
    expect(slotOf(await workflow.request(), 'end-reminder')).toBeDefined();
    workflow.configuration = { ...workflow.configuration, ...later };
    workflow.messenger.trouble = undefined;
    await workflow.pass(5 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([]);
    expect((await workflow.request()).messages.filter(isDue)).toEqual([]);
  });

  test('is not sent any more once it has ended', async () => {
    const workflow = await approved();
    await workflow.pass(53 * MINUTE);
    workflow.messenger.trouble = new MessengerUnavailableError('down');
    await workflow.pass(10 * MINUTE);
    workflow.messenger.trouble = undefined;
    await workflow.pass(10 * MINUTE);
    expect(workflow.messenger.replies()).toEqual([]);
    expect(isDue(slotOf(await workflow.request(), 'end-reminder')!)).toBe(false);
  });
});

test('a button for more time says for which request, which end and how long', () => {
  const value = { requestId: 'r-1', digest: DIGEST, action: more(ONE_HOUR, 3) };
  expect(parseButton(buttonText(value))).toEqual(value);
  for (const text of [
    `v1.extend..r1.${DIGEST}`,
    `v1.extend.3600.r1.${DIGEST}`,
    `v1.approve.3600-1.r1.${DIGEST}`,
    `v1.extend.3600-1.r1.${DIGEST}0`,
  ]) {
    expect(parseButton(text)).toBeUndefined();
  }
});

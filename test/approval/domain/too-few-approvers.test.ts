import type { ApprovalConfiguration } from '../../../src/approval/domain/approval-configuration';
import type { ApprovalRequest } from '../../../src/approval/domain/approval-request';
import { MessengerRefusedError } from '../../../src/approval/domain/messenger';
import { withApprovers } from '../../../src/approval/domain/too-few-approvers';
import {
  APPROVE,
  askOf,
  CONFIGURATION,
  DENY,
  EVE,
  HOUR,
  MINUTE,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const GROUP = 'S0SECOPS';
const EMPTY = 'No one can approve or deny it: there are no approvers.';
const ONE_OF_TWO =
  'No one can approve it, only deny it: 2 approvals are needed, and only 1 can be given.';
const OWN =
  'No one can approve it, only deny it: 1 approval is needed, and all approvers have asked for it themselves.';
const ENOUGH = 'r1 waits, with 0 approvals and 0 repeats';

function ofGroup(
  members: readonly string[],
  configuration: Partial<ApprovalConfiguration> = {},
): WorkflowInMemory {
  const workflow = new WorkflowInMemory({
    approvers: { kind: 'userGroup', userGroupId: GROUP },
    ...configuration,
  });
  workflow.people.groups.set(GROUP, members);
  return workflow;
}

/** What operators hear, in order. */
function told({ announced }: WorkflowInMemory): (string | undefined)[] {
  return announced.flatMap(({ entry: { what, detail } }) =>
    what === 'too-few-approvers' ? [detail] : [],
  );
}

describe('a question that no one can approve says so, and operators hear it once', () => {
  test.each([
    ['the user group is empty', [], UNVERIFIED, EMPTY],
    ['two have to approve, and one is in the group', ['U0ALICE'], UNVERIFIED, ONE_OF_TWO],
    ['the only one in the group has asked for it', ['eve'], EVE, OWN],
    ['the group is empty, and it is known who asked', [], EVE, EMPTY],
  ])('%s', async (_, members, requester, text) => {
    const workflow = ofGroup(members);
    await workflow.ask(askOf({}, requester));
    expect(workflow.messenger.questions()).toEqual([`${ENOUGH}. ${text}`]);
    await workflow.pass(20 * HOUR, 10 * MINUTE);
    expect(told(workflow)).toEqual([text]);
    const updates = workflow.messenger.calls.filter((call) => call === 'update');
    expect(updates).toHaveLength((await workflow.request()).reminders);
  });

  test('people named at deployment may be too few as well', async () => {
    const workflow = new WorkflowInMemory({ approvers: { kind: 'users', userIds: ['ann'] } });
    await workflow.ask(askOf({}, UNVERIFIED));
    await workflow.pass(MINUTE);
    expect(told(workflow)).toEqual([ONE_OF_TWO]);
  });

  test('more approvals may be required than there are people', async () => {
    const workflow = ofGroup(['ann', 'ben', 'eve'], { requiredApprovals: 3 });
    await workflow.ask();
    expect(workflow.messenger.questions()).toEqual([
      `${ENOUGH}. No one can approve it, only deny it: 3 approvals are needed, and only 2 can be given.`,
    ]);
  });

  test('another who asks for the same can take the last approver', async () => {
    const workflow = ofGroup(['eve', 'ann']);
    workflow.people.users.set('ann@example.com', 'ann');
    await workflow.ask();
    const ann = { name: 'admin/ann', email: 'ann@example.com' };
    await workflow.ask(askOf({ requestId: 'r2' }, ann));
    expect(workflow.messenger.questions()).toEqual([
      `r1 waits, with 0 approvals and 1 repeats. ${OWN}`,
    ]);
  });
});

describe('a question says nothing of it', () => {
  test.each([
    ['as many are there as have to approve', ['U0ALICE', 'U0BOB'], UNVERIFIED, {}],
    ['one may approve what they asked for', ['eve'], EVE, { allowSelfApproval: true }],
    ['one is there beside the one who asked', ['eve', 'ann'], EVE, {}],
  ])('where %s', async (_, members, requester, configuration) => {
    const workflow = ofGroup(members, configuration);
    await workflow.ask(askOf({}, requester));
    await workflow.pass(20 * HOUR, HOUR);
    expect(workflow.messenger.questions()).toEqual([ENOUGH]);
    expect(told(workflow)).toEqual([]);
  });

  test('where the group cannot be read: that is not an empty one', async () => {
    const workflow = ofGroup(['ann']);
    workflow.people.groupTrouble = new MessengerRefusedError('no_such_subteam', 'refused');
    await workflow.ask();
    await workflow.pass(5 * HOUR, 10 * MINUTE);
    expect(workflow.messenger.questions()).toEqual([ENOUGH]);
    expect(told(workflow)).toEqual([]);
  });

  test('while it is not known who asked, who may be someone in Slack', async () => {
    const workflow = ofGroup(['ann']);
    jest.spyOn(workflow.people, 'userWithEmail').mockRejectedValue(new Error('no answer'));
    await workflow.ask();
    expect(workflow.messenger.questions()).toEqual([ENOUGH]);
  });
});

describe('a question that no one could approve', () => {
  test('says so no more from the next reminder on, once the group has people', async () => {
    const workflow = ofGroup([]);
    await workflow.ask();
    expect(workflow.messenger.questions()).toEqual([`${ENOUGH}. ${EMPTY}`]);
    workflow.people.groups.set(GROUP, ['ann']);
    await workflow.pass(4 * HOUR, 10 * MINUTE);
    expect(workflow.messenger.questions()).toEqual([ENOUGH]);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'approved' });
  });

  test('still says so while the group cannot be read', async () => {
    const workflow = ofGroup([]);
    await workflow.ask();
    workflow.people.groupTrouble = new Error('no answer');
    await workflow.pass(5 * HOUR, 10 * MINUTE);
    expect(workflow.messenger.questions()).toEqual([`${ENOUGH}. ${EMPTY}`]);
  });

  test('is denied by one person all the same, and says nothing of it then', async () => {
    const workflow = ofGroup(['ann']);
    await workflow.ask(askOf({}, UNVERIFIED));
    await workflow.click('ann', DENY);
    expect(workflow.messenger.questions()).toEqual(['r1 denied by ann: decision under way']);
  });
});

test('a group that loses its people is seen at the reminder, and an approval given by one of them counts no more', async () => {
  const workflow = ofGroup(['ann', 'ben']);
  await workflow.ask(askOf({}, UNVERIFIED));
  await workflow.click('ann', APPROVE);
  workflow.people.groups.set(GROUP, ['ben']);
  await workflow.pass(4 * HOUR + MINUTE, 10 * MINUTE);
  expect(told(workflow)).toEqual([ONE_OF_TWO]);
  workflow.people.groups.set(GROUP, []);
  await workflow.pass(4 * HOUR + MINUTE, 10 * MINUTE);
  expect(workflow.messenger.questions()).toEqual([
    `r1 waits, with 1 approvals and 0 repeats. ${EMPTY}`,
  ]);
  expect(told(workflow)).toEqual([ONE_OF_TWO]);
});

describe('as the approvers are read again, the question says', () => {
  const SHOP = { name: 'shop', accounts: [], units: [], approvalChannelId: 'C2' } as const;
  const THREE = { ...CONFIGURATION, requiredApprovals: 3 };
  let request: ApprovalRequest;

  beforeEach(async () => {
    const workflow = ofGroup(['ann', 'ben', 'cid']);
    await workflow.ask();
    request = await workflow.request();
  });

  test.each<[string, string[], string[], ApprovalConfiguration, ApprovalConfiguration, boolean]>([
    ['nothing else where they are the same', ['ann'], ['ben'], THREE, THREE, false],
    ['that there are more', ['ann'], ['ann', 'eve'], THREE, THREE, true],
    ['that more can approve it', ['ann', 'eve'], ['ann', 'ben'], THREE, THREE, true],
    ['that more is needed', ['ann'], ['ann'], THREE, { ...THREE, requiredApprovals: 4 }, true],
    [
      'that its route is lost',
      [],
      [],
      CONFIGURATION,
      {
        ...CONFIGURATION,
        routes: [{ ...SHOP, approvers: CONFIGURATION.approvers, requiredApprovals: 1 }],
      },
      true,
    ],
  ])('%s', (...given) => {
    const [, before, now, configuration, later, isNews] = given;
    const known = withApprovers(request, before, configuration, new Date(0));
    expect(known.tooFewApprovers).toBeDefined();
    expect(withApprovers(known, now, later, new Date(1)) !== known).toBe(isNews);
  });

  test('no word of it once someone has decided', () => {
    const decision = { kind: 'denied', at: new Date(0), by: ['ann'] } as const;
    const decided = { ...request, decision };
    expect(withApprovers(decided, [], CONFIGURATION, new Date(0))).toBe(decided);
  });

  test('no word of one more approval while it is not known who one of those is who asked', () => {
    const unknown = { ...UNVERIFIED, slackUserId: '' };
    const asked = { ...request, requesters: [unknown, { name: 'admin/new' }] };
    expect(withApprovers(asked, ['ann'], CONFIGURATION, new Date(0))).toBe(asked);
    const known = { ...request, requesters: [unknown] };
    expect(withApprovers(known, ['ann'], CONFIGURATION, new Date(0))).not.toBe(known);
  });
});

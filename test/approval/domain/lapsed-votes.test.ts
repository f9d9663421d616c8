import type { ApprovalConfiguration } from '../../../src/approval/domain/approval-configuration';
import type { ApprovalRequest } from '../../../src/approval/domain/approval-request';
import type { ButtonAction } from '../../../src/approval/domain/click';
import {
  hasOtherVoters,
  withoutLapsedExtensionVotes,
  withoutLapsedVotes,
} from '../../../src/approval/domain/lapsed-votes';
import {
  APPROVE,
  approveFor,
  askOf,
  MINUTE,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const GROUP = 'S0SECOPS';
const MORE = { kind: 'extend', seconds: 3_600, number: 1 } as const;

/** A workflow of a user group, and what puts other people into it. */
interface GroupWorkflow {
  readonly workflow: WorkflowInMemory;
  change(members: readonly string[]): void;
}

function ofGroup(configuration: Partial<ApprovalConfiguration> = {}): GroupWorkflow {
  const workflow = new WorkflowInMemory({
    approvers: { kind: 'userGroup', userGroupId: GROUP },
    requiredApprovals: 2,
    ...configuration,
  });
  const change = (members: readonly string[]) => workflow.people.groups.set(GROUP, members);
  change(['ann', 'ben', 'cid', 'dan']);
  return { workflow, change };
}

/** Whose approvals lapsed, by the audit. */
function lapsed({ store }: WorkflowInMemory): (string | undefined)[] {
  return (store.audit.get('r1') ?? []).flatMap(({ what, by }) =>
    what === 'vote-lapsed' ? [by] : [],
  );
}

describe('an approval of someone who has left the approvers', () => {
  test.each<[string, (group: GroupWorkflow) => void]>([
    ['in Slack', ({ change }) => change(['ben', 'cid', 'dan'])],
    [
      'by a deployment',
      ({ workflow }) => {
        workflow.configuration = {
          ...workflow.configuration,
          approvers: { kind: 'users', userIds: ['ben', 'cid'] },
        };
      },
    ],
  ])('lapses with the next one, also where they left %s', async (_, leave) => {
    const group = ofGroup();
    const { workflow } = group;
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    leave(group);
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    expect(workflow.messenger.questions()).toEqual(['r1 waits, with 1 approvals and 0 repeats']);
    await workflow.click('cid', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['ben', 'cid'] });
    expect(lapsed(workflow)).toEqual(['ann']);
  });

  test('is named in the audit and in an event, with who might decide then', async () => {
    const { workflow, change } = ofGroup();
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    change(['ben', 'cid']);
    await workflow.click('ben', APPROVE);
    expect(workflow.entries()).toEqual(['asked', 'vote', 'vote-lapsed', 'vote']);
    expect(workflow.announced.map(({ entry }) => entry)).toContainEqual({
      at: workflow.now(),
      what: 'vote-lapsed',
      by: 'ann',
      membership: ['ben', 'cid'],
      detail: 'not one of the approvers any more',
    });
  });

  test('does not lapse where they are back by then', async () => {
    const { workflow, change } = ofGroup();
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    change(['ben', 'cid']);
    await workflow.pass(10 * MINUTE);
    change(['ann', 'ben', 'cid']);
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['ann', 'ben'] });
    expect(lapsed(workflow)).toEqual([]);
  });

  test('lapses alone: the audit names no one who is still an approver', async () => {
    const { workflow, change } = ofGroup({ requiredApprovals: 3 });
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    await workflow.click('ben', APPROVE);
    change(['ben', 'cid', 'dan']);
    await workflow.click('cid', APPROVE);
    expect(lapsed(workflow)).toEqual(['ann']);
    expect((await workflow.request()).votes.map(({ userId }) => userId)).toEqual(['ben', 'cid']);
  });

  test('can be given again once it has lapsed', async () => {
    const { workflow, change } = ofGroup({ requiredApprovals: 3 });
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    change(['ben', 'cid']);
    await workflow.click('ben', APPROVE);
    change(['ann', 'ben', 'cid']);
    await workflow.click('cid', APPROVE);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['ben', 'cid', 'ann'] });
  });

  test('gives no more time either, and the first approval stays as it was', async () => {
    const { workflow, change } = ofGroup();
    workflow.asker.answers = () => 'carried-out';
    await workflow.ask(askOf());
    await workflow.click('ann', approveFor(3_600));
    await workflow.click('ben', approveFor(3_600));
    await workflow.pass(54 * MINUTE);
    await workflow.click('ben', MORE);
    change(['cid', 'dan']);
    await workflow.click('cid', MORE);
    expect((await workflow.request()).extension?.approval).toBeUndefined();
    await workflow.click('dan', MORE);
    const { decision, extension } = await workflow.request();
    expect(extension?.approval).toMatchObject({ by: ['cid', 'dan'] });
    expect(decision).toMatchObject({ by: ['ann', 'ben'] });
    expect(lapsed(workflow)).toEqual(['ben']);
  });
});

describe('no approval lapses by a reading from before it, where two people click at the same time', () => {
  /** Someone joins the approvers and clicks, just as the click of `ann` is to be written. */
  async function clickAtOnce({ workflow, change }: GroupWorkflow, action: ButtonAction) {
    const { store } = workflow;
    store.beforeWrite.set(store.writes + 1, async () => {
      change(['ann', 'ben', 'cid', 'new']);
      await workflow.click('new', action);
    });
    await workflow.click('ann', action);
    expect(lapsed(workflow)).toEqual([]);
  }

  test('for a request', async () => {
    const group = ofGroup({ requiredApprovals: 3 });
    await group.workflow.ask();
    await clickAtOnce(group, APPROVE);
    const { votes } = await group.workflow.request();
    expect(votes.map(({ userId }) => userId)).toEqual(['new', 'ann']);
  });

  test('for more time', async () => {
    const group = ofGroup();
    const { workflow } = group;
    workflow.asker.answers = () => 'carried-out';
    await workflow.ask(askOf());
    await workflow.click('ann', approveFor(3_600));
    await workflow.click('ben', approveFor(3_600));
    await workflow.pass(54 * MINUTE);
    await clickAtOnce(group, MORE);
    const { extension } = await workflow.request();
    expect(extension?.approval).toMatchObject({ by: ['new', 'ann'] });
  });
});

test('an approval that would lapse is none that a question counts on', async () => {
  const { workflow, change } = ofGroup();
  await workflow.ask();
  await workflow.click('ann', APPROVE);
  change(['ben']);
  await workflow.pass(5 * 60 * MINUTE, 10 * MINUTE);
  expect((await workflow.request()).tooFewApprovers).toMatchObject({ possible: 1, needed: 2 });
});

describe('of approvals', () => {
  const END = new Date('2026-01-02T00:00:00Z');
  const votes = ['ann', 'ben', 'cid'].map((userId) => ({ userId, at: new Date(0) }));
  const read = { members: ['ben'], at: END };
  let request: ApprovalRequest;
  const voted = () => ({ ...request, votes, extension: { number: 1, end: END, votes } });

  beforeEach(async () => {
    const workflow = new WorkflowInMemory();
    await workflow.ask();
    request = await workflow.request();
  });

  test.each<[string, (state: ApprovalRequest) => ApprovalRequest]>([
    ['an approval', (state) => withoutLapsedVotes(state, read)],
    ['an approval of more time', (state) => withoutLapsedExtensionVotes(state, read)],
  ])('%s lapses where one is no approver any more, each with an entry', (_, lapse) => {
    const left = lapse(voted());
    expect(left.unannounced).toEqual(
      ['ann', 'cid'].map((by) => ({
        at: END,
        what: 'vote-lapsed',
        by,
        membership: ['ben'],
        detail: 'not one of the approvers any more',
      })),
    );
    expect(left.votes.length + left.extension!.votes.length).toBe(4);
  });

  test('none lapses where all are approvers, or no one has approved', () => {
    const all = { members: ['ann', 'ben', 'cid'], at: END };
    for (const lapse of [withoutLapsedVotes, withoutLapsedExtensionVotes]) {
      expect(lapse(voted(), all)).toEqual(voted());
      expect(lapse(request, read)).toEqual(request);
    }
  });

  test.each<[string, Partial<ApprovalRequest>, string[], boolean]>([
    ['all', { votes }, ['ann', 'ben', 'cid'], false],
    ['not all', { votes }, ['ann', 'cid'], true],
    [
      'all of more time',
      { extension: { number: 1, end: END, votes } },
      ['ann', 'ben', 'cid'],
      false,
    ],
    ['not all of more time', { extension: { number: 1, end: END, votes } }, ['ann'], true],
    ['none', {}, [], false],
  ])(
    '%s are by people who were read: others have to be read again',
    (_, values, members, isOther) => {
      expect(hasOtherVoters({ ...request, ...values }, members)).toBe(isOther);
    },
  );
});

import type {
  ApprovalConfiguration,
  Route,
} from '../../../src/approval/domain/approval-configuration';
import { MessengerUnavailableError } from '../../../src/approval/domain/messenger';
import type { RequestLabels } from '../../../src/approval/domain/request-labels';
import {
  APPROVE,
  askOf,
  DENY,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const SHOP = '111122223333';
const TRIAL = '444455556666';
const OUTER = 'ou-abcd-11111111';
const TRIALS = 'ou-abcd-22222222';

const PRODUCTION: Route = {
  name: 'production',
  accounts: [SHOP],
  units: [],
  approvalChannelId: 'CPROD',
  approvers: { kind: 'users', userIds: ['pia', 'pat'] },
  requiredApprovals: 2,
};
const SANDBOX: Route = {
  name: 'sandbox',
  accounts: [],
  units: [TRIALS],
  approvalChannelId: 'CSAND',
  approvers: { kind: 'users', userIds: ['sam', 'sue'] },
  requiredApprovals: 1,
};
const PAYMENTS: Route = {
  name: 'payments',
  accounts: [],
  units: [],
  tags: [{ key: 'team', values: ['payments', 'billing'] }],
  approvalChannelId: 'CPAY',
  approvers: { kind: 'users', userIds: ['pay'] },
  requiredApprovals: 1,
};
const ROUTES = [PRODUCTION, SANDBOX];
const OF_SHOP = askOf({ labels: { account: SHOP } });
const OF_TRIAL = askOf({
  requestId: 'r2',
  subject: 'sg-2 ssh',
  labels: { account: TRIAL, units: ['r-abcd', OUTER, TRIALS] },
});

function routed(configuration: Partial<ApprovalConfiguration> = {}): WorkflowInMemory {
  return new WorkflowInMemory({ routes: ROUTES, ...configuration });
}

async function asked(ask = OF_SHOP, workflow = routed()): Promise<WorkflowInMemory> {
  await workflow.ask(ask);
  return workflow;
}

function deploy(workflow: WorkflowInMemory, routes: readonly Route[] | undefined): void {
  workflow.configuration = { ...workflow.configuration, routes };
}

/** The channel of each message that stands, in order. */
function channels({ messenger }: WorkflowInMemory): string[] {
  return [...messenger.standing.values()].map(({ channelId }) => channelId);
}

describe('a request is asked by the first route that is for it', () => {
  test.each<[string, RequestLabels | undefined, string, string | undefined]>([
    ['of its account', { account: SHOP }, 'CPROD', 'production'],
    ['of a unit around it', { account: TRIAL, units: [OUTER, TRIALS] }, 'CSAND', 'sandbox'],
    ['the first of two', { account: SHOP, units: [TRIALS] }, 'CPROD', 'production'],
    ['or by none: another account', { account: TRIAL, units: [OUTER] }, 'C1', undefined],
    ['or by none: no labels', undefined, 'C1', undefined],
    ['or by none: empty labels', {}, 'C1', undefined],
  ])('%s', async (_, labels, channel, name) => {
    const workflow = await asked(askOf({ labels }));
    expect(channels(workflow)).toEqual([channel]);
    expect((await workflow.request()).route?.name).toBe(name);
  });

  test.each<[string, Partial<Route>, RequestLabels, string | undefined]>([
    ['of one of its values', {}, { tags: { team: 'billing' } }, 'payments'],
    ['of its value in any account', {}, { account: TRIAL, tags: { team: 'payments' } }, 'payments'],
    ['not of another value', {}, { tags: { team: 'shop' } }, undefined],
    ['not of the value of another key', {}, { tags: { owner: 'payments' } }, undefined],
    ['not without tags', {}, { account: TRIAL }, undefined],
    [
      'of its account with its tag',
      { accounts: [TRIAL] },
      { account: TRIAL, tags: { team: 'payments' } },
      'payments',
    ],
    ['not of its account alone', { accounts: [TRIAL] }, { account: TRIAL }, undefined],
    ['not of its tag elsewhere', { accounts: [TRIAL] }, { tags: { team: 'payments' } }, undefined],
    [
      'not of one of two keys',
      { tags: [...PAYMENTS.tags!, { key: 'tier', values: ['web'] }] },
      { tags: { team: 'payments', tier: 'db' } },
      undefined,
    ],
    [
      'of no tag that only objects have',
      { tags: [{ key: 'constructor', values: [''] }] },
      { tags: { team: 'payments' } },
      undefined,
    ],
  ])('by tags: %s', async (_, values, labels, name) => {
    const workflow = routed({ routes: [PRODUCTION, { ...PAYMENTS, ...values }] });
    await asked(askOf({ labels }), workflow);
    expect((await workflow.request()).route?.name).toBe(name);
    expect(channels(workflow)).toEqual([name ? 'CPAY' : 'C1']);
  });

  test('a request that was asked without tags stays where it is when a route by tags is added', async () => {
    const workflow = await asked(OF_SHOP);
    deploy(workflow, [PAYMENTS, ...ROUTES]);
    await workflow.click('pay', APPROVE);
    await workflow.click('pia', APPROVE);
    await workflow.click('pat', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['pia', 'pat'] });
  });

  test('also where two routes have the same channel', async () => {
    const workflow = routed({ routes: [PRODUCTION, { ...SANDBOX, approvalChannelId: 'CPROD' }] });
    await asked(OF_TRIAL, workflow);
    await workflow.click('pia', APPROVE, { requestId: 'r2' });
    expect((await workflow.request('r2')).votes).toEqual([]);
    await workflow.click('sam', APPROVE, { requestId: 'r2' });
    expect((await workflow.request('r2')).decision).toMatchObject({ by: ['sam'] });
  });
});

describe('who decides for one route decides for no other', () => {
  test.each([
    ['production', OF_SHOP, ['sam', 'ann']],
    ['sandbox', OF_TRIAL, ['pia', 'ann']],
    ["the workflow's own", askOf({ requestId: 'r3' }), ['pia', 'sam']],
  ])('%s: clicks of the others are refused, recorded and told', async (_, ask, others) => {
    const workflow = await asked(ask);
    const { requestId } = ask;
    for (const action of [APPROVE, DENY, RETRY, SHOW_ALL]) {
      for (const other of others) await workflow.click(other, action, { requestId });
    }
    const request = await workflow.request(requestId);
    expect(request.votes).toEqual([]);
    expect(request.decision).toBeUndefined();
    const refused = workflow.entries(requestId).filter((what) => what === 'refused-click');
    expect(refused).toHaveLength(8);
    const channel = channels(workflow)[0];
    expect(new Set(workflow.messenger.refusals.map(({ channelId }) => channelId))).toEqual(
      new Set([channel]),
    );
    expect(new Set(workflow.refusals().map((text) => text.replace(/^\w+/, 'x')))).toEqual(
      new Set(['x: Your click does not count: you are not one of the approvers.']),
    );
  });

  test('two at once: each is decided by its own, and by as many as its route requires', async () => {
    const workflow = await asked();
    await workflow.ask(OF_TRIAL);
    await workflow.click('pia', APPROVE);
    await workflow.click('sam', APPROVE, { requestId: 'r2' });
    expect((await workflow.request()).decision).toBeUndefined();
    expect((await workflow.request('r2')).decision).toMatchObject({ by: ['sam'] });
    await workflow.click('sam', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
    await workflow.click('pat', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['pia', 'pat'] });
  });

  test.each(['CSAND', 'C1'])('an approver who clicks in the channel %s is refused', async (id) => {
    const workflow = await asked();
    await workflow.click('pia', APPROVE, { channelId: id });
    expect((await workflow.request()).votes).toEqual([]);
    expect(workflow.refusals()).toEqual([
      'pia: Your click does not count: requests are decided in their approval channel only.',
    ]);
  });

  test('the message of another route decides nothing: its digest is of something else', async () => {
    const workflow = await asked();
    await workflow.click('pia', APPROVE, { digest: 'e'.repeat(64) });
    expect((await workflow.request()).votes).toEqual([]);
  });
});

describe('when routes change after it was asked', () => {
  const LOST =
    'Your click does not count: the route by which it was asked was changed since, so no one decides it any more.';

  test.each<[string, typeof OF_SHOP, readonly Route[] | undefined, string[]]>([
    ['its route is removed', OF_SHOP, [SANDBOX], ['pia', 'ann', 'sam']],
    ['all are removed', OF_SHOP, undefined, ['pia', 'ann']],
    ['its route has another name', OF_SHOP, [{ ...PRODUCTION, name: 'other' }], ['pia', 'ann']],
    [
      'another is for its account',
      OF_SHOP,
      [
        { ...PRODUCTION, accounts: [TRIAL] },
        { ...SANDBOX, accounts: [SHOP] },
      ],
      ['pia', 'sam', 'ann'],
    ],
    [
      "one is for its account, which the workflow's own approvers were asked about",
      askOf({ labels: { account: TRIAL } }),
      [{ ...PRODUCTION, accounts: [TRIAL] }],
      ['ann', 'pia'],
    ],
  ])('and %s, no one decides it, and it expires', async (_, ask, routes, people) => {
    const workflow = await asked(ask);
    deploy(workflow, routes);
    for (const person of people) {
      await workflow.click(person, APPROVE);
      await workflow.click(person, DENY);
    }
    expect(workflow.refusals()).toEqual(
      people.flatMap((person) => [`${person}: ${LOST}`, `${person}: ${LOST}`]),
    );
    const text = 'No one can approve or deny it: its route was changed since.';
    expect(workflow.messenger.questions()).toEqual([
      `r1 waits, with 0 approvals and 0 repeats. ${text}`,
    ]);
    const tooFew = workflow.announced.filter(({ entry }) => entry.what === 'too-few-approvers');
    expect(tooFew.map(({ entry }) => entry.detail)).toEqual([text]);
    await workflow.pass(24 * HOUR, 10 * MINUTE);
    expect((await workflow.request()).decision).toMatchObject({ kind: 'expired', by: [] });
    expect(workflow.asker.words()[0]).toBe('expired decision 1');
    expect(workflow.asker.told[0]!.isRouteLost).toBe(true);
  });

  test('and its route is put back before the end, no one is told that none could decide', async () => {
    const workflow = await asked();
    deploy(workflow, undefined);
    await workflow.pass(HOUR, 10 * MINUTE);
    deploy(workflow, ROUTES);
    await workflow.pass(24 * HOUR, 10 * MINUTE);
    expect(workflow.asker.told[0]).toMatchObject({ decision: 'expired' });
    expect(workflow.asker.told[0]!.isRouteLost).toBeUndefined();
  });

  test('and no one decides it, no user group is read for it: a click is refused, and does not wait', async () => {
    const workflow = await asked();
    deploy(workflow, undefined);
    workflow.people.groupTrouble = new MessengerUnavailableError('an outage');
    await workflow.click('pia', APPROVE);
    expect(workflow.refusals()).toEqual([`pia: ${LOST}`]);
    expect(workflow.failedLookUps).toEqual([]);
  });

  test('votes from before do not outlive the route', async () => {
    const workflow = await asked();
    await workflow.click('pia', APPROVE);
    deploy(workflow, undefined);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toBeUndefined();
  });

  test('and its approvers are others, these decide, and those before no more', async () => {
    const workflow = await asked();
    const approvers = { kind: 'users', userIds: ['pat', 'pam'] } as const;
    deploy(workflow, [{ ...PRODUCTION, approvers }, SANDBOX]);
    for (const person of ['pia', 'pat', 'pam']) await workflow.click(person, APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['pat', 'pam'] });
  });

  test('and its channel is another, it is decided where it was asked', async () => {
    const workflow = await asked();
    deploy(workflow, [{ ...PRODUCTION, approvalChannelId: 'CNEW' }]);
    await workflow.click('pia', APPROVE, { channelId: 'CNEW' });
    expect((await workflow.request()).votes).toEqual([]);
    for (const person of ['pia', 'pat']) await workflow.click(person, APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['pia', 'pat'] });
    expect(channels(workflow)).toEqual(['CPROD']);
  });

  test('a request without labels goes on as it was', async () => {
    const workflow = await asked(askOf());
    deploy(workflow, [PRODUCTION]);
    await workflow.click('ann', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['ann'] });
  });

  test('and the account is in another unit, the open request stays with its route, and the next goes to the other', async () => {
    const workflow = await asked(OF_TRIAL);
    const moved = { ...OF_TRIAL, labels: { account: TRIAL, units: [OUTER] } };
    await workflow.ask({ ...moved, requestId: 'r3' });
    expect(channels(workflow)).toEqual(['CSAND']);
    await workflow.click('sam', APPROVE, { requestId: 'r2' });
    expect((await workflow.request('r2')).decision).toMatchObject({ by: ['sam'] });
    await workflow.ask({ ...moved, requestId: 'r4' });
    expect(channels(workflow)).toEqual(['CSAND', 'C1']);
  });
});

describe('one account says nothing of another', () => {
  const inAccount = (requestId: string, account: string) =>
    askOf({ requestId, labels: { account } });

  test('a denial pauses the same about its own account only', async () => {
    const workflow = await asked(inAccount('r1', SHOP));
    await workflow.click('pia', DENY);
    await workflow.ask(inAccount('r2', SHOP));
    await workflow.ask(inAccount('r3', TRIAL));
    expect((await workflow.request('r2')).decision).toMatchObject({ reason: 'denied-before' });
    expect((await workflow.request('r3')).decision).toBeUndefined();
  });

  test('the same subject of two accounts is two requests', async () => {
    const workflow = await asked(inAccount('r1', SHOP));
    await workflow.ask(inAccount('r2', TRIAL));
    expect(channels(workflow)).toEqual(['CPROD', 'C1']);
  });

  test('and so many requests of a source are counted for each', async () => {
    const workflow = routed({ requestsAnHour: 1 });
    const of = (requestId: string, account: string) => ({
      ...inAccount(requestId, account),
      subject: requestId,
    });
    await workflow.ask(of('r1', SHOP));
    await workflow.ask(of('r2', SHOP));
    await workflow.ask(of('r3', TRIAL));
    expect((await workflow.request('r2')).decision).toMatchObject({ reason: 'too-many' });
    expect((await workflow.request('r3')).decision).toBeUndefined();
  });
});

describe('the user group of a route', () => {
  const GROUP = 'S0PROD';
  const OF_GROUP = [
    { ...PRODUCTION, approvers: { kind: 'userGroup', userGroupId: GROUP } } as const,
    SANDBOX,
  ];

  test('is read for its own requests, and too few in it are told of for these alone', async () => {
    const workflow = routed({ routes: OF_GROUP });
    workflow.people.groups.set(GROUP, ['pia']);
    await workflow.ask(OF_SHOP);
    await workflow.ask(OF_TRIAL);
    expect(workflow.messenger.questions()).toEqual([
      'r1 waits, with 0 approvals and 0 repeats. No one can approve it, only deny it: 2 approvals are needed, and only 1 can be given.',
      'r2 waits, with 0 approvals and 0 repeats',
    ]);
  });

  test('holds up no other route where it cannot be read', async () => {
    const workflow = routed({ routes: OF_GROUP });
    workflow.people.groups.set(GROUP, ['pia', 'pat']);
    await workflow.ask(OF_SHOP);
    await workflow.ask(OF_TRIAL);
    const { people } = workflow;
    const read = people.membersOf.bind(people);
    people.membersOf = async () => {
      throw new MessengerUnavailableError('an outage');
    };
    await workflow.click('pia', APPROVE);
    await workflow.click('sam', APPROVE, { requestId: 'r2' });
    expect((await workflow.request()).waitingClicks).toHaveLength(1);
    expect((await workflow.request('r2')).decision).toMatchObject({ by: ['sam'] });
    people.membersOf = read;
    await workflow.pass(10 * MINUTE);
    expect((await workflow.request()).votes).toMatchObject([{ userId: 'pia' }]);
  });
});

import { isDue } from '../../../src/approval/domain/approval-request';
import { withConsultation } from '../../../src/approval/domain/consultation';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../src/approval/domain/messenger';
import { type Fault, Faults } from '../../security-group/in-memory/faults';
import { APP } from '../in-memory/people-in-memory';
import { APPROVE, askOf, DENY, MINUTE, WorkflowInMemory } from '../in-memory/workflow-in-memory';

const OLGA = {
  userId: 'olga',
  teamId: APP.teamId,
  isDeactivated: false,
  isGuest: false,
  isBot: false,
};
const ADDRESS = 'olga@example.com';
const QUESTION = {
  ...askOf().question,
  consulted: { email: ADDRESS, reason: 'named as owner by the tag Owner' },
};

let workflow: WorkflowInMemory;

beforeEach(() => {
  workflow = new WorkflowInMemory({ requiredApprovals: 2 });
  workflow.people.persons.set(ADDRESS, OLGA);
});

async function ask(): Promise<void> {
  await workflow.ask(askOf({ question: QUESTION }));
}

function toOlga(): string[] {
  return [...workflow.messenger.standing.values()]
    .filter(({ channelId }) => channelId === 'D-olga')
    .map(({ text }) => text);
}

test('a look-up that fails is told, whether or not it is tried again', async () => {
  workflow.people.personTrouble = new MessengerUnavailableError('down');
  await ask();
  expect(workflow.failedLookUps).not.toEqual([]);
  const before = workflow.failedLookUps.length;
  workflow.people.personTrouble = new MessengerRefusedError('missing_scope', 'refused');
  await workflow.pass(2 * MINUTE);
  expect(workflow.failedLookUps.length).toBe(before + 1);
  expect(workflow.entries()).toContain('not-consulted');
});

describe('the one whom a question names', () => {
  test('is asked in a direct message, once', async () => {
    await ask();
    await workflow.pass(10 * MINUTE);
    expect(toOlga()).toEqual(['To one: r1 open, answer none']);
    expect(workflow.entries()).toContain('consulted');
    expect(workflow.messenger.replies()).toEqual([]);
  });

  test('may answer, and change the answer; the thread of the approvers hears of each', async () => {
    await ask();
    await workflow.say(true);
    await workflow.say(true);
    await workflow.say(false);
    expect(toOlga()).toEqual(['To one: r1 open, answer false']);
    expect(workflow.messenger.replies()).toEqual(['r1 answer true', 'r1 answer false']);
    expect(workflow.entries().filter((what) => what === 'opinion')).toHaveLength(2);
  });

  test('decides nothing, and has no vote by it even as an approver', async () => {
    workflow.people.persons.set(ADDRESS, { ...OLGA, userId: 'ann' });
    await ask();
    await workflow.say(false, { userId: 'ann' });
    const { votes, decision } = await workflow.request();
    expect(votes).toEqual([]);
    expect(decision).toBeUndefined();
    await workflow.click('ann', APPROVE);
    await workflow.click('ben', APPROVE);
    expect((await workflow.request()).decision).toMatchObject({ by: ['ann', 'ben'] });
  });

  test('hears what has become of it, and what was carried out', async () => {
    await ask();
    await workflow.say(true);
    await workflow.click('ann', DENY);
    expect(toOlga()).toEqual(['To one: r1 denied, answer true']);
    const before = workflow.messenger.calls.length;
    await workflow.outcome('carried-out');
    expect(workflow.messenger.calls.slice(before)).toContain('update');
  });

  test('hears that it has expired', async () => {
    await ask();
    await workflow.pass(25 * 60 * MINUTE, 60 * MINUTE);
    expect(toOlga()).toEqual(['To one: r1 expired, answer none']);
  });

  test('is heard in the message that no one knows to be sent', async () => {
    workflow.messenger.afterPost.push(
      async () => undefined,
      async () => {
        throw new Error('the answer is lost');
      },
    );
    await ask();
    const [sent] = [...workflow.messenger.standing.values()].filter(
      ({ channelId }) => channelId === 'D-olga',
    );
    await workflow.say(true, { messageTs: sent?.ts });
    await workflow.click('ann', DENY);
    await workflow.pass(MINUTE);
    expect(toOlga()).toEqual(['To one: r1 denied, answer true']);
  });

  test('may change the answer so often, and no more', async () => {
    await ask();
    for (let times = 0; times < 12; times += 1) await workflow.say(times % 2 === 0);
    expect(workflow.messenger.replies()).toHaveLength(10);
    expect(workflow.entries().filter((what) => what === 'refused-click')).toHaveLength(2);
  });
});

describe.each<Fault>([
  'fails',
  'fails after it has worked',
  'crashes',
  'crashes after it has worked',
])('a call that %s', (fault) => {
  test('whichever it is: all is told in the end, and nothing counts that was not said', async () => {
    for (let number = 1; ; number += 1) {
      const tried = new WorkflowInMemory();
      tried.people.persons.set(ADDRESS, OLGA);
      tried.faults = new Faults(new Map([[number, fault]]));
      await tried.ask(askOf({ question: QUESTION }));
      await tried.pass(10 * MINUTE);
      await tried.say(true);
      await tried.click('ann', DENY);
      await tried.pass(10 * MINUTE);
      const { consultation, decision, messages } = await tried.request();
      const told = [...tried.messenger.standing.values()].filter(({ channelId }) =>
        channelId.startsWith('D'),
      );
      const last = told.at(-1)?.text;
      expect([number, decision?.kind, messages.filter(isDue)]).toEqual([number, 'denied', []]);
      expect([number, consultation]).toMatchObject([number, { answers: 1 }]);
      expect([number, last]).toEqual([number, 'To one: r1 denied, answer true']);
      expect(tried.messenger.replies()).toContain('r1 answer true');
      if (tried.faults.calls < number) break;
    }
  });
});

describe('an answer does not count', () => {
  test.each([
    ['of someone else', { userId: 'eve' }],
    ['from another workspace', { userTeamId: 'T9' }],
    ['from another app', { appId: 'A9' }],
    ['from a channel', { channelId: 'C1' }],
    ['from a conversation with someone else', { channelId: 'D-eve' }],
    ['about something else', { digest: 'e'.repeat(64) }],
    ['after the end', { at: new Date('2027-01-01T00:00:00Z') }],
  ])('%s', async (_, values) => {
    await ask();
    await workflow.say(true, values);
    expect(toOlga()).toEqual(['To one: r1 open, answer none']);
    expect(workflow.messenger.replies()).toEqual([]);
    expect(workflow.entries().at(-1)).toBe('refused-click');
  });

  test('after the decision', async () => {
    await ask();
    await workflow.click('ann', DENY);
    await workflow.say(true);
    expect(toOlga()).toEqual(['To one: r1 denied, answer none']);
    expect(workflow.entries()).toContain('refused-click');
  });

  test('from a channel, while it is not known where the direct message stands', async () => {
    workflow.messenger.troubleOf.set('post', new MessengerUnavailableError('down'));
    await ask();
    await workflow.say(true, { channelId: 'C1' });
    expect(workflow.entries().at(-1)).toBe('refused-click');
  });

  test('where no one was asked', async () => {
    await workflow.ask();
    await workflow.say(true);
    expect(workflow.entries().at(-1)).toBe('refused-click');
    expect((await workflow.request()).consultation).toBeUndefined();
  });

  test('of a click that is older than the one that is known', async () => {
    await ask();
    const early = workflow.now();
    await workflow.pass(MINUTE);
    await workflow.say(false);
    await workflow.say(true, { at: early });
    expect(toOlga()).toEqual(['To one: r1 open, answer false']);
  });
});

describe('where the one whom a question names cannot be asked', () => {
  test.each([
    ['no one in Slack has this address', undefined],
    ['their account in Slack is deactivated', { ...OLGA, isDeactivated: true }],
    ['they are a guest in Slack', { ...OLGA, isGuest: true }],
    ['they are of another workspace', { ...OLGA, teamId: 'T9' }],
    ['they are of another workspace', { ...OLGA, teamId: undefined }],
    ['it is the address of a bot', { ...OLGA, isBot: true }],
  ])('the thread says that %s, and nothing waits', async (reason, person) => {
    workflow.people.persons.clear();
    if (person) workflow.people.persons.set(ADDRESS, person);
    await ask();
    expect(toOlga()).toEqual([]);
    expect(workflow.messenger.replies()).toEqual([`r1 ${reason}`]);
    await workflow.click('ann', DENY);
    expect((await workflow.request()).decision?.kind).toBe('denied');
  });

  test('since Slack refuses to say who it is, the thread says so', async () => {
    workflow.people.personTrouble = new MessengerRefusedError('missing_scope', 'refused');
    await ask();
    expect(workflow.messenger.replies()).toEqual([
      'r1 Slack does not say who that is (missing_scope)',
    ]);
  });

  test('since Slack does not answer, they are asked once it does', async () => {
    workflow.people.personTrouble = new Error('no answer');
    await ask();
    expect(workflow.messenger.questions()).toHaveLength(1);
    workflow.people.personTrouble = undefined;
    await workflow.pass(MINUTE);
    expect(toOlga()).toEqual(['To one: r1 open, answer none']);
  });

  test('since Slack refuses the direct message, the thread says so, and it is not tried again', async () => {
    workflow.messenger.beforeCall.set(3, () => {
      throw new MessengerRefusedError('messages_tab_disabled', 'refused');
    });
    await ask();
    await workflow.pass(10 * MINUTE);
    expect(toOlga()).toEqual([]);
    expect(workflow.messenger.replies()).toEqual(['r1 answer not to be had']);
    expect(workflow.undelivered).toEqual(['consultation']);
  });
});

describe('the direct message to the one whom a question names', () => {
  test('is not sent any more once someone has decided', async () => {
    workflow.messenger.beforeCall.set(3, () => {
      throw new MessengerUnavailableError('down');
    });
    await ask();
    await workflow.click('ann', DENY);
    await workflow.pass(10 * MINUTE);
    expect(toOlga()).toEqual([]);
    expect((await workflow.request()).messages.filter(isDue)).toEqual([]);
  });

  test('that is refused when someone has just decided has the thread say nothing', async () => {
    workflow.messenger.beforeCall.set(3, async () => {
      await workflow.click('ann', DENY);
      throw new MessengerRefusedError('messages_tab_disabled', 'refused');
    });
    await ask();
    await workflow.pass(10 * MINUTE);
    expect(toOlga()).toEqual([]);
    expect(workflow.messenger.replies()).toEqual([]);
  });

  test('that cannot be brought up to date has the thread say no more than the answer', async () => {
    await ask();
    const [sent] = [...workflow.messenger.standing.values()].filter(
      ({ channelId }) => channelId === 'D-olga',
    );
    workflow.messenger.troubleAt.set(
      sent?.ts ?? '',
      new MessengerRefusedError('cant_update_message', 'refused'),
    );
    await workflow.say(true);
    await workflow.pass(10 * MINUTE);
    expect(workflow.messenger.replies()).toEqual(['r1 answer true']);
    expect(workflow.undelivered).toEqual(['consultation']);
  });

  test('that is refused after the thread has told the answer has it told no second time', async () => {
    await ask();
    const [sent] = [...workflow.messenger.standing.values()].filter(
      ({ channelId }) => channelId === 'D-olga',
    );
    const trouble = (error: Error) => workflow.messenger.troubleAt.set(sent?.ts ?? '', error);
    trouble(new MessengerUnavailableError('down'));
    await workflow.say(true);
    expect(workflow.messenger.replies()).toEqual(['r1 answer true']);
    trouble(new MessengerRefusedError('cant_update_message', 'refused'));
    await workflow.pass(10 * MINUTE);
    expect(workflow.messenger.replies()).toEqual(['r1 answer true']);
  });

  test('that stands twice says the same in both once they have answered in the unknown one', async () => {
    workflow.messenger.afterPost.push(
      async () => undefined,
      async () => Promise.reject(new Error('the answer is lost')),
    );
    await ask();
    await workflow.pass(2 * MINUTE);
    const [first, second] = [...workflow.messenger.standing.values()].filter(
      ({ channelId }) => channelId === 'D-olga',
    );
    expect(second).toBeDefined();
    await workflow.say(true, { messageTs: first?.ts });
    expect(toOlga()).toEqual(Array(2).fill('To one: r1 open, answer true'));
  });

  test('that they have deleted is not sent again', async () => {
    await ask();
    for (const [ts, { channelId }] of workflow.messenger.standing) {
      if (channelId === 'D-olga') workflow.messenger.standing.delete(ts);
    }
    await workflow.click('ann', DENY);
    await workflow.pass(10 * MINUTE);
    expect(toOlga()).toEqual([]);
  });
});

describe('who is named by a question', () => {
  test('is looked up where someone is, and only until that is known', async () => {
    workflow.people.personTrouble = new Error('no answer');
    await workflow.ask();
    expect(workflow.failedLookUps).toEqual([]);
    workflow.people.personTrouble = undefined;
    await workflow.ask(askOf({ requestId: 'r2', subject: 'other', question: QUESTION }));
    workflow.people.personTrouble = new Error('no answer');
    await workflow.click('ann', APPROVE, { requestId: 'r2' });
    await workflow.click('ben', DENY, { requestId: 'r2' });
    expect(workflow.failedLookUps).toEqual([]);
  });

  test.each([
    ['no one in Slack has this address', undefined],
    [
      'Slack does not say who that is (missing_scope)',
      new MessengerRefusedError('missing_scope', ''),
    ],
  ])('is not asked where %s', async (reason, trouble) => {
    workflow.people.persons.clear();
    workflow.people.personTrouble = trouble;
    await ask();
    expect((await workflow.request()).consultation).toEqual({ kind: 'not-asked', reason });
    expect((await workflow.request()).messages.at(-1)?.name).toEqual({
      kind: 'consulted',
      number: 0,
    });
  });

  test('is not asked any more once someone has decided, nor twice', async () => {
    await ask();
    const request = await workflow.request();
    const found = { kind: 'asked', userId: 'eve', answers: 0 } as const;
    expect(withConsultation(request, found, workflow.now())).toBe(request);
    const { consultation: _, ...unasked } = request;
    expect(withConsultation(unasked, found, workflow.now())).toMatchObject({ consultation: found });
    const decision = { kind: 'denied', at: workflow.now(), by: ['ann'] } as const;
    const decided = { ...unasked, decision };
    expect(withConsultation(decided, found, workflow.now())).toBe(decided);
  });

  test('has one message in the thread of the approvers wait, that of the last answer', async () => {
    await ask();
    await workflow.say(true);
    await workflow.say(false);
    const { messages } = await workflow.request();
    expect(messages.flatMap(({ name }) => (name.kind === 'consulted' ? [name] : []))).toEqual([
      { kind: 'consulted', number: 2 },
    ]);
    const direct = messages.find(({ name }) => name.kind === 'consultation');
    expect(direct?.copies).toHaveLength(1);
  });
});

test('an answer about a question that an admin has deleted is told below the next one', async () => {
  await ask();
  for (const [ts, { channelId }] of workflow.messenger.standing) {
    if (channelId === 'C1') workflow.messenger.standing.delete(ts);
  }
  await workflow.say(true);
  await workflow.pass(2 * MINUTE);
  expect(workflow.messenger.questions()).toContain('r1 waits, with 0 approvals and 0 repeats');
  expect(workflow.messenger.replies()).toEqual(['r1 answer true']);
});

test('of several answers that could not be told yet, the thread tells the last one', async () => {
  await ask();
  workflow.messenger.troubleOf.set('reply', new MessengerUnavailableError('down'));
  await workflow.say(true);
  await workflow.say(false);
  workflow.messenger.troubleOf.clear();
  await workflow.pass(10 * MINUTE);
  expect(workflow.messenger.replies()).toEqual(['r1 answer false']);
});

describe('what the audit has of an answer', () => {
  const entries = () => workflow.store.audit.get('r1') ?? [];

  test.each([
    [true, 'still needed'],
    [false, 'not needed any more'],
  ])('that it is still needed: %j', async (isStillNeeded, detail) => {
    await ask();
    await workflow.say(isStillNeeded);
    expect(entries().at(-1)).toMatchObject({ what: 'opinion', by: 'olga', detail });
    expect((await workflow.request()).consultation).toMatchObject({
      opinion: { isStillNeeded, at: workflow.now() },
    });
  });

  const ELSEWHERE = 'the click did not come from the workspace and the app of this workflow.';
  const NOT_THERE = 'it did not come from the direct message about the request.';

  test.each([
    ['of someone else', { userId: 'eve' }, 'it was someone else who was asked.'],
    ['from a guest', { userTeamId: 'T9' }, ELSEWHERE],
    ['from another workspace', { teamId: 'T9' }, ELSEWHERE],
    ['from another app', { appId: 'A9' }, ELSEWHERE],
    ['from a channel', { channelId: 'C1' }, NOT_THERE],
    ['from a conversation with someone else', { channelId: 'D-eve' }, NOT_THERE],
    [
      'about something else',
      { digest: 'e'.repeat(64) },
      'the request is not what this message shows.',
    ],
    ['that came at the end', { at: new Date('2026-01-02T00:00:00Z') }, 'its time is over.'],
  ])('%s: why it does not count', async (_, values, detail) => {
    await ask();
    await workflow.say(true, values);
    expect(entries().at(-1)).toMatchObject({ what: 'refused-click', detail });
    expect((await workflow.request()).consultation).not.toHaveProperty('opinion');
  });

  test('that comes after others: why it does not count', async () => {
    await ask();
    const early = workflow.now();
    await workflow.pass(MINUTE);
    await workflow.say(false);
    await workflow.say(true, { at: early });
    expect(entries().at(-1)).toMatchObject({ detail: 'a later answer is known already.' });
    for (let times = 1; times < 11; times += 1) await workflow.say(times % 2 === 1);
    expect(entries().at(-1)).toMatchObject({ detail: 'the answer was changed 10 times.' });
    await workflow.click('ann', DENY);
    await workflow.say(true);
    expect(
      entries()
        .filter(({ what }) => what === 'refused-click')
        .at(-1),
    ).toMatchObject({
      detail: 'it is denied already.',
    });
  });

  test('where no one was asked: why it does not count', async () => {
    await workflow.ask();
    await workflow.say(true);
    expect(entries().at(-1)).toMatchObject({ detail: 'no one was asked by a direct message.' });
    await workflow.say(true, { teamId: 'T2' });
    expect(entries().at(-1)).toMatchObject({ detail: ELSEWHERE });
  });
});

import type {
  ApprovalRequest,
  CarryingOutcome,
  MessageSlot,
} from '../../../src/approval/domain/approval-request';
import { stillTried } from '../../../src/approval/domain/ask-result';
import type { Attempt } from '../../../src/approval/domain/attempt';
import type { ButtonAction } from '../../../src/approval/domain/click';
import {
  afterTime,
  dueAt,
  isDeliverable,
  isToBePointedTo,
  isUnsent,
  withPointed,
} from '../../../src/approval/domain/due';
import { MessengerUnavailableError } from '../../../src/approval/domain/messenger';
import {
  APPROVE,
  approveFor,
  askOf,
  DENY,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

let workflow: WorkflowInMemory;
let start: Date;

beforeEach(() => {
  workflow = new WorkflowInMemory();
  start = workflow.now();
});

function after(milliseconds: number): Date {
  return new Date(start.getTime() + milliseconds);
}

/** In minutes from the beginning; undefined for never. */
function lookedAt(): number | undefined {
  const at = workflow.store.dueAtOf('r1');
  return at && (at.getTime() - start.getTime()) / MINUTE;
}

describe('someone looks at a request again', () => {
  test('that is open, at its next reminder, and at its end where that comes first', async () => {
    await workflow.ask();
    expect(lookedAt()).toBe(240);
    await workflow.pass(4 * HOUR, HOUR);
    expect(lookedAt()).toBe(480);
    await workflow.pass(16 * HOUR, HOUR);
    expect(lookedAt()).toBe(1_440);
  });

  test('that is decided, five minutes after its asker was told, and never once that has answered', async () => {
    await workflow.ask();
    await workflow.pass(2 * MINUTE);
    await workflow.click('ann', DENY);
    expect(lookedAt()).toBe(7);
    await workflow.pass(5 * MINUTE);
    expect(lookedAt()).toBe(12);
    await workflow.outcome('carried-out');
    expect(lookedAt()).toBeUndefined();
  });

  test('that its asker could not be told of, at once', async () => {
    const ports = workflow.ports.bind(workflow);
    await workflow.ask();
    await workflow.pass(MINUTE);
    workflow.ports = () => ({
      ...ports(),
      tellAsker: async () => Promise.reject(new Error('no queue')),
    });
    await workflow.click('ann', DENY);
    expect(lookedAt()).toBe(1);
  });

  test('that was approved for a time, at the reminder of the end, and then at the end', async () => {
    workflow.asker.answers = () => 'carried-out';
    await workflow.ask();
    await workflow.click('ann', approveFor(3_600));
    expect(lookedAt()).toBe(54);
    await workflow.pass(54 * MINUTE);
    expect(lookedAt()).toBe(60);
    workflow.asker.answers = undefined;
    await workflow.pass(6 * MINUTE);
    expect(lookedAt()).toBe(65);
    await workflow.outcome('carried-out', { phase: 'end', attempt: 1 });
    expect(lookedAt()).toBeUndefined();
  });

  test('that failed, when its retry is over, and then no more', async () => {
    workflow.asker.answers = () => 'failed';
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    expect(lookedAt()).toBe(1_440);
    await workflow.pass(24 * HOUR, HOUR);
    expect(lookedAt()).toBeUndefined();
    const request = await workflow.request();
    expect(afterTime(request, workflow.configuration, after(72 * HOUR))).toBe(request);
  });

  test('of which an end failed, never: someone has to try it again', async () => {
    workflow.asker.answers = ({ phase }) => (phase === 'end' ? 'failed' : 'carried-out');
    await workflow.ask();
    await workflow.click('ann', approveFor(3_600));
    await workflow.pass(HOUR);
    expect(lookedAt()).toBeUndefined();
    workflow.asker.answers = undefined;
    await workflow.click('ann', RETRY);
    expect(lookedAt()).toBe(65);
  });

  test('that names someone whom Slack does not say, at once', async () => {
    workflow.people.personTrouble = new MessengerUnavailableError('down');
    const { question } = askOf();
    const consulted = { email: 'olga@example.com', reason: 'named as owner' };
    await workflow.ask(askOf({ question: { ...question, consulted } }));
    expect(lookedAt()).toBe(0);
    await workflow.click('ann', DENY);
    expect(lookedAt()).toBe(5);
  });

  test('of which something was not announced, at once', async () => {
    const ports = workflow.ports.bind(workflow);
    workflow.ports = () => ({
      ...ports(),
      announce: async () => Promise.reject(new Error('no bus')),
    });
    await workflow.ask();
    expect(lookedAt()).toBe(0);
    workflow.ports = ports;
    await workflow.tick();
    expect(lookedAt()).toBe(240);
  });

  test('of which a message is due, at the latest time before which no one is to deliver it', async () => {
    await workflow.ask();
    const request = await workflow.request();
    const dueWith = (times: Partial<MessageSlot>) =>
      dueAt(wantedAgain(request, times), workflow.configuration);
    expect(dueWith({})).toEqual(start);
    expect(dueWith({ notBefore: after(MINUTE) })).toEqual(after(MINUTE));
    expect(dueWith({ leasedUntil: after(2 * MINUTE) })).toEqual(after(2 * MINUTE));
    expect(dueWith({ pointedAt: after(3 * MINUTE) })).toEqual(after(8 * MINUTE));
    expect(
      dueWith({ notBefore: after(MINUTE), leasedUntil: after(9 * MINUTE), pointedAt: start }),
    ).toEqual(after(9 * MINUTE));
  });
});

/** Its question is to be brought up to date. */
function wantedAgain(request: ApprovalRequest, values: Partial<MessageSlot>): ApprovalRequest {
  return {
    ...request,
    messages: request.messages.map((slot) =>
      slot.name.kind === 'question' ? { ...slot, wanted: slot.shown + 1, ...values } : slot,
    ),
  };
}

describe('a message', () => {
  const SLOT: MessageSlot = {
    name: { kind: 'question' },
    wanted: 1,
    shown: 0,
    failures: 0,
    copies: [],
  };

  test.each<[string, (now: Date) => Partial<MessageSlot>, boolean, boolean]>([
    ['no one has begun', () => ({}), true, true],
    ['is shown', () => ({ shown: 1 }), false, false],
    ['is to be tried again now', (now) => ({ notBefore: now }), true, true],
    ['is to be tried again later', (now) => ({ notBefore: later(now, 1) }), false, false],
    ['has a lease that is over', (now) => ({ leasedUntil: now }), true, true],
    ['has a lease', (now) => ({ leasedUntil: later(now, 1) }), false, false],
    [
      'was pointed to five minutes ago',
      (now) => ({ pointedAt: later(now, -5 * MINUTE) }),
      true,
      true,
    ],
    ['was pointed to just now', (now) => ({ pointedAt: later(now, 1 - 5 * MINUTE) }), true, false],
  ])('that %s', (_, values, isToDeliver, isToPoint) => {
    const slot = { ...SLOT, ...values(start) };
    expect(isDeliverable(slot, start)).toBe(isToDeliver);
    expect(isToBePointedTo(slot, start)).toBe(isToPoint);
  });
});

function later(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}

describe('that those who deliver were pointed to a message is marked', () => {
  const marked = async (now: Partial<MessageSlot>, then: Partial<MessageSlot> = {}) => {
    await workflow.ask();
    const request = await workflow.request();
    const pointed = wantedAgain(request, then).messages;
    const current = wantedAgain(request, now);
    const { messages } = withPointed(current, pointed, after(HOUR));
    return messages.flatMap(({ name, pointedAt }) => (pointedAt ? [name.kind] : []));
  };

  test('where they have not begun with it since', async () => {
    expect(await marked({})).toEqual(['question']);
  });

  test.each<[string, Partial<MessageSlot>]>([
    ['they are at it', { leasedUntil: new Date(0) }],
    ['they have failed since', { failures: 1 }],
    ['there is something else to show since', { wanted: 9 }],
    ['it is shown', { wanted: 1 }],
  ])('but not where %s', async (_, now) => {
    expect(await marked(now)).toEqual([]);
  });

  test('and of another message nothing', async () => {
    await workflow.ask();
    const request = wantedAgain(await workflow.request(), {});
    const pointed = request.messages.map((slot): MessageSlot => ({
      ...slot,
      name: { kind: 'whole' },
    }));
    expect(withPointed(request, pointed, after(HOUR))).toBe(request);
  });
});

test('an asker is told again where it has not answered for five minutes', async () => {
  await workflow.ask();
  await workflow.click('ann', DENY);
  const request = await workflow.request();
  expect(isUnsent(request, after(5 * MINUTE - 1))).toBe(false);
  expect(isUnsent(request, after(5 * MINUTE))).toBe(true);
});

describe('what an asker says of its try', () => {
  type Said = [kind: CarryingOutcome['kind'], attempt?: Attempt];

  const FIRST: Attempt = { phase: 'decision', attempt: 1 };

  /** The outcome that counts after all of this was said. */
  async function heard(...said: Said[]): Promise<string | undefined> {
    await workflow.ask();
    await workflow.click('ann', APPROVE);
    for (const [kind, attempt] of said) await workflow.outcome(kind, attempt);
    return (await workflow.request()).carrying?.outcome?.kind;
  }

  test.each<[string, Said[], string | undefined]>([
    ['counts', [['carried-out']], 'carried-out'],
    [
      'counts where it failed at first, and does not any more',
      [['failed'], ['carried-out']],
      'carried-out',
    ],
    [
      'counts where it failed at first, and cannot be done',
      [['failed'], ['conflicting']],
      'conflicting',
    ],
    ['counts once where it fails twice', [['failed'], ['failed']], 'failed'],
    ['counts no more after it was carried out', [['carried-out'], ['conflicting']], 'carried-out'],
    [
      'counts no more after it could not be done',
      [['conflicting'], ['carried-out']],
      'conflicting',
    ],
    ['does not count of a later try', [['carried-out', { ...FIRST, attempt: 2 }]], undefined],
    ['does not count of the end', [['carried-out', { ...FIRST, phase: 'end' }]], undefined],
  ])('%s', async (_, said, kind) => {
    expect(await heard(...said)).toBe(kind);
    const entries = workflow.store.audit.get('r1') ?? [];
    const told = entries.filter(({ detail }) => detail === 'failed');
    expect(told).toHaveLength(said.some(([what]) => what === 'failed') ? 1 : 0);
  });

  test('that failed for good takes the place of one that was still tried, once', async () => {
    await heard();
    const { text: tried } = stillTried('EC2 is busy');
    for (const text of [tried, 'EC2 refused it.', tried, 'EC2 refused it once more.']) {
      await workflow.outcome('failed', FIRST, 'r1', text);
    }
    expect((await workflow.request()).carrying?.outcome?.text).toBe('EC2 refused it.');
    const entries = workflow.store.audit.get('r1') ?? [];
    expect(entries.filter(({ what }) => what === 'failed').map(({ detail }) => detail)).toEqual([
      tried,
      'EC2 refused it.',
    ]);
  });

  test('is in the audit in its own words', async () => {
    await heard(['conflicting']);
    const entries = workflow.store.audit.get('r1') ?? [];
    expect(entries.at(-1)).toEqual({ at: start, what: 'conflicting', detail: 'conflicting' });
  });

  test('is told to those who watch: that a time has ended is another thing than that it was done', async () => {
    workflow.asker.answers = () => 'carried-out';
    await workflow.ask();
    await workflow.click('ann', approveFor(3_600));
    await workflow.pass(HOUR);
    expect(workflow.messenger.monitored).toEqual([
      'r1 asked',
      'r1 approved',
      'r1 carried-out',
      'r1 ended',
    ]);
  });

  test('also that an end failed', async () => {
    workflow.asker.answers = ({ phase }) => (phase === 'end' ? 'failed' : 'carried-out');
    await workflow.ask();
    await workflow.click('ann', approveFor(3_600));
    await workflow.pass(HOUR);
    expect(workflow.messenger.monitored.at(-1)).toBe('r1 failed');
  });
});

describe('a request whose time is over', () => {
  test.each<[string, boolean, ButtonAction[]]>([
    ['has a click that waits where one might approve it', true, [SHOW_ALL, APPROVE]],
    ['has one where one might deny it', true, [DENY]],
    ['has none where one only wanted to see all', false, [SHOW_ALL]],
    ['has none where no one has clicked', false, []],
  ])('%s', async (_, isWaiting, actions) => {
    workflow.configuration = {
      ...workflow.configuration,
      approvers: { kind: 'userGroup', userGroupId: 'S0SECOPS' },
    };
    workflow.people.groups.set('S0SECOPS', ['ann']);
    await workflow.ask();
    workflow.people.groupTrouble = new Error('no answer');
    for (const action of actions) await workflow.click('ann', action);
    const { configuration } = workflow;
    const request = await workflow.request();
    expect(afterTime(request, configuration, after(24 * HOUR - 1)).decision).toBeUndefined();
    const { decision, unannounced } = afterTime(request, configuration, after(24 * HOUR));
    expect(unannounced.at(-1)).toEqual({
      at: after(24 * HOUR),
      what: 'decided',
      detail: 'expired',
    });
    expect(decision).toEqual({
      kind: 'expired',
      at: after(24 * HOUR),
      by: [],
      ...(isWaiting && { isClickWaiting: true }),
    });
  });
});

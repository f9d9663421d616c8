import type { ApprovalRequest, WaitingClick } from '../../../src/approval/domain/approval-request';
import {
  endCarriedAt,
  endOf,
  endReminderAt,
  firstEndOf,
  isAwaited,
  isExtensible,
  remindOfEnd,
  withExtensionOutcome,
} from '../../../src/approval/domain/extension';
import {
  APPROVE,
  approveFor,
  askOf,
  MINUTE,
  SHOW_ALL,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const START = new Date('2026-01-01T00:00:00Z');
const END = minute(60);
const LATER = minute(120);
const APPROVAL = { at: minute(55), by: ['ben'], until: LATER };
const DONE = { kind: 'carried-out', text: 'done', at: START } as const;
const FAILED = { ...DONE, kind: 'failed' } as const;

let workflow: WorkflowInMemory;
let request: ApprovalRequest;

beforeEach(async () => {
  workflow = new WorkflowInMemory();
  workflow.asker.answers = () => 'carried-out';
  await workflow.ask();
  await workflow.click('ann', approveFor(3_600));
  request = await workflow.request();
});

function minute(minutes: number): Date {
  return new Date(START.getTime() + minutes * MINUTE);
}

/** People were reminded of its end. */
function reminded(values: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return { ...request, extension: { number: 1, end: END, votes: [] }, ...values };
}

/** They gave it more time, which is carried out. */
function extended(values: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const extension = { number: 1, end: END, votes: [], approval: APPROVAL };
  return { ...request, extension, carrying: { phase: 'decision', attempt: 2 }, ...values };
}

const AT_THE_END = { carrying: { phase: 'end', attempt: 1 } } as const;
const LOST = {
  name: 'new',
  accounts: [],
  units: [],
  approvers: { kind: 'users', userIds: ['zoe'] },
  requiredApprovals: 1,
  approvalChannelId: 'C2',
} as const;

describe('an approval for a time ends', () => {
  test.each<[string, () => ApprovalRequest, Date | undefined]>([
    ['never, where it is for good', () => ({ ...request, decision: undefined }), undefined],
    ['as it was approved', () => request, END],
    ['as it was approved, while people only may give it more time', () => reminded(), END],
    ['later while more time is carried out', () => extended(), LATER],
    [
      'as it did, where more time failed',
      () => extended({ carrying: { phase: 'decision', attempt: 2, outcome: FAILED } }),
      END,
    ],
    ['as it did, where it is being ended', () => extended(AT_THE_END), END],
  ])('%s', (_, state, end) => {
    expect(endOf(state())).toEqual(end);
    expect(endCarriedAt(state())).toEqual(end);
  });
});

describe('the end waits five minutes for a click', () => {
  const waiting = (values: Partial<WaitingClick> = {}, click: object = {}): WaitingClick => ({
    wasApprover: true,
    click: {
      ...workflow.clickOf('ben', { kind: 'extend', seconds: 3_600, number: 1 }),
      at: minute(59),
      ...click,
    },
    ...values,
  });

  test('for more time, of before it', () => {
    expect(isAwaited(waiting(), reminded())).toBe(true);
    expect(endCarriedAt(reminded({ waitingClicks: [waiting()] }))).toEqual(minute(65));
    expect(endCarriedAt(reminded({ waitingClicks: [] }))).toEqual(END);
  });

  test('where another that waits is not for more time', () => {
    const other = waiting({}, { button: workflow.clickOf('ben', SHOW_ALL).button });
    expect(endCarriedAt(reminded({ waitingClicks: [other, waiting()] }))).toEqual(minute(65));
    expect(endCarriedAt(reminded({ waitingClicks: [other] }))).toEqual(END);
  });

  test.each<[string, () => WaitingClick, () => ApprovalRequest]>([
    ['of someone who was no approver', () => waiting({ wasApprover: false }), reminded],
    ['of whom that is not known', () => waiting({ wasApprover: undefined }), reminded],
    ['of the end itself', () => waiting({}, { at: END }), reminded],
    [
      'for something else',
      () => waiting({}, { button: workflow.clickOf('ben', APPROVE).button }),
      reminded,
    ],
    [
      'about another end',
      () => waiting(),
      () => reminded({ extension: { number: 2, end: END, votes: [] } }),
    ],
    ['where more time is approved already', () => waiting(), extended],
    ['where people were not reminded', () => waiting(), () => request],
  ])('and not for one %s', (_, click, state) => {
    expect(isAwaited(click(), state())).toBe(false);
  });
});

describe('people are reminded of the end', () => {
  const at = (state: ApprovalRequest, later: object = {}) =>
    endReminderAt(state, { ...workflow.configuration, ...later });

  test('when a tenth of the time is left since it was approved, or given more', () => {
    expect(at(request)).toEqual(minute(54));
    const decision = { ...request.decision!, until: minute(1_055) };
    expect(at(extended({ decision, carrying: request.carrying }))).toEqual(minute(995));
  });

  test.each<[string, () => ApprovalRequest, object]>([
    ['while it is open', () => ({ ...request, decision: undefined }), {}],
    ['where it is for good', () => withoutEnd(request), {}],
    [
      'before it is carried out',
      () => ({ ...request, carrying: { phase: 'decision', attempt: 1 } }),
      {},
    ],
    [
      'where it was not carried out',
      () => ({ ...request, carrying: { phase: 'decision', attempt: 1, outcome: FAILED } }),
      {},
    ],
    [
      'where it has ended',
      () => ({ ...request, carrying: { phase: 'end', attempt: 1, outcome: DONE } }),
      {},
    ],
    ['again', () => reminded(), {}],
    ['where no durations are offered', () => request, { approvalSeconds: [] }],
    ['where its route is lost', () => request, { routes: [LOST] }],
  ])('not %s', (_, state, later) => {
    expect(at(state(), later)).toBeUndefined();
    const { configuration } = workflow;
    expect(remindOfEnd(state(), { ...configuration, ...later }, minute(55))).toEqual(state());
  });

  test('as long as two minutes are left', () => {
    const extensionAt = (time: Date) =>
      remindOfEnd(request, workflow.configuration, time).extension;
    const extension = { number: 1, end: END, votes: [] };
    expect(extensionAt(new Date(minute(54).getTime() - 1))).toBeUndefined();
    expect(extensionAt(minute(54))).toEqual(extension);
    expect(extensionAt(minute(58))).toEqual(extension);
    expect(extensionAt(new Date(minute(58).getTime() + 1))).toBeUndefined();
  });

  test('with an entry in the audit that says when it ends', () => {
    const { unannounced } = remindOfEnd(request, workflow.configuration, minute(54));
    expect(unannounced).toEqual([
      { at: minute(54), what: 'end-reminded', detail: 'ends at 2026-01-01T01:00:00.000Z' },
    ]);
  });

  test('by one message, beside those before that still have to lose their buttons', () => {
    const slot = { wanted: 1, failures: 0, copies: [] };
    const messages = [
      ...request.messages,
      { ...slot, name: { kind: 'end-reminder', number: 7 }, shown: 0 } as const,
      { ...slot, name: { kind: 'end-reminder', number: 8 }, shown: 1 } as const,
    ];
    const after = remindOfEnd({ ...request, messages }, workflow.configuration, minute(54));
    expect(after.messages.map(({ name }) => name)).toEqual([
      ...request.messages.map(({ name }) => name),
      { kind: 'end-reminder', number: 7 },
      { kind: 'end-reminder', number: 1 },
    ]);
  });
});

function withoutEnd({ decision, ...others }: ApprovalRequest): ApprovalRequest {
  return { ...others, decision: { ...decision!, until: undefined } };
}

describe('of those who gave more time, with an end that comes after others', () => {
  const END_AGAIN = minute(120);
  const again = (values: Partial<NonNullable<ApprovalRequest['extension']>>) => {
    const state = extended({
      decision: { ...request.decision!, until: END_AGAIN },
      carrying: { phase: 'decision', attempt: 2, outcome: DONE },
    });
    const extension = { ...state.extension!, ...values };
    return remindOfEnd({ ...state, extension }, workflow.configuration, minute(115)).extension;
  };

  test('each is kept once', () => {
    const earlier = { firstEnd: minute(30), by: ['ann', 'ben'] };
    const approval = { ...APPROVAL, by: ['ben', 'cid'] };
    expect(again({ number: 4, earlier, approval })).toEqual({
      number: 5,
      end: END_AGAIN,
      votes: [],
      earlier: { firstEnd: minute(30), by: ['ann', 'ben', 'cid'] },
    });
  });

  test('the first end is the one before, where there was none earlier', () => {
    expect(again({})?.earlier).toEqual({ firstEnd: END, by: ['ben'] });
  });

  test('fifty are kept', () => {
    const by = Array.from({ length: 50 }, (_, index) => `p${index}`);
    expect(again({ earlier: { firstEnd: END, by } })?.earlier?.by).toEqual(by);
  });

  test('none is, where no one gave more', () => {
    expect(again({ approval: undefined })).not.toHaveProperty('earlier');
  });
});

describe('the end that was approved first', () => {
  test.each<[string, () => ApprovalRequest, Date | undefined]>([
    [
      'is none of a request that is open',
      () => ({ ...reminded(), decision: undefined }),
      undefined,
    ],
    ['is none of an approval for good', () => withoutEnd(reminded()), undefined],
    ['is the one that holds', () => request, END],
    [
      'is the one before more time was given',
      () => extended({ decision: { ...request.decision!, until: LATER } }),
      END,
    ],
    [
      'is the first of several',
      () => ({
        ...request,
        extension: { number: 3, end: END, votes: [], earlier: { firstEnd: minute(9), by: [] } },
      }),
      minute(9),
    ],
  ])('%s', (_, state, end) => {
    expect(firstEndOf(state())).toEqual(end);
  });
});

describe('people can give it more time', () => {
  test.each<[string, () => ApprovalRequest, number, object, boolean]>([
    ['once they were reminded', reminded, 1, {}, true],
    ['not before', () => request, 1, {}, false],
    ['not about another end', reminded, 2, {}, false],
    ['not again about the same end', extended, 1, {}, false],
    ['not once it has ended', () => reminded(AT_THE_END), 1, {}, false],
    ['not where no durations are offered', reminded, 1, { approvalSeconds: [] }, false],
    ['not where its route is lost', reminded, 1, { routes: [LOST] }, false],
  ])('%s', (_, state, number, later, isOffered) => {
    const configuration = { ...workflow.configuration, ...later };
    expect(isExtensible(state(), number, configuration)).toBe(isOffered);
  });
});

describe('what the asker says of more time', () => {
  test('moves the end where that is carried out, and not otherwise', () => {
    expect(withExtensionOutcome(extended(), 'carried-out').decision).toMatchObject({
      kind: 'approved',
      by: ['ann'],
      until: LATER,
    });
    expect(withExtensionOutcome(extended(), 'failed').decision).toEqual(request.decision);
  });

  test('is shown by the message about the end', () => {
    for (const kind of ['carried-out', 'conflicting', 'failed'] as const) {
      expect(withExtensionOutcome(extended(), kind).messages.at(-1)).toMatchObject({
        name: { kind: 'end-reminder', number: 1 },
      });
    }
  });

  test.each<[string, () => ApprovalRequest]>([
    ['no one has decided', () => extended({ decision: undefined })],
    ['people were not reminded', () => request],
    ['no one has given more', () => reminded()],
  ])('is nothing where %s', (_, state) => {
    expect(withExtensionOutcome(state(), 'carried-out')).toEqual(state());
  });
});

test('more time is in the audit: who gave how much, and until when', async () => {
  await workflow.pass(54 * MINUTE);
  await workflow.click('ben', { kind: 'extend', seconds: 3_600, number: 1 });
  const entries = workflow.store.audit.get('r1') ?? [];
  expect(entries.filter(({ by }) => by === 'ben')).toMatchObject([
    { what: 'vote', detail: 'extend by 3600 s', at: minute(54) },
    { what: 'extended', detail: 'until 2026-01-01T02:00:00.000Z' },
  ]);
});

test('all of a question is brought up to date where its approval is given more time', async () => {
  await workflow.ask(askOf({ requestId: 'r2', subject: 'other' }));
  await workflow.click('ann', SHOW_ALL);
  await workflow.pass(54 * MINUTE);
  const wanted = async () => {
    const { messages } = await workflow.request();
    return messages.find(({ name }) => name.kind === 'whole')?.wanted;
  };
  const before = await wanted();
  await workflow.click('ben', { kind: 'extend', seconds: 3_600, number: 1 });
  expect(await wanted()).toBe(before! + 1);
});

import type { Decision } from '../../../src/approval/domain/approval-request';
import type { ButtonAction, Click } from '../../../src/approval/domain/click';
import {
  type Authority,
  whyNotHeard,
  whyNotThen,
  whyNotToWait,
  whyRefused,
} from '../../../src/approval/domain/why-not-counted';
import { APP } from '../in-memory/people-in-memory';
import {
  APPROVE,
  approveFor,
  askOf,
  CONFIGURATION,
  DENY,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  UNVERIFIED,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const START = new Date('2026-01-01T00:00:00Z');
const END = after(24 * HOUR);
const AUTHORITY: Authority = { ...APP, members: ['ann', 'ben', 'eve'] };
const NO_APPROVER = 'you are not one of the approvers.';
const NOT_YET =
  'you were not one of the approvers when they were read last before it. If you are one now, click again.';
const NOT_THEN = 'you were not known to be one of the approvers at the time.';
const ELSEWHERE = 'the click did not come from the workspace and the app of this workflow.';
const GUEST = 'only people of this workspace may decide, not guests of a shared channel.';
const CHANNEL = 'requests are decided in their approval channel only.';
const DIGEST = 'the request is not what this message shows: look for a later message about it.';
const TIME_OVER = 'its time is over.';
const NOTHING_FAILED = 'there is nothing to retry: the last try did not fail.';
const NOT_OFFERED = 'this duration is not offered for it.';
const MORE: ButtonAction = { kind: 'extend', seconds: 3_600, number: 1 };

let workflow: WorkflowInMemory;

beforeEach(async () => {
  workflow = new WorkflowInMemory();
  await workflow.ask();
});

function after(milliseconds: number): Date {
  return new Date(START.getTime() + milliseconds);
}

function clickOf(values: Partial<Click> = {}, action = APPROVE, userId = 'ann'): Click {
  const click = workflow.clickOf(userId, action);
  return { ...click, ...values };
}

describe('a click is not heard', () => {
  test.each<[string, Partial<Click>, string, string | undefined]>([
    ['but it is, of an approver', {}, 'ann', undefined],
    ['of another app', { appId: 'A2' }, 'ann', ELSEWHERE],
    ['of another workspace', { teamId: 'T2', userTeamId: 'T2' }, 'ann', ELSEWHERE],
    ['of a guest', { userTeamId: 'T2' }, 'ann', GUEST],
    ['in another channel', { channelId: 'C2' }, 'ann', CHANNEL],
    ['of no approver', {}, 'mallory', NO_APPROVER],
  ])('%s', async (_, values, userId, reason) => {
    const click = clickOf(values, APPROVE, userId);
    expect(whyNotHeard(await workflow.request(), click, AUTHORITY, CONFIGURATION)).toBe(reason);
  });

  test('on what was not shown', async () => {
    const click = clickOf();
    const button = { ...click.button, digest: 'e'.repeat(64) };
    const request = await workflow.request();
    expect(whyNotHeard(request, { ...click, button }, AUTHORITY, CONFIGURATION)).toBe(DIGEST);
  });
});

describe('a click that cannot be judged now need not wait', () => {
  test.each<[string, Partial<Click>, boolean | undefined, string, string | undefined]>([
    ['but does, of an approver', {}, true, 'ann', undefined],
    ['but does, where no one knows', {}, undefined, 'ann', undefined],
    ['of one who was no approver', {}, false, 'ann', NOT_YET],
    ['in another channel', { channelId: 'C2' }, true, 'ann', CHANNEL],
    ['that came too late', { at: END }, true, 'ann', TIME_OVER],
    [
      'of the one who asked for it',
      {},
      true,
      'eve',
      'you asked for it yourself: someone else has to approve it.',
    ],
  ])('%s', async (_, values, wasApprover, userId, reason) => {
    const waiting = { click: clickOf(values, APPROVE, userId), wasApprover };
    expect(whyNotToWait(await workflow.request(), waiting, CONFIGURATION, START)).toBe(reason);
  });
});

describe('whether one was an approver before a click', () => {
  const EXPIRED: Decision = { kind: 'expired', at: END, by: [] };
  const DENIED: Decision = { kind: 'denied', at: END, by: ['ben'] };
  const SOON = after(MINUTE);
  const LATE = after(MINUTE + 1);

  test.each<
    [string, boolean | undefined, ButtonAction, Decision | undefined, Date, string | undefined]
  >([
    ['matters not within a minute', false, APPROVE, undefined, SOON, undefined],
    ['matters later', false, APPROVE, undefined, LATE, NOT_YET],
    ['is no question where it is not known', undefined, APPROVE, undefined, LATE, undefined],
    ['is fine where it is so', true, APPROVE, undefined, LATE, undefined],
    ['has to be known after the end', undefined, APPROVE, EXPIRED, SOON, NOT_THEN],
    ['must be so after the end', false, DENY, EXPIRED, SOON, NOT_THEN],
    ['is so after the end', true, DENY, EXPIRED, SOON, undefined],
    ['matters not to see all after the end', undefined, SHOW_ALL, EXPIRED, SOON, undefined],
    ['matters not where it was decided', undefined, APPROVE, DENIED, SOON, undefined],
  ])('%s', async (...given) => {
    const [, wasApprover, action, decision, now, reason] = given;
    const request = { ...(await workflow.request()), decision };
    const click = clickOf({ at: START }, action);
    expect(whyNotThen(request, click, { ...AUTHORITY, wasApprover }, now)).toBe(reason);
  });

  test('matters not of a click at the end, which does not count in any case', async () => {
    const request = { ...(await workflow.request()), decision: EXPIRED };
    expect(whyNotThen(request, clickOf({ at: END }), AUTHORITY, END)).toBeUndefined();
  });

  test('goes by when a reason was submitted', async () => {
    const click = clickOf({ at: START, submittedAt: after(HOUR) }, DENY);
    const why = async (now: Date) =>
      whyNotThen(await workflow.request(), click, { ...AUTHORITY, wasApprover: false }, now);
    expect(await why(after(HOUR + MINUTE))).toBeUndefined();
    expect(await why(after(HOUR + MINUTE + 1))).toBe(NOT_YET);
  });
});

describe('a click is refused', () => {
  const why = async (click: Click, now = START, decision?: Decision) =>
    whyRefused({ ...(await workflow.request()), decision }, click, CONFIGURATION, now);

  test.each<[string, Decision['kind'] | undefined, Date, Date, string | undefined]>([
    ['not while it is open', undefined, START, START, undefined],
    ['at the end', undefined, END, END, TIME_OVER],
    ['not before the end, though it is judged after it', 'expired', START, END, undefined],
    ['once it is approved', 'approved', START, START, 'it is approved already.'],
    ['once it is denied', 'denied', START, START, 'it is denied already.'],
    ['where it has expired at the time', 'expired', END, END, 'it is expired already.'],
    [
      'a day after the end',
      'expired',
      START,
      after(48 * HOUR),
      'it came in time, but could not be judged within 24 hours of the end.',
    ],
    ['not a moment before that', 'expired', START, after(48 * HOUR - 1), undefined],
  ])('%s', async (_, kind, at, now, reason) => {
    const decision = kind && { kind, at: END, by: [] };
    for (const action of [APPROVE, DENY]) {
      expect(await why(clickOf({ at }, action), now, decision)).toBe(reason);
    }
    expect(await why(clickOf({ at }, SHOW_ALL), now, decision)).toBeUndefined();
  });

  test.each<[string, ButtonAction, string | undefined]>([
    ['with no duration that is offered', approveFor(7_200), NOT_OFFERED],
    ['not with one that is', approveFor(3_600), undefined],
    ['to retry what did not fail', RETRY, NOTHING_FAILED],
    [
      'for more time where nothing ends',
      MORE,
      'this is about another end of it: look for the last message that says when it ends.',
    ],
  ])('%s', async (_, action, reason) => {
    expect(await why(clickOf({}, action))).toBe(reason);
  });

  test('with a duration, where what is asked cannot end', async () => {
    const { question } = askOf();
    await workflow.ask(
      askOf({ requestId: 'r2', subject: 'other', question: { ...question, mayBeTimed: false } }),
    );
    const request = await workflow.request('r2');
    const of = (action: ButtonAction) =>
      whyRefused(request, clickOf({}, action), CONFIGURATION, START);
    expect(of(approveFor(3_600))).toBe(NOT_OFFERED);
    expect(of(APPROVE)).toBeUndefined();
  });

  test('from the second approval of one person on, and a denial is not', async () => {
    await workflow.ask(askOf({ requestId: 'r2', subject: 'other' }, UNVERIFIED));
    await workflow.click('ann', APPROVE, { requestId: 'r2' });
    const request = await workflow.request('r2');
    const of = (action: ButtonAction, userId: string) =>
      whyRefused(request, clickOf({}, action, userId), CONFIGURATION, START);
    expect(of(APPROVE, 'ann')).toBe('you have approved it already: someone else has to as well.');
    expect(of(DENY, 'ann')).toBeUndefined();
    expect(of(APPROVE, 'ben')).toBeUndefined();
  });
});

describe('a click for more time is refused', () => {
  const LAST = after(HOUR);

  const why = async (values: Partial<Click>, action: ButtonAction = MORE, userId = 'ben') =>
    whyRefused(
      await workflow.request(),
      clickOf(values, action, userId),
      workflow.configuration,
      after(54 * MINUTE),
    );

  beforeEach(async () => {
    workflow.asker.answers = () => 'carried-out';
    await workflow.click('ann', approveFor(3_600));
    await workflow.pass(54 * MINUTE);
  });

  test.each<[string, Partial<Click>, ButtonAction, string, string | undefined]>([
    ['not before the end', { at: after(HOUR - 1) }, MORE, 'ben', undefined],
    ['not of one who approved it at first', {}, MORE, 'ann', undefined],
    ['at the end', { at: LAST }, MORE, 'ben', TIME_OVER],
    [
      'about another end',
      {},
      { ...MORE, number: 2 },
      'ben',
      'this is about another end of it: look for the last message that says when it ends.',
    ],
    ['with no duration that is offered', {}, { ...MORE, seconds: 7_200 }, 'ben', NOT_OFFERED],
    [
      'of the one who asked',
      {},
      MORE,
      'eve',
      'you asked for it yourself: someone else has to approve it.',
    ],
  ])('%s', async (_, values, action, userId, reason) => {
    expect(await why(values, action, userId)).toBe(reason);
  });

  test('where it would not end later by that, also where it would end at the same time', async () => {
    const offered = async (seconds: number) => {
      workflow.configuration = { ...workflow.configuration, approvalSeconds: [seconds] };
      return why({}, { ...MORE, seconds });
    };
    expect(await offered(360)).toBe('it would not end later by that.');
    expect(await offered(361)).toBeUndefined();
  });

  test('where more is given already, and that is not carried out', async () => {
    workflow.asker.answers = () => 'failed';
    await workflow.click('ben', MORE);
    expect(await why({}, MORE, 'cid')).toBe('more time is approved already.');
    expect(await why({}, RETRY, 'cid')).toBeUndefined();
    expect(await why({ at: LAST }, RETRY, 'cid')).toBe(TIME_OVER);
  });

  test('where it has ended', async () => {
    workflow.asker.answers = undefined;
    await workflow.pass(6 * MINUTE);
    expect(await why({ at: START })).toBe(TIME_OVER);
  });

  test('where what was approved is not carried out any more', async () => {
    const request = await workflow.request();
    const carrying = { phase: 'decision', attempt: 2 } as const;
    expect(whyRefused({ ...request, carrying }, clickOf({}, MORE), CONFIGURATION, START)).toBe(
      'what was approved is not carried out.',
    );
  });
});

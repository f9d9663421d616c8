import type {
  ApprovalRequest,
  Decision,
  WaitingClick,
} from '../../../src/approval/domain/approval-request';
import type { ButtonAction, Click } from '../../../src/approval/domain/click';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../src/approval/domain/messenger';
import { takeClick } from '../../../src/approval/domain/take-click';
import {
  EndUnderWayError,
  mustWaitForEnd,
  unjudgedClicks,
  withWaiting,
} from '../../../src/approval/domain/waiting-click';
import {
  APPROVE,
  DENY,
  HOUR,
  MINUTE,
  RETRY,
  SHOW_ALL,
  WorkflowInMemory,
} from '../in-memory/workflow-in-memory';

const START = new Date('2026-01-01T00:00:00Z');
const END = after(24 * HOUR);
const MORE: ButtonAction = { kind: 'extend', seconds: 3_600, number: 1 };

let workflow: WorkflowInMemory;
let request: ApprovalRequest;

beforeEach(async () => {
  workflow = new WorkflowInMemory();
  await workflow.ask();
  request = await workflow.request();
});

function after(milliseconds: number): Date {
  return new Date(START.getTime() + milliseconds);
}

function waiting(values: Partial<Click> = {}, action: ButtonAction = APPROVE): WaitingClick {
  return { click: { ...workflow.clickOf('ann', action), ...values }, wasApprover: true };
}

describe('a click of before the end waits until that is carried out', () => {
  const EXPIRED: Decision = { kind: 'expired', at: END, by: [] };
  const ended = (values: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
    ...request,
    decision: EXPIRED,
    carrying: { phase: 'decision', attempt: 1 },
    ...values,
  });
  const OUTCOME = { kind: 'carried-out', text: '', at: END } as const;

  test('and is delivered again, with word of why', async () => {
    workflow.store.put(ended({ decision: { ...EXPIRED, at: workflow.now() } }));
    const { click } = waiting();
    await expect(takeClick(click, workflow.configuration, workflow.ports())).rejects.toThrow(
      'The end of the request r1 is being carried out.',
    );
  });

  test('for five minutes at the most', () => {
    const mustWait = (milliseconds: number) =>
      mustWaitForEnd(ended(), [waiting()], new Date(END.getTime() + milliseconds));
    expect(mustWait(0)).toBe(true);
    expect(mustWait(5 * MINUTE - 1)).toBe(true);
    expect(mustWait(5 * MINUTE)).toBe(false);
  });

  test.each<[string, () => ApprovalRequest, () => WaitingClick[], boolean]>([
    ['also one that denies', ended, () => [waiting({}, DENY)], true],
    ['also where another does not matter', ended, () => [waiting({}, RETRY), waiting()], true],
    ['not one that decides nothing', ended, () => [waiting({}, SHOW_ALL)], false],
    ['not one that came at the end', ended, () => [waiting({ at: END })], false],
    ['not where there is none', ended, () => [], false],
    ['not while it is open', () => request, () => [waiting()], false],
    [
      'not where it was denied',
      () => ended({ decision: { ...EXPIRED, kind: 'denied' } }),
      () => [waiting()],
      false,
    ],
    [
      'not where that is carried out',
      () => ended({ carrying: { phase: 'decision', attempt: 1, outcome: OUTCOME } }),
      () => [waiting()],
      false,
    ],
  ])('%s', (_, state, clicks, isToWait) => {
    expect(mustWaitForEnd(state(), clicks(), END)).toBe(isToWait);
  });
});

describe('clicks that are not judged yet', () => {
  const ids = (clicks: readonly WaitingClick[]) => clicks.map(({ click }) => click.id);

  test('are looked at as they came, with the one that comes now', () => {
    const waitingClicks = [waiting({ id: 'c', at: after(3) }), waiting({ id: 'a', at: after(1) })];
    const another = waiting({ id: 'b', at: after(2) });
    expect(ids(unjudgedClicks({ ...request, waitingClicks }, another))).toEqual(['a', 'b', 'c']);
    expect(ids(unjudgedClicks(request, another))).toEqual(['b']);
  });

  test('are looked at once, and not again once they were judged', () => {
    const waitingClicks = [waiting({ id: 'a' }), waiting({ id: 'b' })];
    const state = { ...request, waitingClicks };
    expect(ids(unjudgedClicks(state, waiting({ id: 'a' })))).toEqual(['a', 'b']);
    const judged = { ...state, judgedClicks: ['a'] };
    expect(ids(unjudgedClicks(judged, waiting({ id: 'b' })))).toEqual(['b']);
    expect(ids(unjudgedClicks(judged, waiting({ id: 'c' })))).toEqual(['b', 'c']);
  });

  test('do not change in the order in which they are kept', () => {
    const waitingClicks = [waiting({ id: 'c', at: after(3) }), waiting({ id: 'a', at: after(1) })];
    unjudgedClicks({ ...request, waitingClicks }, waiting({ id: 'a' }));
    expect(ids(waitingClicks)).toEqual(['c', 'a']);
  });
});

describe('one who clicked hears that the click waits', () => {
  const heard = (cause: unknown, click = waiting(), state = request): string[] =>
    withWaiting(state, click, cause, workflow.configuration, START).messages.flatMap(({ name }) =>
      name.kind === 'waiting' ? [name.text] : [],
    );
  const ALL = 'Your click is not lost, but it waits: ';

  test.each<[string, unknown, string]>([
    ['the end', new EndUnderWayError('r1'), 'the request has just ended'],
    [
      'a refusal of Slack',
      new MessengerRefusedError('missing_scope', 'refused'),
      'Slack does not say who is who (missing_scope)',
    ],
    ['an outage of Slack', new MessengerUnavailableError('down'), 'Slack does not answer now'],
    ['anything else', new Error('no table'), 'it is not known now who may decide'],
  ])('for %s', (_, cause, reason) => {
    expect(heard(cause)).toEqual([
      `${ALL}${reason}. It is judged as soon as it can be, until 2026-01-03 00:00 UTC. If the request ends before that, it is as if it were denied until then.`,
    ]);
    const [entry] = withWaiting(
      request,
      waiting(),
      cause,
      workflow.configuration,
      START,
    ).unannounced;
    expect(entry).toMatchObject({ at: START, what: 'waiting-click', by: 'ann', detail: reason });
  });

  test('and nothing of an end, where it is only to see all', () => {
    expect(heard(new Error('no table'), waiting({}, SHOW_ALL))).toEqual([
      `${ALL}it is not known now who may decide. It is judged as soon as it can be.`,
    ]);
  });

  test('and how long the end waits for it, where it is for more time', () => {
    const state: ApprovalRequest = {
      ...request,
      decision: { kind: 'approved', at: START, by: ['cid'], until: after(HOUR) },
      carrying: {
        phase: 'decision',
        attempt: 1,
        outcome: { kind: 'carried-out', text: '', at: START },
      },
      extension: { number: 1, end: after(HOUR), votes: [] },
    };
    const text = `${ALL}it is not known now who may decide. It is judged as soon as it can be. The end, at 2026-01-01 01:00 UTC, `;
    const click = waiting({}, MORE);
    expect(heard(new Error('no table'), click, state)).toEqual([
      `${text}waits for it 5 min at the most.`,
    ]);
    expect(heard(new Error('no table'), { click: click.click }, state)).toEqual([
      `${text}does not wait for it.`,
    ]);
    expect(heard(new Error('no table'), waiting({}, SHOW_ALL), state)).toEqual([
      `${ALL}it is not known now who may decide. It is judged as soon as it can be.`,
    ]);
  });

  test('once: one that waits already, or was judged, changes nothing', () => {
    const click = waiting();
    const kept = withWaiting(request, click, new Error('down'), workflow.configuration, START);
    expect(kept.waitingClicks).toEqual([click]);
    expect(withWaiting(kept, click, new Error('down'), workflow.configuration, START)).toBe(kept);
    const judged = { ...request, judgedClicks: [click.click.id] };
    expect(withWaiting(judged, click, new Error('down'), workflow.configuration, START)).toBe(
      judged,
    );
  });

  test('by what was known when it came: that counts for one that waits already', () => {
    const { click } = waiting();
    const unknown = withWaiting(request, { click }, '', workflow.configuration, START);
    const again = { click, wasApprover: false };
    expect(withWaiting(unknown, again, '', workflow.configuration, START)).toBe(unknown);
  });

  test('and not where it would not count: it waits no more then', () => {
    const click = waiting();
    const kept = withWaiting(request, click, '', workflow.configuration, START);
    const over = withWaiting(kept, click, '', workflow.configuration, after(48 * HOUR));
    expect(over.waitingClicks).toBeUndefined();
    expect(over.judgedClicks).toEqual([click.click.id]);
    expect(over.unannounced.at(-1)).toMatchObject({ what: 'refused-click', by: 'ann' });
  });
});

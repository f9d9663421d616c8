import {
  idOfAsker,
  isToBeLookedUp,
  isToOne,
  type KnownRequester,
  type MessageName,
  nameKey,
  newCarrying,
  slotOf,
  withDue,
  withLast,
} from '../../../src/approval/domain/approval-request';
import { EVE, UNVERIFIED, WorkflowInMemory } from '../in-memory/workflow-in-memory';

const TOLD = { userId: 'ann', text: 'x' };
const NAMES: MessageName[] = [
  { kind: 'question' },
  { kind: 'whole' },
  { kind: 'consultation' },
  { kind: 'reminder', number: 1 },
  { kind: 'reminder', number: 2 },
  { kind: 'end-reminder', number: 1 },
  { kind: 'end-reminder', number: 2 },
  { kind: 'consulted', number: 1 },
  { kind: 'consulted', number: 2 },
  { kind: 'step', step: 'asked' },
  { kind: 'step', step: 'ended' },
  { kind: 'refusal', clickId: 'c1', ...TOLD },
  { kind: 'refusal', clickId: 'c2', ...TOLD },
  { kind: 'waiting', clickId: 'c1', ...TOLD },
  { kind: 'waiting', clickId: 'c2', ...TOLD },
];

test('each message of a request is one of its own, and what was to be said before is the same one', async () => {
  const workflow = new WorkflowInMemory();
  await workflow.ask();
  const request = { ...(await workflow.request()), messages: [] };
  const all = NAMES.reduce(withDue, request);
  expect(all.messages.map(({ name }) => name)).toEqual(NAMES);
  const again = NAMES.reduce(withDue, all);
  expect(again.messages.map(({ name, wanted }) => [name, wanted])).toEqual(
    NAMES.map((name) => [name, 2]),
  );
  expect(slotOf(again, 'reminder')?.name).toEqual({ kind: 'reminder', number: 1 });
  expect(slotOf(request, 'reminder')).toBeUndefined();
});

test('logs name a message by its kind, and by which of these it is', () => {
  expect(NAMES.map(nameKey)).toEqual([
    'question',
    'whole',
    'consultation',
    'reminder-1',
    'reminder-2',
    'end-reminder-1',
    'end-reminder-2',
    'consulted-1',
    'consulted-2',
    'step-asked',
    'step-ended',
    'refusal-c1',
    'refusal-c2',
    'waiting-c1',
    'waiting-c2',
  ]);
});

test('refusals, and that a click waits, are said to one person', () => {
  const kinds = NAMES.filter(isToOne).map(({ kind }) => kind);
  expect([...new Set(kinds)]).toEqual(['refusal', 'waiting']);
});

test('something new is carried out in a later attempt than any before, which count as earlier ones', () => {
  const first = newCarrying(undefined);
  expect(first).toEqual({ phase: 'decision', attempt: 1 });
  expect(newCarrying({ ...first, phase: 'end', attempt: 3 })).toEqual({
    phase: 'decision',
    attempt: 4,
    earlierAttempts: 3,
  });
});

test.each<[string, KnownRequester, boolean]>([
  ['a person', EVE, true],
  ['a person without an address', UNVERIFIED, true],
  ['a program', { name: 'x', isAutomatic: true }, false],
  ['a program that names a person', { ...EVE, isAutomatic: true }, true],
  ['one who is known', { ...EVE, slackUserId: 'eve' }, false],
  ['one who is known to be no one in Slack', { ...EVE, slackUserId: '' }, false],
])('%s: whether it is to be looked up who that is', (_, requester, isUnknown) => {
  expect(isToBeLookedUp(requester)).toBe(isUnknown);
});

test('an asker knows a request by the id that it gave it', () => {
  expect(idOfAsker({ id: 'r1' })).toBe('r1');
  expect(idOfAsker({ id: 'another-r1', askedAs: 'r1' })).toBe('r1');
});

test('of a list that may not grow, the last ones are kept', () => {
  expect(withLast(['a', 'b'], 'c', 3)).toEqual(['a', 'b', 'c']);
  expect(withLast(['a', 'b', 'c'], 'd', 3)).toEqual(['b', 'c', 'd']);
});

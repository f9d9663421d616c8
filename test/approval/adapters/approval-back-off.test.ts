import { secondsUntilNextTry } from '../../../src/approval/adapters/approval-back-off';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
} from '../../../src/approval/domain/messenger';

test('waits as long as Slack asks, in whole seconds', () => {
  expect(secondsUntilNextTry(new MessengerUnavailableError('429', 29_001), 1)).toBe(30);
});

test('of several failures, the longest wait counts', () => {
  const failure = new AggregateError([
    new Error('no'),
    new MessengerUnavailableError('429', 5_000),
    new MessengerUnavailableError('429', 7_000),
  ]);
  expect(secondsUntilNextTry(failure, 9)).toBe(7);
});

test('no one is kept waiting for longer than an hour', () => {
  expect(secondsUntilNextTry(new MessengerUnavailableError('429', 1e9), 1)).toBe(3_600);
});

test.each([
  new Error('no'),
  new MessengerUnavailableError('down'),
  new MessengerRefusedError('invalid_auth', 'no'),
  new AggregateError([new Error('no')]),
  'no',
])('else the wait grows with each try', (failure) => {
  expect([1, 2, 3].map((tries) => secondsUntilNextTry(failure, tries))).toEqual([10, 20, 40]);
});

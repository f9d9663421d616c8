import { isToBeLeftOut } from '../../../../src/shared/adapters/aws/failure-kind';
import { RefusedEventError } from '../../../../src/shared/adapters/event-bus/refused-event-error';
import { TRIES_BEFORE_LEFT_OUT } from '../../../../src/shared/contracts/queue-tries';

test('tells what EventBridge refused, and why', () => {
  const answer = { ErrorCode: 'InternalFailure', ErrorMessage: 'Try again.' };
  expect(new RefusedEventError('the event about a change', answer).message).toBe(
    'EventBridge refused the event about a change: InternalFailure Try again.',
  );
  expect(new RefusedEventError('the event about a change').message).toContain('without a code');
});

test('is judged by the code of EventBridge', () => {
  const malformed = new RefusedEventError('an event', { ErrorCode: 'MalformedDetail' });
  expect(isToBeLeftOut(malformed, 1)).toBe(true);
  const throttled = new RefusedEventError('an event', { ErrorCode: 'ThrottlingException' });
  expect(isToBeLeftOut(throttled, TRIES_BEFORE_LEFT_OUT)).toBe(false);
});

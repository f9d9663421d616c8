import { stepFailure } from '../../../src/approval/adapters/step-failure';
import { failureSubject } from '../../../src/shared/domain/failure/failure-text';

const AT = new Date('2026-01-01T12:00:00Z');
const DETAIL = 'No one can approve or deny it: there are no approvers.';

test('operators hear of a request that no one can decide', () => {
  const failure = stepFailure({ id: 'r1' }, { at: AT, what: 'too-few-approvers', detail: DETAIL });
  expect(failure).toMatchObject({
    work: { requestId: 'r1' },
    state: 'given-up',
    reason: DETAIL,
  });
  expect(failureSubject([failure!], 'high')).toBe(
    '[HIGH] Given up: The approval of a request, as too few people can give it',
  );
});

test('of any other step they need not hear', () => {
  expect(stepFailure({ id: 'r1' }, { at: AT, what: 'reminded' })).toBeUndefined();
});

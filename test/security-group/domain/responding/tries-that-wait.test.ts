import { TRIES_THAT_WAIT } from '../../../../src/security-group/domain/responding/tries-that-wait';
import { TRIES_BEFORE_REPORTED } from '../../../../src/shared/contracts/queue-tries';

test('a try that only waits is never reported as a failure', () => {
  expect(TRIES_THAT_WAIT).toBeLessThan(TRIES_BEFORE_REPORTED);
});

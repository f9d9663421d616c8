import { DELIVER_MESSAGES } from '../../../src/approval/contracts/deliver-messages.environment';
import { LEASE_MILLISECONDS } from '../../../src/approval/domain/bring-messages';

test('the lease on a message outlasts the function that delivers it', () => {
  expect(LEASE_MILLISECONDS).toBeGreaterThan(DELIVER_MESSAGES.timeoutSeconds * 1_000);
});

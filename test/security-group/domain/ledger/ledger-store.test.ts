import {
  LeaseLostError,
  LedgerConflictError,
} from '../../../../src/security-group/domain/ledger/ledger-store';

test('who lost the lease, or wrote second, says what becomes of the event', () => {
  expect(new LeaseLostError({ eventId: 'event-1', groupId: 'sg-1' })).toMatchObject({
    name: 'LeaseLostError',
    message:
      'sg-1: this try at the event event-1 took longer than its lease, and another try has begun: this one ends, and reports nothing.',
  });
  expect(new LedgerConflictError('sg-1')).toMatchObject({
    name: 'LedgerConflictError',
    message:
      'The ledger of sg-1 was written by someone else in the meantime: the event is judged again.',
  });
});

import { LedgerConflictError } from '../../../../src/security-group/domain/ledger/ledger-store';
import { againOnConflict } from '../../../../src/security-group/domain/ledger/rewrite';

/** Work that meets these errors, one at each try, and is done after them. */
function workThatMeets(errors: readonly Error[]) {
  let tries = 0;
  const work = async () => {
    const error = errors[tries];
    tries += 1;
    if (error) throw error;
    return 'done';
  };
  return { work, tries: () => tries };
}

const conflicts = (count: number) =>
  Array.from({ length: count }, () => new LedgerConflictError('sg-1'));

test('what meets the writing of someone else is done again, five times in all', async () => {
  const four = workThatMeets(conflicts(4));
  await expect(againOnConflict(four.work)).resolves.toBe('done');

  const five = workThatMeets(conflicts(5));
  await expect(againOnConflict(five.work)).rejects.toThrow('The ledger of sg-1 was written');
  expect(five.tries()).toBe(5);
});

test('any other error is none that another try would mend', async () => {
  const broken = workThatMeets([new Error('The table is gone.')]);
  await expect(againOnConflict(broken.work)).rejects.toThrow('The table is gone.');
  expect(broken.tries()).toBe(1);
});

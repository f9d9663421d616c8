import { MAX_TRIES, TRIES_BEFORE_ALARM } from '../../../../src/shared/contracts/queue-tries';
import { backOffSeconds } from '../../../../src/shared/domain/queue/back-off';

test('the pauses double from ten seconds to a quarter of an hour', () => {
  expect([1, 2, 3, 7, 8, 30].map(backOffSeconds)).toEqual([10, 20, 40, 640, 900, 900]);
});

test('all tries together last for about six hours', () => {
  expect(secondsBefore(MAX_TRIES) / 3_600).toBeCloseTo(6, 0);
});

test('the alarm about failing tries goes after five minutes', () => {
  expect(secondsBefore(TRIES_BEFORE_ALARM)).toBeLessThan(300);
  expect(secondsBefore(TRIES_BEFORE_ALARM + 1)).toBeGreaterThan(300);
});

function secondsBefore(aTry: number): number {
  const pauses = Array.from({ length: aTry - 1 }, (_, index) => backOffSeconds(index + 1));
  return pauses.reduce((sum, seconds) => sum + seconds, 0);
}

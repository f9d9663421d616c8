import { backOffSeconds } from '../../../../src/shared/domain/queue/back-off';

test('the pauses double from ten seconds to a quarter of an hour', () => {
  expect([1, 2, 3, 7, 8, 30].map(backOffSeconds)).toEqual([10, 20, 40, 640, 900, 900]);
});

test('thirty tries last for hours', () => {
  const total = Array.from({ length: 29 }, (_, index) => backOffSeconds(index + 1)).reduce(
    (sum, seconds) => sum + seconds,
    0,
  );
  expect(total / 3600).toBeGreaterThan(5);
});

import { isFirstOfDay } from '../../../src/security-group/domain/signs-of-life';

test.each([
  ['there was none before', undefined, '2026-01-02T00:00:10Z', true],
  [
    'the one before was of the day before, by UTC',
    '2026-01-01T23:59:59Z',
    '2026-01-02T00:00:10Z',
    true,
  ],
  ['the one before was of the same day', '2026-01-02T00:00:10Z', '2026-01-02T23:59:59Z', false],
  [
    'its own time is told, as the answer to a first try was lost',
    '2026-01-02T01:00:00.123Z',
    '2026-01-02T01:00:00.123Z',
    true,
  ],
  [
    'the one before was of the same time of another day',
    '2025-01-02T01:00:00Z',
    '2026-01-02T01:00:00Z',
    true,
  ],
])('%s', (_, before, now, is) => {
  expect(isFirstOfDay(before === undefined ? undefined : new Date(before), new Date(now))).toBe(is);
});

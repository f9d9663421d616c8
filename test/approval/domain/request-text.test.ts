import { carryingText, decisionDetail } from '../../../src/approval/domain/request-text';

const AT = new Date('2026-01-02T00:00:00Z');
const SHOWN = { mayBeTimed: true };

test('an end while a click waits says that it is as if it were denied', () => {
  expect(decisionDetail({ kind: 'expired', at: AT, by: [], isClickWaiting: true }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: a click that came in time could not be judged yet. It is as if it were denied, unless the click counts within 24 hours.',
  );
  expect(decisionDetail({ kind: 'expired', at: AT, by: [] }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: no one has decided.',
  );
});

test('an end with a route that is lost says that no one could decide', () => {
  expect(decisionDetail({ kind: 'expired', at: AT, by: [], isRouteLost: true }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: no one could decide, as its route was changed since. It is as if it were denied.',
  );
});

test('a late decision says that the click came before the end', () => {
  expect(decisionDetail({ kind: 'denied', at: AT, by: ['U1'], isLate: true }, SHOWN)).toBe(
    ', 2026-01-02 00:00 UTC, by a click from before the end.',
  );
  expect(decisionDetail({ kind: 'approved', at: AT, by: ['U1'], isLate: true }, SHOWN)).toBe(
    ', 2026-01-02 00:00 UTC, by a click from before the end, for good.',
  );
});

test('a try counts since what it carries out was decided, as far as that is known', () => {
  const words = (earlierAttempts?: number) =>
    carryingText({ phase: 'decision', attempt: 3, ...(earlierAttempts && { earlierAttempts }) })
      .words;
  expect(words(2)).toBe('Being carried out.');
  expect(words(1)).toBe('Being carried out, try 2.');
  expect(words()).toBe('Being carried out, try 3.');
});

import {
  parseRehearsalRequest,
  tokenFor,
} from '../../../src/security-group/adapters/rehearsal-request';

const NOW = new Date('2026-03-01T12:00:00.500Z');
const SUBJECT = 'policies and place';

function parsed(payload: unknown) {
  return parseRehearsalRequest(payload, NOW, SUBJECT);
}

describe('the time that is asked for', () => {
  test.each([undefined, null, {}])('is that of the last seven days for %j', (payload) => {
    expect(parsed(payload)).toMatchObject({
      window: { from: new Date('2026-02-22T12:00:00Z'), to: new Date('2026-03-01T12:00:00Z') },
      part: 1,
      as: 'report',
    });
  });

  test('is that of so many days, or between two times', () => {
    expect(parsed({ days: 90, as: 'page' })).toMatchObject({
      window: { from: new Date('2025-12-01T12:00:00Z') },
      as: 'page',
    });
    expect(parsed({ from: '2026-02-01T00:00:00+01:00', to: '2026-02-02T00:00:00Z' })).toMatchObject(
      {
        asked: { from: new Date('2026-01-31T23:00:00Z'), to: new Date('2026-02-02T00:00:00Z') },
      },
    );
  });

  test.each([
    ['what is no object', 'days', 'cannot be understood'],
    ['a number of days that the history does not hold', { days: 91 }, '<=90'],
    ['part of a day', { days: 0.5 }, 'cannot be understood'],
    ['days and times together', { days: 1, from: '2026-02-01T00:00:00Z' }, 'either "days"'],
    ['an end without a beginning', { to: '2026-02-01T00:00:00Z' }, '"to" needs a "from"'],
    [
      'a beginning after the end',
      { from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z' },
      'is not before "to"',
    ],
    [
      'an end to come',
      { from: '2026-02-02T00:00:00Z', to: '2026-04-01T00:00:00Z' },
      'write an earlier time',
    ],
    ['a beginning before the history', { from: '2025-01-01T00:00:00Z' }, 'holds 90 days: write'],
    ['a word that is misspelled', { day: 7 }, '"day"'],
    ['a form that is not known', { as: 'pdf' }, 'cannot be understood'],
  ])('is refused for %s, in words', (_, payload, words) => {
    expect(() => parsed(payload)).toThrow(words);
  });
});

describe('a token', () => {
  const asked = { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') };
  const window = { from: asked.from, to: new Date('2026-02-10T00:00:00Z') };
  const token = tokenFor({ asked, window, part: 2 }, SUBJECT);

  /** The token with other values in it. */
  function changed(values: object): string {
    const inside = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Buffer.from(JSON.stringify({ ...inside, ...values })).toString('base64url');
  }
  const seconds = (text: string) => Date.parse(text) / 1_000;

  test('goes on with the time that is left', () => {
    expect(parsed({ token, as: 'page' })).toEqual({ asked, window, part: 2, as: 'page' });
    expect(token.length).toBeLessThan(300);
  });

  test.each([
    ['cut', () => token.slice(0, -20), 'not whole'],
    ['of something else', () => 'bm9uc2Vuc2U', 'none that this function has returned'],
    ['longer than any', () => 'x'.repeat(1_001), 'cannot be understood'],
    ['with another field', () => changed({ counts: { revert: 0 } }), 'none that this function'],
    ['of no part', () => changed({ part: 1.5 }), 'none that this function'],
    [
      'with a time that was not asked for',
      () => changed({ rest: [seconds('2026-01-01T00:00:00Z'), seconds('2026-02-10T00:00:00Z')] }),
      'The token was changed',
    ],
    [
      'whose time ends before it begins',
      () => changed({ rest: [seconds('2026-02-11T00:00:00Z'), seconds('2026-02-10T00:00:00Z')] }),
      'The token was changed',
    ],
    [
      'of a time to come',
      () => changed({ asked: [seconds('2026-02-01T00:00:00Z'), seconds('2027-01-01T00:00:00Z')] }),
      'The token was changed',
    ],
    [
      'of a time that the history has forgotten',
      () =>
        changed({
          asked: [seconds('2025-01-01T00:00:00Z'), seconds('2025-02-01T00:00:00Z')],
          rest: [seconds('2025-01-01T00:00:00Z'), seconds('2025-01-20T00:00:00Z')],
        }),
      'too old',
    ],
  ])('that is %s is refused, in words', (_, made, words) => {
    expect(() => parsed({ token: made() })).toThrow(words);
  });

  test('of other policies is refused, and one beside a time', () => {
    expect(() => parseRehearsalRequest({ token }, NOW, 'other policies')).toThrow(
      'begin again without a token',
    );
    expect(() => parsed({ token, days: 7 })).toThrow('send it without');
  });
});

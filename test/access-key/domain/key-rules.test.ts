import fc from 'fast-check';
import { mayMatter, pathOf, showsLateUse } from '../../../src/access-key/domain/credential-report';
import { judgeTag } from '../../../src/access-key/domain/exclusion';
import { classify, type KeyRules } from '../../../src/access-key/domain/key-rules';
import { daysAgo, NOW } from '../in-memory/account-in-memory';
import { expectedClasses, randomAccounts, randomRules } from '../samples/random-accounts';

const RULES: KeyRules = {
  maxKeyAge: 90,
  warnBefore: 14,
  maxUnusedAge: 45,
  neverUsedGrace: 7,
  includeInactive: false,
};
const used = (days: number) => ({ kind: 'used', at: daysAgo(days) }) as const;
const never = { kind: 'never' } as const;

describe('the classes of a key', () => {
  test.each([
    ['young and in use', 10, used(1), []],
    ['exactly at the age', 90, used(1), ['soon-too-old']],
    ['a little older', 90.01, used(1), ['too-old']],
    ['exactly where the warning begins', 76, used(1), []],
    ['just behind it', 76.01, used(1), ['soon-too-old']],
    ['not used for exactly the time', 60, used(45), []],
    ['not used for longer', 60, used(45.01), ['unused']],
    ['never used, in its grace', 7, never, []],
    ['never used, out of it', 7.01, never, ['never-used']],
    ['old and never used', 100, never, ['too-old', 'never-used']],
    ['of unknown use', 100, { kind: 'unknown', reason: 'Throttling' } as const, ['too-old']],
    ['young and of unknown use', 60, { kind: 'unknown', reason: 'Throttling' } as const, []],
  ])('%s', (_, age, lastUse, classes) => {
    expect(classify({ status: 'Active', createdAt: daysAgo(age) }, lastUse, RULES, NOW)).toEqual(
      classes,
    );
  });

  test.each(['Inactive', 'Expired'] as const)('%s keys have them on request only', (status) => {
    const key = { status, createdAt: daysAgo(100) };
    expect(classify(key, used(1), RULES, NOW)).toEqual([]);
    expect(classify(key, used(1), { ...RULES, includeInactive: true }, NOW)).toEqual(['too-old']);
  });
});

test('the report never leaves a user out of whom a key is to be listed', () => {
  fc.assert(
    fc.property(randomAccounts, randomRules, ({ users, rows }, rules) => {
      for (const { name, keys } of users.filter((one) =>
        one.keys.some((each) => expectedClasses(each, rules).length > 0),
      )) {
        const row = rows.find(({ userName }) => userName === name)!;
        expect(mayMatter(row, rules, NOW)).toBe(true);
        const ofUse = keys
          .flatMap((each) => expectedClasses(each, rules))
          .filter((each) => each === 'unused' || each === 'never-used');
        if (ofUse.length > 0) expect(showsLateUse(row, keys.length, rules, NOW)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('the path of a user is what stands before the name, whatever either holds', () => {
  const name = fc.stringMatching(/^[\w+=,.@-]{1,64}$/);
  const path = fc
    .array(fc.stringMatching(/^[!-.0-~]{1,12}$/), { maxLength: 4 })
    .map((parts) => ['', ...parts, ''].join('/'));
  fc.assert(
    fc.property(name, path, (userName, userPath) => {
      const row = {
        userName,
        arn: `arn:aws:iam::111111111111:user${userPath}${userName}`,
        createdAt: NOW,
        slots: [],
      };
      expect(pathOf(row)).toBe(userPath);
    }),
  );
});

describe('an exclusion tag', () => {
  const tag = { kind: 'tag', key: 'keep-key-until', maxDays: 30 } as const;

  test.each(['2026-06-01', '2026-06-02', '2026-07-01'])('with the date %s counts', (value) => {
    expect(judgeTag(value, tag, NOW)).toEqual({ excluded: true, until: value });
  });

  test.each([
    ['2026-05-31', 'its date has passed'],
    ['2026-07-02', 'its date is more than 30 days ahead'],
    ['9999-12-31', 'its date is more than 30 days ahead'],
    ['2026-02-30', 'its value is no date of the form YYYY-MM-DD'],
    ['2026-6-2', 'its value is no date of the form YYYY-MM-DD'],
    ['2026-06-02T00:00:00Z', 'its value is no date of the form YYYY-MM-DD'],
    ['true', 'its value is no date of the form YYYY-MM-DD'],
    ['', 'its value is no date of the form YYYY-MM-DD'],
  ])('with the value "%s" does not: %s', (value, reason) => {
    expect(judgeTag(value, tag, NOW)).toEqual({ excluded: false, reason });
  });

  test('ends with its day, and may be of a day as far ahead as it says', () => {
    const midnight = new Date('2026-06-01T00:00:00Z');
    expect(judgeTag('2026-05-31', tag, new Date(midnight.getTime() - 1)).excluded).toBe(true);
    expect(judgeTag('2026-05-31', tag, midnight).excluded).toBe(false);
    expect(judgeTag('2026-07-01', tag, midnight).excluded).toBe(true);
    expect(judgeTag('2026-07-02', tag, midnight).excluded).toBe(false);
  });

  test('whatever its value, excludes for no longer than it may', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
        ),
        (value) => {
          const verdict = judgeTag(value, tag, NOW);
          if (verdict.excluded) {
            expect(Math.abs(Date.parse(verdict.until) - NOW.getTime())).toBeLessThanOrEqual(
              30 * 86_400_000,
            );
          }
        },
      ),
    );
  });
});

import { labelsOf } from '../../../../src/security-group/domain/asking/ask-labels';
import { portioned } from '../../../../src/security-group/domain/asking/askable';
import {
  type AskedChange,
  type AskedRule,
  sourceOf,
  subjectOf,
} from '../../../../src/security-group/domain/asking/asked-change';
import { askedAbout } from '../../samples/asked-changes';
import { deployer } from '../../samples/changes';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const ssh: AskedRule = {
  change: 'added',
  rule: rule({ id: 'sgr-1' }),
  violations: [{ baseline: 'locked', response: 'revertUntilApproved', reason: 'locked' }],
};
const https: AskedRule = { ...ssh, rule: rule({ fromPort: 443, toPort: 443 }) };

function asked(values: Partial<AskedChange> = {}): AskedChange {
  return askedAbout([ssh], values);
}

/** A rule whose reasons, or tags, take so many bytes. */
const reasoned = (bytes: number): AskedRule => ({
  ...ssh,
  violations: [{ ...ssh.violations[0]!, reason: 'x'.repeat(bytes) }],
});

describe('questions about one change', () => {
  const idsOf = (asks: readonly AskedChange[]) => asks.map(({ requestId }) => requestId);

  test('that are small are asked, those about what stands first', () => {
    const reverted = asked({ requestId: 'reverted' });
    const stands = asked({ requestId: 'stands', response: 'revertIfDenied' });
    const { askable, tooLarge } = portioned([reverted, stands]);
    expect(idsOf(askable)).toEqual(['stands', 'reverted']);
    expect(tooLarge).toEqual([]);
  });

  test('share their room: what does not fit is not asked, and a smaller one still is', () => {
    const { askable, tooLarge } = portioned([
      asked({ requestId: 'one', rules: [reasoned(100_000)] }),
      asked({ requestId: 'two', rules: [reasoned(60_000)] }),
      asked({ requestId: 'three', rules: [ssh, https] }),
    ]);
    expect(idsOf(askable)).toEqual(['one', 'three']);
    expect(tooLarge).toMatchObject([
      {
        ask: { requestId: 'two' },
        reason:
          'a question about 1 rule takes 62 KB, and all questions about one change may take 140 KB',
      },
    ]);
  });

  test('that cannot be kept with their tags and descriptions are not asked', () => {
    const [{ reason } = { reason: '' }] = portioned([
      asked({ rules: [reasoned(150_000), reasoned(60_000)] }),
    ]).tooLarge;
    expect(reason).toBe(
      '2 rules with tags and descriptions take 211 KB, and a question may be about 200 KB',
    );
  });
});

describe('the same to people', () => {
  test('is the same change to the same rules of a group, in whatever order', () => {
    const both = asked({ rules: [ssh, https] });
    expect(subjectOf(asked({ rules: [https, ssh], requestId: 'another' }))).toBe(subjectOf(both));
  });

  test.each<[string, Partial<AskedChange>]>([
    ['another group', { group: { id: 'sg-2' } }],
    ['another way of asking', { response: 'revertIfDenied' }],
    ['another change', { rules: [{ ...ssh, change: 'removed' }] }],
    ['another rule', { rules: [https] }],
    ['another rule before', { rules: [{ ...ssh, before: https.rule }] }],
    ['another place', { place: { ...PAYMENTS_PLACE, isMember: true } }],
  ])('is not %s', (_, values) => {
    expect(subjectOf(asked(values))).not.toBe(subjectOf(asked()));
  });

  test('the own place is known by the group alone', () => {
    const own = { ...PAYMENTS_PLACE, isMember: false };
    expect(subjectOf(asked({ place: own }))).toBe(subjectOf(asked()));
    expect(sourceOf(asked({ place: own }))).toBe(sourceOf(asked()));
  });

  test('requests are counted by who causes them, where', () => {
    const call = { ...asked().call, actor: deployer };
    expect(sourceOf(asked({ call }))).not.toBe(sourceOf(asked()));
    expect(sourceOf(asked({ group: { id: 'sg-2' } }))).not.toBe(sourceOf(asked()));
    expect(sourceOf(asked({ place: { ...PAYMENTS_PLACE, isMember: true } }))).not.toBe(
      sourceOf(asked()),
    );
  });
});

describe('the labels of a question', () => {
  const units = ['ou-abcd-11111111', 'ou-abcd-22222222'];

  test('are none without a hub and without tags', () => {
    expect(labelsOf({})).toBeUndefined();
    expect(labelsOf({ routeTags: [] })).toBeUndefined();
  });

  test('are the tags by which routes go, and no place where there is none', () => {
    expect(labelsOf({ routeTags: [{ key: 'team', value: 'web' }] })).toEqual({
      tags: { team: 'web' },
    });
  });

  test('are the account and its units, as far as they have the form of some', () => {
    const at = (accountId: string, path: string | undefined) =>
      labelsOf({ place: { ...PAYMENTS_PLACE, accountId, account: { path } } });
    expect(at('111122223333', `o-abc1234567/r-abcd/${units.join('/')}/`)).toEqual({
      account: '111122223333',
      units: ['r-abcd', ...units],
    });
    expect(at('somewhere', undefined)).toEqual({});
    const many = Array.from({ length: 13 }, (_, index) => `ou-abcd-${10_000_000 + index}`);
    expect(at('111122223333', many.join('/'))?.units).toEqual(many.slice(0, 12));
  });
});

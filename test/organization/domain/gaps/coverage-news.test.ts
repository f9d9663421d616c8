import {
  coverageNews,
  type FoundGap,
  type StandingGap,
} from '../../../../src/organization/domain/gaps/coverage-news';
import type { Gap } from '../../../../src/organization/domain/gaps/find-gaps';
import { hubPause, isStillQuiet } from '../../../../src/organization/domain/gaps/hub-pause';

const NOW = new Date('2026-11-29T12:00:00Z');
const EARLIER = new Date('2026-11-29T06:00:00Z');
const DARK: Gap = {
  place: { accountId: '111122223333', region: 'eu-west-1' },
  source: 'forwarded-events',
  cause: 'SILENT',
  lastCoveredAt: EARLIER,
};
const NEVER: Gap = {
  place: { accountId: '222233334444', region: 'eu-west-1' },
  source: 'forwarded-events',
  cause: 'NEVER_SEEN',
};

const RUN = { now: NOW, toldAllAt: undefined, left: [] };

test('a place that was covered and goes dark is told at once, one that never was has its time', () => {
  const news = coverageNews([], [found(DARK), found(NEVER)], RUN);
  expect(news.wentDark).toEqual([{ ...DARK, since: NOW, toldAt: NOW }]);
  expect(news.neverCovered).toEqual([]);
  expect(news.standing).toEqual([
    { ...DARK, since: NOW, toldAt: NOW },
    { ...NEVER, since: NOW },
  ]);
  expect(news.noted).toEqual(news.standing);
});

describe('a place that never was covered', () => {
  const known = { ...NEVER, since: EARLIER };

  test('is told once its time is over, and that is noted', () => {
    const news = coverageNews([known], [overdue(NEVER)], RUN);
    expect(news.neverCovered).toEqual([{ ...known, toldAt: NOW }]);
    expect(news.noted).toEqual(news.neverCovered);
  });

  test.each<[string, Partial<StandingGap>, Date | undefined]>([
    ['that was told by itself', { toldAt: EARLIER }, undefined],
    ['that was told with all gaps of a day', {}, new Date('2026-11-29T07:00:00Z')],
    ['that was found by the run that told all gaps', {}, EARLIER],
  ])('is not told again where it is one %s', (_, told, toldAllAt) => {
    const news = coverageNews([{ ...known, ...told }], [overdue(NEVER)], { ...RUN, toldAllAt });
    expect([news.neverCovered, news.noted]).toEqual([[], []]);
  });

  test('and is covered after it was told by itself, is watched at last', () => {
    const told = { ...known, toldAt: EARLIER };
    expect(coverageNews([told], [], RUN).closed).toEqual([told]);
  });

  test('and is covered before anyone heard of it, is no news', () => {
    const news = coverageNews([known], [], RUN);
    expect([news.ended, news.closed]).toEqual([[known], []]);
  });
});

test('a gap that stands keeps its beginning, and is not told at once again', () => {
  const news = coverageNews([{ ...DARK, since: EARLIER }], [overdue(DARK)], RUN);
  expect([news.noted, news.wentDark]).toEqual([[], []]);
  expect(news.standing).toEqual([{ ...DARK, since: EARLIER }]);
});

test('a gap that is closed has ended', () => {
  const known = { ...DARK, since: EARLIER };
  const news = coverageNews([known], [], RUN);
  expect([news.ended, news.closed, news.standing]).toEqual([[known], [known], []]);
});

test('another cause is another gap, and no place is watched again by that', () => {
  const known = { ...DARK, since: EARLIER };
  const change: Gap = { ...DARK, cause: 'NO_RULE' };
  const news = coverageNews([known], [found(change)], RUN);
  expect([news.ended, news.closed]).toEqual([[known], []]);
  expect(news.wentDark).toEqual([{ ...change, since: NOW, toldAt: NOW }]);
});

describe('a gap that is closed is news', () => {
  const known = { ...DARK, since: EARLIER };

  test.each<[string, Partial<Gap>]>([
    ['of another place', { place: NEVER.place }],
    ['of another source', { source: 'organization-trail' }],
  ])('whatever stands %s', (_, other) => {
    const standing = { ...known, ...other };
    expect(coverageNews([known, standing], [found(standing)], RUN).closed).toEqual([known]);
  });

  test('but not one of all sources, while one of them still brings nothing', () => {
    const { source: _all, ...refused } = { ...known, cause: 'ROLE_REFUSES' as const };
    const news = coverageNews([refused, known], [found(DARK)], RUN);
    expect([news.ended, news.closed]).toEqual([[refused], []]);
  });
});

test('a second source that goes dark in the same place is told by itself', () => {
  const trail: Gap = { ...DARK, source: 'organization-trail' };
  const news = coverageNews([{ ...DARK, since: EARLIER }], [found(DARK), found(trail)], RUN);
  expect(news.wentDark).toEqual([{ ...trail, since: NOW, toldAt: NOW }]);
});

test('a place that is watched no more is not one that is watched again', () => {
  const known = { ...DARK, since: EARLIER };
  const news = coverageNews([known], [], { ...RUN, left: [DARK.place] });
  expect([news.ended, news.closed]).toEqual([[known], []]);
});

function found(gap: Gap): FoundGap {
  return { ...gap, isOverdue: false };
}

function overdue(gap: Gap): FoundGap {
  return { ...gap, isOverdue: true };
}

describe('the hub itself was away', () => {
  test('after hours without a run', () => {
    expect(hubPause(EARLIER, NOW)).toEqual({ from: EARLIER, until: NOW });
    expect(hubPause(new Date('2026-11-29T11:00:00Z'), NOW)).toBeUndefined();
    expect(hubPause(undefined, NOW)).toBeUndefined();
  });

  test('and the silence of members says nothing until they have had their time', () => {
    const pause = { from: EARLIER, until: NOW };
    expect(isStillQuiet(pause, new Date('2026-11-29T14:15:00Z'))).toBe(true);
    expect(isStillQuiet(pause, new Date('2026-11-29T14:16:00Z'))).toBe(false);
    expect(isStillQuiet(undefined, NOW)).toBe(false);
  });
});

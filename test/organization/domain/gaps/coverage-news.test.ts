import { coverageNews } from '../../../../src/organization/domain/gaps/coverage-news';
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

test('a place that was covered and goes dark is told at once, one that never was is not', () => {
  const news = coverageNews([], [DARK, NEVER], NOW);
  expect(news.wentDark).toEqual([{ ...DARK, since: NOW }]);
  expect(news.standing).toEqual([
    { ...DARK, since: NOW },
    { ...NEVER, since: NOW },
  ]);
});

test('a gap that stands keeps its beginning, and is not told at once again', () => {
  const news = coverageNews([{ ...DARK, since: EARLIER }], [DARK], NOW);
  expect(news.begun).toEqual([]);
  expect(news.standing).toEqual([{ ...DARK, since: EARLIER }]);
});

test('a gap that is closed has ended', () => {
  const known = { ...DARK, since: EARLIER };
  expect(coverageNews([known], [], NOW)).toEqual({
    begun: [],
    wentDark: [],
    ended: [known],
    standing: [],
  });
});

test('another cause is another gap', () => {
  const known = { ...DARK, since: EARLIER };
  const found: Gap = { ...DARK, cause: 'NO_RULE' };
  const news = coverageNews([known], [found], NOW);
  expect(news.ended).toEqual([known]);
  expect(news.wentDark).toEqual([{ ...found, since: NOW }]);
});

describe('the hub itself was away', () => {
  test('after hours without a run', () => {
    expect(hubPause(EARLIER, NOW)).toEqual({ from: EARLIER, until: NOW });
    expect(hubPause(new Date('2026-11-29T11:00:00Z'), NOW)).toBeUndefined();
    expect(hubPause(undefined, NOW)).toBeUndefined();
  });

  test('and the silence of members says nothing until they have had their time', () => {
    const pause = { from: EARLIER, until: NOW };
    expect(isStillQuiet(pause, new Date('2026-11-29T14:00:00Z'))).toBe(true);
    expect(isStillQuiet(pause, new Date('2026-11-29T15:00:00Z'))).toBe(false);
    expect(isStillQuiet(undefined, NOW)).toBe(false);
  });
});

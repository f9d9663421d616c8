import type { KnownPlace } from '../../../../src/organization/domain/gaps/coverage-store';
import {
  type LaggingSource,
  sourceNews,
} from '../../../../src/organization/domain/gaps/lagging-sources';
import type { SourceKind } from '../../../../src/organization/domain/sources';

const SOURCES: readonly SourceKind[] = ['forwarded-events', 'organization-trail'];
const SEEN = { kind: 'seen', rule: 'as-made', rights: 'FULL', hasGroups: true } as const;

/** Minutes after noon. */
function at(minute: number): Date {
  return new Date(Date.UTC(2026, 10, 29, 12, minute));
}

function place(heard: Partial<Record<SourceKind, number>>, rule?: 'disabled'): KnownPlace {
  return {
    place: { accountId: '222222222222', region: 'eu-west-1' },
    expectedSince: at(-600),
    look: { ...SEEN, at: at(0), ...(rule && { rule }) },
    sightings: Object.entries(heard).map(([source, minute]) => ({
      source: source as SourceKind,
      firstAt: at(-600),
      lastAt: at(minute),
    })),
  };
}

function news(
  places: readonly KnownPlace[],
  minute: number,
  before: readonly LaggingSource[] = [],
) {
  return sourceNews(SOURCES, places, { before, now: at(minute) });
}

test.each([
  ['forwarded-events', 31 + 1, { 'forwarded-events': -60, 'organization-trail': 0 }],
  ['organization-trail', 41 + 1, { 'forwarded-events': 0, 'organization-trail': -60 }],
])('%s that bring nothing are told of within the hour', (source, minute, heard) => {
  expect(news([place(heard)], minute).fellBehind).toMatchObject([{ source, lastAt: at(-60) }]);
});

test('a source is told of within the hour, however much another brings meanwhile', () => {
  let before: readonly LaggingSource[] = [];
  const told: number[] = [];
  for (let minute = 0; minute <= 120; minute += 15) {
    const heard = { 'forwarded-events': minute, 'organization-trail': -12 };
    const run = news([place(heard)], minute, before);
    if (run.fellBehind.length > 0) told.push(minute);
    before = run.lagging;
  }
  expect(told).toEqual([45]);
});

test.each([
  ['brings the same a little later', { 'forwarded-events': 0, 'organization-trail': 14 }, 60],
  ['brought the same before', { 'forwarded-events': -14, 'organization-trail': 0 }, 60],
  ['brought what came at the same time', { 'forwarded-events': 0, 'organization-trail': -10 }, 60],
  ['has not had its time', { 'forwarded-events': 0, 'organization-trail': -60 }, 40],
  ['never brought anything of the place', { 'forwarded-events': 0 }, 600],
])('no source is told of that %s', (_, heard, minute) => {
  expect(news([place(heard)], minute).fellBehind).toEqual([]);
});

test('where the rule is disabled, no forwarded events are awaited', () => {
  const heard = { 'forwarded-events': -600, 'organization-trail': 0 };
  expect(news([place(heard, 'disabled')], 300).lagging).toEqual([]);
});

test('where the rule is disabled, another source is awaited all the same', () => {
  const heard = { 'forwarded-events': 0, 'organization-trail': -60 };
  expect(news([place(heard, 'disabled')], 300).lagging).toMatchObject([
    { source: 'organization-trail' },
  ]);
});

describe('a source that brings nothing of one place', () => {
  test('is not told of while it brings something of another', () => {
    const silent = place({ 'forwarded-events': 0, 'organization-trail': -60 });
    expect(news([silent, place({ 'organization-trail': -5 })], 60).lagging).toEqual([]);
  });

  test('is not awaited there where it never brought any', () => {
    const both = place({ 'forwarded-events': -60, 'organization-trail': -60 });
    expect(news([both, place({ 'forwarded-events': 0 })], 60).lagging).toEqual([]);
  });
});

test('each of two sources that bring nothing is told of by itself', () => {
  const heard = { 'forwarded-events': -90, 'organization-trail': -60, 'cloudtrail-lake': 0 };
  const told = news([place(heard)], 60).lagging;
  expect(told).toMatchObject([
    { source: 'forwarded-events', lastAt: at(-90) },
    { source: 'organization-trail', lastAt: at(-60) },
  ]);
  const later = news([place(heard)], 75, [...told].reverse());
  expect([later.lagging, later.fellBehind]).toEqual([told, []]);
});

describe('a source that people were told of', () => {
  const TOLD = {
    source: 'organization-trail',
    lastAt: at(-60),
    othersAt: at(0),
    toldAt: at(45),
  } as const;

  test('is not told of again while it brings nothing', () => {
    const run = news([place({ 'forwarded-events': 59, 'organization-trail': -60 })], 60, [TOLD]);
    expect(run).toEqual({ lagging: [TOLD], fellBehind: [], caughtUp: [] });
  });

  test('is told of once it brings records again', () => {
    const run = news([place({ 'forwarded-events': 59, 'organization-trail': 58 })], 60, [TOLD]);
    expect(run).toEqual({ lagging: [], fellBehind: [], caughtUp: ['organization-trail'] });
  });

  test('is told of again where it brought one record, and none since', () => {
    const run = news([place({ 'forwarded-events': 90, 'organization-trail': 50 })], 150, [TOLD]);
    expect(run.caughtUp).toEqual(['organization-trail']);
    expect(run.fellBehind).toMatchObject([{ source: 'organization-trail', lastAt: at(50) }]);
  });

  test('is not said to bring records again because its places are gone', () => {
    expect(news([], 60, [TOLD]).caughtUp).toEqual([]);
  });
});

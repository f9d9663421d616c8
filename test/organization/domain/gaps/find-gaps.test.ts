import { findGaps } from '../../../../src/organization/domain/gaps/find-gaps';
import type { Look, PlaceState } from '../../../../src/organization/domain/gaps/place-state';

const PLACE = { accountId: '111122223333', region: 'eu-west-1' };
const NOW = new Date('2026-11-29T12:00:00Z');
const EVER = new Date(0);
const EXPECTED = {
  sources: [{ source: 'forwarded-events' as const, since: EVER }],
  rights: 'REVOKE' as const,
};
const SEEN: Look = {
  kind: 'seen',
  at: NOW,
  templateVersion: 1,
  rule: 'as-made',
  rights: 'REVOKE',
  hasGroups: true,
};
const LOW = { ...SEEN, rights: 'OBSERVE' as const };

test('a place that was heard of lately, and whose rule stands, is covered', () => {
  expect(findGaps(heardOf(minutesAgo(90)), EXPECTED, NOW)).toEqual([]);
});

describe('a place is not covered', () => {
  test.each<[string, Partial<PlaceState>, string]>([
    ['while its account is suspended', { isSuspended: true }, 'SUSPENDED'],
    ['where its role lets the hub not in', { look: refusedBy('role') }, 'ROLE_REFUSES'],
    ['where an SCP denies it', { look: refusedBy('service-control-policy') }, 'SCP_DENIES'],
    ['where its Region is off', { look: refusedBy('region') }, 'REGION_OFF'],
    ['where its rule is missing', { look: { ...SEEN, rule: 'missing' } }, 'NO_RULE'],
    ['where its rule is disabled', { look: { ...SEEN, rule: 'disabled' } }, 'NO_RULE'],
    ['where its rule was changed', { look: { ...SEEN, rule: 'changed' } }, 'NO_RULE'],
    ['where it allows too little', { look: { ...SEEN, rights: 'OBSERVE' } }, 'RIGHTS_TOO_LOW'],
  ])('%s', (_, state, cause) => {
    const gaps = findGaps({ ...heardOf(minutesAgo(1)), ...state }, EXPECTED, NOW);
    expect(gaps.map((gap) => gap.cause)).toEqual([cause]);
    expect(gaps[0]!.lastCoveredAt).toEqual(minutesAgo(1));
  });

  test.each<[string, PlaceState, string]>([
    ['was heard of long ago', { ...heardOf(minutesAgo(136)), look: LOW }, 'SILENT'],
    ['lost its rule', { ...heardOf(NOW), look: { ...LOW, rule: 'missing' } }, 'NO_RULE'],
  ])('also where it allows too little, and %s', (_, state, cause) => {
    const gaps = findGaps(state, EXPECTED, NOW);
    expect(gaps.map((gap) => gap.cause)).toEqual([cause, 'RIGHTS_TOO_LOW']);
  });

  test('after more than two hours without a heartbeat', () => {
    expect(findGaps(heardOf(minutesAgo(135)), EXPECTED, NOW)).toEqual([]);
    expect(findGaps(heardOf(minutesAgo(136)), EXPECTED, NOW)).toEqual([
      {
        place: PLACE,
        cause: 'SILENT',
        source: 'forwarded-events',
        lastCoveredAt: minutesAgo(136),
      },
    ]);
  });

  test('where nothing was ever heard of it, once it has had its time', () => {
    const state = { ...heardOf(NOW), sightings: [] };
    expect(findGaps({ ...state, expectedSince: minutesAgo(60) }, EXPECTED, NOW)).toEqual([]);
    expect(findGaps({ ...state, expectedSince: minutesAgo(136) }, EXPECTED, NOW)).toEqual([
      { place: PLACE, cause: 'NEVER_SEEN', source: 'forwarded-events' },
    ]);
  });
});

test.each([
  ['forwarded-events', 135],
  ['organization-trail', 145],
  ['cloudtrail-lake', 150],
] as const)('the silence of %s is seen by itself, after %i minutes', (source, minutes) => {
  const sources = ['forwarded-events', 'organization-trail', 'cloudtrail-lake'] as const;
  const heard = (at: Date): PlaceState => ({
    ...heardOf(NOW),
    sightings: sources.map((one) => ({
      source: one,
      firstAt: at,
      lastAt: one === source ? at : NOW,
    })),
  });
  const expected = {
    ...EXPECTED,
    sources: sources.map((one) => ({ source: one, since: EVER })),
  };
  expect(findGaps(heard(minutesAgo(minutes)), expected, NOW)).toEqual([]);
  expect(findGaps(heard(minutesAgo(minutes + 1)), expected, NOW)).toEqual([
    expect.objectContaining({ cause: 'SILENT', source }),
  ]);
});

test('too few rights are told with both, those that are and those that are needed', () => {
  expect(findGaps({ ...heardOf(NOW), look: LOW }, EXPECTED, NOW)).toEqual([
    {
      place: PLACE,
      cause: 'RIGHTS_TOO_LOW',
      reason: 'The member allows OBSERVE, and the policies need REVOKE.',
      lastCoveredAt: NOW,
    },
  ]);
});

test('where the last look failed, the silence of a place is told with why', () => {
  const failed: Look = { kind: 'failed', at: NOW, reason: 'Rate exceeded' };
  const reasonsWith = (look: Look) =>
    findGaps({ ...heardOf(minutesAgo(136)), look }, EXPECTED, NOW).map(({ reason }) => reason);
  expect(reasonsWith(failed)).toEqual(['Rate exceeded']);
  expect(reasonsWith(SEEN)).toEqual([undefined]);
});

test('a place was covered until the last of its sources brought something', () => {
  const sightings = [
    { source: 'forwarded-events' as const, firstAt: minutesAgo(600), lastAt: minutesAgo(30) },
    { source: 'organization-trail' as const, firstAt: minutesAgo(600), lastAt: minutesAgo(60) },
  ];
  const state = { ...heardOf(NOW), sightings, isSuspended: true };
  expect(findGaps(state, EXPECTED, NOW)).toStrictEqual([
    { place: PLACE, cause: 'SUSPENDED', lastCoveredAt: minutesAgo(30) },
  ]);
});

test('without a rule, a source that needs none is no gap', () => {
  const state: PlaceState = { ...heardOf(NOW), look: { ...SEEN, rule: 'disabled' } };
  const trail = { source: 'organization-trail' as const, since: minutesAgo(1) };
  const gaps = findGaps(state, { ...EXPECTED, sources: [...EXPECTED.sources, trail] }, NOW);
  expect(gaps).toMatchObject([
    {
      cause: 'NO_RULE',
      source: 'forwarded-events',
      reason: 'A rule that forwards events is disabled.',
    },
  ]);
});

test('a place without a group says so, and its silence is no gap', () => {
  const state = { ...heardOf(minutesAgo(600)), look: { ...SEEN, hasGroups: false } };
  expect(findGaps(state, EXPECTED, NOW)).toEqual([]);
});

test('the silence of each source is seen by itself', () => {
  const expected = {
    ...EXPECTED,
    sources: [
      { source: 'forwarded-events' as const, since: EVER },
      { source: 'organization-trail' as const, since: EVER },
    ],
  };
  const fresh = { ...heardOf(minutesAgo(5)), expectedSince: minutesAgo(10) };
  const gaps = findGaps(fresh, expected, NOW);
  expect(gaps.map(({ source, cause }) => [source, cause])).toEqual([]);

  const later = new Date(NOW.getTime() + 3 * 60 * 60_000);
  const state = {
    ...heardOf(later),
    sightings: [
      { source: 'forwarded-events' as const, firstAt: minutesAgo(600), lastAt: later },
      { source: 'organization-trail' as const, firstAt: minutesAgo(600), lastAt: NOW },
    ],
  };
  expect(findGaps(state, expected, later).map(({ source, cause }) => [source, cause])).toEqual([
    ['organization-trail', 'SILENT'],
  ]);
});

describe('a source that a deployment has added', () => {
  const added = (minutes: number) => ({
    ...EXPECTED,
    sources: [
      ...EXPECTED.sources,
      { source: 'organization-trail' as const, since: minutesAgo(minutes) },
    ],
  });

  test('has its time in places that are known for long', () => {
    expect(findGaps(heardOf(minutesAgo(1)), added(145), NOW)).toEqual([]);
    expect(findGaps(heardOf(minutesAgo(1)), added(146), NOW)).toEqual([
      { place: PLACE, cause: 'NEVER_SEEN', source: 'organization-trail' },
    ]);
  });

  test('has its time where members get their rules for it, and not where a rule was changed', () => {
    const ruleIs = (rule: 'missing' | 'changed'): PlaceState => ({
      ...heardOf(NOW),
      sightings: [],
      look: { ...SEEN, rule },
    });
    const sources = [{ source: 'forwarded-events' as const, since: minutesAgo(60) }];
    const causes = (rule: 'missing' | 'changed') =>
      findGaps(ruleIs(rule), { ...EXPECTED, sources }, NOW).map(({ cause }) => cause);
    expect(causes('missing')).toEqual([]);
    expect(causes('changed')).toEqual(['NO_RULE']);
  });
});

test('a place that the hub has never been able to look at is named', () => {
  const { look: _never, ...state } = { ...heardOf(NOW), sightings: [] };
  expect(findGaps(state, EXPECTED, NOW)).toEqual([
    expect.objectContaining({
      cause: 'NEVER_SEEN',
      reason: 'The hub has not been able to look at it.',
    }),
  ]);
});

function heardOf(lastAt: Date): PlaceState {
  return {
    place: PLACE,
    isSuspended: false,
    sightings: [{ source: 'forwarded-events', firstAt: minutesAgo(6_000), lastAt }],
    look: SEEN,
    expectedSince: minutesAgo(6_000),
  };
}

function refusedBy(by: 'role' | 'service-control-policy' | 'region'): Look {
  return { kind: 'refused', at: NOW, by, reason: 'AccessDenied' };
}

function minutesAgo(minutes: number): Date {
  return new Date(NOW.getTime() - minutes * 60_000);
}

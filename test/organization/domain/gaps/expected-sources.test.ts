import type {
  CoverageMemory,
  KnownPlace,
} from '../../../../src/organization/domain/gaps/coverage-store';
import { expectedSources } from '../../../../src/organization/domain/gaps/expected-sources';
import type { SourceKind } from '../../../../src/organization/domain/sources';

const NOW = new Date('2026-11-29T12:00:00Z');
const EARLIER = new Date('2026-11-29T06:00:00Z');
const EVER = new Date(0);
const PLACE = { accountId: '111122223333', region: 'eu-west-1' };
const HEARD: KnownPlace = {
  place: PLACE,
  expectedSince: EARLIER,
  sightings: [{ source: 'forwarded-events', firstAt: EARLIER, lastAt: EARLIER }],
};
const MISSED = {
  place: PLACE,
  source: 'organization-trail',
  cause: 'SILENT',
  since: EARLIER,
} as const;

const SOURCES: readonly SourceKind[] = [
  'forwarded-events',
  'organization-trail',
  'cloudtrail-lake',
];

function since(memory: Partial<CoverageMemory>): Date[] {
  const known = { places: [HEARD], gaps: [MISSED], ...memory };
  return expectedSources(known, SOURCES, NOW).map((one) => one.since);
}

test('at the first run, each source has its time from now, whatever was heard before', () => {
  expect(since({})).toEqual([NOW, NOW, NOW]);
});

test('a source that the last run knew has its time from then, and another from now', () => {
  const sources = [{ source: 'organization-trail' as const, since: EARLIER }];
  expect(since({ lastRun: { at: EARLIER, sources } })).toEqual([NOW, EARLIER, NOW]);
});

test('where an earlier version ran last, one that was heard of or missed is not new', () => {
  expect(since({ lastRun: { at: EARLIER } })).toEqual([EVER, EVER, NOW]);
});

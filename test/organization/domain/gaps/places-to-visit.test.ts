import type {
  CoverageMemory,
  KnownPlace,
} from '../../../../src/organization/domain/gaps/coverage-store';
import type { Look } from '../../../../src/organization/domain/gaps/place-state';
import {
  type HubPlaces,
  placesToReconcile,
  placesToTry,
} from '../../../../src/organization/domain/gaps/places-to-visit';

const NOW = new Date('2026-03-10T12:00:00Z');
const HOUR = 60 * 60_000;
const OWN = { accountId: '111111111111', region: 'eu-west-1' };
const HUB = {
  selection: { kind: 'accounts' as const, accountIds: ['111111111111', '222222222222'] },
  regions: undefined,
  own: OWN,
  sources: ['forwarded-events' as const],
};
const SEEN: Look = { kind: 'seen', at: NOW, rule: 'as-made', rights: 'REVOKE', hasGroups: true };

describe('places are compared with the ledger', () => {
  test('where the hub may look, though it could not look last time', () => {
    const memory = remembered(
      place('222222222222', SEEN),
      place('222222222222', { kind: 'failed', at: NOW, reason: 'throttled' }, 'us-east-1'),
    );
    expect(regions(placesToReconcile(memory, HUB))).toEqual(['eu-west-1', 'us-east-1']);
  });

  test('but not the own one of the sentry, nor one that refuses or was not looked at, nor one of no member', () => {
    const refused: Look = { kind: 'refused', at: NOW, by: 'role', reason: 'no' };
    const memory = remembered(
      place('111111111111', SEEN),
      place('222222222222', refused),
      place('333333333333', SEEN),
      place('222222222222', undefined, 'us-east-1'),
    );
    expect(placesToReconcile(memory, HUB)).toEqual([]);
  });

  test('in the Regions of the hub alone', () => {
    const memory = remembered(
      place('222222222222', SEEN),
      place('222222222222', SEEN, 'us-east-1'),
    );
    const hub = { ...HUB, regions: ['us-east-1'] };
    expect(regions(placesToReconcile(memory, hub))).toEqual(['us-east-1']);
  });
});

describe('a heartbeat is sent', () => {
  test.each([
    ['where nothing was ever heard', []],
    ['where nothing was heard for two hours', [heard(2)]],
    ['where nothing was heard for a hundred minutes', [heard(5 / 3)]],
    ['where no source has brought anything', [heard(2), heard(5)]],
  ])('%s', (_, sightings) => {
    expect(
      placesToTry(remembered(place('222222222222', SEEN, undefined, sightings)), HUB, NOW),
    ).toHaveLength(1);
  });

  test.each<[string, Look, KnownPlace['sightings']]>([
    ['where something was heard of late', SEEN, [heard(1)]],
    ['where the rule is missing, which is known to be the cause', { ...SEEN, rule: 'missing' }, []],
    ['where there is no group to try it on', { ...SEEN, hasGroups: false }, []],
  ])('but not %s', (_, look, sightings) => {
    const memory = remembered(place('222222222222', look, undefined, sightings));
    expect(placesToTry(memory, HUB, NOW)).toEqual([]);
  });

  test.each<[string, HubPlaces['sources']]>([
    ['that needs no rule', ['cloudtrail-lake']],
    ['beside a rule that is missing', ['forwarded-events', 'organization-trail']],
  ])('for a source %s', (_, sources) => {
    const memory = remembered(place('222222222222', { ...SEEN, rule: 'missing' }));
    expect(placesToTry(memory, { ...HUB, sources }, NOW)).toHaveLength(1);
  });
});

function remembered(...places: KnownPlace[]): CoverageMemory {
  return { places, gaps: [] };
}

function place(
  accountId: string,
  look: Look | undefined,
  region = 'eu-west-1',
  sightings: KnownPlace['sightings'] = [],
): KnownPlace {
  return { place: { accountId, region }, expectedSince: NOW, ...(look && { look }), sightings };
}

function heard(hoursAgo: number): KnownPlace['sightings'][number] {
  const at = new Date(NOW.getTime() - hoursAgo * HOUR);
  return { source: 'forwarded-events', firstAt: at, lastAt: at };
}

function regions(places: readonly { region: string }[]): string[] {
  return places.map(({ region }) => region);
}

import type { KnownPlace } from '../../../../src/organization/domain/gaps/coverage-store';
import {
  regionsByAccount,
  type Scope,
  watchedPlaces,
} from '../../../../src/organization/domain/gaps/watched-places';

const NOW = new Date('2026-11-29T12:00:00Z');
const SHOP = '111122223333';
const BANK = '222233334444';
const ALL: Scope = { memberIds: [SHOP, BANK], regions: undefined, hubRegion: 'eu-west-1' };
const TWO: Scope = { ...ALL, memberIds: [SHOP], regions: ['eu-west-1', 'us-east-1'] };

function unknown(accountId: string, region = 'eu-west-1'): KnownPlace {
  return { place: { accountId, region }, expectedSince: NOW, sightings: [] };
}

function looked(accountId: string, region: string): KnownPlace {
  return { ...unknown(accountId, region), look: { kind: 'failed', at: NOW, reason: 'x' } };
}

function heard(accountId: string, region: string): KnownPlace {
  const sightings = [{ source: 'forwarded-events' as const, firstAt: NOW, lastAt: NOW }];
  return { ...unknown(accountId, region), sightings };
}

test('the place that stood for an account is not watched any more, once the account was looked at', () => {
  const [stood, found, other] = [unknown(SHOP), looked(SHOP, 'sa-east-1'), unknown(BANK)];
  expect(watchedPlaces([stood, found, other], ALL)).toEqual({
    watched: [found, other],
    left: [],
    replaced: [stood.place],
    missing: [],
  });
});

test('where Regions are named, one that was not looked at yet is watched beside others', () => {
  const known = [unknown(SHOP), looked(SHOP, 'us-east-1')];
  const { watched, replaced, missing } = watchedPlaces(known, TWO);
  expect([watched, replaced, missing]).toEqual([known, [], []]);
});

test('of the named Regions, those are missing of which nothing is known', () => {
  expect(watchedPlaces([looked(SHOP, 'us-east-1')], TWO).missing).toEqual([
    { accountId: SHOP, region: 'eu-west-1' },
  ]);
});

test('an account is known in the Regions in which it was looked at, or heard of', () => {
  const known = [looked(SHOP, 'eu-west-1'), heard(SHOP, 'us-east-1'), unknown(SHOP, 'sa-east-1')];
  expect([...regionsByAccount([...known, unknown(BANK)])]).toEqual([
    [SHOP, ['eu-west-1', 'us-east-1']],
  ]);
});

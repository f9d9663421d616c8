import { CountedAws } from './counted-aws';
import { HubAtWork } from './hub-at-work';
import { accountId, REGIONS } from './members';
import { MOST_PLACES } from '../../src/security-group/adapters/member-places';
import { heapInUse } from '../figures/garbage';

const PLACES = [100, MOST_PLACES, 4 * MOST_PLACES];

/** What a container keeps after it has worked in so many places: their clients and sessions. */
export async function heapOfPlaces() {
  const rows = [];
  for (const places of PLACES) {
    const aws = new CountedAws(places / REGIONS.length);
    rows.push(await aws.during(async () => heapOf(places, new HubAtWork(aws))));
  }
  return rows;
}

async function heapOf(places: number, hub: HubAtWork) {
  await hub.watchCoverage();
  const container = hub.container('respond');
  const before = heapInUse();
  for (let number = 0; number < places; number += 1) {
    const region = REGIONS[number % REGIONS.length]!;
    const place = { accountId: accountId(Math.floor(number / REGIONS.length)), region };
    await container.known.at(place);
    await container.places.at(place, 'bench').groups.rulesOf('sg-1');
  }
  const grown = (heapInUse() - before) / 1_000;
  const kept = Math.min(places, MOST_PLACES);
  return {
    'worked in': places,
    'places kept': kept,
    'kB kept': Math.round(grown),
    'kB for each kept': Math.round(grown / kept),
  };
}

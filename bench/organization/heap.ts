import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CountedAws } from './counted-aws';
import { HubAtWork } from './hub-at-work';
import { accountId, REGIONS } from './members';

const PLACES = [100, 500, 2_000];

/** What a container keeps after it has worked in so many places: their clients and sessions. */
export async function heapOfPlaces() {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const rows = [];
  for (const places of PLACES) {
    const aws = new CountedAws(places / REGIONS.length);
    rows.push(await aws.during(async () => heapOf(places, new HubAtWork(aws), collect)));
  }
  return rows;
}

async function heapOf(places: number, hub: HubAtWork, collect: () => void) {
  await hub.watchCoverage();
  const container = hub.container('respond');
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < places; number += 1) {
    const region = REGIONS[number % REGIONS.length]!;
    const place = { accountId: accountId(Math.floor(number / REGIONS.length)), region };
    await container.known.at(place);
    await container.places.at(place, 'bench').groups.rulesOf('sg-1');
  }
  collect();
  const grown = (process.memoryUsage().heapUsed - before) / 1_000;
  return { places, kept: Math.round(grown), 'a place': Math.round(grown / Math.min(places, 500)) };
}

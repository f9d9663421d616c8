import assert from 'node:assert/strict';
import type { CountedAws } from './counted-aws';
import { COVERAGE_TABLE, HubAtWork } from './hub-at-work';
import { assertTold, measure, type Measured } from './measured';
import { REGIONS } from './members';
import { reconcileOnePlace } from './reconcile-place';
import { DynamoSightings } from '../../src/organization/adapters/dynamo-sightings';
import {
  RUN_EVERY_MINUTES,
  SILENT_AFTER_SECONDS,
  TRIED_AFTER_SECONDS,
} from '../../src/organization/domain/gaps/coverage-times';

const SECOND = 1_000;
const BETWEEN_RUNS = RUN_EVERY_MINUTES * 60 * SECOND;
const TRIED_AFTER = TRIED_AFTER_SECONDS * SECOND;
const SILENT_AFTER = SILENT_AFTER_SECONDS * SECOND;

/** Everything that a hub does by the clock, with so many accounts in two Regions each. */
export async function measureHub(aws: CountedAws): Promise<Measured[]> {
  return aws.during(async () => {
    const hub = new HubAtWork(aws);
    return [...(await whileHeard(hub)), ...(await whenSilent(hub))];
  });
}

async function whileHeard(hub: HubAtWork): Promise<Measured[]> {
  const { aws } = hub;
  const measured = [
    await measure('coverage, first run', aws, async () => hub.watchCoverage()),
    await measure('looks at all members', aws, async () => hub.lookAtMembers()),
    await measure('the list of accounts, in one container', aws, async () => {
      await hub.container('respond').directory.known();
    }),
    await measure('events heard of all places', aws, async () => hearAll(hub)),
  ];
  aws.pass(BETWEEN_RUNS);
  measured.push(
    await measure('coverage, nothing new', aws, async () => {
      assert.equal((await hub.watchCoverage()).standing.length, 0, 'gaps where there are none');
    }),
    await measure('schedule of reconcile', aws, async () => {
      assert.equal(await hub.scheduleReconciles(), placesButOwn(aws), 'places to reconcile');
    }),
  );
  measured.forEach((one) => assertTold(one, 0));
  const contact = await measure('reconcile, first contact of one place', aws, async () =>
    reconcileOnePlace(hub, 'first contact'),
  );
  const later = await measure('reconcile, one place later', aws, async () =>
    reconcileOnePlace(hub, 'later'),
  );
  return [...measured, assertTold(contact, 1), assertTold(later, 0)];
}

/** Nothing comes from any place, and the hub runs on every quarter of an hour. */
async function whenSilent(hub: HubAtWork): Promise<Measured[]> {
  const { aws } = hub;
  for (let waited = 0; waited < TRIED_AFTER; waited += BETWEEN_RUNS) {
    assertTold(await nextRun(hub), 0);
  }
  const heartbeats = await measure('heartbeats, all silent', aws, async () => {
    assert.equal(await hub.scheduleHeartbeats(), placesButOwn(aws), 'places to try');
  });
  return [assertTold(heartbeats, 0), await firstToTell(hub)];
}

async function firstToTell(hub: HubAtWork): Promise<Measured> {
  for (let waited = TRIED_AFTER; waited <= SILENT_AFTER + BETWEEN_RUNS; waited += BETWEEN_RUNS) {
    const run = await nextRun(hub);
    if (run.notifications > 0) return assertTold(run, 1);
  }
  throw new Error('The hub does not tell that all places have gone dark.');
}

/** Of all places together, or of none. */
async function nextRun(hub: HubAtWork): Promise<Measured> {
  const { aws } = hub;
  const places = aws.members.length * REGIONS.length;
  aws.pass(BETWEEN_RUNS);
  aws.queued.length = 0;
  return measure('coverage, all gone dark', aws, async () => {
    const { wentDark } = await hub.watchCoverage();
    assert.ok([0, places].includes(wentDark.length), `${wentDark.length} places went dark`);
  });
}

/** The hub's own is the stack's, and not one of a member's. */
function placesButOwn({ members }: CountedAws): number {
  return members.length * REGIONS.length - 1;
}

async function hearAll({ dynamo, aws, store }: HubAtWork): Promise<void> {
  const sightings = new DynamoSightings(dynamo, COVERAGE_TABLE, aws.clock);
  for (const { place } of (await store.read()).places) {
    await sightings.seen(place, 'forwarded-events', aws.clock.now());
  }
}

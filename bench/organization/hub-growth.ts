import type { CountedAws } from './counted-aws';
import { COVERAGE_TABLE, HubAtWork } from './hub-at-work';
import { measure, type Measured } from './measured';
import { reconcileOnePlace } from './reconcile-place';
import { DynamoSightings } from '../../src/organization/adapters/dynamo-sightings';

const MINUTE = 60_000;

/** Everything that a hub does by the clock, with so many accounts in two Regions each. */
export async function measureHub(aws: CountedAws): Promise<Measured[]> {
  return aws.during(async () => {
    const hub = new HubAtWork(aws);
    const run = async () => hub.watchCoverage();
    const looks = async () => hub.lookAtMembers();
    const measured = [
      await measure('coverage, first run', aws, run),
      await measure('looks at all members', aws, looks),
      await measure('the list of accounts, in one container', aws, async () => {
        await hub.container('respond').directory.known();
      }),
      await measure('events heard of all places', aws, async () => hearAll(hub)),
    ];
    aws.pass(15 * MINUTE);
    aws.queued.length = 0;
    measured.push(
      await measure('coverage, nothing new', aws, run),
      await measure('schedule of reconcile', aws, async () => hub.scheduleReconciles()),
      await measure('reconcile, first contact of one place', aws, async () =>
        reconcileOnePlace(hub, 'first contact'),
      ),
      await measure('reconcile, one place later', aws, async () => reconcileOnePlace(hub, 'later')),
    );
    aws.pass(90 * MINUTE);
    await run();
    aws.pass(90 * MINUTE);
    measured.push(
      await measure('heartbeats, all silent', aws, async () => hub.scheduleHeartbeats()),
      await measure('coverage, all gone dark', aws, run),
    );
    return measured;
  });
}

async function hearAll({ dynamo, aws, store }: HubAtWork): Promise<void> {
  const sightings = new DynamoSightings(dynamo, COVERAGE_TABLE, aws.clock);
  for (const { place } of (await store.read()).places) {
    await sightings.seen(place, 'forwarded-events', aws.clock.now());
  }
}

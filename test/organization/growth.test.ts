import { exponentOf, MOST_EXPONENT } from '../../bench/figures/growth-exponent';
import { CountedAws } from '../../bench/organization/counted-aws';
import { measureHub } from '../../bench/organization/hub-growth';
import { measureKeys } from '../../bench/organization/keys-growth';
import type { Measured } from '../../bench/organization/measured';
import { faultsIn, growthsOf } from '../../bench/organization/table-of-growth';
import { placesToReconcile } from '../../src/organization/domain/gaps/places-to-visit';
import { watchCoverage } from '../../src/organization/domain/gaps/watch-coverage';

// The bench measures the same with more accounts: npm run bench -- organization.

const NOW = new Date('2026-11-29T12:00:00Z');
const SELECTION = { kind: 'organization', units: [], excluding: [] } as const;

test('calls, and what is read, written and sent, grow with the accounts and no faster', async () => {
  const runs = new Map<number, readonly Measured[]>();
  for (const accounts of [5, 30]) {
    const hub = await measureHub(new CountedAws(accounts));
    runs.set(accounts, [...hub, ...(await measureKeys(new CountedAws(accounts)))]);
  }
  expect(faultsIn(growthsOf(runs))).toEqual([]);
});

/** How often something is asked of any account or place of the hub's memory. */
async function lookUpsOf(accounts: number): Promise<number> {
  let lookUps = 0;
  const counted = <Of extends object>(of: Of): Of =>
    new Proxy(of, {
      get: (target, name) => {
        lookUps += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
  const ids = Array.from({ length: accounts }, (_, index) => String(100_000_000_000 + index));
  const look = { kind: 'failed', at: NOW, reason: 'Rate exceeded' } as const;
  const memory = {
    list: {
      readAt: NOW,
      accounts: ids.map((id) => counted({ id, name: '', state: 'ACTIVE' as const, path: 'r-1/' })),
    },
    places: ids.map((accountId) =>
      counted({
        place: counted({ accountId, region: 'eu-west-1' }),
        expectedSince: NOW,
        look,
        sightings: [],
      }),
    ),
    gaps: [],
  };
  const [hubAccountId = ''] = ids;
  const expected = { sources: ['forwarded-events' as const], rights: 'OBSERVE' as const };
  const hub = { selection: SELECTION, regions: undefined };
  await watchCoverage(
    { ...hub, hubAccountId, hubRegion: 'us-east-1', expected },
    { store: { read: async () => memory }, lookAt: async () => undefined },
    NOW,
  );
  const own = { accountId: hubAccountId, region: 'us-east-1' };
  placesToReconcile(memory, { ...hub, own, sources: expected.sources });
  return lookUps;
}

test('no account is searched for in a list of all', async () => {
  const series = new Map<number, number>();
  for (const accounts of [20, 200]) series.set(accounts, await lookUpsOf(accounts));
  expect(exponentOf(series)).toBeLessThan(MOST_EXPONENT);
});

import {
  RUN_EVERY_MINUTES,
  TRY_EVERY_MINUTES,
} from '../../../../src/organization/domain/gaps/coverage-times';
import {
  lookAtMember,
  type MemberView,
} from '../../../../src/organization/domain/gaps/look-at-member';
import type { MemberToAsk } from '../../../../src/organization/domain/gaps/member-to-ask';
import { placesToTry } from '../../../../src/organization/domain/gaps/places-to-visit';
import { watchCoverage } from '../../../../src/organization/domain/gaps/watch-coverage';
import type { Place } from '../../../../src/organization/domain/place';
import { SOURCE_KINDS, type SourceKind } from '../../../../src/organization/domain/sources';
import { CoverageInMemory } from '../../in-memory/coverage-in-memory';
import { HUB, HUB_ACCOUNT, PAYMENTS } from '../../samples/accounts';

const REGION = 'eu-west-1';
const THREE_HOURS = 180;
const HUB_PLACES = {
  selection: { kind: 'organization' as const, units: [], excluding: [HUB_ACCOUNT] },
  regions: undefined,
  own: { accountId: HUB_ACCOUNT, region: REGION },
};

/** After how many minutes a record of a call comes: as is said of each source, and at its worst. */
const USUAL = { 'forwarded-events': 1, 'organization-trail': 5, 'cloudtrail-lake': 15 };
const WORST = { 'forwarded-events': 15, 'organization-trail': 25, 'cloudtrail-lake': 30 };

interface World {
  readonly comesAfter?: Readonly<Record<SourceKind, number>>;
  readonly source: SourceKind;
  /** Minutes from midnight. */
  readonly joinsAt: number;
  /** From then on, no call of the member reaches the hub. */
  readonly goesDarkAt?: number;
  /** Undefined: no look at the member comes to its end. */
  readonly view?: Partial<MemberView>;
}

const REFUSED = { refusedBy: 'role' as const, reason: 'AccessDenied' };
const STANDS: MemberView = {
  tags: async () => ({ rights: 'FULL' }),
  enabledRegions: async () => [REGION],
  lookAt: async () => ({ templateVersion: 1, rule: 'as-made', hasGroups: true }),
};

describe('by the schedules as they are', () => {
  test.each(SOURCE_KINDS)(
    'a place that goes dark is named within three hours, by way of %s',
    async (source) => {
      for (let goesDarkAt = 480; goesDarkAt < 480 + 120; goesDarkAt += 4) {
        const named = await minutesOfNames({ source, joinsAt: 3, goesDarkAt, view: {} });
        expect(named).toHaveLength(1);
        expect(named[0]).toBeGreaterThan(goesDarkAt);
        expect(named[0]! - goesDarkAt).toBeLessThanOrEqual(THREE_HOURS);
      }
    },
  );

  test.each(SOURCE_KINDS)('a place in which no one does anything is not, by %s', async (source) => {
    const world = { source, joinsAt: 3, view: {}, comesAfter: WORST };
    expect(await minutesOfNames(world)).toEqual([]);
  });

  const neverHeardOf = { goesDarkAt: 0 };
  test.each<[string, Partial<World>]>([
    ['as its roles are missing', { view: { tags: async () => REFUSED } }],
    ['as no trail records it', { ...neverHeardOf, view: {} }],
    [
      'as its rule is missing',
      { ...neverHeardOf, view: { lookAt: async () => ({ rule: 'missing', hasGroups: true }) } },
    ],
    ['as no look at it comes to its end', neverHeardOf],
  ])('a place that is never covered is named within three hours, once, %s', async (_, world) => {
    for (const joinsAt of [0, 14, 307]) {
      const named = await minutesOfNames({ source: 'forwarded-events', joinsAt, ...world });
      expect(named).toHaveLength(1);
      expect(named[0]! - joinsAt).toBeLessThanOrEqual(THREE_HOURS);
    }
  });

  test('nor does it matter that the hub is new, and has had no places at first', async () => {
    const [named] = await minutesOfNames({
      source: 'forwarded-events',
      joinsAt: 0,
      view: { tags: async () => REFUSED },
    });
    expect(named).toBeLessThanOrEqual(THREE_HOURS);
  });
});

const HOURS = 14;

/** The minutes in which the place was named by itself. */
async function minutesOfNames(world: World): Promise<number[]> {
  const store = new CoverageInMemory();
  const underWay: { readonly at: number; readonly place: Place }[] = [];
  const named: number[] = [];
  for (let minute = 0; minute < HOURS * 60; minute += 1) {
    const now = new Date(Date.UTC(2026, 10, 29, 0, minute));
    for (const { place } of underWay.filter(({ at }) => at === minute)) {
      await store.seen(place, world.source, now);
    }
    if (minute % TRY_EVERY_MINUTES === 4 && minute < (world.goesDarkAt ?? Infinity)) {
      const at = minute + (world.comesAfter ?? USUAL)[world.source];
      const tried = placesToTry(
        await store.read(),
        { ...HUB_PLACES, sources: [world.source] },
        now,
      );
      underWay.push(...tried.map((place) => ({ at, place })));
    }
    if (minute % RUN_EVERY_MINUTES === 1 && (await isNamed(world, { store, minute, now }))) {
      named.push(minute);
    }
  }
  return named;
}

interface Moment {
  readonly store: CoverageInMemory;
  readonly minute: number;
  readonly now: Date;
}

/** One run, and the looks that it has made; whether it names the place. */
async function isNamed(world: World, { store, minute, now }: Moment): Promise<boolean> {
  const asked: MemberToAsk[] = [];
  const report = await watchCoverage(
    {
      selection: HUB_PLACES.selection,
      hubAccountId: HUB_ACCOUNT,
      hubRegion: REGION,
      regions: undefined,
      expected: { sources: [world.source], rights: 'REVOKE' },
    },
    {
      store,
      readAccounts: async () => ({
        readAt: now,
        accounts: minute >= world.joinsAt ? [HUB, PAYMENTS] : [HUB],
      }),
      lookAt: async (members) => {
        asked.push(...members);
      },
    },
    now,
  );
  await store.remember(report);
  for (const member of world.view ? asked : []) {
    const view = { ...STANDS, ...world.view };
    const looks = await lookAtMember(
      { ...member, regions: undefined, hubRegion: REGION },
      view,
      now,
    );
    await store.writeLooks(looks, now);
  }
  return report.wentDark.length + report.neverCovered.length > 0;
}

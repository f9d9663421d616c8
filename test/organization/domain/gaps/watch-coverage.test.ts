import type { KnownPlace } from '../../../../src/organization/domain/gaps/coverage-store';
import {
  type CoverageReport,
  watchCoverage,
  type WatchedOrganization,
} from '../../../../src/organization/domain/gaps/watch-coverage';
import type { AccountList } from '../../../../src/organization/domain/member-accounts';
import { CoverageInMemory } from '../../in-memory/coverage-in-memory';
import { HUB_ACCOUNT, LIST, OLD_SHOP, PAYMENTS, SANDBOX } from '../../samples/accounts';

const ORGANIZATION: WatchedOrganization = {
  selection: { kind: 'organization', units: [], excluding: [HUB_ACCOUNT] },
  hubAccountId: HUB_ACCOUNT,
  hubRegion: 'eu-west-1',
  regions: undefined,
  expected: { sources: ['forwarded-events'], rights: 'REVOKE' },
};

const SEEN = { kind: 'seen', rule: 'as-made', rights: 'REVOKE', hasGroups: true } as const;

let store: CoverageInMemory;
let organization: WatchedOrganization;
let now: Date;
let read: () => AccountList;
let lookedAt: string[];
let regionsAsked: Map<string, readonly string[]>;

beforeEach(() => {
  store = new CoverageInMemory();
  organization = ORGANIZATION;
  now = new Date('2026-11-29T12:00:00Z');
  read = () => LIST;
  lookedAt = [];
  regionsAsked = new Map();
});

test('all members are looked at, suspended ones too', async () => {
  await run();
  expect(lookedAt).toEqual([PAYMENTS.id, SANDBOX.id, OLD_SHOP.id]);
});

test('a place that is heard of is covered', async () => {
  store.places = [place(PAYMENTS.id)];
  const report = await run();
  expect(report.standing).toEqual([]);
});

describe('a unit that is named, and in which there is no account', () => {
  beforeEach(() => {
    const expected = { ...ORGANIZATION.expected, units: ['ou-abcd-99999999', 'ou-abcd-11111111'] };
    organization = { ...ORGANIZATION, expected };
  });

  test('is told once by itself', async () => {
    expect(await run()).toMatchObject({ emptyUnits: ['ou-abcd-99999999'], tellsUnits: true });
    pass(15);
    expect(await run()).toMatchObject({ emptyUnits: ['ou-abcd-99999999'], tellsUnits: false });
  });

  test('is told by itself too where it is named later than another', async () => {
    await run();
    const units = [...organization.expected.units!, 'ou-abcd-88888888'];
    organization = { ...organization, expected: { ...organization.expected, units } };
    expect((await run()).tellsUnits).toBe(true);
  });

  test('is none where the list does not tell the unit of each account', async () => {
    const [first, ...others] = LIST.accounts;
    read = () => ({ ...LIST, accounts: [{ ...first!, path: '' }, ...others] });
    expect((await run()).emptyUnits).toEqual([]);
  });
});

describe('a place that is heard of before the hub has looked', () => {
  const PLACE = { accountId: PAYMENTS.id, region: 'eu-west-2' };

  test('is covered, and its Region is known when the account is looked at', async () => {
    await store.seen(PLACE, 'forwarded-events', now);
    const { standing } = await run();
    expect(standing).toEqual([]);
    expect(regionsAsked.get(PAYMENTS.id)).toEqual(['eu-west-2']);
  });

  test('keeps what was heard, once it is looked at', async () => {
    await store.seen(PLACE, 'forwarded-events', now);
    const heardAt = now;
    pass(10);
    await store.writeLooks([{ place: PLACE, look: place(PAYMENTS.id).look! }], now);
    expect(store.places).toEqual([
      expect.objectContaining({
        expectedSince: now,
        sightings: [{ source: 'forwarded-events', firstAt: heardAt, lastAt: heardAt }],
      }),
    ]);
  });

  test('is forgotten when its account is no member any more', async () => {
    await store.seen({ ...PLACE, accountId: '444455556666' }, 'forwarded-events', now);
    const { left } = await run();
    const gone = { ...PLACE, accountId: '444455556666' };
    expect(left).toEqual([{ place: gone, cause: 'NO_MEMBER' }]);
    expect(accountsWithPlaces()).not.toContain('444455556666');
  });

  test('has its time to be heard of again, however long ago that was', async () => {
    await run();
    await store.seen(PLACE, 'forwarded-events', new Date(now.getTime() - 30 * 24 * 60 * 60_000));
    await store.writeLooks([{ place: PLACE, look: place(PAYMENTS.id).look! }], now);
    pass(120);
    const atFirst = (await run()).standing.filter(
      ({ place: { region } }) => region === PLACE.region,
    );
    expect(atFirst).toEqual([]);
    pass(60);
    const { standing } = await run();
    expect(standing).toContainEqual(expect.objectContaining({ place: PLACE, cause: 'SILENT' }));
  });
});

describe('a place that goes dark', () => {
  test('is told within three hours, once', async () => {
    store.places = [place(PAYMENTS.id)];
    const told: [number, number][] = [];
    for (let minutes = 0; minutes <= 300; minutes += 30) {
      const { wentDark } = await run();
      if (wentDark.length > 0) told.push([minutes, wentDark.length]);
      pass(30);
    }
    expect(told).toEqual([[150, 1]]);
  });

  test('is told at the next run where telling it failed', async () => {
    store.places = [place(PAYMENTS.id)];
    pass(0);
    await run();
    for (let half = 0; half < 5; half += 1) {
      pass(30);
      if (half < 4) await run();
    }
    expect((await look()).wentDark).toHaveLength(1);
    expect((await look()).wentDark).toHaveLength(1);
  });
});

describe('a place that never was covered', () => {
  const BOTH = ['forwarded-events', 'organization-trail'] as const;

  /** When it is told by itself, in minutes; after two hours, forwarded events are added. */
  async function toldAt(state: Partial<KnownPlace>): Promise<number[]> {
    await run();
    pass(15);
    store.places = [{ ...place(PAYMENTS.id), ...state }];
    const told: number[] = [];
    for (let minutes = 0; minutes <= 300; minutes += 15) {
      const sources = minutes < 120 ? (['organization-trail'] as const) : BOTH;
      organization = { ...ORGANIZATION, expected: { sources, rights: 'REVOKE' } };
      const { neverCovered } = await run();
      const { length } = neverCovered.filter((gap) => gap.place.accountId === PAYMENTS.id);
      if (length > 0) told.push(minutes);
      pass(15);
    }
    return told;
  }

  test('has two hours and a quarter, whatever source is added meanwhile', async () => {
    const refused = { kind: 'refused', at: now, by: 'role', reason: 'AccessDenied' } as const;
    expect(await toldAt({ look: refused, sightings: [] })).toEqual([135]);
  });

  test('by a source that a deployment has added, has them from then on', async () => {
    const [heard] = place(PAYMENTS.id).sightings;
    const sightings = [
      {
        ...heard!,
        source: 'organization-trail' as const,
        lastAt: new Date('2026-11-29T17:00:00Z'),
      },
    ];
    const changed: KnownPlace['look'] = { ...SEEN, at: now, rule: 'changed' };
    expect(await toldAt({ look: changed, sightings })).toEqual([255]);
  });
});

test('all gaps that stand are told once a day', async () => {
  const told: number[] = [];
  for (let hour = 0; hour < 49; hour += 1) {
    if ((await run()).tellsAll) told.push(hour);
    pass(60);
  }
  expect(told).toEqual([0, 24, 48]);
});

describe('a list of accounts', () => {
  test('that cannot be read drops no one', async () => {
    await run();
    read = () => {
      throw new Error('Rate exceeded');
    };
    store.places = [place(PAYMENTS.id)];
    lookedAt = [];

    const report = await run();

    expect(lookedAt).toEqual([PAYMENTS.id, SANDBOX.id, OLD_SHOP.id]);
    expect(report.left).toEqual([]);
    expect(report.listFailure).toEqual(new Error('Rate exceeded'));
    expect(store.list).toBe(LIST);
  });

  test('that is empty drops no one', async () => {
    await run();
    read = () => ({ readAt: now, accounts: [] });
    store.places = [place(PAYMENTS.id)];

    const report = await run();

    expect(report.left).toEqual([]);
    expect(String(report.listFailure)).toContain("the hub's own is not among them");
    expect(store.list).toBe(LIST);
  });

  test('without an account that was a member ends the watch over its places', async () => {
    store.places = [place(PAYMENTS.id), place(SANDBOX.id)];
    await run();
    const accounts = LIST.accounts.filter(({ id }) => id !== SANDBOX.id);
    read = () => ({ readAt: now, accounts });

    const report = await run();

    const left = { accountId: SANDBOX.id, region: 'eu-west-1' };
    expect(report.left).toEqual([{ place: left, cause: 'NO_MEMBER' }]);
    expect(accountsWithPlaces()).toEqual([PAYMENTS.id, OLD_SHOP.id]);
  });
});

test('a suspended account is named as such, though nothing is heard of it', async () => {
  store.places = [place(OLD_SHOP.id)];
  pass(600);
  const { standing } = await run();
  expect(standing.map(({ cause }) => cause)).toEqual(['SUSPENDED']);
});

describe('the hub was away for hours', () => {
  beforeEach(async () => {
    store.places = [place(PAYMENTS.id)];
    await run();
    pass(6 * 60);
  });

  test('its own absence is told, and not the silence of its members', async () => {
    const report = await run();
    expect(report.pause).toEqual({ from: new Date('2026-11-29T12:00:00Z'), until: now });
    expect(report.standing.map(({ cause }) => cause)).toEqual(['SUSPENDED']);
  });

  test('that is told by one run alone', async () => {
    await run();
    pass(15);
    const report = await run();
    expect(report).not.toHaveProperty('pause');
    expect(report.run.pause).toEqual({
      from: new Date('2026-11-29T12:00:00Z'),
      until: new Date('2026-11-29T18:00:00Z'),
    });
  });

  test('members get their time again, and no more', async () => {
    await run();
    const found: number[] = [];
    for (let minutes = 0; minutes <= 210; minutes += 30) {
      const report = await run();
      found.push(report.wentDark.length);
      pass(30);
    }
    expect(found).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
  });
});

describe('a place that is watched no more', () => {
  test('as its Region is taken out of those of the hub, is told once and forgotten', async () => {
    organization = { ...ORGANIZATION, regions: ['us-east-1'] };
    store.places = [place(PAYMENTS.id)];
    const { left } = await run();
    expect(left).toEqual([
      { place: { accountId: PAYMENTS.id, region: 'eu-west-1' }, cause: 'REGION_LEFT_OUT' },
    ]);
    expect(regionsAsked.get(PAYMENTS.id)).toEqual([]);
    expect((await run()).left).toEqual([]);
  });

  test('as its account has switched off the Region, is told once and forgotten', async () => {
    store.places = [place(PAYMENTS.id), inRegion(PAYMENTS.id, 'ap-east-1')];
    const off = { accountId: PAYMENTS.id, region: 'ap-east-1' };
    await run();
    await store.writeLooks([{ place: off, look: { kind: 'off', at: now } }], now);
    const { left } = await run();
    expect(left).toEqual([{ place: off, cause: 'REGION_OFF' }]);
    expect(regionsAsked.get(PAYMENTS.id)).toEqual(['eu-west-1']);
    expect((await run()).left).toEqual([]);
  });

  test('is not called watched again, though its gap is over', async () => {
    store.places = [place(PAYMENTS.id)];
    await run();
    pass(100);
    await run();
    pass(100);
    expect((await run()).wentDark).toHaveLength(1);
    read = () => ({ readAt: now, accounts: LIST.accounts.filter(({ id }) => id !== PAYMENTS.id) });
    const report = await run();
    expect([report.ended.length, report.closed]).toEqual([1, []]);
  });
});

test('what is not amiss is not written down, nor told', async () => {
  store.places = [place(PAYMENTS.id)];
  const report = await run();
  expect(report.run).toStrictEqual({
    at: now,
    sources: [{ source: 'forwarded-events', since: now }],
    toldAllAt: now,
  });
  expect(report).not.toHaveProperty('listFailure');
});

test('without an organization, the accounts that are named are watched, and no list is missed', async () => {
  store.list = LIST;
  const report = await watchCoverage(
    { ...ORGANIZATION, selection: { kind: 'accounts', accountIds: [PAYMENTS.id] } },
    { store, lookAt: async () => {} },
    now,
  );
  expect(report.missing).toEqual([{ accountId: PAYMENTS.id, region: 'eu-west-1' }]);
  expect(report.list).toBe(LIST);
  expect(report).not.toHaveProperty('listFailure');
});

test('a source that brings nothing, though another does, is told once', async () => {
  const sources = ['forwarded-events', 'organization-trail'] as const;
  organization = { ...ORGANIZATION, expected: { sources, rights: 'REVOKE' } };
  const { place: heard } = place(PAYMENTS.id);
  await store.seen(heard, 'organization-trail', now);
  const told: [number, string][] = [];
  for (let minutes = 0; minutes <= 120; minutes += 15) {
    await store.seen(heard, 'forwarded-events', now);
    const { fellBehind } = await run();
    fellBehind.forEach(({ source }) => told.push([minutes, source]));
    pass(15);
  }
  expect(told).toEqual([[60, 'organization-trail']]);
});

describe('a source that a deployment adds to a standing hub', () => {
  const both = ['forwarded-events', 'organization-trail'] as const;

  test('is missed in no place before it has had its time, and then in all', async () => {
    store.places = [place(PAYMENTS.id), place(SANDBOX.id)];
    await run();
    organization = { ...ORGANIZATION, expected: { sources: both, rights: 'REVOKE' } };
    const missed: number[] = [];
    for (let minutes = 0; minutes <= 180; minutes += 15) {
      pass(15);
      await store.seen(place(PAYMENTS.id).place, 'forwarded-events', now);
      await store.seen(place(SANDBOX.id).place, 'forwarded-events', now);
      const { neverCovered } = await run();
      const bySource = neverCovered.filter(({ source }) => source === 'organization-trail');
      if (bySource.length > 0) missed.push(minutes, bySource.length);
    }
    expect(missed).toEqual([150, 2]);
  });

  test('is told apart from one that an earlier version had', async () => {
    store.places = [place(PAYMENTS.id)];
    pass(100);
    await store.rememberRun({ at: now });
    pass(100);
    expect((await run()).wentDark).toHaveLength(1);
  });
});

test('a place of which nothing is known has its time from when its account is', async () => {
  organization = { ...ORGANIZATION, regions: ['eu-west-1', 'us-east-1'] };
  await run();
  expect(store.places).toHaveLength(6);
  pass(15);
  await store.writeLooks(
    [{ place: place(PAYMENTS.id).place, look: place(PAYMENTS.id).look! }],
    now,
  );
  const known = store.places.find(({ look: looked }) => looked)!;
  expect(known.expectedSince).toEqual(new Date('2026-11-29T12:00:00Z'));
});

test('an account stands for one place only until its Regions are known', async () => {
  await run();
  expect(store.places.filter(({ place: { accountId } }) => accountId === PAYMENTS.id)).toEqual([
    expect.objectContaining({ place: { accountId: PAYMENTS.id, region: 'eu-west-1' } }),
  ]);
  expect(regionsAsked.get(PAYMENTS.id)).toEqual([]);
  const found = inRegion(PAYMENTS.id, 'sa-east-1');
  await store.writeLooks([{ place: found.place, look: found.look! }], now);
  const { left } = await run();
  expect(left).toEqual([]);
  expect(
    store.places
      .filter(({ place: { accountId } }) => accountId === PAYMENTS.id)
      .map(({ place: { region } }) => region),
  ).toEqual(['sa-east-1']);
});

function accountsWithPlaces(): string[] {
  return store.places.map(({ place: { accountId } }) => accountId);
}

function inRegion(accountId: string, region: string): KnownPlace {
  return { ...place(accountId), place: { accountId, region } };
}

async function look(): Promise<CoverageReport> {
  return watchCoverage(
    organization,
    {
      store,
      readAccounts: async () => read(),
      lookAt: async (members) => {
        lookedAt.push(...members.map(({ accountId }) => accountId));
        members.forEach(({ accountId, knownRegions }) => regionsAsked.set(accountId, knownRegions));
      },
    },
    now,
  );
}

async function run(): Promise<CoverageReport> {
  const report = await look();
  await store.remember(report);
  return report;
}

function place(accountId: string): KnownPlace {
  return {
    place: { accountId, region: 'eu-west-1' },
    expectedSince: now,
    sightings: [{ source: 'forwarded-events', firstAt: now, lastAt: now }],
    look: { ...SEEN, at: now },
  };
}

function pass(minutes: number): void {
  now = new Date(now.getTime() + minutes * 60_000);
}

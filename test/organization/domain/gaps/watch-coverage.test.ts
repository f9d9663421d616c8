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
  expected: { sources: ['forwarded-events'], rights: 'REVOKE' },
};

let store: CoverageInMemory;
let now: Date;
let read: () => AccountList;
let lookedAt: string[];
let regionsAsked: Map<string, readonly string[]>;

beforeEach(() => {
  store = new CoverageInMemory();
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
    expect(left).toEqual([{ ...PLACE, accountId: '444455556666' }]);
    expect(store.places).toEqual([]);
  });

  test('has its time to be heard of again, however long ago that was', async () => {
    await store.seen(PLACE, 'forwarded-events', new Date(now.getTime() - 30 * 24 * 60 * 60_000));
    await store.writeLooks([{ place: PLACE, look: place(PAYMENTS.id).look! }], now);
    pass(120);
    expect((await run()).standing).toEqual([]);
    pass(60);
    expect((await run()).standing.map(({ cause }) => cause)).toEqual(['SILENT']);
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
    expect(told).toEqual([[180, 1]]);
  });

  test('is told at the next run where telling it failed', async () => {
    store.places = [place(PAYMENTS.id)];
    pass(0);
    await run();
    for (let half = 0; half < 6; half += 1) {
      pass(30);
      if (half < 5) await run();
    }
    expect((await look()).wentDark).toHaveLength(1);
    expect((await look()).wentDark).toHaveLength(1);
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

    expect(report.left).toEqual([{ accountId: SANDBOX.id, region: 'eu-west-1' }]);
    expect(store.places.map(({ place: { accountId } }) => accountId)).toEqual([PAYMENTS.id]);
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
    expect(report.standing).toEqual([]);
  });

  test('members get their time again, and no more', async () => {
    await run();
    const found: number[] = [];
    for (let minutes = 0; minutes <= 210; minutes += 30) {
      const report = await run();
      found.push(report.wentDark.length);
      pass(30);
    }
    expect(found).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
  });
});

async function look(): Promise<CoverageReport> {
  return watchCoverage(
    ORGANIZATION,
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
    look: {
      kind: 'seen',
      at: now,
      rule: 'as-made',
      rights: 'REVOKE',
      hasGroups: true,
    },
  };
}

function pass(minutes: number): void {
  now = new Date(now.getTime() + minutes * 60_000);
}

import { namedMember } from '../../../../src/access-key/domain/organization/member-labels';
import { organizationInventory } from '../../../../src/access-key/domain/organization/organization-inventory';
import type { KeySentryConfiguration } from '../../../../src/access-key/domain/run-key-sentry';
import {
  HUB_ACCOUNT,
  LIST,
  OLD_SHOP,
  PAYMENTS,
  SANDBOX,
} from '../../../organization/samples/accounts';
import { HOUR, key, NOW, user } from '../../in-memory/account-in-memory';
import { FaultyAccount } from '../../in-memory/faulty-account';
import { OrganizationInMemory } from '../../in-memory/organization-in-memory';

const CONFIGURATION: KeySentryConfiguration = {
  rules: { keys: { maxKeyAge: 90, includeInactive: false }, excluding: [], looksAtInactive: false },
  actions: { mode: 'enforce', deactivateAfter: 100, grace: 7, maxActionsPerRun: 5 },
  tellsWhenNothingFound: false,
};
const ACCOUNTS = {
  selection: { kind: 'organization', units: [], excluding: [] },
  list: LIST,
  warnings: {},
} as const;

let models: Map<string, FaultyAccount>;
let organization: OrganizationInMemory;

beforeEach(() => {
  models = new Map(
    [HUB_ACCOUNT, PAYMENTS.id, SANDBOX.id].map((id) => [
      id,
      new FaultyAccount([user('bob', [key(`AK${id}`, 200)])], NOW.getTime()),
    ]),
  );
  organization = hubOf();
});

function hubOf(values: Partial<KeySentryConfiguration> = {}, accounts = ACCOUNTS) {
  const configuration = { ...CONFIGURATION, ...values };
  return new OrganizationInMemory(HUB_ACCOUNT, accounts, models, configuration, NOW);
}

const callsIn = (accountId: string) => models.get(accountId)!.model.calls.length;
const asked = () => organization.queue.map(({ accountId }) => accountId);

describe('an account is looked at', () => {
  test('no more once its run is over, though it has not answered', async () => {
    organization.failing.add(SANDBOX.id);
    await organization.start('1');
    await organization.handleAll();
    organization.pass(HOUR);
    await organization.report();
    organization.failing.clear();
    expect(await organization.handle({ runId: '1', accountId: SANDBOX.id })).toBeUndefined();
    expect(callsIn(SANDBOX.id)).toBe(0);
  });

  test('for no run but the current one, and for none where there is none', async () => {
    const message = { runId: '0', accountId: SANDBOX.id };
    expect(await organization.handle(message)).toBeUndefined();
    await organization.start('1');
    expect(await organization.handle(message)).toBeUndefined();
    expect(callsIn(SANDBOX.id)).toBe(0);
  });

  test('only where its run asked for it', async () => {
    await organization.start('1');
    expect(await organization.handle({ runId: '1', accountId: OLD_SHOP.id })).toBeUndefined();
  });

  test('and why it cannot be is an answer no more once the run is over', async () => {
    await organization.start('1');
    organization.pass(HOUR);
    await organization.report();
    organization.failing.add(SANDBOX.id);
    await organization.handle({ runId: '1', accountId: SANDBOX.id });
    expect(await organization.runs.answer('1', SANDBOX.id)).toBeUndefined();
  });
});

describe('an answer', () => {
  test('says why no key of the account may be changed, and nothing of it where they may be', async () => {
    organization.barred.set(PAYMENTS.id, 'RIGHTS_TOO_LOW');
    const report = await organization.wholeRun('1');
    const barred = report!.accounts.filter((account) => 'barredBy' in account);
    expect(barred.map(({ accountId, barredBy }) => [accountId, barredBy])).toEqual([
      [PAYMENTS.id, 'RIGHTS_TOO_LOW'],
    ]);
  });

  test('names the keys of which it is to be remembered that they were told: in OBSERVE none', async () => {
    const observing = hubOf({ actions: { ...CONFIGURATION.actions!, mode: 'observe' } });
    const observed = await observing.wholeRun('1');
    expect(observed!.accounts.flatMap(({ toRemember }) => toRemember)).toEqual([]);
    expect(observed!.accounts[0]?.report.keys[0]?.step).toBeDefined();
    const enforced = await organization.wholeRun('1');
    expect(enforced!.accounts.flatMap(({ toRemember }) => toRemember).sort()).toEqual(
      [...models.keys()].map((id) => `AK${id}`).sort(),
    );
  });
});

describe('the same event of the schedule, tried again,', () => {
  test('asks those who have not answered for good', async () => {
    organization.failing.add(SANDBOX.id);
    await organization.start('1');
    await organization.handleAll();
    await organization.start('1');
    expect(asked()).toEqual([SANDBOX.id]);
  });

  test('asks no one once the run is over', async () => {
    organization.failing.add(SANDBOX.id);
    await organization.start('1');
    await organization.handleAll();
    organization.pass(HOUR);
    await organization.report();
    await organization.start('1');
    expect(asked()).toEqual([]);
  });
});

test('the hub is asked once, first, and no suspended account', async () => {
  await organization.start('1');
  expect(asked()).toEqual([HUB_ACCOUNT, PAYMENTS.id, SANDBOX.id]);
});

test('the next run begins as soon as the last has waited for an hour', async () => {
  await organization.start('1');
  organization.pass(HOUR - 1);
  expect(await organization.start('2')).toBeUndefined();
  organization.pass(1);
  expect(await organization.start('2')).toMatchObject({ id: '2' });
});

describe('the report of a run', () => {
  test('is none where no run has begun', async () => {
    expect(await organization.report()).toBeUndefined();
  });

  test('is not told where there is nothing to tell, but where that is asked for', async () => {
    models.forEach((_, id) => models.set(id, new FaultyAccount([], NOW.getTime())));
    await organization.wholeRun('1');
    expect(organization.told).toEqual([]);
    const saying = hubOf({ tellsWhenNothingFound: true });
    await saying.wholeRun('1');
    expect(saying.told).toHaveLength(1);
  });

  test('is not told again from its beginning where a later part could not be told', async () => {
    const keys = Array.from({ length: 81 }, (_, index) => key(`AK${index}`, 95));
    models.set(
      PAYMENTS.id,
      new FaultyAccount(
        keys.map((one, index) => user(`user-${index}`, [one])),
        NOW.getTime(),
      ),
    );
    const push = organization.told.push.bind(organization.told);
    let tries = 0;
    organization.told.push = (...told) => {
      tries += 1;
      if (tries === 2) throw new Error('SNS is down');
      return push(...told);
    };
    await expect(organization.wholeRun('1')).rejects.toThrow('SNS is down');
    await organization.report();
    expect(organization.told.map(({ part }) => `${part.number} of ${part.of}`)).toEqual([
      '1 of 2',
      '2 of 2',
    ]);
  });

  test('is not told again where it was told, and what follows from it failed', async () => {
    const { records } = models.get(PAYMENTS.id)!;
    const write = records.write.bind(records);
    let isAway = false;
    records.write = async (record) => {
      if (isAway) throw new Error('table is away');
      return write(record);
    };
    await organization.start('1');
    await organization.handleAll();
    isAway = true;
    await expect(organization.report()).rejects.toThrow('table is away');
    isAway = false;
    organization.pass(HOUR);
    await organization.report();
    expect(organization.told).toHaveLength(1);
    const noticeAt = { 'too-old': NOW };
    expect(models.get(PAYMENTS.id)!.remembered(`AK${PAYMENTS.id}`)).toMatchObject({ noticeAt });
  });
});

test('the file of all accounts is in the order of their ids', () => {
  const report = {
    ...{ runId: '1', at: NOW, accounts: [], omitted: 0 },
    unread: [
      { accountId: '333333333333', cause: 'FAILED' as const },
      { accountId: '111111111111', cause: 'NO_ANSWER' as const },
    ],
  };
  expect(organizationInventory(report, new Map())).toEqual([
    { accountId: '111111111111', keys: [{ userName: '', problem: 'NO_ANSWER' }] },
    { accountId: '333333333333', keys: [{ userName: '', problem: 'FAILED' }] },
  ]);
});

describe('a member', () => {
  test('that is in no list, or at no unit, has no units', () => {
    expect(namedMember('123456789012', ACCOUNTS)).toEqual({
      text: '123456789012',
      labels: { account: '123456789012' },
    });
  });

  test('has twelve units at the most', () => {
    const units = Array.from({ length: 13 }, (_, index) => `ou-abcd-${10_000_000 + index}`);
    const account = { ...PAYMENTS, path: `o-abc1234567/${units.join('/')}/` };
    const accounts = { ...ACCOUNTS, list: { ...LIST, accounts: [account] } };
    expect(namedMember(PAYMENTS.id, accounts).labels.units).toEqual(units.slice(0, 12));
  });
});

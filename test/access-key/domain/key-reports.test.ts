import { keyNotification } from '../../../src/access-key/adapters/key-notification';
import type { ApprovedKey } from '../../../src/access-key/domain/key-approval';
import type { KeyReport } from '../../../src/access-key/domain/key-report';
import type { LastReport } from '../../../src/access-key/domain/report-changes';
import type { ReportTiming } from '../../../src/access-key/domain/report-timing';
import {
  type KeySentryConfiguration,
  runKeySentry,
} from '../../../src/access-key/domain/run-key-sentry';
import { keySchemaErrors } from '../../support/schemas/access-key-schemas';
import { key, NOW, user, type UserInMemory } from '../in-memory/account-in-memory';
import { FaultyAccount } from '../in-memory/faulty-account';

// NOW is a Monday.
const EVERY: ReportTiming = { kind: 'every-run' };
const CHANGES: ReportTiming = { kind: 'changes-only' };
const ON_WEDNESDAYS: ReportTiming = { kind: 'weekly', day: 3 };

const configurationOf = (
  reports: ReportTiming,
  values: Partial<KeySentryConfiguration> = {},
): KeySentryConfiguration => ({
  rules: {
    keys: { maxKeyAge: 90, warnBefore: 10, includeInactive: false },
    excluding: [],
    looksAtInactive: false,
  },
  tellsWhenNothingFound: false,
  reports,
  ...values,
});

const retiring = (reports: ReportTiming, values: Partial<KeySentryConfiguration> = {}) =>
  configurationOf(reports, {
    actions: { mode: 'enforce', deactivateAfter: 100, grace: 20, maxActionsPerRun: 5 },
    ...values,
  });

class RememberingAccount extends FaultyAccount {
  stored?: LastReport;
  approved?: ApprovedKey;
  storesFail = false;
  override memory = {
    read: async () => this.stored,
    write: async (report: LastReport) => {
      if (this.storesFail) throw new Error('no table');
      this.stored = report;
    },
  };
}

const accountOf = (...users: UserInMemory[]) => new RememberingAccount(users, NOW.getTime());

async function run(
  account: RememberingAccount,
  configuration: KeySentryConfiguration,
): Promise<{ readonly report: KeyReport; readonly isTold: boolean }> {
  const before = account.told.length;
  account.model.rows = accountRows(account);
  const report = await runKeySentry(configuration, account, account.begin([]));
  return { report, isTold: account.told.length > before };
}

/** IAM makes a fresh credential report. */
function accountRows(account: RememberingAccount) {
  return new FaultyAccount(account.model.users, NOW.getTime()).model.rows;
}

/** For each run a day after the one before, whether it was told. */
async function toldOf(
  account: RememberingAccount,
  configuration: KeySentryConfiguration,
  days: number,
): Promise<boolean[]> {
  const told: boolean[] = [];
  for (let day = 0; day < days; day += 1) {
    told.push((await run(account, configuration)).isTold);
    account.pass(1);
  }
  return told;
}

function textOf(report: KeyReport): string {
  const part = { number: 1, of: 1 };
  const { text, json } = keyNotification(
    report,
    report.keys,
    part,
    { sentry: 'Keys', account: '111111111111' },
    200,
  );
  expect(keySchemaErrors('report', json)).toEqual([]);
  return text;
}

function jsonOf(report: KeyReport): Record<string, unknown> {
  const teller = { sentry: 'Keys', account: '111111111111' };
  return JSON.parse(keyNotification(report, report.keys, { number: 1, of: 1 }, teller, 200).json);
}

const marksOf = ({ keys }: KeyReport) => keys.map(({ keyId, listed }) => [keyId, listed?.isNew]);

describe('what is new', () => {
  test('is marked in the report after the one that did not have it, and once', async () => {
    const account = accountOf(user('old', [key('AKOLD', 100)]));
    expect(marksOf((await run(account, configurationOf(EVERY))).report)).toEqual([
      ['AKOLD', false],
    ]);
    account.model.users.push(user('ann', [key('AKANN', 95)]));
    const second = (await run(account, configurationOf(EVERY))).report;
    expect(marksOf(second)).toEqual([
      ['AKOLD', false],
      ['AKANN', true],
    ]);
    expect(textOf(second)).toMatch(/AKANN of ann\n.*\n.*\n {2}NEW since the last report\./);
    expect(textOf(second)).toContain('Listed since 2026-06-01.');
    expect(jsonOf(second).keys).toMatchObject([
      { keyId: 'AKOLD', listedSince: NOW.toISOString() },
      { keyId: 'AKANN', new: true },
    ]);
    const third = (await run(account, configurationOf(EVERY))).report;
    expect(marksOf(third)).toEqual([
      ['AKOLD', false],
      ['AKANN', false],
    ]);
  });

  test('is also a key that is listed for one reason more', async () => {
    const account = accountOf(user('soon', [key('AKSOON', 85)]));
    await run(account, configurationOf(EVERY));
    account.pass(6);
    const { report } = await run(account, configurationOf(EVERY));
    expect(report.keys[0]?.finding?.classes).toEqual(['too-old']);
    expect(report.keys[0]?.listed).toEqual({ since: NOW, isNew: true });
  });

  test('is marked again where storing failed, and is not lost', async () => {
    const account = accountOf(user('old', [key('AKOLD', 100)]));
    await run(account, configurationOf(CHANGES));
    account.model.users.push(user('ann', [key('AKANN', 95)]));
    account.storesFail = true;
    await expect(run(account, configurationOf(CHANGES))).rejects.toThrow('no table');
    account.storesFail = false;
    const { report, isTold } = await run(account, configurationOf(CHANGES));
    expect([isTold, ...marksOf(report)]).toEqual([true, ['AKOLD', false], ['AKANN', true]]);
  });
});

test('nothing is remembered that SNS has not accepted', async () => {
  const account = accountOf(user('old', [key('AKOLD', 100)]));
  await run(account, configurationOf(CHANGES));
  account.model.users.push(user('ann', [key('AKANN', 95)]));
  account.model.rows = accountRows(account);
  const { stored } = account;
  const deaf = {
    source: account.source,
    changer: account.changer,
    records: account.records,
    asker: account.asker,
    account: account.account,
    region: account.region,
    memory: account.memory,
    announce: async () => undefined,
    tellOwners: async () => [],
    tell: async () => {
      throw new Error('SNS is down');
    },
  };
  await expect(runKeySentry(configurationOf(CHANGES), deaf, account.begin([]))).rejects.toThrow();
  expect(account.stored).toBe(stored);
  const { report, isTold } = await run(account, configurationOf(CHANGES));
  expect([isTold, ...marksOf(report)]).toEqual([true, ['AKOLD', false], ['AKANN', true]]);
});

test('owners hear of a report before it is remembered: a crash in between loses nothing', async () => {
  const account = accountOf(user('old', [key('AKOLD', 100)]));
  account.storesFail = true;
  await expect(run(account, configurationOf(CHANGES))).rejects.toThrow('no table');
  expect(account.toldOwners).toHaveLength(1);
});

test.each([EVERY, CHANGES, ON_WEDNESDAYS])(
  'what an owner could not be told stays news to the next run, with %j',
  async (timing) => {
    const tags = new Map([['Owner', 'olga@example.com']]);
    const account = accountOf(user('old', [key('AKOLD', 95)], { tags }));
    const { rules } = configurationOf(timing);
    const owned = configurationOf(timing, {
      rules: { ...rules, owners: [{ kind: 'tag', key: 'Owner' }] },
    });
    account.refusedOwners.add('olga@example.com');
    expect(await toldOf(account, owned, 2)).toEqual([true, true]);
    account.refusedOwners.clear();
    expect(await toldOf(account, owned, 2)).toEqual([true, timing === EVERY]);
  },
);

describe('what is not listed any more', () => {
  test.each<[string, (account: RememberingAccount) => void, string]>([
    ['deleted', ({ model }) => model.user('ann')!.keys.splice(0, 1), ': it was deleted'],
    ['inactive', ({ model }) => (model.key('AKANN')!.status = 'Inactive'), ': it is inactive now'],
    [
      'without its user',
      ({ model }) => (model.users = model.users.filter(({ name }) => name !== 'ann')),
      ': its user is gone',
    ],
  ])('%s is told with why', async (_, change, why) => {
    const account = accountOf(
      user('ann', [key('AKANN', 95), key('AKYOUNG', 1)]),
      user('keyless', []),
    );
    await run(account, configurationOf(CHANGES));
    change(account);
    const { report, isTold } = await run(account, configurationOf(CHANGES));
    expect(isTold).toBe(true);
    expect(textOf(report)).toContain(
      `No longer listed since the last report on 2026-06-01:\n- AKANN of ann${why}\n`,
    );
    expect(jsonOf(report)).toMatchObject({ gone: [{ keyId: 'AKANN' }], goneOmitted: 0 });
    expect((await run(account, configurationOf(CHANGES))).isTold).toBe(false);
  });

  test('is never guessed from a run that is incomplete', async () => {
    const account = accountOf(user('ann', [key('AKANN', 95)]), user('bob', [key('AKBOB', 95)]));
    await run(account, configurationOf(EVERY));
    account.model.failing.set('keysOf ann', 'Throttling');
    const { report, isTold } = await run(account, configurationOf(EVERY));
    expect([isTold, report.changes?.gone]).toEqual([true, []]);
    account.model.failing.clear();
    const after = (await run(account, configurationOf(EVERY))).report;
    expect(marksOf(after)).toEqual([
      ['AKANN', false],
      ['AKBOB', false],
    ]);
  });
});

describe('changes only', () => {
  test('are told once', async () => {
    const account = accountOf(user('old', [key('AKOLD', 100)]));
    expect(await toldOf(account, configurationOf(CHANGES), 5)).toEqual([
      true,
      ...[false, false, false, false],
    ]);
    account.model.users.push(user('ann', [key('AKANN', 200)]));
    expect(await toldOf(account, configurationOf(CHANGES), 3)).toEqual([true, false, false]);
  });

  test('keep a notice from lapsing until its step is taken', async () => {
    const account = accountOf(user('old', [key('AKOLD', 120)]));
    const told = await toldOf(account, retiring(CHANGES), 23);
    const days = told.flatMap((isTold, day) => (isTold ? [day] : []));
    expect(account.model.key('AKOLD')!.status).toBe('Inactive');
    expect(days).toEqual([0, 6, 12, 18, 20]);
  });
});

describe('once a week', () => {
  test('is told on the day, and the first time at once', async () => {
    const account = accountOf(user('old', [key('AKOLD', 200)]));
    const told = await toldOf(account, configurationOf(ON_WEDNESDAYS), 17);
    expect(told.flatMap((isTold, day) => (isTold ? [day] : []))).toEqual([0, 2, 9, 16]);
  });

  test('is told by the first run after the day, where none is on it', async () => {
    const account = accountOf(user('old', [key('AKOLD', 200)]));
    const told: boolean[] = [];
    for (let week = 0; week < 3; week += 1) {
      told.push((await run(account, configurationOf(ON_WEDNESDAYS))).isTold);
      account.pass(7);
    }
    expect(told).toEqual([true, true, true]);
  });

  test('does not wait with what could not be looked up, nor with a step', async () => {
    const account = accountOf(user('old', [key('AKOLD', 120)]), user('ann', [key('AKANN', 95)]));
    await run(account, retiring(ON_WEDNESDAYS));
    account.model.failing.set('keysOf ann', 'Throttling');
    expect((await run(account, retiring(ON_WEDNESDAYS))).isTold).toBe(true);
    account.model.failing.clear();
    expect((await run(account, retiring(ON_WEDNESDAYS))).isTold).toBe(false);
    const told: [number, unknown][] = [];
    for (let day = 0; day < 24; day += 1) {
      const { report, isTold } = await run(account, retiring(ON_WEDNESDAYS));
      const kind = report.keys.find(({ keyId }) => keyId === 'AKOLD')?.step?.report.kind;
      if (isTold) told.push([day, kind]);
      account.pass(1);
    }
    expect(told.map(([day]) => day)).toEqual([2, 9, 16, 20, 23]);
    expect(told[3]).toEqual([20, 'done']);
  });

  test('waits for the day with what comes up after a day on which nothing was', async () => {
    const account = accountOf(user('old', [key('AKOLD', 200)]));
    await run(account, configurationOf(ON_WEDNESDAYS));
    account.model.users.splice(0, 1, user('keyless', []));
    const quiet = await toldOf(account, configurationOf(ON_WEDNESDAYS), 11);
    expect(quiet.flatMap((isTold, day) => (isTold ? [day] : []))).toEqual([2]);
    account.model.users.push(user('ann', [key('AKANN', 200)]));
    const told = await toldOf(account, configurationOf(ON_WEDNESDAYS), 7);
    expect(told.flatMap((isTold, day) => (isTold ? [day] : []))).toEqual([5]);
  });

  test('says that nothing was found, where that is asked for', async () => {
    const account = accountOf();
    const saying = configurationOf(ON_WEDNESDAYS, { tellsWhenNothingFound: true });
    const told = await toldOf(account, saying, 10);
    expect(told.flatMap((isTold, day) => (isTold ? [day] : []))).toEqual([0, 2, 9]);
  });
});

test('a decision of people about a key is told as ever, and is no report', async () => {
  const account = accountOf(user('old', [key('AKOLD', 120)]));
  await run(account, retiring(EVERY));
  const { stored } = account;
  account.approved = { keyId: 'AKOLD', requestId: 'another' };
  const { report } = await run(account, retiring(EVERY));
  expect(account.stored).toBe(stored);
  expect(report.changes).toBeUndefined();
});

import { organizationNotification } from '../../../../src/access-key/adapters/organization-notification';
import { CHECK_ACCESS_KEYS } from '../../../../src/access-key/contracts/check-access-keys.environment';
import { inventoryCsv } from '../../../../src/access-key/domain/inventory-csv';
import { askAbout } from '../../../../src/access-key/domain/key-question';
import type { ReportedKey } from '../../../../src/access-key/domain/key-report';
import { LONGEST_INVENTORY_MILLISECONDS } from '../../../../src/access-key/domain/organization/keep-run-inventory';
import {
  type AccountAnswer,
  UNREAD_CAUSES,
} from '../../../../src/access-key/domain/organization/key-run';
import { namedMember } from '../../../../src/access-key/domain/organization/member-labels';
import {
  keysByOwner,
  type OrganizationReport,
  organizationReport,
  partsOf,
} from '../../../../src/access-key/domain/organization/organization-report';
import type { ReportMemory } from '../../../../src/access-key/domain/ports';
import type { LastReport } from '../../../../src/access-key/domain/report-changes';
import type { KeySentryConfiguration } from '../../../../src/access-key/domain/run-key-sentry';
import { bytesOf } from '../../../../src/shared/adapters/notification/sns-notifications';
import {
  HUB_ACCOUNT,
  LIST,
  OLD_SHOP,
  PAYMENTS,
  SANDBOX,
} from '../../../organization/samples/accounts';
import { keySchemaErrors } from '../../../support/schemas/access-key-schemas';
import { DAY, daysAgo, HOUR, key, NOW, user } from '../../in-memory/account-in-memory';
import { FaultyAccount } from '../../in-memory/faulty-account';
import { OrganizationInMemory } from '../../in-memory/organization-in-memory';

const CONFIGURATION: KeySentryConfiguration = {
  rules: {
    keys: { maxKeyAge: 90, includeInactive: false },
    excluding: [],
    looksAtInactive: false,
  },
  actions: { mode: 'enforce', deactivateAfter: 100, grace: 7, maxActionsPerRun: 5 },
  tellsWhenNothingFound: false,
};
const UNRETIRED: KeySentryConfiguration = { ...CONFIGURATION, actions: undefined };
const ACCOUNTS = {
  selection: { kind: 'organization', units: [], excluding: [] },
  list: LIST,
  warnings: { [PAYMENTS.id]: 'holds the payment systems' },
} as const;

let models: Map<string, FaultyAccount>;
let organization: OrganizationInMemory;

beforeEach(() => {
  models = new Map([
    [HUB_ACCOUNT, accountOf('AKIA-HUB')],
    [PAYMENTS.id, accountOf('AKIA-PAY')],
    [SANDBOX.id, accountOf('AKIA-SAND')],
  ]);
  organization = new OrganizationInMemory(HUB_ACCOUNT, ACCOUNTS, models, CONFIGURATION, NOW);
});

function accountOf(keyId: string): FaultyAccount {
  return new FaultyAccount([user('bob', [key(keyId, 200)])], NOW.getTime());
}

function text(index = 0): string {
  const { report, part } = organization.told[index]!;
  return organizationNotification(report, part, ACCOUNTS, 'Sentry').text;
}

function json(): string {
  const { report, part } = organization.told[0]!;
  return organizationNotification(report, part, ACCOUNTS, 'Sentry').json;
}

function status(accountId: string, keyId: string): string | undefined {
  return models.get(accountId)!.model.key(keyId)?.status;
}

test('each account is asked once, the own one too, and one report has them all', async () => {
  await organization.wholeRun('1');
  expect(organization.told).toHaveLength(1);
  expect(keySchemaErrors('organization', json())).toEqual([]);
  expect(text()).toContain('3 access keys in 3 of 4 accounts: 3 too old - 1 account NOT READ');
  expect(text()).toContain('111122223333 (payments), which holds the payment systems');
  expect(text()).toContain(`${OLD_SHOP.id} (old shop): SUSPENDED`);
  expect(text()).toContain('NOTICE: it will be deactivated');
});

test('a key is retired in its account, after a notice that the report gave', async () => {
  await organization.wholeRun('1');
  expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.noticeAt['too-old']).toEqual(NOW);
  organization.pass(8 * DAY);
  await organization.wholeRun('2');
  expect(status(PAYMENTS.id, 'AKIA-PAY')).toBe('Inactive');
  expect(text(1)).toContain('It was deactivated on 2026-06-09');
  expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')).toMatchObject({
    deactivated: { times: 1 },
  });
  expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.untold).toBeUndefined();
});

describe('a key of a member that is not used', () => {
  const UNUSED: KeySentryConfiguration = {
    ...CONFIGURATION,
    rules: {
      ...CONFIGURATION.rules,
      keys: { ...CONFIGURATION.rules.keys, maxUnusedAge: 45, neverUsedGrace: 45 },
    },
    actions: {
      mode: 'enforce',
      deactivateUnusedAfter: 45,
      deactivateNeverUsedAfter: 45,
      grace: 7,
      maxActionsPerRun: 5,
    },
  };

  beforeEach(() => {
    models.get(PAYMENTS.id)!.model.key('AKIA-PAY')!.usedAt = daysAgo(52);
    organization = new OrganizationInMemory(HUB_ACCOUNT, ACCOUNTS, models, UNUSED, NOW);
  });

  test('is retired in its account, after a notice that the report gave, which says why', async () => {
    await organization.wholeRun('1');
    expect(text()).toContain('because it was not used for 52 days, unless it is used before.');
    expect(keySchemaErrors('organization', json())).toEqual([]);
    expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.noticeAt).toEqual({ unused: NOW });
    organization.pass(8 * DAY);
    await organization.wholeRun('2');
    expect(status(PAYMENTS.id, 'AKIA-PAY')).toBe('Inactive');
    expect(text(1)).toContain(
      'It was deactivated on 2026-06-09 because it was not used for 60 days',
    );
    expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.noticeAt).toEqual({});
  });

  test('stays where it is used after its notice', async () => {
    await organization.wholeRun('1');
    organization.pass(8 * DAY);
    models.get(PAYMENTS.id)!.model.key('AKIA-PAY')!.usedAt = NOW;
    await organization.wholeRun('2');
    expect(status(PAYMENTS.id, 'AKIA-PAY')).toBe('Active');
  });
});

test('a message that comes twice, and one that comes after its run, do nothing', async () => {
  await organization.start('1');
  const [message] = organization.queue.filter(({ accountId }) => accountId === PAYMENTS.id);
  await organization.handleAll();
  const calls = models.get(PAYMENTS.id)!.model.calls.length;
  expect(await organization.handle(message!)).toBeUndefined();
  await organization.report();
  expect(await organization.handle(message!)).toBeUndefined();
  expect(await organization.report()).toBeUndefined();
  expect(models.get(PAYMENTS.id)!.model.calls).toHaveLength(calls);
  expect(organization.told).toHaveLength(1);
});

test('the same event of the schedule begins one run', async () => {
  await organization.start('1');
  organization.queue.splice(1);
  await organization.start('1');
  await organization.handleAll();
  await organization.report();
  expect(organization.told).toHaveLength(1);
  expect(organization.told[0]!.report.accounts).toHaveLength(3);
});

test('nothing is reported before all have answered, or an hour has passed', async () => {
  organization.failing.add(SANDBOX.id);
  await organization.start('1');
  await organization.handleAll();
  organization.pass(HOUR - 1);
  expect(await organization.report()).toBeUndefined();
  expect(await organization.start('2')).toBeUndefined();
  organization.pass(1);
  await organization.report();
  expect(text()).toContain('222233334444 (sandbox): FAILED, the look at it failed: Rate exceeded');
});

test('an account that lets no one in is named, and is never one without keys', async () => {
  organization.refusing.set(SANDBOX.id, {
    refusedBy: 'service-control-policy',
    reason: 'AccessDenied: explicit deny in a service control policy',
  });
  organization.refusing.set(PAYMENTS.id, { refusedBy: 'role', reason: 'AccessDenied' });
  const report = await organization.wholeRun('1');
  expect(report?.unread.map(({ accountId, cause }) => [accountId, cause])).toEqual([
    [PAYMENTS.id, 'ROLE_REFUSES'],
    [SANDBOX.id, 'SCP_DENIES'],
    [OLD_SHOP.id, 'SUSPENDED'],
  ]);
  expect(text()).toContain('could NOT be read: no one knows what keys are there.');
});

test('where the rights of a member are too low, no notice begins, and the report says so', async () => {
  const barredBy = 'RIGHTS_TOO_LOW: The member allows OBSERVE.';
  organization.barred.set(PAYMENTS.id, barredBy);
  await organization.wholeRun('1');
  organization.pass(8 * DAY);
  await organization.wholeRun('2');
  expect(status(PAYMENTS.id, 'AKIA-PAY')).toBe('Active');
  expect(status(SANDBOX.id, 'AKIA-SAND')).toBe('Inactive');
  expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.noticeAt).toEqual({});
  expect(text(1)).toContain('It was NOT deactivated: RIGHTS_TOO_LOW');
});

test('a notice does not count that no one could be told of', async () => {
  organization.isTopicDown = true;
  await expect(organization.wholeRun('1')).rejects.toThrow('SNS is down');
  expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.noticeAt['too-old']).toBeUndefined();
  organization.isTopicDown = false;
  organization.pass(HOUR);
  await organization.report();
  expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')?.noticeAt['too-old']).toEqual(
    new Date(NOW.getTime() + HOUR),
  );
});

test('no run begins while no one knows the accounts', async () => {
  const unread = new OrganizationInMemory(
    HUB_ACCOUNT,
    { ...ACCOUNTS, list: undefined },
    models,
    CONFIGURATION,
    NOW,
  );
  await expect(unread.start('1')).rejects.toThrow('has not read the list of accounts yet');
});

test.each([
  [1_000, 1],
  [10_000, 10],
])('a report on %i refusing accounts names them all, in %i messages that fit', (refusing, most) => {
  const unread = Array.from({ length: refusing }, (_, index) => ({
    accountId: String(100_000_000_000 + index),
    cause: 'ROLE_REFUSES' as const,
    reason: 'x'.repeat(500),
  }));
  const report = { runId: '1', at: NOW, accounts: [], unread, omitted: 0 };
  const messages = partsOf(report).map((part) =>
    organizationNotification(report, part, ACCOUNTS, 'Sentry'),
  );
  expect(messages).toHaveLength(most);
  expect(Math.max(...messages.map(bytesOf))).toBeLessThan(256 * 1_024);
  const named = messages.flatMap(({ text: words }) => words.match(/\b1000000\d{5}\b/g) ?? []);
  expect(new Set(named)).toEqual(new Set(unread.map(({ accountId }) => accountId)));
  expect(messages[0]!.text).toContain(`${refusing} accounts could NOT be read`);
  expect(messages.flatMap((one) => keySchemaErrors('organization', one.json))).toEqual([]);
});

test('every cause for which an account is not read is in the schema, and so is what bars a step', () => {
  const unread = UNREAD_CAUSES.map((cause) => ({ accountId: PAYMENTS.id, cause }));
  const report = { runId: '1', at: NOW, accounts: [], unread, omitted: 3 };
  const [part] = partsOf(report);
  const notification = organizationNotification(report, part!, ACCOUNTS, 'Sentry');
  expect(keySchemaErrors('organization', notification.json)).toEqual([]);
  const { accountsRead: _gone, ...rest } = JSON.parse(notification.json);
  expect(keySchemaErrors('organization', JSON.stringify(rest))).not.toEqual([]);
});

test('an exclusion for one account spares no user of another', async () => {
  const rules = {
    ...CONFIGURATION.rules,
    excluding: [{ kind: 'user', userName: 'bob', accounts: [PAYMENTS.id] } as const],
  };
  const limited = { ...CONFIGURATION, rules };
  const hub = new OrganizationInMemory(HUB_ACCOUNT, ACCOUNTS, models, limited, NOW);
  const report = await hub.wholeRun('1');
  const found = report?.accounts.filter((account) => account.report.keys.length > 0);
  expect(found?.map(({ accountId }) => accountId).sort()).toEqual([SANDBOX.id, HUB_ACCOUNT]);
});

test('a member is named with its warning, and labelled with its units', () => {
  expect(namedMember(PAYMENTS.id, ACCOUNTS)).toEqual({
    text: '111122223333 (payments)',
    warning: 'holds the payment systems',
    labels: {
      account: PAYMENTS.id,
      units: ['r-abcd', 'ou-abcd-11111111', 'ou-abcd-22222222'],
    },
  });
});

test('a question about a key of a member begins with the warning of its account', () => {
  const old = {
    ...{ id: 'AK1', userName: 'bob', status: 'Active' as const, createdAt: daysAgo(200) },
    lastUse: { kind: 'never' as const },
  };
  const rules = { deactivateAfter: 100, grace: 7, maxActionsPerRun: 5, askAgainAfter: 30 };
  const member = namedMember(PAYMENTS.id, ACCOUNTS);
  const place = { account: PAYMENTS.id, region: 'eu-west-1', member };
  const { question } = askAbout(old, ['too-old'], rules, place, NOW);
  expect(question.sensitiveLabels).toEqual([
    { label: `account ${PAYMENTS.id}`, value: 'holds the payment systems' },
  ]);
  expect(question.facts).toContainEqual({ label: 'Account', value: '111122223333 (payments)' });
  const { warning: _, ...without } = member;
  const plain = askAbout(old, ['too-old'], rules, { ...place, member: without }, NOW);
  expect(plain.question.sensitiveLabels).toBeUndefined();
});

describe('the file of all accounts', () => {
  test('has the keys of each account that answered, with their steps', async () => {
    await organization.wholeRun('1');
    const csv = inventoryCsv(organization.files[0]!, NOW);
    for (const [accountId, keyId] of [
      [HUB_ACCOUNT, 'AKIA-HUB'],
      [PAYMENTS.id, 'AKIA-PAY'],
      [SANDBOX.id, 'AKIA-SAND'],
    ]) {
      expect(csv).toMatch(new RegExp(`"${accountId}","bob","${keyId}".*"deactivate","notice"`));
    }
  });

  test('names the accounts that could not be read, with the cause', async () => {
    organization.refusing.set(PAYMENTS.id, {
      refusedBy: 'service-control-policy',
      reason: 'explicit deny',
    });
    organization.failing.add(SANDBOX.id);
    await organization.start('1');
    await organization.handleAll();
    organization.pass(HOUR);
    await organization.report();
    const csv = inventoryCsv(organization.files[0]!, NOW);
    expect(csv).toContain(`"${PAYMENTS.id}",${'"",'.repeat(17)}"SCP_DENIES: explicit deny",""`);
    expect(csv).toMatch(new RegExp(`"${SANDBOX.id}",.*"FAILED: .*Rate exceeded",""`));
    expect(csv).toMatch(new RegExp(`"${OLD_SHOP.id}",.*"SUSPENDED",""`));
  });

  test('costs no account its answer where rows cannot be stored, and says so', async () => {
    const { runs } = organization;
    const answeredBefore: boolean[] = [];
    runs.writeInventory = async (runId, { accountId }) => {
      answeredBefore.push((await runs.answer(runId, accountId))?.kind === 'looked');
      throw new Error('no table');
    };
    const report = await organization.wholeRun('1');
    expect(report?.unread.map(({ cause }) => cause)).toEqual(['SUSPENDED']);
    expect(answeredBefore).toEqual([true, true, true]);
    expect(organization.rowsMissed).toHaveLength(3);
    organization.pass(LONGEST_INVENTORY_MILLISECONDS);
    await organization.report();
    expect(inventoryCsv(organization.files[0]!, NOW)).toContain(
      'no inventory of the account was taken in this run',
    );
  });

  test('waits for the rows of the account that answers last', async () => {
    const { runs } = organization;
    const write = runs.writeInventory.bind(runs);
    const late: (() => Promise<void>)[] = [];
    runs.writeInventory = async (runId, inventory) => {
      if (inventory.accountId !== PAYMENTS.id) return write(runId, inventory);
      late.push(async () => write(runId, inventory));
    };
    expect((await organization.wholeRun('1'))?.accounts).toHaveLength(3);
    expect([organization.told.length, organization.files.length]).toEqual([1, 0]);
    expect(await organization.start('2')).toBeUndefined();
    await late[0]!();
    await organization.report();
    await organization.report();
    expect([organization.told.length, organization.files.length]).toEqual([1, 1]);
    const csv = inventoryCsv(organization.files[0]!, NOW);
    expect(csv).toContain('AKIA-PAY');
    expect(csv).not.toContain('no inventory of the account');
    expect(await organization.start('2')).toBeDefined();
  });

  test('waits as long as a function may take, and holds up no run for longer', async () => {
    expect(LONGEST_INVENTORY_MILLISECONDS).toBe(1_000 * CHECK_ACCESS_KEYS.timeoutSeconds);
    organization.runs.writeInventory = async () => undefined;
    await organization.wholeRun('1');
    organization.pass(LONGEST_INVENTORY_MILLISECONDS - 1);
    await organization.report();
    expect(organization.files).toHaveLength(0);
    expect(await organization.start('2')).toBeUndefined();
    organization.pass(1);
    expect(await organization.start('2')).toBeDefined();
  });

  test('is taken once the account has answered, and others may work with its keys', async () => {
    await organization.wholeRun('1');
    const stood = { isAnswered: true, isLeased: false };
    expect(organization.takenWhile).toEqual([stood, stood, stood]);
  });

  test('has nothing told again where the function dies of it', async () => {
    organization.diesOfInventory = true;
    await expect(organization.wholeRun('1')).rejects.toThrow('killed');
    await organization.report();
    expect(organization.told).toHaveLength(1);
    expect(organization.toldOwners).toHaveLength(1);
  });

  test('is written also where there is nothing to tell', async () => {
    models.forEach((_, id) => models.set(id, new FaultyAccount([], NOW.getTime())));
    await organization.wholeRun('1');
    expect(organization.files).toHaveLength(1);
  });
});

describe('what is new in all accounts', () => {
  let stored: LastReport | undefined;

  beforeEach(() => {
    stored = undefined;
    organization.remembering = {
      timing: { kind: 'changes-only' },
      memory: {
        read: async () => stored,
        write: async (report) => {
          stored = report;
        },
      },
    };
  });

  test('is marked, with what is gone and where', async () => {
    await organization.wholeRun('1');
    models.set(SANDBOX.id, accountOf('AKIA-NEW'));
    await organization.wholeRun('2');
    expect(organization.told).toHaveLength(2);
    expect(text(1)).toMatch(/AKIA-NEW of bob\n.*\n.*\n {2}NEW since the last report\./);
    expect(text(1)).toMatch(/No longer listed .*:\n- AKIA-SAND of bob in 222233334444 \(sandbox\)/);
    const { report, part } = organization.told[1]!;
    const { json: message } = organizationNotification(report, part, ACCOUNTS, 'Sentry');
    expect(keySchemaErrors('organization', message)).toEqual([]);
    expect(JSON.parse(message).gone).toMatchObject([{ account: SANDBOX.id, keyId: 'AKIA-SAND' }]);
    await organization.wholeRun('3');
    expect(organization.told).toHaveLength(2);
  });

  test('is what was listed in an account that left the hub: it is told so once, and forgotten', async () => {
    await organization.wholeRun('1');
    expect(stored?.keys.map(({ accountId }) => accountId)).toContain(SANDBOX.id);
    const without = LIST.accounts.filter(({ id }) => id !== SANDBOX.id);
    const accounts = { ...ACCOUNTS, list: { ...LIST, accounts: without } };
    const smaller = new OrganizationInMemory(HUB_ACCOUNT, accounts, models, CONFIGURATION, NOW);
    smaller.remembering = organization.remembering;
    const report = await smaller.wholeRun('2');
    expect(report?.changes?.gone).toEqual([
      {
        accountId: SANDBOX.id,
        keyId: 'AKIA-SAND',
        userName: 'bob',
        why: 'its account is not looked at any more',
      },
    ]);
    expect(smaller.told).toHaveLength(1);
    expect(stored?.keys.map(({ accountId }) => accountId)).not.toContain(SANDBOX.id);
    await smaller.wholeRun('3');
    expect(smaller.told).toHaveLength(1);
  });

  test('is told to owners before it is remembered: the function may die of that', async () => {
    const { memory, timing } = organization.remembering!;
    const listing = new OrganizationInMemory(HUB_ACCOUNT, ACCOUNTS, models, UNRETIRED, NOW);
    const dying: ReportMemory = {
      ...memory,
      write: async (report) => {
        await memory.write(report);
        throw new Error('Runtime exited with error: signal: killed');
      },
    };
    listing.remembering = { timing, memory: dying };
    await expect(listing.wholeRun('1')).rejects.toThrow('killed');
    expect([listing.told.length, listing.toldOwners.length]).toEqual([1, 1]);
    listing.remembering = { timing, memory };
    await listing.report();
    expect([listing.told.length, listing.toldOwners.length]).toEqual([1, 1]);
    await listing.wholeRun('2');
    expect([listing.told.length, listing.toldOwners.length]).toEqual([1, 1]);
  });

  test('waits for the day of a weekly report, also after a day without anything', async () => {
    // NOW is a Monday.
    organization.remembering = { ...organization.remembering!, timing: { kind: 'weekly', day: 1 } };
    const quiet = new OrganizationInMemory(HUB_ACCOUNT, ACCOUNTS, models, UNRETIRED, NOW);
    quiet.remembering = organization.remembering;
    models.forEach((_, id) => models.set(id, new FaultyAccount([], NOW.getTime())));
    stored = { at: daysAgo(7), weeklyAt: daysAgo(7), keys: [] };
    await quiet.wholeRun('1');
    models.set(SANDBOX.id, accountOf('AKIA-NEW'));
    for (const day of ['2', '3', '4', '5', '6', '7']) {
      quiet.pass(DAY);
      await quiet.wholeRun(day);
      expect(quiet.told).toHaveLength(0);
    }
    quiet.pass(DAY);
    await quiet.wholeRun('8');
    expect(quiet.told).toHaveLength(1);
  });

  test('of an account that could not be read, no key is gone', async () => {
    await organization.wholeRun('1');
    organization.refusing.set(SANDBOX.id, {
      refusedBy: 'service-control-policy',
      reason: 'explicit deny',
    });
    await organization.wholeRun('2');
    expect(text(1)).not.toContain('No longer listed');
    organization.refusing.clear();
    await organization.wholeRun('3');
    expect(organization.told).toHaveLength(2);
  });
});

test('parts fit in which each key has another owner, with the longest name', () => {
  const keys = Array.from({ length: 300 }, (_, index): ReportedKey => ({
    keyId: `AKIA${index}`.padEnd(20, '0'),
    userName: `${index}-`.padEnd(64, 'n'),
    step: {
      keyId: `AKIA${index}`.padEnd(20, '0'),
      userName: `${index}-`.padEnd(64, 'n'),
      report: { kind: 'held', step: 'deactivate', reason: 'x'.repeat(300) },
    },
    owner: { kind: 'known', name: `${index}-`.padEnd(100, '\u20ac'), source: 'path' },
  }));
  const survey = {
    at: NOW,
    userCount: 300,
    users: [],
    findings: [],
    keys: [],
    seen: [],
  };
  const report = organizationReport(
    {
      id: '1',
      startedAt: NOW,
      asked: [PAYMENTS.id],
      suspended: [],
      partsTold: 0,
      partsRemembered: 0,
    },
    [
      {
        kind: 'looked',
        accountId: PAYMENTS.id,
        answeredAt: NOW,
        report: { survey: { ...survey, tagUses: [], unknowns: [] }, keys, maxKeyAge: 90 },
        toRemember: [],
      },
    ],
  );
  const messages = partsOf(report).map((part) =>
    organizationNotification(report, part, ACCOUNTS, 'Sentry'),
  );
  expect(messages).toHaveLength(4);
  expect(Math.max(...messages.map(bytesOf))).toBeLessThan(256 * 1_024);
  expect(JSON.parse(messages[0]!.json)).toMatchObject({ ownersOmitted: 200 });
  expect(messages.flatMap(({ json: one }) => keySchemaErrors('organization', one))).toEqual([]);
});

test.each(['Owner', '\u6f22'.repeat(128)])(
  'parts fit in which each key is in another account with the longest warning, beside a thousand that refuse and keys that are gone, and the tag of owners is %s',
  (tagKey) => {
    const ids = Array.from({ length: 200 }, (_, index) => String(200_000_000_000 + index));
    const refusing = Array.from({ length: 1_000 }, (_, index) => String(100_000_000_000 + index));
    const found = organizationReport(
      {
        id: '1',
        startedAt: NOW,
        asked: [...ids, ...refusing],
        suspended: [],
        partsTold: 0,
        partsRemembered: 0,
      },
      [
        ...ids.map((accountId) => lookedAt(accountId, longestKey(accountId, tagKey))),
        ...refusing.map((accountId) => ({
          kind: 'unread' as const,
          accountId,
          cause: 'ROLE_REFUSES' as const,
          answeredAt: NOW,
        })),
      ],
    );
    const why = `its user is excluded by the tag ${'\u6f22'.repeat(128)} until 2026-09-01`;
    const gone = ids.map((accountId) => ({
      accountId,
      keyId: `AKIA${accountId}`.padEnd(20, '0'),
      userName: `${accountId}-`.padEnd(64, 'n'),
      why,
    }));
    const report = { ...found, changes: { lastAt: NOW, gone } };
    const account = { name: '\u{20000}'.repeat(25), state: 'ACTIVE', path: 'o-1/r-1/' } as const;
    const accounts = {
      ...ACCOUNTS,
      list: { readAt: NOW, accounts: ids.map((id) => ({ ...account, id })) },
      warnings: Object.fromEntries(ids.map((id) => [id, '\u6f22'.repeat(200)])),
    };
    const messages = partsOf(report).map((part) =>
      organizationNotification(report, part, accounts, 'Sentry'),
    );
    expect(Math.max(...messages.map(bytesOf))).toBeLessThan(256 * 1_024);
    const { gone: goneTold, goneOmitted } = JSON.parse(messages[0]!.json);
    expect(goneTold.length + goneOmitted).toBe(gone.length);
    const told = messages.flatMap(({ text: words }) => words.match(/\bAKIA2\d{11}0+ of/g) ?? []);
    expect(new Set(told).size).toBe(ids.length);
    expect(messages.flatMap(({ json: one }) => keySchemaErrors('organization', one))).toEqual([]);
  },
);

function lookedAt(accountId: string, listed: ReportedKey): AccountAnswer {
  const survey = { at: NOW, userCount: 1, users: [], findings: [], keys: [], seen: [] };
  return {
    kind: 'looked',
    accountId,
    answeredAt: NOW,
    report: { survey: { ...survey, tagUses: [], unknowns: [] }, keys: [listed], maxKeyAge: 90 },
    toRemember: [],
  };
}

/** Deactivated just now, for two reasons. */
function longestKey(accountId: string, tagKey: string): ReportedKey {
  const keyId = `AKIA${accountId}`.padEnd(20, '0');
  const userName = `${accountId}-`.padEnd(64, 'n');
  const owner = {
    kind: 'known',
    name: `${accountId}-`.padEnd(187, '\u{20000}'),
    source: 'tag',
    tagKey,
  } as const;
  const place = 'x'.repeat(200);
  const reasons = [
    { kind: 'too-old', days: 4_000, noticeAt: NOW },
    { kind: 'unused', days: 4_000, noticeAt: NOW },
  ] as const;
  return {
    keyId,
    userName,
    owner,
    finding: {
      keyId,
      userName,
      status: 'Active',
      createdAt: NOW,
      ageInDays: 4_000,
      lastUse: { kind: 'used', at: NOW, service: place, region: place },
      classes: ['too-old', 'unused'],
    },
    step: {
      keyId,
      userName,
      report: { kind: 'done', step: 'deactivate', at: NOW, reasons, reactivations: 1_000 },
    },
  };
}

describe('with owners', () => {
  beforeEach(() => {
    const owned = (keyId: string, team: string) =>
      new FaultyAccount(
        [user('bob', [key(keyId, 200)], { tags: new Map([['Owner', team]]) })],
        NOW.getTime(),
      );
    models = new Map([
      [HUB_ACCOUNT, owned('AKIA-HUB', 'platform')],
      [PAYMENTS.id, owned('AKIA-PAY', 'payments')],
      [SANDBOX.id, owned('AKIA-SAND', 'payments')],
    ]);
    const configuration: KeySentryConfiguration = {
      ...CONFIGURATION,
      rules: { ...CONFIGURATION.rules, owners: [{ kind: 'tag', key: 'Owner' }] },
      messagesOwners: true,
    };
    organization = new OrganizationInMemory(HUB_ACCOUNT, ACCOUNTS, models, configuration, NOW);
  });

  test('keys are counted by owner over all accounts, and stand under their owners', async () => {
    await organization.wholeRun('1');
    expect(keySchemaErrors('organization', json())).toEqual([]);
    expect(JSON.parse(json())).toMatchObject({
      owners: [
        { kind: 'known', name: 'payments', keys: 2, counts: { 'too-old': 2 } },
        { kind: 'known', name: 'platform', keys: 1 },
      ],
      ownersOmitted: 0,
    });
    expect(text()).toContain('By owner:\n- payments: 2 access keys: 2 too old\n- platform: 1');
    expect(text()).toContain('Owner payments (by the tag Owner):\n\n- AKIA-PAY of bob');
  });

  test('the report says who hears by direct message, once for all accounts', async () => {
    const tags = new Map([['Owner', 'olga@example.com']]);
    for (const id of [PAYMENTS.id, SANDBOX.id]) {
      const owned = user('bob', [key(`AKIA-${id}`, 200)], { tags });
      models.set(id, new FaultyAccount([owned], NOW.getTime()));
    }
    await organization.wholeRun('1');
    expect(keySchemaErrors('organization', json())).toEqual([]);
    expect(JSON.parse(json()).directMessages).toEqual({
      owners: 1,
      withoutAddress: 1,
      pastLimit: 0,
    });
    expect(text()).toContain(
      'Direct messages in Slack go to 1 owner, and NOT to 1 owner whose name is no e-mail address.',
    );
  });

  test('they hear once the report was told, of what all accounts have', async () => {
    organization.isTopicDown = true;
    await expect(organization.wholeRun('1')).rejects.toThrow('SNS is down');
    expect(organization.toldOwners).toEqual([]);
    organization.isTopicDown = false;
    await organization.report();
    const [report] = organization.toldOwners;
    const [payments] = keysByOwner(report!.accounts);
    expect(payments!.keys.map(({ accountId, keyId }) => [accountId, keyId]).sort()).toEqual([
      [PAYMENTS.id, 'AKIA-PAY'],
      [SANDBOX.id, 'AKIA-SAND'],
    ]);
  });

  const stepOf = (report: OrganizationReport | undefined, accountId: string) =>
    report?.accounts.find((one) => one.accountId === accountId)?.report.keys[0]?.step?.report.kind;

  test('a notice that SQS took no message of begins with the next run, for that owner alone', async () => {
    organization.refusedOwners.add('payments');
    await organization.wholeRun('1');
    organization.refusedOwners.clear();
    organization.pass(5 * DAY);
    const second = await organization.wholeRun('2');
    expect([HUB_ACCOUNT, PAYMENTS.id, SANDBOX.id].map((id) => stepOf(second, id))).toEqual([
      'wait',
      'notice',
      'notice',
    ]);
    organization.pass(5 * DAY);
    await organization.wholeRun('3');
    expect(status(HUB_ACCOUNT, 'AKIA-HUB')).toBe('Inactive');
    expect(status(PAYMENTS.id, 'AKIA-PAY')).toBe('Active');
  });

  test('a step that SQS took no message of is told again, though the key is active again', async () => {
    await organization.wholeRun('1');
    organization.pass(8 * DAY);
    organization.refusedOwners.add('payments');
    await organization.wholeRun('2');
    organization.refusedOwners.clear();
    models.get(PAYMENTS.id)!.model.key('AKIA-PAY')!.status = 'Active';
    organization.pass(DAY);
    const third = await organization.wholeRun('3');
    expect(stepOf(organization.toldOwners.at(-1), PAYMENTS.id)).toBe('done');
    expect(stepOf(third, HUB_ACCOUNT)).toBeUndefined();
    expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')).toMatchObject({
      deactivated: { times: 1 },
    });
    expect(models.get(PAYMENTS.id)!.remembered('AKIA-PAY')).not.toHaveProperty('untold');
  });

  test('what is new stays new to the next run, where SQS took no message', async () => {
    let stored: LastReport | undefined;
    organization.remembering = {
      timing: { kind: 'changes-only' },
      memory: { read: async () => stored, write: async (report) => void (stored = report) },
    };
    organization.refusedOwners.add('payments');
    await organization.wholeRun('1');
    expect(stored).toBeUndefined();
    organization.refusedOwners.clear();
    await organization.wholeRun('2');
    expect(organization.toldOwners).toHaveLength(2);
    expect(stored?.keys).toHaveLength(3);
  });
});

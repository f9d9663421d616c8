import type { Exclusion } from '../../../src/access-key/domain/exclusion';
import { INVENTORY_COLUMNS, inventoryCsv } from '../../../src/access-key/domain/inventory-csv';
import { type InventoryKey, takeInventory } from '../../../src/access-key/domain/key-inventory';
import { keyReport, type ReportedKey } from '../../../src/access-key/domain/key-report';
import type { KeyRules } from '../../../src/access-key/domain/key-rules';
import type { KeyStep } from '../../../src/access-key/domain/key-step';
import type { Owner } from '../../../src/access-key/domain/owner';
import { surveyAccount } from '../../../src/access-key/domain/survey';
import { AccountInMemory, daysAgo, key, NOW, rowOf, user } from '../in-memory/account-in-memory';

const KEYS: KeyRules = { maxKeyAge: 90, maxUnusedAge: 45, includeInactive: false };
const EXCLUDING: Exclusion[] = [
  { kind: 'user', userName: 'robot', reason: 'Deploys until March' },
  { kind: 'path', path: '/service/' },
  { kind: 'group', groupName: 'breakglass', reason: 'For emergencies' },
  { kind: 'tag', key: 'keep-until', maxDays: 90, reason: 'Moves to roles' },
];

const PEOPLE = [
  user('fresh', [key('AKFRESH', 10, { usedAt: daysAgo(2) })]),
  user('old', [key('AKOLD', 100), key('AKOFF', 200, { status: 'Inactive' })]),
  user('idle', [key('AKIDLE', 80, { usedAt: daysAgo(60) })]),
  user('robot', [key('AKROBOT', 300)]),
  user('lambda', [key('AKLAMBDA', 300)], { path: '/service/' }),
  user('glass', [key('AKGLASS', 300)], { groups: ['breakglass'] }),
  user('tagged', [key('AKTAGGED', 300)], { tags: new Map([['keep-until', '2026-07-01']]) }),
  user('keyless', []),
];

async function inventory(account: AccountInMemory, hasTime = () => true) {
  const survey = await surveyAccount(
    account,
    { keys: KEYS, excluding: EXCLUDING, looksAtInactive: false },
    NOW,
  );
  const calls = account.calls.length;
  const keys = await takeInventory(survey, KEYS, { source: account, hasTime });
  return { survey, keys, calls: account.calls.slice(calls) };
}

const byId = (keys: readonly InventoryKey[]) => new Map(keys.map((one) => [one.keyId, one]));

test('all keys of all users are in it, with the classes that they fall into', async () => {
  const { keys } = await inventory(new AccountInMemory(PEOPLE));
  expect(keys.map(({ keyId, found }) => [keyId, found?.ageInDays, found?.classes])).toEqual([
    ['AKFRESH', 10, []],
    ['AKOLD', 100, ['too-old']],
    ['AKOFF', 200, []],
    ['AKIDLE', 80, ['unused']],
    ['AKROBOT', 300, ['too-old']],
    ['AKLAMBDA', 300, ['too-old']],
    ['AKGLASS', 300, ['too-old']],
    ['AKTAGGED', 300, ['too-old']],
  ]);
});

test('a key that was made after the run began is no day old, and its row says so as a number', async () => {
  const { survey, keys } = await inventory(
    new AccountInMemory([user('new', [key('AKNEW', -0.01, { usedAt: daysAgo(-0.02) })])]),
  );
  expect(keys.map(({ found }) => found?.ageInDays)).toEqual([0]);
  const csv = inventoryCsv([{ accountId: '111111111111', keys }], survey.at);
  const [names = [], row = []] = csv.split('\r\n').map((line) => line.split(','));
  expect(row[names.indexOf('"age_in_days"')]).toBe('"0"');
  expect(row[names.indexOf('"days_since_use"')]).toBe('"0"');
});

test('who is excluded is in it with what excludes the user, and why', async () => {
  const { keys } = await inventory(new AccountInMemory(PEOPLE));
  const excluded = keys.filter(({ excludedBy }) => excludedBy !== undefined);
  expect(
    excluded.map(({ userName, ...one }) => [userName, one.excludedBy, one.exclusionReason]),
  ).toEqual([
    ['robot', 'the name of the user', 'Deploys until March'],
    ['lambda', 'the path /service/', undefined],
    ['glass', 'the group breakglass', 'For emergencies'],
    ['tagged', 'the tag keep-until until 2026-07-01', 'Moves to roles'],
  ]);
});

test('what the survey has looked up is not asked again', async () => {
  const { calls } = await inventory(new AccountInMemory(PEOPLE));
  expect(calls.sort()).toEqual(
    [
      ...['robot', 'lambda', 'glass'].map((name) => `keysOf ${name}`),
      ...['AKFRESH', 'AKOFF', 'AKROBOT', 'AKLAMBDA', 'AKGLASS', 'AKTAGGED'].map(
        (id) => `lastUseOf ${id}`,
      ),
    ].sort(),
  );
});

test('a look-up that fails costs its own row alone, and says why', async () => {
  const account = new AccountInMemory(PEOPLE);
  account.failing.set('keysOf robot', 'Throttling: Rate exceeded');
  account.failing.set('lastUseOf AKFRESH', 'AccessDenied');
  const { keys, survey } = await inventory(account);
  expect(survey.unknowns).toEqual([]);
  expect(keys.find(({ userName }) => userName === 'robot')).toEqual({
    userName: 'robot',
    excludedBy: 'the name of the user',
    exclusionReason: 'Deploys until March',
    problem: 'its keys could not be looked up: Throttling: Rate exceeded',
  });
  expect(byId(keys).get('AKFRESH')).toMatchObject({
    found: { lastUse: { kind: 'unknown', reason: 'AccessDenied' } },
    problem: 'its last use is unknown: AccessDenied',
  });
  expect(keys).toHaveLength(PEOPLE.flatMap((one) => one.keys).length);
});

test('where time runs out, the rows say what was not looked up', async () => {
  const { keys, calls } = await inventory(new AccountInMemory(PEOPLE), () => false);
  expect(calls).toEqual([]);
  expect(keys.find(({ userName }) => userName === 'robot')?.problem).toBe(
    'its keys could not be looked up: no time was left for it in this run',
  );
  expect(byId(keys).get('AKOLD')?.found?.lastUse.kind).toBe('used');
});

test('no call is begun once time has run out, however many users wait', async () => {
  const users = Array.from({ length: 500 }, (_, index) =>
    user(`u${index}`, [key(`AK${index}`, 1)]),
  );
  const account = new AccountInMemory(users);
  const survey = await surveyAccount(
    account,
    { keys: KEYS, excluding: [{ kind: 'path', path: '/' }], looksAtInactive: false },
    NOW,
  );
  let [calls, answers] = [0, 0];
  const slowly = async <T>(answer: Promise<T>): Promise<T> => {
    calls += 1;
    await new Promise(setImmediate);
    answers += 1;
    return answer;
  };
  const source = {
    keysOf: async (userName: string) => slowly(account.keysOf(userName)),
    lastUseOf: async (keyId: string) => slowly(account.lastUseOf(keyId)),
  };
  const keys = await takeInventory(survey, KEYS, { source, hasTime: () => answers < 100 });
  expect(calls).toBeLessThan(130);
  expect(keys).toHaveLength(500);
  expect(keys.filter(({ problem }) => problem?.includes('no time was left'))).not.toHaveLength(0);
});

test('the keys of the root user are in it, without ids', async () => {
  const root = {
    ...rowOf(user('<root_account>', [key('HIDDEN', 400)])),
    arn: 'arn:aws:iam::1:root',
  };
  const { keys } = await inventory(new AccountInMemory([], [root]));
  expect(keys).toEqual([
    expect.objectContaining({
      userName: '<root_account>',
      found: expect.objectContaining({ ageInDays: 400, classes: ['too-old'] }),
    }),
  ]);
  expect(keys[0]).not.toHaveProperty('keyId');
});

test('a key that is gone by the time its use is looked up is a row still', async () => {
  const account = new AccountInMemory(PEOPLE);
  const { key: found } = account;
  account.key = (id) => (id === 'AKROBOT' ? undefined : found.call(account, id));
  const { keys } = await inventory(account);
  expect(byId(keys).get('AKROBOT')).toMatchObject({
    found: { lastUse: { kind: 'unknown', reason: 'the key is gone by now' } },
    problem: 'its last use is unknown: the key is gone by now',
  });
});

test('a user who is gone by the time the keys are listed has no row', async () => {
  const account = new AccountInMemory(PEOPLE);
  const { keysOf } = account;
  account.keysOf = async (name) => (name === 'robot' ? undefined : keysOf.call(account, name));
  const { keys } = await inventory(account);
  expect(keys.filter(({ userName }) => userName === 'robot')).toEqual([]);
});

test('a tag that excludes no one is in no row', async () => {
  const tags = new Map([['keep-until', 'forever']]);
  const { keys } = await inventory(new AccountInMemory([user('ann', [key('AK1', 100)], { tags })]));
  expect(keys.map(({ keyId, excludedBy }) => [keyId, excludedBy])).toEqual([['AK1', undefined]]);
});

test('an inactive key of the root user says so', async () => {
  const root = {
    ...rowOf(user('<root_account>', [key('HIDDEN', 400, { status: 'Inactive' })])),
    arn: 'arn:aws:iam::1:root',
  };
  const { keys } = await inventory(new AccountInMemory([], [root]));
  expect(keys).toMatchObject([{ found: { status: 'Inactive', classes: [] } }]);
});

describe('the file', () => {
  const found = (age: number, values: Partial<NonNullable<InventoryKey['found']>> = {}) => ({
    status: 'Active' as const,
    createdAt: daysAgo(age),
    ageInDays: age,
    lastUse: { kind: 'never' } as const,
    classes: [],
    ...values,
  });
  const cellsOf = (keys: InventoryKey[], reported: ReportedKey[] = []) => {
    const report = { keys: reported };
    const csv = inventoryCsv([{ accountId: '111111111111', keys, report }], NOW);
    return csv
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => {
        const cells = line.slice(1, -1).split('","');
        return Object.fromEntries(cells.map((cell, index) => [INVENTORY_COLUMNS[index], cell]));
      });
  };

  test('says of a key when it was used, where, by which service, and all its classes', () => {
    const used = { kind: 'used', at: daysAgo(3), service: 's3', region: 'eu-west-1' } as const;
    const rows = cellsOf([
      {
        userName: 'ann',
        keyId: 'AK1',
        found: found(100, { lastUse: used, classes: ['too-old', 'unused'] }),
      },
      { userName: 'bob', keyId: 'AK2', found: found(99) },
      {
        userName: 'cid',
        keyId: 'AK3',
        found: found(98, { lastUse: { kind: 'unknown', reason: 'no' } }),
      },
    ]);
    expect(rows[0]).toMatchObject({
      last_used: '2026-05-29T03:00:00.000Z',
      days_since_use: '3',
      last_used_service: 's3',
      last_used_region: 'eu-west-1',
      classes: 'too-old unused',
    });
    expect(rows.slice(1).map((row) => [row.last_used, row.days_since_use])).toEqual([
      ['never', ''],
      ['unknown', ''],
    ]);
    expect(rows[1]).toMatchObject({ last_used_service: '', last_used_region: '' });
  });

  test('has the oldest key first, of the same age by user, and last those that are not known', () => {
    const rows = cellsOf([
      { userName: 'unread', problem: 'no' },
      { userName: 'zoe', keyId: 'AK1', found: found(50) },
      { userName: 'ann', keyId: 'AK2', found: found(50) },
      { userName: 'bob', keyId: 'AK3', found: found(100) },
      { userName: 'also-unread', problem: 'no' },
    ]);
    expect(rows.map(({ user: name }) => name)).toEqual([
      'bob',
      'ann',
      'zoe',
      'also-unread',
      'unread',
    ]);
  });

  test('says why a step was held, and who owns the key, where that is known', () => {
    const held = { kind: 'held', step: 'deactivate', reason: 'RIGHTS_TOO_LOW' } as const;
    const keyOf = (keyId: string, owner: Owner): ReportedKey => ({ keyId, userName: 'ann', owner });
    const rows = cellsOf(
      [],
      [
        {
          ...keyOf('AK1', { kind: 'unknown', reason: 'AccessDenied' }),
          step: { keyId: 'AK1', userName: 'ann', report: held },
        },
        keyOf('AK2', { kind: 'none' }),
      ],
    );
    expect(rows).toMatchObject([
      { key_id: 'AK1', step_state: 'held', step_at: '', step_reason: 'RIGHTS_TOO_LOW' },
      { key_id: 'AK2', step_state: '', owner: '' },
    ]);
    expect(rows[0]?.owner).toBe('unknown (AccessDenied)');
  });

  test('takes no step of a key for one of the root user, which have no ids', () => {
    const finding = { ...found(400), userName: '<root_account>' };
    const rows = cellsOf(
      [{ userName: '<root_account>', found: found(400) }],
      [{ userName: '<root_account>', finding, owner: { kind: 'none' } }],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ user: '<root_account>', key_id: '' });
  });

  test('has a row for each key, the oldest first, with its step and due date', async () => {
    const { survey, keys } = await inventory(new AccountInMemory(PEOPLE));
    const step: KeyStep = {
      keyId: 'AKOLD',
      userName: 'old',
      report: {
        kind: 'notice',
        step: 'deactivate',
        dueAt: new Date('2026-06-08T03:00:00Z'),
        asksFirst: false,
      },
    };
    const whole = keyReport(survey, [step], 90);
    const owner: Owner = { kind: 'known', name: 'ann', source: 'user-name' };
    const report = { keys: whole.keys.map((one) => ({ ...one, owner })) };
    const lines = inventoryCsv([{ accountId: '111111111111', keys, report }], NOW).split('\r\n');
    expect(lines[0]).toBe(INVENTORY_COLUMNS.map((name) => `"${name}"`).join(','));
    expect(lines).toContain(
      '"111111111111","old","AKOLD","Active","100","2026-02-21T03:00:00.000Z","2026-06-01T03:00:00.000Z","0","","","too-old","deactivate","notice","2026-06-09","","","","","","ann"',
    );
    expect(lines).toContain(
      '"111111111111","robot","AKROBOT","Active","300","2025-08-05T03:00:00.000Z","2026-06-01T03:00:00.000Z","0","","","too-old","","","","","","the name of the user","Deploys until March","",""',
    );
    expect(lines.at(-1)).toBe('');
    expect(lines).toHaveLength(keys.length + 2);
  });

  test('has what was done to a key that is gone, and who approved it', () => {
    const survey = {
      at: NOW,
      users: [],
      unknowns: [],
      tagUses: [],
      findings: [],
      keys: [],
      seen: [],
    };
    const step: KeyStep = {
      keyId: 'AKGONE',
      userName: 'left',
      report: { kind: 'done', step: 'deactivate', at: NOW, requestId: 'req-1' },
    };
    const report = keyReport({ ...survey, userCount: 0 }, [step], 90);
    const [, line] = inventoryCsv([{ accountId: '111111111111', keys: [], report }], NOW).split(
      '\r\n',
    );
    expect(line).toBe(
      '"111111111111","left","AKGONE","","","","","","","","","deactivate","done","2026-06-01","","req-1","","","",""',
    );
  });

  test('of 5,000 users with two keys each stays small', () => {
    const keys = Array.from({ length: 10_000 }, (_, index): InventoryKey => ({
      userName: `someone-with-a-name-${index}`,
      keyId: `AKIA${String(index).padStart(16, '0')}`,
      found: {
        status: 'Active',
        createdAt: daysAgo(index % 900),
        ageInDays: index % 900,
        lastUse: { kind: 'used', at: NOW, service: 's3', region: 'eu-west-1' },
        classes: ['too-old'],
      },
    }));
    const csv = inventoryCsv([{ accountId: '111111111111', keys }], NOW);
    expect(csv.length).toBeLessThan(3_000_000);
  });
});

import type { Exclusion } from '../../../src/access-key/domain/exclusion';
import { INVENTORY_COLUMNS, inventoryCsv } from '../../../src/access-key/domain/inventory-csv';
import { type InventoryKey, takeInventory } from '../../../src/access-key/domain/key-inventory';
import { keyReport } from '../../../src/access-key/domain/key-report';
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

describe('the file', () => {
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

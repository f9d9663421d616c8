import fc from 'fast-check';
import type { ReportRow } from '../../../src/access-key/domain/credential-report';
import type { Exclusion } from '../../../src/access-key/domain/exclusion';
import { tagLines } from '../../../src/access-key/domain/key-report-text';
import type { KeyRules } from '../../../src/access-key/domain/key-rules';
import type { OwnerRule } from '../../../src/access-key/domain/owner';
import {
  type Finding,
  surveyAccount,
  type SurveyRules,
} from '../../../src/access-key/domain/survey';
import {
  AccountInMemory,
  daysAgo,
  key,
  NOW,
  rowOf,
  user,
  type UserInMemory,
} from '../in-memory/account-in-memory';
import { expectedClasses, randomAccounts, randomRules } from '../samples/random-accounts';

const KEYS: KeyRules = { maxKeyAge: 90, includeInactive: false };
const rules = (keys: Partial<KeyRules> = {}, ...excluding: Exclusion[]): SurveyRules => ({
  keys: { ...KEYS, ...keys },
  excluding,
  looksAtInactive: false,
});
const idsOf = ({ findings }: { findings: readonly { keyId?: string }[] }) =>
  findings.map(({ keyId }) => keyId);

const EXCLUSIONS: Exclusion[] = [
  ...Array.from({ length: 5 }, (_, index): Exclusion => ({
    kind: 'user',
    userName: `excluded-user-${index}`,
  })),
  { kind: 'path', path: '/robots/' },
  { kind: 'group', groupName: 'excluded' },
];

describe('against a plain oracle', () => {
  const wanted = (account: AccountInMemory, keys: KeyRules) =>
    account.users
      .filter(
        ({ name, path, groups }) =>
          !name.startsWith('excluded') && path === '/people/' && groups.length === 0,
      )
      .flatMap(({ keys: all }) =>
        all.map((one) => ({ keyId: one.id, classes: expectedClasses(one, keys) })),
      )
      .filter(({ classes }) => classes.length > 0);

  test('exactly the right keys are listed, however stale the report', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomAccounts,
        randomRules,
        fc.boolean(),
        async ({ users, rows }, keys, looksAtInactive) => {
          const account = new AccountInMemory(users, rows);
          const { findings, unknowns } = await surveyAccount(
            account,
            { keys, excluding: EXCLUSIONS, looksAtInactive },
            NOW,
          );
          expect(unknowns).toEqual([]);
          expect(findings.map(({ keyId, classes }) => ({ keyId, classes }))).toEqual(
            wanted(account, keys),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a look-up that fails never makes a key fresh, unused or never used: it is unknown', async () => {
    const answers = fc.infiniteStream(fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        randomAccounts,
        randomRules,
        answers,
        async ({ users, rows }, keys, fails) => {
          const account = new FailingAccount(users, rows, fails);
          const { findings, unknowns } = await surveyAccount(
            account,
            { keys, excluding: EXCLUSIONS, looksAtInactive: false },
            NOW,
          );
          const oracle = new Map(
            users.flatMap((one) => one.keys).map((one) => [one.id, expectedClasses(one, keys)]),
          );
          for (const { keyId, classes } of findings) {
            expect(oracle.get(keyId ?? '')).toEqual(expect.arrayContaining([...classes]));
          }
          const shown = new Map(findings.map(({ keyId, classes }) => [keyId, classes]));
          for (const { keyId, classes } of wanted(account, keys)) {
            const isWhole = shown.get(keyId)?.length === classes.length;
            const owner = users.find((one) => one.keys.some(({ id }) => id === keyId))!.name;
            expect(
              isWhole ||
                unknowns.some(({ what }) => what.includes(keyId) || what.endsWith(` ${owner}`)),
            ).toBe(true);
          }
          expect(unknowns).toHaveLength(account.failures);
        },
      ),
    );
  });
});

class FailingAccount extends AccountInMemory {
  failures = 0;
  readonly #fails: Iterator<boolean>;

  constructor(users: UserInMemory[], rows: ReportRow[], fails: Iterator<boolean>) {
    super(users, rows);
    this.#fails = fails;
  }

  override async keysOf(userName: string) {
    this.#maybeFail();
    return super.keysOf(userName);
  }

  override async lastUseOf(keyId: string) {
    this.#maybeFail();
    return super.lastUseOf(keyId);
  }

  override async membersOf(groupName: string) {
    this.#maybeFail();
    return super.membersOf(groupName);
  }

  #maybeFail(): void {
    if (!this.#fails.next().value) return;
    this.failures += 1;
    throw new Error('Throttling: Rate exceeded');
  }
}

test('users without keys, or too young to matter, cost no call', async () => {
  const account = new AccountInMemory([
    ...Array.from({ length: 5_000 }, (_, index) => user(`user-${index}`, [])),
    user('new', [key('AKIA-NEW', 3)], { createdAt: daysAgo(3) }),
  ]);
  expect((await surveyAccount(account, rules({ maxUnusedAge: 45 }), NOW)).userCount).toBe(5_001);
  expect(account.calls).toEqual(['credentialReport']);
});

test('a key that was re-activated yesterday looks fresh in the report, and is listed all the same', async () => {
  const account = new AccountInMemory([
    user('ann', [key('AKIA-OLD', 200, { changedAt: daysAgo(1) })]),
  ]);
  const { findings } = await surveyAccount(account, rules(), NOW);
  expect(findings).toMatchObject([
    { keyId: 'AKIA-OLD', userName: 'ann', ageInDays: 200, classes: ['too-old'] },
  ]);
});

test('of two keys the right one is listed, and of three', async () => {
  const account = new AccountInMemory([
    user('ann', [key('AKIA-NEW', 5), key('AKIA-OLD', 100), key('AKIA-THIRD', 120)]),
  ]);
  expect(idsOf(await surveyAccount(account, rules(), NOW))).toEqual(['AKIA-OLD', 'AKIA-THIRD']);
});

test('a use that is looked up counts, and one that the report shows spares the look-up', async () => {
  const users = [
    user('ann', [key('AKIA-1', 80, { usedAt: daysAgo(50) })]),
    user('bob', [key('AKIA-2', 80, { usedAt: daysAgo(3) })]),
  ];
  const account = new AccountInMemory(users);
  expect((await surveyAccount(account, rules({ maxUnusedAge: 45 }), NOW)).findings).toMatchObject([
    { keyId: 'AKIA-1', classes: ['unused'] },
  ]);
  expect(account.calls.filter((call) => call.startsWith('lastUseOf'))).toEqual([
    'lastUseOf AKIA-1',
  ]);
});

describe('what cannot be looked up is unknown:', () => {
  const users = () => [user('ann', [key('AKIA-1', 100)]), user('bob', [key('AKIA-2', 100)])];

  test('the keys of a user', async () => {
    const account = new AccountInMemory(users());
    account.failing.set('keysOf ann', 'AccessDenied: no');
    const survey = await surveyAccount(account, rules(), NOW);
    expect(idsOf(survey)).toEqual(['AKIA-2']);
    expect(survey.unknowns).toEqual([{ what: 'access keys of ann', reason: 'AccessDenied: no' }]);
  });

  test('the last use of a key, which is listed for its age only', async () => {
    const account = new AccountInMemory(users());
    account.failing.set('lastUseOf AKIA-1', 'Throttling: Rate exceeded');
    const survey = await surveyAccount(account, rules({ maxUnusedAge: 1, neverUsedGrace: 1 }), NOW);
    const lastUse = { kind: 'unknown', reason: 'Throttling: Rate exceeded' };
    expect(survey.findings[0]).toMatchObject({ keyId: 'AKIA-1', classes: ['too-old'], lastUse });
    expect(survey.unknowns).toHaveLength(1);
  });

  test('the members of a group, and the tags of a user: no one is excluded', async () => {
    const account = new AccountInMemory(users());
    account.failing.set('membersOf robots', 'ServiceFailure').set('tagsOf ann', 'AccessDenied');
    const excluding: Exclusion[] = [
      { kind: 'group', groupName: 'robots' },
      { kind: 'tag', key: 'keep', maxDays: 30 },
    ];
    const survey = await surveyAccount(account, rules({}, ...excluding), NOW);
    expect(idsOf(survey)).toEqual(['AKIA-1', 'AKIA-2']);
    expect(survey.unknowns.map(({ what }) => what)).toEqual([
      'members of the group robots',
      'tags of ann',
    ]);
  });

  test('the credential report: then there is no survey', async () => {
    const account = new AccountInMemory(users());
    account.failing.set('credentialReport', 'ServiceFailure');
    await expect(surveyAccount(account, rules(), NOW)).rejects.toThrow('ServiceFailure');
  });
});

describe('whom an exclusion means', () => {
  const ann = user('ann', [key('AKIA-1', 100)], { path: '/people/' });

  test.each<[string, Exclusion]>([
    ['another path', { kind: 'path', path: '/robots/' }],
    ['another name', { kind: 'user', userName: 'anna' }],
    ['a group of others', { kind: 'group', groupName: 'robots' }],
    ['a tag that the user does not carry', { kind: 'tag', key: 'keep', maxDays: 30 }],
  ])('is no one by %s', async (_, exclusion) => {
    const { findings, tagUses, unknowns } = await surveyAccount(
      new AccountInMemory([ann]),
      rules({}, exclusion),
      NOW,
    );
    expect(findings).toMatchObject([{ keyId: 'AKIA-1' }]);
    expect([tagUses, unknowns]).toEqual([[], []]);
  });

  test('is asked of groups alone, and of tags alone', async () => {
    const account = new AccountInMemory([ann]);
    const byNameAndPath: Exclusion[] = [
      { kind: 'user', userName: 'bob' },
      { kind: 'path', path: '/robots/' },
    ];
    await surveyAccount(account, rules({}, ...byNameAndPath), NOW);
    expect(account.calls.filter((call) => /^(membersOf|tagsOf)/.test(call))).toEqual([]);
  });

  test('is never the root user', async () => {
    const root = {
      ...{ userName: '<root_account>', arn: 'arn:aws:iam::1:root', createdAt: daysAgo(900) },
      slots: [{ active: true, lastChangedAt: daysAgo(400) }],
    };
    const excluding: Exclusion[] = [
      { kind: 'user', userName: '<root_account>' },
      { kind: 'path', path: '' },
    ];
    const survey = await surveyAccount(
      new AccountInMemory([], [root]),
      rules({}, ...excluding),
      NOW,
    );
    expect(survey.users).toEqual([{ row: root }]);
    expect(survey.findings).toHaveLength(1);
  });

  test('is not known where a group does not exist, and what to do about it is said', async () => {
    const account = new AccountInMemory([ann]);
    account.membersOf = async () => undefined;
    const group: Exclusion = { kind: 'group', groupName: 'gone' };
    expect((await surveyAccount(account, rules({}, group), NOW)).unknowns).toEqual([
      {
        what: 'members of the group gone',
        reason: 'there is no such group: take it out of "excluding", or name the right one',
      },
    ]);
  });
});

describe('the keys of the root user', () => {
  const rootWith = async (slot: ReportRow['slots'][number], keys: Partial<KeyRules> = {}) => {
    const root = {
      ...{ userName: '<root_account>', arn: 'arn:aws:iam::1:root', createdAt: daysAgo(900) },
      slots: [slot],
    };
    return (await surveyAccount(new AccountInMemory([], [root]), rules(keys), NOW)).findings;
  };

  test('are not listed where they are young, or inactive and not asked for', async () => {
    expect(await rootWith({ active: true, lastChangedAt: daysAgo(10) })).toEqual([]);
    const inactive = { active: false, lastChangedAt: daysAgo(400) };
    expect(await rootWith(inactive)).toEqual([]);
    expect(await rootWith(inactive, { includeInactive: true })).toMatchObject([
      { status: 'Inactive' },
    ]);
  });

  test('have an unknown use where IAM has no information', async () => {
    const slot = { active: true, lastChangedAt: daysAgo(400), isLastUseUnknown: true };
    expect(await rootWith(slot)).toMatchObject([
      { lastUse: { kind: 'unknown', reason: 'IAM has no information' } },
    ]);
  });
});

test('an inactive key is looked at where it may be deleted, and only then', async () => {
  const account = new AccountInMemory([
    user('ann', [key('AKIA-1', 30, { status: 'Inactive' }), key('AKIA-2', 30)], {
      createdAt: daysAgo(400),
    }),
  ]);
  const survey = await surveyAccount(account, { ...rules(), looksAtInactive: true }, NOW);
  expect(survey.keys.map(({ id }) => id)).toEqual(['AKIA-1']);
  expect(survey).toMatchObject({ findings: [], tagUses: [], unknowns: [] });
  expect((await surveyAccount(account, rules(), NOW)).keys).toEqual([]);
});

test('users and keys that vanish in the middle are no failure', async () => {
  const bob = user('bob', [key('AKIA-2', 100)]);
  const account = new AccountInMemory(
    [bob],
    [rowOf(user('gone', [key('AKIA-1', 100)])), rowOf(bob)],
  );
  account.key = () => undefined;
  expect(await surveyAccount(account, rules(), NOW)).toMatchObject({ findings: [], unknowns: [] });
});

describe('a tag', () => {
  const bob = user('bob', [key('AKIA-2', 10)]);
  const tagged = (value: string) =>
    new AccountInMemory([
      user('ann', [key('AKIA-1', 100)], { tags: new Map([['keep', value]]) }),
      bob,
    ]);
  const exclusion: Exclusion = { kind: 'tag', key: 'keep', maxDays: 30 };

  test('that counts excludes its user, and is told', async () => {
    const survey = await surveyAccount(tagged('2026-06-20'), rules({}, exclusion), NOW);
    expect(survey).toMatchObject({
      findings: [],
      keys: [],
      tagUses: [{ userName: 'ann', tagKey: 'keep', value: '2026-06-20' }],
    });
  });

  test('is told with the reason that the app gives', async () => {
    const reason = 'moves to roles in summer';
    const given = rules({}, { ...exclusion, reason });
    const { tagUses } = await surveyAccount(tagged('2026-06-20'), given, NOW);
    expect(tagLines(tagUses)).toEqual([
      'Users with a tag that excludes them:',
      `- ann, keep = 2026-06-20: excluded until then (${reason})`,
      '',
    ]);
  });

  test('that does not count is told with the reason', async () => {
    const survey = await surveyAccount(tagged('forever'), rules({}, exclusion), NOW);
    expect(idsOf(survey)).toEqual(['AKIA-1']);
    expect(survey.tagUses).toMatchObject([
      { userName: 'ann', ignoredBecause: 'its value is no date of the form YYYY-MM-DD' },
    ]);
  });

  test('is asked for only where something would be listed', async () => {
    const account = tagged('2026-06-20');
    await surveyAccount(account, rules({}, exclusion), NOW);
    expect(account.calls.filter((call) => call.startsWith('tagsOf'))).toEqual(['tagsOf ann']);
  });
});

test("the root user's keys are listed from the report, without ids", async () => {
  const slots = [{ active: true, lastChangedAt: daysAgo(400) }, { active: false }];
  const root = {
    userName: '<root_account>',
    arn: 'arn:aws:iam::111111111111:root',
    createdAt: daysAgo(900),
    slots,
  };
  const survey = await surveyAccount(
    new AccountInMemory([], [root]),
    rules({ neverUsedGrace: 1 }),
    NOW,
  );
  expect(survey.userCount).toBe(0);
  const root400 = {
    userName: '<root_account>',
    ageInDays: 400,
    classes: ['too-old', 'never-used'],
    lastUse: { kind: 'never' },
  };
  expect(survey.findings).toMatchObject([root400]);
  expect(survey.findings[0]).not.toHaveProperty('keyId');
});

describe('owners', () => {
  const OWNERS: OwnerRule[] = [
    { kind: 'path', prefix: '/teams/' },
    { kind: 'tag', key: 'Owner' },
  ];
  const owned = (...excluding: Exclusion[]) => ({ ...rules({}, ...excluding), owners: OWNERS });
  const tagged = (values: Record<string, string>) => ({ tags: new Map(Object.entries(values)) });
  const tagCalls = ({ calls }: AccountInMemory) =>
    calls.filter((call) => call.startsWith('tagsOf')).sort();
  const ownersOf = ({ findings }: { findings: readonly Finding[] }) =>
    Object.fromEntries(findings.map(({ userName, owner }) => [userName, owner]));

  test('are those of the users who are listed, and tags are read only where they matter', async () => {
    const account = new AccountInMemory([
      user('ann', [key('AKIA-1', 100), key('AKIA-2', 120)], tagged({ Owner: 'payments' })),
      user('robot', [key('AKIA-3', 100)], { path: '/teams/search/' }),
      user('young', [key('AKIA-4', 5)]),
    ]);
    const survey = await surveyAccount(account, owned(), NOW);
    expect(ownersOf(survey)).toEqual({
      ann: { kind: 'known', name: 'payments', source: 'tag', tagKey: 'Owner' },
      robot: { kind: 'known', name: 'search', source: 'path' },
    });
    expect(survey.keys.map(({ owner }) => owner?.kind)).toEqual(['known', 'known', 'known']);
    expect(tagCalls(account)).toEqual(['tagsOf ann']);
  });

  test('cost no call for a user whose keys are looked up, and not listed', async () => {
    const ann = user('ann', [key('AKIA-1', 60, { usedAt: daysAgo(1) })]);
    const stale = rowOf({ ...ann, keys: [key('AKIA-1', 60, { usedAt: undefined })] });
    const account = new AccountInMemory([ann], [stale]);
    await surveyAccount(account, { ...owned(), keys: { ...KEYS, maxUnusedAge: 45 } }, NOW);
    expect(account.calls).toContain('lastUseOf AKIA-1');
    expect(tagCalls(account)).toEqual([]);
  });

  test('share the look-up of tags that exclude', async () => {
    const exclusion: Exclusion = { kind: 'tag', key: 'keep', maxDays: 30 };
    const account = new AccountInMemory([
      user('ann', [key('AKIA-1', 100)], tagged({ Owner: 'payments', keep: '2026-06-20' })),
      user('bob', [key('AKIA-2', 100)], tagged({ Owner: 'payments', keep: 'forever' })),
    ]);
    const survey = await surveyAccount(account, owned(exclusion), NOW);
    expect(ownersOf(survey)).toMatchObject({ bob: { name: 'payments' } });
    expect(tagCalls(account)).toEqual(['tagsOf ann', 'tagsOf bob']);
  });

  test('are known of a key that is not listed, since its last use is unknown: it can be held', async () => {
    const ann = user(
      'ann',
      [key('AKIA-1', 80, { usedAt: daysAgo(50) })],
      tagged({ Owner: 'payments' }),
    );
    const account = new AccountInMemory([ann]);
    account.failing.set('lastUseOf AKIA-1', 'Throttling');
    const { findings, keys } = await surveyAccount(
      account,
      { ...owned(), keys: { ...KEYS, maxUnusedAge: 45 } },
      NOW,
    );
    expect(findings).toEqual([]);
    expect(keys).toMatchObject([{ id: 'AKIA-1', owner: { kind: 'known', name: 'payments' } }]);
  });

  test('are known of an inactive key that may be deleted, beside others that are not listed', async () => {
    const ann = user(
      'ann',
      [key('AKIA-1', 80), key('AKIA-2', 50, { status: 'Inactive' })],
      tagged({ Owner: 'payments' }),
    );
    const { keys } = await surveyAccount(
      new AccountInMemory([ann]),
      { ...owned(), looksAtInactive: true },
      NOW,
    );
    expect(keys).toMatchObject([{ id: 'AKIA-2', owner: { kind: 'known', name: 'payments' } }]);
  });

  test('of a user who is gone by then are not looked for, and neither are the keys', async () => {
    const account = new AccountInMemory([user('ann', [key('AKIA-1', 100)])]);
    account.tagsOf = async () => undefined;
    expect(await surveyAccount(account, owned(), NOW)).toMatchObject({
      findings: [],
      keys: [],
      seen: [],
      unknowns: [],
    });
  });

  test('that cannot be read are unknown, and nothing else is', async () => {
    const account = new AccountInMemory([user('ann', [key('AKIA-1', 100)])]);
    account.failing.set('tagsOf ann', 'AccessDenied');
    const survey = await surveyAccount(account, owned(), NOW);
    expect(ownersOf(survey)).toEqual({ ann: { kind: 'unknown', reason: 'AccessDenied' } });
    expect(survey.unknowns).toEqual([]);
  });

  test('whose tags exclude as well leave the survey incomplete', async () => {
    const account = new AccountInMemory([user('ann', [key('AKIA-1', 100)])]);
    account.failing.set('tagsOf ann', 'AccessDenied');
    const exclusion: Exclusion = { kind: 'tag', key: 'keep', maxDays: 30 };
    const survey = await surveyAccount(account, owned(exclusion), NOW);
    expect(ownersOf(survey)).toEqual({ ann: { kind: 'unknown', reason: 'AccessDenied' } });
    expect(survey.unknowns).toEqual([{ what: 'tags of ann', reason: 'AccessDenied' }]);
  });

  test('of the root user are none', async () => {
    const account = new AccountInMemory([]);
    account.rows = [
      {
        userName: '<root_account>',
        arn: 'arn:aws:iam::111111111111:root',
        createdAt: daysAgo(900),
        slots: [{ active: true, lastChangedAt: daysAgo(400) }],
      },
    ];
    const survey = await surveyAccount(
      account,
      { ...rules(), owners: [{ kind: 'user-name' }] },
      NOW,
    );
    expect(ownersOf(survey)).toEqual({ '<root_account>': { kind: 'none' } });
  });

  test('are not looked for unless the app says where', async () => {
    const account = new AccountInMemory([user('ann', [key('AKIA-1', 100)])]);
    expect(ownersOf(await surveyAccount(account, rules(), NOW))).toEqual({ ann: undefined });
    expect(tagCalls(account)).toEqual([]);
  });
});

import { dueText, type ReportedKey } from '../../../src/access-key/domain/key-report';
import { keyReportText } from '../../../src/access-key/domain/key-report-text';
import {
  KEYS_PER_MESSAGE,
  type KeySentryConfiguration,
  type KeySentryPorts,
  runKeySentry,
} from '../../../src/access-key/domain/run-key-sentry';
import { AccountInMemory, DAY, daysAgo, key, NOW, user } from '../in-memory/account-in-memory';
import { FaultyAccount } from '../in-memory/faulty-account';

const CONFIGURATION: KeySentryConfiguration = {
  rules: { keys: { maxKeyAge: 90, includeInactive: false }, excluding: [], looksAtInactive: true },
  actions: {
    mode: 'enforce',
    deactivateAfter: 100,
    deleteAfterInactive: 30,
    grace: 7,
    maxActionsPerRun: 2,
  },
  tellsWhenNothingFound: false,
};
const REFUSED = { kind: 'refused', reason: 'AccessDenied' } as const;
const OBSERVING: KeySentryConfiguration = {
  ...CONFIGURATION,
  actions: { ...CONFIGURATION.actions!, mode: 'observe' },
};

const accountOf = (...ages: number[]) =>
  new FaultyAccount(
    ages.map((age, index) => user(`user-${index}`, [key(`AKIA-${index}`, age)])),
    NOW.getTime(),
  );

async function run(account: FaultyAccount, configuration = CONFIGURATION) {
  return runKeySentry(configuration, account, account.begin([]));
}

async function stepsOfRun(account: FaultyAccount, configuration = CONFIGURATION) {
  return (await run(account, configuration)).keys.flatMap(({ step }) =>
    step ? [`${step.report.kind} ${step.report.step}`] : [],
  );
}

test('an old key is told, deactivated, told again and deleted', async () => {
  const account = accountOf(120);
  const lived: string[][] = [];
  for (const days of [0, 3, 5, 1, 10, 10, 11]) {
    account.pass(days);
    lived.push(await stepsOfRun(account));
  }
  expect(lived).toEqual([
    ['notice deactivate'],
    ['wait deactivate'],
    ['done deactivate'],
    ['notice delete'],
    ['wait delete'],
    ['wait delete'],
    ['done delete'],
  ]);
  expect(account.model.users[0]!.keys).toEqual([]);
});

test('a key that someone activates again each time is deactivated each time, and the report says how often', async () => {
  const account = accountOf(120);
  await run(account);
  account.pass(8);
  const reports: unknown[] = [];
  for (let times = 0; times < 3; times += 1) {
    reports.push((await run(account)).keys[0]?.step?.report);
    account.pass(1);
    account.model.key('AKIA-0')!.status = 'Active';
  }
  expect(reports).toMatchObject([
    { kind: 'done', step: 'deactivate' },
    { kind: 'done', step: 'deactivate', reactivations: 1 },
    { kind: 'done', step: 'deactivate', reactivations: 2 },
  ]);
  expect(reports[0]).not.toHaveProperty('reactivations');
});

test('an inactive key that was used since has its time begin again', async () => {
  const account = new FaultyAccount(
    [user('ann', [key('AKIA-1', 200, { status: 'Inactive', usedAt: daysAgo(90) })])],
    NOW.getTime(),
  );
  for (const days of [0, 10, 10]) {
    account.pass(days);
    await run(account);
  }
  account.pass(11);
  account.model.key('AKIA-1')!.usedAt = new Date(account.now().getTime() - 2 * DAY);
  expect(await stepsOfRun(account)).toEqual(['wait delete']);
});

test.each([
  [23, 'wait delete'],
  [25, 'done delete'],
])(
  'a use %i hours before it was seen inactive, which can show late: %s',
  async (hours, expected) => {
    const account = new FaultyAccount(
      [user('ann', [key('AKIA-1', 200, { status: 'Inactive' })])],
      NOW.getTime(),
    );
    account.model.key('AKIA-1')!.usedAt = new Date(NOW.getTime() - hours * 3_600_000);
    for (const days of [0, 10, 10]) {
      account.pass(days);
      await run(account);
    }
    account.pass(10.01);
    expect(await stepsOfRun(account)).toEqual([expected]);
  },
);

test('a notice lapses when nothing was told of its step for two weeks: it is given again, and its grace begins again', async () => {
  const account = accountOf(120);
  await run(account);
  account.pass(15);
  expect(await stepsOfRun(account)).toEqual(['notice deactivate']);
  account.pass(8);
  expect(await stepsOfRun(account)).toEqual(['done deactivate']);
});

describe('a notice that has lapsed is not brought back by a message', () => {
  async function stepsWith(account: FaultyAccount, changed: Partial<KeySentryPorts>) {
    const ports = { ...account, ...changed };
    const { keys } = await runKeySentry(CONFIGURATION, ports, account.begin([]));
    return keys.map(({ step }) => `${step?.report.kind} ${step?.report.step}`);
  }

  test('that a key is held since its account may not be changed', async () => {
    const account = accountOf(120);
    await run(account);
    account.pass(60);
    expect(await stepsWith(account, { barredBy: 'RIGHTS_TOO_LOW' })).toEqual(['held deactivate']);
    account.pass(1);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate']);
    expect(account.steps).toEqual([]);
  });

  test('that a key is held since its last use is unknown', async () => {
    const account = new FaultyAccount(
      [user('ann', [key('AKIA-1', 200, { status: 'Inactive' })])],
      NOW.getTime(),
    );
    expect(await stepsOfRun(account)).toEqual(['notice delete']);
    account.pass(60);
    const lastUseOf = async () => Promise.reject(new Error('Throttling: Rate exceeded'));
    const source = { ...account.source, lastUseOf };
    expect(await stepsWith(account, { source })).toEqual(['held delete']);
    account.pass(1);
    expect(await stepsOfRun(account)).toEqual(['notice delete']);
    expect(account.steps).toEqual([]);
  });

  test('while one that lives is kept alive by it', async () => {
    const account = accountOf(120);
    await run(account);
    account.pass(13);
    expect(await stepsWith(account, { barredBy: 'RIGHTS_TOO_LOW' })).toEqual(['held deactivate']);
    account.pass(13);
    expect(await stepsOfRun(account)).toEqual(['done deactivate']);
  });
});

describe('on the last look', () => {
  /** As it is before a step is due; then `change` comes between the survey and the last look. */
  async function lastLook(account: FaultyAccount, change: () => void) {
    let looks = 0;
    const keysOf = async (name: string) => {
      looks += 1;
      if (looks === 2) change();
      return account.source.keysOf(name);
    };
    const now = account.begin([]);
    return runKeySentry(CONFIGURATION, { ...account, source: { ...account.source, keysOf } }, now);
  }

  async function dueForDeletion(): Promise<FaultyAccount> {
    const account = new FaultyAccount(
      [user('ann', [key('AKIA-1', 200, { status: 'Inactive' })])],
      NOW.getTime(),
    );
    for (const days of [0, 10, 10]) {
      account.pass(days);
      await run(account);
    }
    account.pass(11);
    return account;
  }

  /** The run in which the key is deleted, up to IAM's answer to that. */
  async function deletionWith(account: FaultyAccount, answer: KeySentryPorts['changer']['delete']) {
    const now = account.begin([]);
    return runKeySentry(
      CONFIGURATION,
      { ...account, changer: { ...account.changer, delete: answer } },
      now,
    );
  }

  test('a key whose deletion had its answer lost was deleted by the sentry, and that is told', async () => {
    const account = await dueForDeletion();
    const report = await deletionWith(account, async (userName, keyId) => {
      await account.delete(userName, keyId);
      return { kind: 'gone', attempts: 2 };
    });
    expect(report.keys).toMatchObject([{ step: { report: { kind: 'done', step: 'delete' } } }]);
    expect(account.told.at(-1)?.keys).toMatchObject([
      { keyId: 'AKIA-1', step: { report: { kind: 'done', step: 'delete' } } },
    ]);
    expect(account.remembered('AKIA-1')?.untold).toBeUndefined();
    expect(await stepsOfRun(account)).toEqual([]);
  });

  test('a key that someone else deletes at the same moment is told as that', async () => {
    const account = await dueForDeletion();
    const report = await deletionWith(account, async () => {
      account.model.users[0]!.keys = [];
      return { kind: 'gone' };
    });
    expect(report.keys).toMatchObject([{ step: { report: { kind: 'gone', step: 'delete' } } }]);
    expect(keyReportText(report, report.keys, { number: 1, of: 1 }, 'App/Sentry', '1')).toContain(
      'The sentry has not deleted it: someone else has deleted it meanwhile.',
    );
    expect(account.remembered('AKIA-1')?.untold).toBeUndefined();
    expect(await stepsOfRun(account)).toEqual([]);
  });

  test('a key that is gone by then is told as that', async () => {
    const account = await dueForDeletion();
    const report = await lastLook(account, () => {
      account.model.users[0]!.keys = [];
    });
    expect(report.keys).toMatchObject([{ step: { report: { kind: 'gone', step: 'delete' } } }]);
  });

  test('a key that was activated is not deleted', async () => {
    const account = await dueForDeletion();
    const report = await lastLook(account, () => {
      account.model.key('AKIA-1')!.status = 'Active';
    });
    expect(report.keys).toMatchObject([{ step: { report: { kind: 'held', step: 'delete' } } }]);
    expect(account.steps).toEqual([]);
  });

  test('a key that was used is not deleted', async () => {
    const account = await dueForDeletion();
    const report = await lastLook(account, () => {
      account.model.key('AKIA-1')!.usedAt = account.now();
    });
    expect(report.keys).toMatchObject([{ step: { report: { kind: 'held', step: 'delete' } } }]);
    expect(account.steps).toEqual([]);
  });

  test('a look that fails makes the run incomplete, and stops it from acting', async () => {
    const account = accountOf(130, 120);
    await run(account);
    account.pass(8);
    let looks = 0;
    const keysOf = async (name: string) => {
      looks += 1;
      if (looks === 3) throw new Error('Throttling');
      return account.source.keysOf(name);
    };
    const report = await runKeySentry(
      CONFIGURATION,
      { ...account, source: { ...account.source, keysOf } },
      account.begin([]),
    );
    expect(report.keys.map(({ step }) => step?.report.kind)).toEqual(['failed', 'held']);
    expect(report.survey.unknowns).toMatchObject([{ reason: 'Throttling' }]);
    expect(account.steps).toEqual([]);
  });
});

test('a step that IAM refuses is tried again in each run, and keeps no other from being taken', async () => {
  const account = accountOf(150, 140, 130);
  await run(account);
  account.pass(8);
  const refusing = {
    deactivate: async (name: string, id: string) =>
      name === 'user-0' ? REFUSED : account.deactivate(name, id),
    delete: account.delete,
  };
  for (const _run of [1, 2]) {
    const report = await runKeySentry(
      CONFIGURATION,
      { ...account, changer: refusing },
      account.begin([]),
    );
    expect(report.keys[0]!.step!.report).toEqual({
      kind: 'failed',
      step: 'deactivate',
      reasons: [{ kind: 'too-old', days: 158, noticeAt: expect.any(Date) }],
      reason: 'AccessDenied',
    });
  }
  expect(account.steps.map(({ keyId }) => keyId)).toEqual(['AKIA-1', 'AKIA-2']);
});

test('an excluded group that does not exist leaves it unknown whom it spares: nothing is done', async () => {
  const account = accountOf(120);
  const excluding: KeySentryConfiguration = {
    ...CONFIGURATION,
    rules: { ...CONFIGURATION.rules, excluding: [{ kind: 'group', groupName: 'gone' }] },
  };
  await run(account);
  account.pass(8);
  const source = { ...account.source, membersOf: async () => undefined };
  const report = await runKeySentry(excluding, { ...account, source }, account.begin([]));
  expect(report.survey.unknowns).toMatchObject([{ what: 'members of the group gone' }]);
  expect(account.steps).toEqual([]);
});

test('with anything unknown nothing is done, and that is told', async () => {
  const account = accountOf(120, 30);
  await run(account);
  account.pass(8);
  account.model.user('user-1')!.keys.push(key('AKIA-X', 120));
  account.model.failing.set('keysOf user-1', 'Throttling');
  const report = await run(account);
  const reason = 'the run is incomplete: nothing is done while anything is unknown';
  expect(report.keys).toMatchObject([{ step: { report: { kind: 'held', reason } } }]);
  expect(account.steps).toEqual([]);
  expect(keyReportText(report, report.keys, { number: 1, of: 1 }, 'App/Sentry', '1')).toMatch(
    /INCOMPLETE: 1 look-ups failed/,
  );
});

test('while a step is not told no other is taken, however often the run is tried again', async () => {
  const account = accountOf(110, 120, 130, 140);
  await run(account);
  account.pass(8);
  const unheard = {
    ...account,
    announce: async () => undefined,
    tell: async () => {
      throw new Error('SNS is away');
    },
  };
  for (const _try of [1, 2, 3]) {
    await expect(runKeySentry(CONFIGURATION, unheard, account.begin([]))).rejects.toThrow(
      'SNS is away',
    );
  }
  expect(account.steps).toHaveLength(CONFIGURATION.actions!.maxActionsPerRun);
});

test('no more than so many steps are taken in a run, the oldest keys first', async () => {
  const account = accountOf(110, 130, 120);
  await run(account);
  account.pass(8);
  expect(await stepsOfRun(account)).toEqual([
    'done deactivate',
    'done deactivate',
    'held deactivate',
  ]);
  expect(account.steps.map(({ keyId }) => keyId)).toEqual(['AKIA-1', 'AKIA-2']);
});

test('a notice that SNS did not take does not count, and fails the run', async () => {
  const account = accountOf(120);
  const now = account.begin([]);
  const tell = async () => {
    throw new Error('KMSDisabled');
  };
  await expect(runKeySentry(CONFIGURATION, { ...account, tell }, now)).rejects.toThrow(
    'KMSDisabled',
  );
  account.pass(8);
  expect(await stepsOfRun(account)).toEqual(['notice deactivate']);
});

test('OBSERVE says what would happen, each time', async () => {
  const account = accountOf(120);
  for (let days = 0; days < 40; days += 10) {
    expect(await stepsOfRun(account, OBSERVING)).toEqual(['would deactivate']);
    account.pass(10);
  }
  expect(account.steps).toEqual([]);
});

test('without actions what is remembered is never asked for, and nothing found is nothing told', async () => {
  const account = accountOf(20);
  const refuse = async () => {
    throw new Error('there is no table');
  };
  const { actions: _none, ...tellsOnly } = CONFIGURATION;
  const ports = {
    ...account,
    source: new AccountInMemory(account.model.users),
    records: { all: refuse, read: refuse, write: refuse },
  };
  await runKeySentry(tellsOnly, ports, NOW);
  expect(account.told).toHaveLength(0);
  await runKeySentry({ ...tellsOnly, tellsWhenNothingFound: true }, ports, NOW);
  expect(account.told).toHaveLength(1);
});

test('a report says how many owners hear by direct message, where they do', async () => {
  const tags = new Map([['Owner', 'olga@example.com']]);
  const account = new FaultyAccount([user('ann', [key('AKIA-1', 95)], { tags })], NOW.getTime());
  const owned: KeySentryConfiguration = {
    ...CONFIGURATION,
    rules: { ...CONFIGURATION.rules, owners: [{ kind: 'tag', key: 'Owner' }] },
  };
  expect(await run(account, owned)).not.toHaveProperty('directMessages');
  expect((await run(account, { ...owned, messagesOwners: true })).directMessages).toEqual({
    owners: 1,
    withoutAddress: 0,
    pastLimit: 0,
  });
});

test('what is new is marked only where the last report is remembered, and the app asks for it', async () => {
  const account = accountOf(95);
  const memory = { read: async () => undefined, write: async () => undefined };
  const reports = { kind: 'changes-only' } as const;
  const listed = async (configuration: KeySentryConfiguration, ports: Partial<KeySentryPorts>) => {
    const all = { ...account, ...ports };
    const { keys } = await runKeySentry(configuration, all, account.begin([]));
    return keys[0]?.listed !== undefined;
  };
  expect(await listed(CONFIGURATION, { memory })).toBe(false);
  expect(await listed({ ...CONFIGURATION, reports }, {})).toBe(false);
  expect(await listed({ ...CONFIGURATION, reports }, { memory })).toBe(true);
});

test('a report of many keys comes in parts, and each is told as the part that it is', async () => {
  const account = accountOf(...Array.from({ length: 2 * KEYS_PER_MESSAGE + 1 }, () => 95));
  const parts: unknown[] = [];
  const tell: KeySentryPorts['tell'] = async (_report, keys, part) => {
    parts.push({ ...part, keys: keys.length });
    return account.now();
  };
  await runKeySentry(CONFIGURATION, { ...account, tell }, account.begin([]));
  expect(parts).toEqual([
    { number: 1, of: 3, keys: KEYS_PER_MESSAGE },
    { number: 2, of: 3, keys: KEYS_PER_MESSAGE },
    { number: 3, of: 3, keys: 1 },
  ]);
});

test('a part that was told is remembered as told, though a later one could not be', async () => {
  const account = accountOf(...Array.from({ length: KEYS_PER_MESSAGE + 1 }, () => 120));
  const tell: KeySentryPorts['tell'] = async (_report, _keys, { number }) => {
    if (number === 2) throw new Error('SNS is down');
    return daysAgo(-1);
  };
  await expect(
    runKeySentry(CONFIGURATION, { ...account, tell }, account.begin([])),
  ).rejects.toThrow('SNS is down');
  const remembered = await account.all();
  expect(remembered).toHaveLength(KEYS_PER_MESSAGE);
  expect(remembered[0]).toMatchObject({ noticeAt: { 'too-old': daysAgo(-1) } });
});

test('a day that is told for a step is never before the step can be taken', () => {
  expect(dueText(new Date('2026-06-01T00:00:00Z'))).toBe('2026-06-01');
  expect(dueText(new Date('2026-06-01T00:00:01Z'))).toBe('2026-06-02');
});

describe('with owners', () => {
  const OWNED: KeySentryConfiguration = {
    ...CONFIGURATION,
    rules: { ...CONFIGURATION.rules, owners: [{ kind: 'tag', key: 'Owner' }] },
  };
  const ofTeams = (...teams: string[]) =>
    new FaultyAccount(
      teams.map((team, index) =>
        user(`user-${index}`, [key(`AKIA-${index}`, 95 + index)], {
          tags: new Map([['Owner', team]]),
        }),
      ),
      NOW.getTime(),
    );

  /** People approve its step, and no one gets a direct message about it. */
  const decided = async (account: FaultyAccount, keyId: string, by: KeySentryConfiguration) => {
    const ports = { approved: { keyId, requestId: '1' }, tellOwners: async () => [] };
    const own = { changer: account, records: account };
    return runKeySentry(by, { ...account, ...ports, ...own }, account.begin([]));
  };

  test('they hear of a report that was told, by owner', async () => {
    const account = ofTeams('a', 'b', 'a');
    const report = await run(account, OWNED);
    expect(account.toldOwners).toEqual([report]);
    expect(report.owners).toMatchObject([
      { name: 'a', keys: 2 },
      { name: 'b', keys: 1 },
    ]);
  });

  test('they hear nothing where nothing is told', async () => {
    const account = new FaultyAccount([user('ann', [key('AKIA-1', 5)])], NOW.getTime());
    await run(account, OWNED);
    expect(account.toldOwners).toEqual([]);
  });

  test('they hear of a notice as such, also where the run ends just before they do', async () => {
    const account = ofTeams('a');
    account.pass(6);
    account.endsBeforeOwnersHear = true;
    await expect(run(account, OWNED)).rejects.toThrow('has ended');
    account.endsBeforeOwnersHear = false;
    expect(await stepsOfRun(account, OWNED)).toEqual(['notice deactivate']);
    expect(account.toldOwners.at(-1)?.keys).toMatchObject([
      { owner: { name: 'a' }, step: { report: { kind: 'notice' } } },
    ]);
  });

  test('they hear of a report when all its parts are told', async () => {
    const account = ofTeams(...Array.from({ length: KEYS_PER_MESSAGE + 1 }, () => 'a'));
    const tell: KeySentryPorts['tell'] = async (_report, _keys, { number }) => {
      if (number === 2) throw new Error('SNS is down');
      return account.now();
    };
    await expect(runKeySentry(OWNED, { ...account, tell }, account.begin([]))).rejects.toThrow(
      'SNS is down',
    );
    expect(account.toldOwners).toEqual([]);
    await run(account, OWNED);
    expect(account.toldOwners.map(({ keys }) => keys.length)).toEqual([KEYS_PER_MESSAGE + 1]);
  });

  test('they hear of a step that was taken, also where the run ends just before they do', async () => {
    const account = ofTeams('a');
    account.pass(6);
    await run(account, OWNED);
    account.pass(8);
    account.endsBeforeOwnersHear = true;
    await expect(run(account, OWNED)).rejects.toThrow('has ended');
    expect(account.model.key('AKIA-0')?.status).toBe('Inactive');
    account.endsBeforeOwnersHear = false;
    expect(await stepsOfRun(account, OWNED)).toEqual(['done deactivate']);
    expect(account.toldOwners.at(-1)?.keys).toMatchObject([
      { owner: { name: 'a' }, step: { report: { kind: 'done' } } },
    ]);
    account.pass(1);
    expect(await stepsOfRun(account, OWNED)).toEqual(['notice delete']);
  });

  test('they hear of a key that is gone, also where the run that deleted it ends just before they do', async () => {
    const account = ofTeams('a');
    for (const days of [6, 8, 1, 10, 10]) {
      account.pass(days);
      await run(account, OWNED);
    }
    account.pass(11);
    account.endsBeforeOwnersHear = true;
    await expect(run(account, OWNED)).rejects.toThrow('has ended');
    expect(account.model.key('AKIA-0')).toBeUndefined();
    account.endsBeforeOwnersHear = false;
    expect(await stepsOfRun(account, OWNED)).toEqual(['done delete']);
    expect(account.toldOwners.at(-1)?.keys).toMatchObject([{ owner: { name: 'a' } }]);
    expect(await stepsOfRun(account, OWNED)).toEqual([]);
  });

  test('they hear of a step of an earlier run, also where no one can read now who they are', async () => {
    const account = ofTeams('a');
    account.pass(6);
    await run(account, OWNED);
    account.pass(8);
    account.endsBeforeOwnersHear = true;
    await expect(run(account, OWNED)).rejects.toThrow('has ended');
    account.endsBeforeOwnersHear = false;
    account.model.failing.set('tagsOf user-0', 'AccessDenied');
    expect(await stepsOfRun(account, OWNED)).toEqual(['done deactivate']);
    expect(account.toldOwners.at(-1)?.keys).toMatchObject([{ owner: { name: 'a' } }]);
  });

  describe('whose message SQS refuses', () => {
    const [OLGA, BEN] = ['olga@example.com', 'ben@example.com'];
    const refusing = (account: FaultyAccount, owner: string) => account.refusedOwners.add(owner);
    const stepsOf = (keys: readonly ReportedKey[]) =>
      Object.fromEntries(
        keys.map(({ keyId, step }) => [keyId, step && `${step.report.kind} ${step.report.step}`]),
      );

    test('have the whole grace from the report on of which they hear', async () => {
      const account = ofTeams(OLGA, BEN);
      account.pass(6);
      refusing(account, OLGA);
      await run(account, OWNED);
      account.refusedOwners.clear();
      account.pass(5);
      expect(stepsOf((await run(account, OWNED)).keys)).toEqual({
        'AKIA-0': 'notice deactivate',
        'AKIA-1': 'wait deactivate',
      });
      account.pass(5);
      expect(stepsOf((await run(account, OWNED)).keys)).toEqual({
        'AKIA-0': 'wait deactivate',
        'AKIA-1': 'done deactivate',
      });
    });

    test('lose no notice that they have heard of', async () => {
      const account = ofTeams(OLGA);
      account.pass(6);
      await run(account, OWNED);
      account.pass(4);
      refusing(account, OLGA);
      expect(await stepsOfRun(account, OWNED)).toEqual(['wait deactivate']);
      account.pass(4);
      expect(await stepsOfRun(account, OWNED)).toEqual(['done deactivate']);
    });

    test('hear with the next run that their key was deleted', async () => {
      const account = ofTeams(OLGA);
      for (const days of [6, 8, 1, 10, 10]) {
        account.pass(days);
        await run(account, OWNED);
      }
      account.pass(11);
      refusing(account, OLGA);
      expect(await stepsOfRun(account, OWNED)).toEqual(['done delete']);
      account.refusedOwners.clear();
      account.pass(1);
      expect(await stepsOfRun(account, OWNED)).toEqual(['done delete']);
      expect(account.toldOwners.at(-1)?.keys).toMatchObject([{ owner: { name: OLGA } }]);
      expect(await stepsOfRun(account, OWNED)).toEqual([]);
    });

    test('hear that their key was deactivated, also where someone has activated it since', async () => {
      const account = ofTeams(OLGA);
      account.pass(6);
      await run(account, OWNED);
      account.pass(8);
      refusing(account, OLGA);
      expect(await stepsOfRun(account, OWNED)).toEqual(['done deactivate']);
      account.model.key('AKIA-0')!.status = 'Active';
      account.refusedOwners.clear();
      account.pass(1);
      expect(await stepsOfRun(account, OWNED)).toEqual(['done deactivate']);
      expect(account.remembered('AKIA-0')?.deactivated?.times).toBe(1);
    });

    test('hear of one step before another of their keys takes one; keys of others go on', async () => {
      const account = ofTeams(OLGA, BEN, OLGA);
      const slowly = { ...OWNED, actions: { ...OWNED.actions!, maxActionsPerRun: 1 } };
      account.pass(6);
      await run(account, slowly);
      account.pass(8);
      refusing(account, OLGA);
      expect(stepsOf((await run(account, slowly)).keys)['AKIA-2']).toBe('done deactivate');
      expect(stepsOf((await run(account, slowly)).keys)['AKIA-1']).toBe('done deactivate');
      const { keys } = await run(account, slowly);
      expect(keys.find(({ keyId }) => keyId === 'AKIA-0')?.step?.report).toMatchObject({
        kind: 'held',
        reason: expect.stringContaining('its owner could not be told of an earlier step'),
      });
      account.refusedOwners.clear();
      await run(account, slowly);
      expect(stepsOf((await run(account, slowly)).keys)['AKIA-0']).toBe('done deactivate');
    });

    test('keep what waits for them, also where a decision about another key is told', async () => {
      const account = ofTeams(OLGA, BEN);
      account.pass(6);
      await run(account, OWNED);
      account.pass(8);
      refusing(account, OLGA);
      await run(account, OWNED);
      const { keys } = await decided(account, 'AKIA-1', OWNED);
      expect(stepsOf(keys)['AKIA-0']).toBeUndefined();
      account.refusedOwners.clear();
      expect(stepsOf((await run(account, OWNED)).keys)['AKIA-0']).toBe('done deactivate');
    });

    test('hold up no decision of people about another key of theirs', async () => {
      const account = ofTeams(OLGA, OLGA);
      const slowly = { ...OWNED, actions: { ...OWNED.actions!, maxActionsPerRun: 1 } };
      account.pass(6);
      await run(account, slowly);
      account.pass(8);
      refusing(account, OLGA);
      expect(stepsOf((await run(account, slowly)).keys)['AKIA-1']).toBe('done deactivate');
      expect(stepsOf((await decided(account, 'AKIA-0', slowly)).keys)).toEqual({
        'AKIA-0': 'done deactivate',
      });
    });

    test('begin no grace with a report that broke off', async () => {
      const account = ofTeams(...Array.from({ length: KEYS_PER_MESSAGE + 1 }, () => OLGA));
      account.pass(6);
      const tell: KeySentryPorts['tell'] = async (_report, _keys, { number }) => {
        if (number === 2) throw new Error('SNS is down');
        return account.now();
      };
      const told = { ...OWNED, messagesOwners: true };
      await expect(runKeySentry(told, { ...account, tell }, account.begin([]))).rejects.toThrow(
        'SNS is down',
      );
      expect((await account.all()).flatMap(({ noticeAt }) => Object.keys(noticeAt))).toEqual([]);
    });
  });

  test('what a run that died has done is left to the next run, where a decision tells it', async () => {
    const account = ofTeams('olga@example.com', 'ben@example.com');
    const told = { ...OWNED, messagesOwners: true };
    account.pass(6);
    await run(account, told);
    account.pass(8);
    account.endsBeforeOwnersHear = true;
    await expect(run(account, told)).rejects.toThrow('has ended');
    account.endsBeforeOwnersHear = false;
    await decided(account, 'AKIA-1', told);
    const { keys } = await run(account, told);
    const [left] = keys.filter(({ keyId }) => keyId === 'AKIA-0');
    expect(left).toMatchObject({
      owner: { name: 'olga@example.com' },
      step: { report: { kind: 'done' } },
    });
  });

  test('a large report stays by owner when it is split', async () => {
    const teams = Array.from({ length: 320 }, (_, index) => (index % 2 === 0 ? 'even' : 'odd'));
    const account = ofTeams(...teams);
    await run(account, { ...OWNED, actions: undefined });
    const told = account.told.map(({ keys }) =>
      keys.map(({ owner }) => (owner?.kind === 'known' ? owner.name : '')),
    );
    expect(told.map(({ length }) => length)).toEqual(
      Array.from({ length: 4 }, () => KEYS_PER_MESSAGE),
    );
    const all = told.flat();
    expect(new Set(all.slice(0, 160)).size).toBe(1);
    expect(new Set(all.slice(160)).size).toBe(1);
  });

  test('an owner who cannot be read holds up no step', async () => {
    const account = new FaultyAccount([user('ann', [key('AKIA-1', 120)])], NOW.getTime());
    account.model.failing.set('tagsOf ann', 'AccessDenied');
    expect(await stepsOfRun(account, OWNED)).toEqual(['notice deactivate']);
    account.pass(8);
    expect(await stepsOfRun(account, OWNED)).toEqual(['done deactivate']);
  });
});

import type { AccessKeyWithUse } from '../../../src/access-key/domain/access-key';
import {
  type ProvedKeyDecision,
  UnfinishedKeyDecisionError,
} from '../../../src/access-key/domain/carry-out-key-decision';
import { ROOT_USER } from '../../../src/access-key/domain/credential-report';
import { type KeyRecord, nextStep } from '../../../src/access-key/domain/key-actions';
import { askAbout } from '../../../src/access-key/domain/key-question';
import type { KeyReport } from '../../../src/access-key/domain/key-report';
import { keyReportText } from '../../../src/access-key/domain/key-report-text';
import {
  type KeySentryConfiguration,
  type KeySentryPorts,
  runKeySentry,
} from '../../../src/access-key/domain/run-key-sentry';
import { afterReported } from '../../../src/access-key/domain/step-records';
import {
  AccountInMemory,
  DAY,
  daysAgo,
  key,
  type KeyInMemory,
  NOW,
  user,
} from '../in-memory/account-in-memory';
import { deliver } from '../in-memory/decision-delivery';
import { FaultyAccount } from '../in-memory/faulty-account';
import type { KeyRequest } from '../in-memory/key-people-in-memory';

/** Keys are listed as unused after 40 days, and deactivated after 45; if never used, after 60. */
const CONFIGURATION: KeySentryConfiguration = {
  rules: {
    keys: { maxKeyAge: 90, maxUnusedAge: 40, neverUsedGrace: 60, includeInactive: false },
    excluding: [],
    looksAtInactive: false,
  },
  actions: {
    mode: 'enforce',
    deactivateUnusedAfter: 45,
    deactivateNeverUsedAfter: 60,
    grace: 7,
    maxActionsPerRun: 2,
  },
  tellsWhenNothingFound: false,
};
const actions = CONFIGURATION.actions!;
const OBSERVING = { ...CONFIGURATION, actions: { ...actions, mode: 'observe' as const } };
const BOTH = { ...CONFIGURATION, actions: { ...actions, deactivateAfter: 100 } };
const ASKING = { ...BOTH, actions: { ...BOTH.actions, askAgainAfter: 30 } };
/** A notice lives for longer than it takes a key to be unused. */
const SOON = {
  ...CONFIGURATION,
  rules: { ...CONFIGURATION.rules, keys: { ...CONFIGURATION.rules.keys, maxUnusedAge: 1 } },
  actions: { ...actions, deactivateUnusedAfter: 4, grace: 1 },
};
const ID = 'AKIA-0';

/** Keys of so many days, each last used so many days ago. */
function accountOf(...keys: [age: number, unused?: number][]): FaultyAccount {
  return new FaultyAccount(
    keys.map(([age, unused], index) => user(`user-${index}`, [unusedKey(index, age, unused)])),
    NOW.getTime(),
  );
}

function unusedKey(index: number, age: number, unused: number | undefined): KeyInMemory {
  return key(`AKIA-${index}`, age, {
    usedAt: unused === undefined ? undefined : daysAgo(unused),
  });
}

async function run(
  account: FaultyAccount,
  configuration = CONFIGURATION,
  changed: Partial<KeySentryPorts> = {},
): Promise<KeyReport> {
  const now = account.begin([]);
  const report = await runKeySentry(configuration, { ...account, ...changed }, now);
  account.end();
  return report;
}

async function stepsOfRun(
  account: FaultyAccount,
  configuration = CONFIGURATION,
): Promise<string[]> {
  return stepsOf(await run(account, configuration));
}

/** Of each key: the step, and why. */
function stepsOf({ keys }: Pick<KeyReport, 'keys'>): string[] {
  return keys.flatMap(({ step }) => {
    if (!step) return [];
    const { report } = step;
    const reasons = 'reasons' in report ? (report.reasons ?? []) : [];
    const why = reasons.map(({ kind, days }) => `${kind} ${days}`).join(', ');
    return [`${report.kind} ${report.step}: ${why}`];
  });
}

function textOf(report: KeyReport): string {
  return keyReportText(report, report.keys, { number: 1, of: 1 }, 'App/Sentry', '1');
}

/** The key of the first user was used, so many days before; IAM shows it by now. */
function use(account: FaultyAccount, daysBefore = 0.5): void {
  account.model.key(ID)!.usedAt = new Date(account.now().getTime() - daysBefore * DAY);
}

describe('a key that is not used', () => {
  test('is told, and deactivated after its grace, and each message says for how long it was not used', async () => {
    const account = accountOf([80, 52]);
    const notice = await run(account);
    expect(stepsOf(notice)).toEqual(['notice deactivate: unused 52']);
    expect(textOf(notice)).toContain(
      'NOTICE: it will be deactivated on 2026-06-09 or soon after because it was not used for 52 days, unless it is used before.',
    );
    account.pass(3);
    expect(await stepsOfRun(account)).toEqual(['wait deactivate: unused 55']);
    account.pass(5);
    const done = await run(account);
    expect(stepsOf(done)).toEqual(['done deactivate: unused 60']);
    expect(textOf(done)).toContain(
      'It was deactivated on 2026-06-09 because it was not used for 60 days.',
    );
    expect(account.steps).toMatchObject([{ keyId: ID, kind: 'deactivate' }]);
  });

  test('is listed alone until it was not used for long enough to be deactivated', async () => {
    const account = accountOf([80, 42]);
    const report = await run(account);
    expect(report.survey.findings).toMatchObject([{ keyId: ID, classes: ['unused'] }]);
    expect(stepsOf(report)).toEqual([]);
    account.pass(4);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 46']);
  });

  test('is told in OBSERVE, each time, with why', async () => {
    const account = accountOf([80, 52]);
    for (const [days, dueOn] of [
      [52, '2026-06-09'],
      [60, '2026-06-17'],
    ]) {
      const report = await run(account, OBSERVING);
      expect(stepsOf(report)).toEqual([`would deactivate: unused ${days}`]);
      expect(textOf(report)).toContain(
        `OBSERVE: it would get its notice now: it will be deactivated on ${dueOn} or soon after because it was not used for ${days} days.`,
      );
      account.pass(8);
    }
    expect(account.steps).toEqual([]);
  });

  test('stays where it was used after its notice, and has a new notice and a new grace once it is unused again', async () => {
    const account = accountOf([80, 52]);
    await run(account);
    account.pass(8);
    use(account);
    expect(await stepsOfRun(account)).toEqual([]);
    account.pass(46);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 46']);
    account.pass(8);
    expect(await stepsOfRun(account)).toEqual(['done deactivate: unused 54']);
  });

  test('has a new notice once it is unused again, even where others about the key kept coming', async () => {
    const account = accountOf([95, 52]);
    const asking = { ...ASKING, actions: { ...ASKING.actions, askAgainAfter: 365 } };
    await run(account, asking);
    account.pass(1);
    use(account);
    const lived: string[][] = [];
    for (let days = 0; days < 7; days += 1) {
      account.pass(8);
      lived.push(await stepsOfRun(account, asking));
      const [request] = account.people.undecided;
      if (request) account.people.decide(request, 'denied', account.now());
      for (const decision of [...account.people.queue]) await deliver(account, decision, asking);
    }
    expect(lived.slice(0, 2)).toEqual([
      ['notice deactivate: too-old 104'],
      ['asked deactivate: too-old 112'],
    ]);
    // Denied as too old, it is unused as well: no one was told of that, and no one is asked.
    expect(lived.at(-1)).toEqual(['held deactivate: too-old 152']);
    expect(account.remembered(ID)!.noticeAt.unused).toEqual(expect.any(Date));
    expect(account.people.requests).toHaveLength(1);
  });

  test('has a new notice once it is unused again, though its first one has not lapsed yet', async () => {
    const account = accountOf([80, 6]);
    await run(account, SOON);
    account.pass(1);
    use(account);
    account.pass(5);
    expect(await stepsOfRun(account, SOON)).toEqual(['notice deactivate: unused 5']);
    expect(account.steps).toEqual([]);
  });

  test('stays where a use from before its notice shows only then', async () => {
    const account = accountOf([80, 45.1]);
    await run(account);
    account.pass(8);
    account.model.key(ID)!.usedAt = new Date(NOW.getTime() - 3 * 3_600_000);
    expect(await stepsOfRun(account)).toEqual([]);
    account.pass(38);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 46']);
  });

  test('stays where it was used between the survey and the last look, which is told', async () => {
    const account = accountOf([80, 52]);
    await run(account);
    account.pass(8);
    let looks = 0;
    const lastUseOf = async (keyId: string) => {
      looks += 1;
      if (looks === 2) use(account, 0.01);
      return account.source.lastUseOf(keyId);
    };
    const report = await run(account, CONFIGURATION, { source: { ...account.source, lastUseOf } });
    expect(looks).toBe(2);
    expect(account.steps).toEqual([]);
    expect(report.keys).toMatchObject([
      {
        step: {
          report: {
            kind: 'held',
            reason: 'it was used meanwhile, on 2026-06-09: the next run looks again',
          },
        },
      },
    ]);
  });

  test('stays where its last use cannot be looked up on the last look', async () => {
    const account = accountOf([80, 52]);
    await run(account);
    account.pass(8);
    let looks = 0;
    const lastUseOf = async (keyId: string) => {
      looks += 1;
      if (looks === 2) throw new Error('Throttling');
      return account.source.lastUseOf(keyId);
    };
    const report = await run(account, CONFIGURATION, { source: { ...account.source, lastUseOf } });
    expect(report.survey.unknowns).toMatchObject([{ reason: 'Throttling' }]);
    expect(stepsOf(report)).toEqual(['failed deactivate: unused 60']);
    expect(account.steps).toEqual([]);
    expect(await stepsOfRun(account)).toEqual(['done deactivate: unused 60']);
  });

  test('is held while its last use is unknown, and is neither told nor held where no notice was given', async () => {
    const account = accountOf([80, 52]);
    account.model.failing.set(`lastUseOf ${ID}`, 'Throttling');
    expect(await stepsOfRun(account)).toEqual([]);
    account.model.failing.clear();
    await run(account);
    account.pass(8);
    account.model.failing.set(`lastUseOf ${ID}`, 'Throttling');
    const report = await run(account);
    expect(stepsOf(report)).toEqual(['held deactivate: ']);
    expect(textOf(report)).toContain(
      'It was NOT deactivated: its last use is unknown: Throttling.',
    );
    expect(account.steps).toEqual([]);
    account.model.failing.clear();
    expect(await stepsOfRun(account)).toEqual(['done deactivate: unused 60']);
  });

  test('that someone activates again has a new notice first, whether or not a run has seen it inactive', async () => {
    for (const runsBetween of [0, 1]) {
      const account = accountOf([80, 52]);
      await run(account);
      account.pass(8);
      await run(account);
      for (let runs = 0; runs < runsBetween; runs += 1) await run(account);
      account.do('toggle', 0);
      account.pass(1);
      expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 61']);
      account.pass(8);
      const again = await run(account);
      expect(again.keys).toMatchObject([{ step: { report: { kind: 'done', reactivations: 1 } } }]);
    }
  });

  test('that its owner has made inactive for a while, as a run saw, has a new notice', async () => {
    const account = accountOf([80, 52]);
    await run(account);
    account.do('toggle', 0);
    account.pass(3);
    await run(account);
    account.do('toggle', 0);
    account.pass(5);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 60']);
  });

  test('is left to its notice where what was told lapsed', async () => {
    const account = accountOf([80, 52]);
    await run(account);
    account.pass(15);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 67']);
  });
});

describe('a key that was never used', () => {
  test('is deactivated once it is older than both times', async () => {
    const account = accountOf([50]);
    expect(await stepsOfRun(account)).toEqual([]);
    account.pass(11);
    const notice = await run(account);
    expect(stepsOf(notice)).toEqual(['notice deactivate: never-used 61']);
    expect(textOf(notice)).toContain(
      'or soon after because no use of it is known in its 61 days, unless it is used before.',
    );
    account.pass(8);
    expect(await stepsOfRun(account)).toEqual(['done deactivate: never-used 69']);
  });

  test('and is used after its notice stays, until it is unused', async () => {
    const account = accountOf([70]);
    await run(account);
    account.pass(8);
    use(account);
    expect(await stepsOfRun(account)).toEqual([]);
    account.pass(46);
    expect(await stepsOfRun(account)).toEqual(['notice deactivate: unused 46']);
  });

  test('as far as IAM knows, though it is from before IAM kept track, is told as that', async () => {
    const account = new FaultyAccount(
      [user('ann', [key(ID, 4_200, { usedAt: undefined })], { createdAt: daysAgo(5_000) })],
      NOW.getTime(),
    );
    expect(textOf(await run(account))).toMatch(
      /last used never, or before 22 April 2015\n[^]*because no use of it is known in its 4200 days/,
    );
  });
});

describe('age and use together', () => {
  test('a key that is both is told as both in one notice, and deactivated for both', async () => {
    const account = accountOf([120, 52]);
    const notice = await run(account, BOTH);
    expect(stepsOf(notice)).toEqual(['notice deactivate: too-old 120, unused 52']);
    expect(textOf(notice)).toContain(
      'because it is 120 days old and it was not used for 52 days, unless it is replaced before.',
    );
    account.pass(8);
    expect(await stepsOfRun(account, BOTH)).toEqual(['done deactivate: too-old 128, unused 60']);
  });

  test('a key that is used after such a notice is deactivated for its age', async () => {
    const account = accountOf([120, 52]);
    await run(account, BOTH);
    account.pass(8);
    use(account);
    expect(await stepsOfRun(account, BOTH)).toEqual(['done deactivate: too-old 128']);
  });

  test('a notice that it is unused is none that it is too old: used meanwhile, it gets that one', async () => {
    const account = accountOf([95, 52]);
    expect(await stepsOfRun(account, BOTH)).toEqual(['notice deactivate: unused 52']);
    account.pass(8);
    use(account);
    expect(await stepsOfRun(account, BOTH)).toEqual(['notice deactivate: too-old 103']);
    account.pass(8);
    expect(await stepsOfRun(account, BOTH)).toEqual(['done deactivate: too-old 111']);
  });

  test('a key that becomes too old after its notice that it is unused goes by that notice while it is unused', async () => {
    const account = accountOf([97, 52]);
    await run(account, BOTH);
    account.pass(4);
    const second = await run(account, BOTH);
    expect(stepsOf(second)).toEqual(['notice deactivate: too-old 101, unused 56']);
    expect(second.keys).toMatchObject([
      { step: { report: { dueAt: new Date(account.told[0]!.at.getTime() + 7 * DAY) } } },
    ]);
    account.pass(4);
    expect(await stepsOfRun(account, BOTH)).toEqual(['done deactivate: unused 60']);
  });

  test('the use of a key that goes for its age alone is not looked up once more', async () => {
    const account = accountOf([120, 1]);
    await run(account, BOTH);
    account.pass(8);
    account.model.calls.length = 0;
    expect(await stepsOfRun(account, BOTH)).toEqual(['done deactivate: too-old 128']);
    expect(account.model.calls.filter((call) => call.startsWith('lastUseOf'))).toHaveLength(1);
  });

  test('one cap holds for all, and the oldest keys come first', async () => {
    const account = accountOf([85, 60], [120, 1], [70], [88, 50]);
    await run(account, BOTH);
    account.pass(8);
    await run(account, BOTH);
    expect(account.steps.map(({ keyId }) => keyId)).toEqual(['AKIA-1', 'AKIA-3']);
    await run(account, BOTH);
    expect(account.steps.slice(2).map(({ keyId }) => keyId)).toEqual(['AKIA-0', 'AKIA-2']);
  });
});

test("the root user's keys are listed, and take no step", async () => {
  const account = accountOf([10, 1]);
  const root = {
    userName: ROOT_USER,
    arn: 'arn:aws:iam::111111111111:root',
    createdAt: daysAgo(900),
    slots: [{ active: true, lastChangedAt: daysAgo(200), lastUsedAt: daysAgo(150) }],
  };
  const source = new AccountInMemory(account.model.users, [root]);
  const report = await run(account, BOTH, { source });
  expect(report.keys).toMatchObject([{ userName: ROOT_USER, step: undefined }]);
  expect(report.survey.findings).toMatchObject([{ classes: ['too-old', 'unused'] }]);
});

test('what an earlier version remembers counts as it did: as a notice of age, and as an approval for it', () => {
  const owned: AccessKeyWithUse = {
    id: ID,
    userName: 'user-0',
    status: 'Active',
    createdAt: daysAgo(120),
    lastUse: { kind: 'used', at: daysAgo(60) },
  };
  const told = { 'too-old': daysAgo(8) };
  const { reasons: _reasons, ...approval } = askAbout(
    owned,
    ['too-old'],
    ASKING.actions,
    { account: '1', region: 'eu-west-1' },
    daysAgo(1),
  );
  const record: KeyRecord = {
    keyId: ID,
    userName: 'user-0',
    noticeAt: told,
    toldAt: told,
    approval,
  };
  const approved = { keyId: ID, requestId: approval.requestId };
  expect(nextStep(owned, record, ASKING.actions, NOW, approved)).toMatchObject({
    kind: 'due',
    reasons: [{ kind: 'too-old' }],
  });
});

test.each(['notice', 'wait'] as const)(
  'a report that an earlier version stored (%s), without reasons, is remembered as one of age',
  (kind) => {
    const before = kind === 'notice' ? {} : { 'too-old': daysAgo(3) };
    const record: KeyRecord = { keyId: ID, userName: 'user-0', noticeAt: before, toldAt: before };
    const report = { kind, step: 'deactivate', dueAt: NOW, asksFirst: false } as const;
    expect(afterReported(record, report, NOW)).toEqual({
      ...record,
      noticeAt: { 'too-old': kind === 'notice' ? NOW : daysAgo(3) },
      toldAt: { 'too-old': NOW },
    });
  },
);

describe('people who are asked', () => {
  async function asked(account: FaultyAccount): Promise<KeyRequest> {
    await run(account, ASKING);
    account.pass(8);
    await run(account, ASKING);
    return account.people.undecided[0]!;
  }

  async function decide(
    account: FaultyAccount,
    request: KeyRequest,
    kind: 'approved' | 'denied',
  ): Promise<void> {
    account.pass(0.1);
    account.people.decide(request, kind, account.now());
    await deliver(account, account.people.queue[0]!, ASKING);
  }

  test('are told that the key was not used, until when, and what follows from a use', async () => {
    const account = accountOf([80, 52], [70]);
    await asked(account);
    expect(account.approvalOf(ID)).toMatchObject({
      reasons: ['unused'],
      question: {
        changes: [
          {
            remarks: [
              'it was not used for longer than 45 days (last used 2026-04-10), and its notice was given at least 7 days ago',
            ],
          },
        ],
        ifApproved: expect.stringMatching(/ If it is used before, nothing is done\.$/),
      },
    });
    expect(account.approvalOf('AKIA-1')?.question.changes).toMatchObject([
      {
        remarks: [
          'it is older than 60 days, and no use of it is known, and its notice was given at least 7 days ago',
        ],
      },
    ]);
  });

  test('are announced in the notice, with why', async () => {
    expect(textOf(await run(accountOf([80, 52]), ASKING))).toContain(
      'NOTICE: people will be asked on 2026-06-09 or soon after whether it may be deactivated because it was not used for 52 days, unless it is used before.',
    );
  });

  test('and approve have it deactivated, which is told with why', async () => {
    const account = accountOf([80, 52]);
    const request = await asked(account);
    await decide(account, request, 'approved');
    expect(request.outcome).toMatchObject({ outcome: 'carried-out' });
    expect(stepsOf(account.told.at(-1)!)).toEqual(['done deactivate: unused 60']);
  });

  test('and approve hear that nothing was done where it was used meanwhile', async () => {
    const account = accountOf([80, 52]);
    const request = await asked(account);
    use(account, 0);
    await decide(account, request, 'approved');
    expect(request.outcome).toMatchObject({
      outcome: 'conflicting',
      text: 'Nothing was done: people were asked about a key that is not used, and it was used on 2026-06-09.',
    });
    expect(account.steps).toEqual([]);
  });

  test('and approve hear the same where it is too old as well, and are asked again with what is so', async () => {
    const account = accountOf([120, 52]);
    const request = await asked(account);
    expect(account.approvalOf(ID)?.reasons).toEqual(['too-old', 'unused']);
    use(account, 0);
    await decide(account, request, 'approved');
    expect(request.outcome).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringContaining('it was used on'),
    });
    expect(account.steps).toEqual([]);
    account.pass(1);
    expect(await stepsOfRun(account, ASKING)).toEqual(['asked deactivate: too-old 129']);
    expect(account.approvalOf(ID)?.reasons).toEqual(['too-old']);
    await decide(account, account.people.undecided[0]!, 'approved');
    expect(account.steps).toHaveLength(1);
  });

  test('and approve have nothing done to a key that was used, and is unused once more by then', async () => {
    const soon = { ...SOON, actions: { ...SOON.actions, askAgainAfter: 30 } };
    const account = accountOf([80, 10]);
    for (const days of [0, 2]) {
      account.pass(days);
      await run(account, soon);
    }
    const [request] = account.people.undecided;
    account.pass(1);
    use(account, 0.1);
    for (const days of [5, 2]) {
      account.pass(days);
      await run(account, soon);
    }
    expect(account.people.requests).toMatchObject([{ times: 2 }]);
    account.people.decide(request!, 'approved', account.now());
    await deliver(account, account.people.queue[0]!, soon);
    expect(request!.outcome).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringContaining('it was used on'),
    });
    expect(account.steps).toEqual([]);
  });

  test('and approve for one reason have nothing done where the key is due for another alone', async () => {
    const account = accountOf([95, 52]);
    for (const days of [0, 6, 2]) {
      account.pass(days);
      await run(account, ASKING);
    }
    expect(account.approvalOf(ID)?.reasons).toEqual(['unused']);
    account.do('toggle', 0);
    await run(account, ASKING);
    account.do('toggle', 0);
    account.pass(6);
    await decide(account, account.people.undecided[0]!, 'approved');
    expect(account.people.requests).toMatchObject([{ outcome: { outcome: 'conflicting' } }]);
    expect(account.steps).toEqual([]);
    expect(await stepsOfRun(account, ASKING)).toEqual(['asked deactivate: too-old 109']);
  });

  test('and approve wait while the last use cannot be looked up', async () => {
    const account = accountOf([80, 52]);
    const request = await asked(account);
    account.people.decide(request, 'approved', account.now());
    account.model.failing.set(`lastUseOf ${ID}`, 'Throttling');
    const decision: ProvedKeyDecision = account.people.queue[0]!;
    await expect(deliver(account, decision, ASKING)).rejects.toThrow(UnfinishedKeyDecisionError);
    use(account, 0);
    await expect(deliver(account, decision, ASKING)).rejects.toThrow(UnfinishedKeyDecisionError);
    account.model.failing.clear();
    await deliver(account, decision, ASKING);
    expect(request.outcome).toMatchObject({ outcome: 'conflicting' });
    expect(account.steps).toEqual([]);
  });

  test('and deny are asked again after a time', async () => {
    const account = accountOf([60, 46]);
    const request = await asked(account);
    await decide(account, request, 'denied');
    for (const days of [10, 10, 9]) {
      account.pass(days);
      expect(await stepsOfRun(account, ASKING)).toEqual([expect.stringMatching(/^held /)]);
    }
    account.pass(2);
    expect(await stepsOfRun(account, ASKING)).toEqual([expect.stringMatching(/^asked /)]);
    expect(account.people.requests).toHaveLength(2);
  });
});

import type { ReportedKey } from '../../../../src/access-key/domain/key-report';
import type { FindingClass } from '../../../../src/access-key/domain/key-rules';
import type { StepReport } from '../../../../src/access-key/domain/key-step';
import type {
  AccountAnswer,
  KeyRun,
  UnreadAccount,
} from '../../../../src/access-key/domain/organization/key-run';
import {
  isOrganizationWorthTelling,
  nameOf,
  organizationReport,
  type OrganizationReport,
  organizationSeverity,
  partsOf,
  unknownCount,
} from '../../../../src/access-key/domain/organization/organization-report';
import {
  isWorthALine,
  organizationSubject,
  organizationText,
} from '../../../../src/access-key/domain/organization/organization-text';
import type { Survey } from '../../../../src/access-key/domain/survey';
import {
  HUB_ACCOUNT,
  LIST,
  OLD_SHOP,
  PAYMENTS,
  SANDBOX,
} from '../../../organization/samples/accounts';
import { daysAgo, NOW } from '../../in-memory/account-in-memory';

const ACCOUNTS = {
  selection: { kind: 'organization', units: [], excluding: [] },
  list: LIST,
  warnings: { [PAYMENTS.id]: 'holds the payment systems' },
} as const;
const UNKNOWN = { what: 'access keys of bob', reason: 'Throttling' };
const WAITS: StepReport = {
  kind: 'wait',
  step: 'deactivate',
  dueAt: daysAgo(-7),
  asksFirst: false,
};

function keyOf(keyId: string, classes: FindingClass[], step?: StepReport): ReportedKey {
  return {
    keyId,
    userName: 'ann',
    finding: {
      keyId,
      userName: 'ann',
      status: 'Active',
      createdAt: daysAgo(100),
      ageInDays: 100,
      lastUse: { kind: 'never' },
      classes,
    },
    ...(step && { step: { keyId, userName: 'ann', report: step } }),
  };
}

const OLD = (keyId: string) => keyOf(keyId, ['too-old']);
const UNUSED = (keyId: string) => keyOf(keyId, ['unused']);

interface Looked extends Partial<Pick<Survey, 'unknowns' | 'tagUses' | 'userCount'>> {
  readonly barredBy?: string;
  readonly answeredAt?: Date;
}

function looked(accountId: string, keys: ReportedKey[], values: Looked = {}): AccountAnswer {
  const { barredBy, answeredAt = NOW, ...survey } = values;
  return {
    kind: 'looked',
    accountId,
    answeredAt,
    report: {
      survey: {
        ...{ at: NOW, userCount: 1, users: [], findings: [], keys: [], seen: [] },
        ...{ tagUses: [], unknowns: [], ...survey },
      },
      keys,
      maxKeyAge: 90,
    },
    toRemember: [],
    ...(barredBy !== undefined && { barredBy }),
  };
}

const unread = (accountId: string, cause: UnreadAccount['cause'], reason?: string) =>
  ({ kind: 'unread', accountId, cause, reason, answeredAt: NOW }) as const;

function reportOf(
  answers: AccountAnswer[],
  run: Partial<KeyRun> = {},
  values: Partial<OrganizationReport> = {},
): OrganizationReport {
  const asked = answers.map(({ accountId }) => accountId);
  const whole = {
    id: '1',
    startedAt: NOW,
    asked,
    suspended: [],
    partsTold: 0,
    partsRemembered: 0,
    ...run,
  };
  return { ...organizationReport(whole, answers), ...values };
}

function textOf(report: OrganizationReport, number = 1, most = 50): string[] {
  const part = partsOf(report)[number - 1]!;
  return organizationText(report, part, ACCOUNTS, { sentry: 'App/Keys', most }).split('\n');
}

const subjectOf = (report: OrganizationReport) =>
  organizationSubject(report, partsOf(report).at(-1)!);

describe('the subject of a report on all accounts', () => {
  test.each<[string, () => OrganizationReport]>([
    [
      '[LOW] No access key to list in 2 accounts of 2',
      () => reportOf([looked(HUB_ACCOUNT, []), looked(PAYMENTS.id, [])]),
    ],
    [
      '[LOW] No access key to list in 1 account of 2 - 1 account NOT READ',
      () => reportOf([looked(HUB_ACCOUNT, [])], { suspended: [OLD_SHOP.id] }),
    ],
    [
      '[MEDIUM] 3 access keys in 2 of 3 accounts: 2 too old, 1 unused',
      () =>
        reportOf([
          looked(HUB_ACCOUNT, [OLD('AK1'), UNUSED('AK2')]),
          looked(PAYMENTS.id, [OLD('AK3')]),
          looked(SANDBOX.id, []),
        ]),
    ],
    [
      '[LOW] 1 access key in 1 of 1 account: 1 soon too old, 1 never used',
      () => reportOf([looked(HUB_ACCOUNT, [keyOf('AK1', ['soon-too-old', 'never-used'])])]),
    ],
    [
      '[HIGH] 1 access key in 1 of 2 accounts: 1 unused - INCOMPLETE',
      () =>
        reportOf([
          looked(HUB_ACCOUNT, [UNUSED('AK1')]),
          looked(PAYMENTS.id, [], { unknowns: [UNKNOWN] }),
        ]),
    ],
    [
      '[HIGH] No access key to list in 1 account of 3 - 2 accounts NOT READ',
      () =>
        reportOf([
          looked(HUB_ACCOUNT, [], { unknowns: [UNKNOWN] }),
          unread(PAYMENTS.id, 'ROLE_REFUSES'),
          unread(SANDBOX.id, 'FAILED'),
        ]),
    ],
  ])('is: %s', (subject, report) => {
    expect(subjectOf(report())).toBe(subject);
  });

  test('has the number of its part where there are several', () => {
    const keys = Array.from({ length: 81 }, (_, index) => UNUSED(`AK${index}`));
    const report = reportOf([looked(HUB_ACCOUNT, keys)]);
    expect(subjectOf(report)).toBe('[LOW] 81 access keys in 1 of 1 account: 81 unused (2 of 2)');
    expect(textOf(report, 2)[0]).toBe(
      '81 access keys in 1 of 1 account: 81 unused, on 2026-06-01. Part 2 of 2.',
    );
  });
});

test('a suspended account is no news and not grave, and any other that is not read is both', () => {
  const suspended = reportOf([looked(HUB_ACCOUNT, [])], { suspended: [OLD_SHOP.id] });
  expect(isOrganizationWorthTelling(suspended)).toBe(false);
  expect([organizationSeverity(suspended), unknownCount(suspended)]).toEqual(['low', 0]);
  const refusing = reportOf([looked(HUB_ACCOUNT, []), unread(PAYMENTS.id, 'SCP_DENIES')]);
  expect(isOrganizationWorthTelling(refusing)).toBe(true);
  expect([organizationSeverity(refusing), unknownCount(refusing)]).toEqual(['high', 1]);
});

test('what is not known is counted over all accounts', () => {
  const unknowns = [UNKNOWN, UNKNOWN];
  const report = reportOf([
    looked(HUB_ACCOUNT, [], { unknowns }),
    looked(PAYMENTS.id, [], { unknowns }),
    unread(SANDBOX.id, 'FAILED'),
  ]);
  expect(unknownCount(report)).toBe(5);
});

test('a report is worth telling that lists a key, is incomplete, or bars steps', () => {
  for (const account of [
    looked(PAYMENTS.id, [UNUSED('AK1')]),
    looked(PAYMENTS.id, [], { unknowns: [UNKNOWN] }),
    looked(PAYMENTS.id, [], { barredBy: 'RIGHTS_TOO_LOW' }),
  ]) {
    expect(isOrganizationWorthTelling(reportOf([looked(HUB_ACCOUNT, []), account]))).toBe(true);
  }
  expect(isOrganizationWorthTelling(reportOf([looked(HUB_ACCOUNT, [])]))).toBe(false);
});

test('the worst accounts come first, of two alike the one with more keys', () => {
  const { accounts } = reportOf([
    looked('111111111111', [UNUSED('AK1')]),
    looked('444444444444', [OLD('AK2')]),
    looked('333333333333', [OLD('AK3')]),
    looked('222222222222', [OLD('AK4'), UNUSED('AK5')]),
    looked('555555555555', [], { unknowns: [UNKNOWN] }),
  ]);
  expect(accounts.map(({ accountId }) => accountId[0])).toEqual(['5', '2', '3', '4', '1']);
});

test('an answer after the end of the run belongs to no report', () => {
  const closedAt = new Date(NOW.getTime() + 1_000);
  const late = new Date(closedAt.getTime() + 1);
  const report = reportOf(
    [
      looked(HUB_ACCOUNT, [], { answeredAt: closedAt }),
      looked(PAYMENTS.id, [UNUSED('AK1')], { answeredAt: late }),
    ],
    { closedAt },
  );
  expect(report.accounts.map(({ accountId }) => accountId)).toEqual([HUB_ACCOUNT]);
  expect(report.unread).toEqual([{ accountId: PAYMENTS.id, cause: 'NO_ANSWER' }]);
});

describe('the text of a report on all accounts', () => {
  test('says what is not known first, then of each account how it stands, then its keys', () => {
    const report = reportOf(
      [
        looked(PAYMENTS.id, [OLD('AK1'), UNUSED('AK2')], {
          userCount: 7,
          unknowns: [UNKNOWN],
          tagUses: [{ userName: 'cid', tagKey: 'keep', value: '2026-07-01' }],
        }),
        looked(HUB_ACCOUNT, [], { userCount: 2, barredBy: 'RIGHTS_TOO_LOW: too\nlow' }),
        looked('444444444444', []),
        unread(SANDBOX.id, 'ROLE_REFUSES', 'AccessDenied:\nno'),
        unread('555555555555', 'NO_ANSWER'),
      ],
      { suspended: [OLD_SHOP.id] },
    );
    expect(textOf(report)).toEqual([
      '2 access keys in 1 of 6 accounts: 1 too old, 1 unused - 3 accounts NOT READ, on 2026-06-01.',
      '',
      '3 accounts could NOT be read: no one knows what keys are there.',
      '- 222233334444 (sandbox): ROLE_REFUSES, it does not let the hub in: AccessDenied: no',
      '- 555555555555: NO_ANSWER, it was not looked at in time',
      '- 333344445555 (old shop): SUSPENDED, it is suspended or closed, and AWS takes no calls there',
      '',
      'By account:',
      '- 111122223333 (payments), which holds the payment systems: 2 keys of 7 users: 1 too old, 1 unused',
      '  INCOMPLETE: 1 look-up failed, so keys may be missing here, and no further key of the account was deactivated or deleted.',
      '  - access keys of bob: Throttling',
      '  Users with a tag that excludes them:',
      '  - cid, keep = 2026-07-01: excluded until then',
      '',
      '- 999988887777 (security): 0 keys of 2 users',
      '  RIGHTS_TOO_LOW: too low',
      '',
      'Account 111122223333 (payments), which holds the payment systems:',
      '',
      '- AK1 of ann',
      '  Active, 100 days old: created 2026-02-21, last used never',
      '  Why: older than 90 days.',
      '',
      '- AK2 of ann',
      '  Active, 100 days old: created 2026-02-21, last used never',
      '  Why: not used for too long.',
      '',
      expect.stringMatching(/^To replace a key without an outage/),
      'that nothing fails and that it is not used any more, then delete it.',
      '',
      expect.stringMatching(/^Only access keys are looked at\./),
      'Sent by the sentry App/Keys.',
    ]);
  });

  test('is short where there is nothing', () => {
    expect(textOf(reportOf([looked(HUB_ACCOUNT, [])]))).toEqual([
      'No access key to list in 1 account of 1, on 2026-06-01.',
      '',
      expect.stringMatching(/^Only access keys are looked at\./),
      'Sent by the sentry App/Keys.',
    ]);
  });

  test.each<[UnreadAccount['cause'], string]>([
    ['SCP_DENIES', 'a policy of the organization denies it'],
    ['FAILED', 'the look at it failed'],
  ])('says of %s: %s', (cause, words) => {
    expect(textOf(reportOf([unread(SANDBOX.id, cause)]))).toContain(
      `- 222233334444 (sandbox): ${cause}, ${words}`,
    );
  });

  test('describes as many accounts as fit, and names or counts the others', () => {
    const ids = ['444444444444', '555555555555', '666666666666'];
    const refusing = reportOf(ids.map((id) => unread(id, 'FAILED')));
    expect(textOf(refusing, 1, 1).slice(2, 6)).toEqual([
      '3 accounts could NOT be read: no one knows what keys are there.',
      '- 444444444444: FAILED, the look at it failed',
      '- and 555555555555 (FAILED), 666666666666 (FAILED)',
      '',
    ]);
    expect(textOf(refusing, 1, 3).join()).not.toContain('- and');
    const listing = reportOf(ids.map((id) => looked(id, [UNUSED('AK1')])));
    expect(textOf(listing, 1, 1).slice(2, 6)).toEqual([
      'By account:',
      '- 444444444444: 1 key of 1 user: 1 unused',
      '… and 2 accounts more',
      '',
    ]);
    expect(textOf(listing, 1, 2)).toContain('… and 1 account more');
    expect(textOf(listing, 1, 3).join()).not.toContain('… and');
  });

  test('names five look-ups of an account that failed, and counts the rest', () => {
    const failed = (count: number) => {
      const unknowns = Array.from({ length: count }, (_, index) => ({
        what: `user-${index}`,
        reason: 'Throttling',
      }));
      return textOf(reportOf([looked(HUB_ACCOUNT, [], { unknowns })]));
    };
    expect(failed(5).filter((line) => line.startsWith('  - user-'))).toHaveLength(5);
    expect(failed(5).join()).not.toContain('… and');
    expect(failed(7).filter((line) => line.startsWith('  - user-'))).toHaveLength(5);
    expect(failed(7)).toContain('  … and 2 more');
  });

  test('of a later part has no accounts by line, and goes on with those that are not read', () => {
    const refusing = Array.from({ length: 1_001 }, (_, index) =>
      unread(String(100_000_000_000 + index), 'FAILED'),
    );
    const report = reportOf([looked(HUB_ACCOUNT, [UNUSED('AK1')]), ...refusing]);
    expect(textOf(report, 2).slice(1)).toEqual([
      '',
      'More accounts that could NOT be read:',
      '- 100000001000: FAILED, the look at it failed',
      '',
      expect.stringMatching(/^Only access keys are looked at\./),
      'Sent by the sentry App/Keys.',
    ]);
  });

  test('says where a key is gone', () => {
    const gone = [{ accountId: SANDBOX.id, keyId: 'AK9', userName: 'ann' }];
    const report = reportOf([looked(HUB_ACCOUNT, [])], {}, { changes: { lastAt: NOW, gone } });
    expect(textOf(report)).toContain('- AK9 of ann in 222233334444 (sandbox)');
  });
});

describe('a report of very many keys', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => UNUSED(`AK${index}`));
  const waiting = keyOf('AKWAITS', ['unused'], WAITS);

  test('leaves none out up to a thousand without a step', () => {
    const report = reportOf([looked(HUB_ACCOUNT, [...many, waiting])]);
    expect(report.omitted).toBe(0);
    expect(partsOf(report).flatMap(({ accounts }) => accounts[0]!.keys)).toHaveLength(1_001);
    expect(textOf(report).join()).not.toContain('left out');
  });

  test('leaves out those past a thousand, never one that takes a step, and says so', () => {
    const keys = [...many, UNUSED('AKLAST'), UNUSED('AKMORE'), waiting];
    const report = reportOf([looked(HUB_ACCOUNT, keys)]);
    expect(report.omitted).toBe(2);
    const told = partsOf(report).flatMap(({ accounts }) => accounts[0]!.keys);
    expect(told.slice(-2).map(({ keyId }) => keyId)).toEqual(['AK999', 'AKWAITS']);
    expect(textOf(report)).toContain(
      '2 listed keys more are left out here, for the length of the messages: each of them was an event.',
    );
  });

  test('has eighty keys a part, and what is told once in the first', () => {
    const directMessages = { owners: 1, withoutAddress: 0, pastLimit: 0 };
    const gone = [{ accountId: SANDBOX.id, keyId: 'AK9', userName: 'ann' }];
    const report = reportOf(
      [looked(HUB_ACCOUNT, many.slice(0, 81))],
      {},
      { owners: [], directMessages, changes: { lastAt: NOW, gone } },
    );
    const [first, second] = partsOf(report);
    expect([first!.accounts[0]!.keys.length, second!.accounts[0]!.keys.length]).toEqual([80, 1]);
    expect(first).toMatchObject({ number: 1, of: 2, owners: [], directMessages });
    expect([first!.changes?.gone, second!.changes?.gone]).toEqual([gone, []]);
    expect(second).not.toHaveProperty('owners');
    expect(second).not.toHaveProperty('directMessages');
  });
});

test('an account has a line where it has keys, tags, something unknown, or bars steps', () => {
  const tagUses = [{ userName: 'cid', tagKey: 'keep', value: 'x' }];
  const lineOf = (keys: ReportedKey[], values: Looked = {}) => {
    const [account] = reportOf([looked(HUB_ACCOUNT, keys, values)]).accounts;
    return isWorthALine(account!);
  };
  expect(lineOf([])).toBe(false);
  expect(lineOf([UNUSED('AK1')])).toBe(true);
  expect(lineOf([], { tagUses })).toBe(true);
  expect(lineOf([], { unknowns: [UNKNOWN] })).toBe(true);
  expect(lineOf([], { barredBy: 'RIGHTS_TOO_LOW' })).toBe(true);
});

test('an account is named with what the hub says of it', () => {
  expect(nameOf(PAYMENTS.id, ACCOUNTS)).toBe(
    '111122223333 (payments), which holds the payment systems',
  );
  expect(nameOf(SANDBOX.id, ACCOUNTS)).toBe('222233334444 (sandbox)');
});

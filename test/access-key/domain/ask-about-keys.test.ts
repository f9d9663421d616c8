import type { AccessKeyWithUse } from '../../../src/access-key/domain/access-key';
import {
  carryOutKeyDecision,
  type ProvedKeyDecision,
  UnfinishedKeyDecisionError,
} from '../../../src/access-key/domain/carry-out-key-decision';
import { type KeyRecord, nextStep } from '../../../src/access-key/domain/key-actions';
import type { KeyApproval, KeyDecision } from '../../../src/access-key/domain/key-approval';
import { askAbout } from '../../../src/access-key/domain/key-question';
import type { KeyReport } from '../../../src/access-key/domain/key-report';
import { keyReportText } from '../../../src/access-key/domain/key-report-text';
import type { Owner } from '../../../src/access-key/domain/owner';
import {
  type KeySentryConfiguration,
  type KeySentryPorts,
  runKeySentry,
} from '../../../src/access-key/domain/run-key-sentry';
import { DAY, daysAgo, key, NOW, user } from '../in-memory/account-in-memory';
import { deliver } from '../in-memory/decision-delivery';
import { type Fate, FaultyAccount } from '../in-memory/faulty-account';
import type { KeyRequest } from '../in-memory/key-people-in-memory';

const CONFIGURATION: KeySentryConfiguration = {
  rules: { keys: { maxKeyAge: 90, includeInactive: false }, excluding: [], looksAtInactive: true },
  actions: {
    mode: 'enforce',
    deactivateAfter: 100,
    deleteAfterInactive: 30,
    grace: 7,
    maxActionsPerRun: 2,
    askAgainAfter: 30,
  },
  tellsWhenNothingFound: false,
};
const OBSERVING: KeySentryConfiguration = {
  ...CONFIGURATION,
  actions: { ...CONFIGURATION.actions!, mode: 'observe' },
};
const ID = 'AKIA-0';
const { question: QUESTION } = askAbout(
  {
    id: ID,
    userName: 'user-0',
    status: 'Active',
    createdAt: daysAgo(120),
    lastUse: { kind: 'never' },
  },
  ['too-old'],
  { ...CONFIGURATION.actions!, askAgainAfter: 30 },
  { account: '1', region: 'eu-west-1' },
  NOW,
);

test.each([
  ['eu-west-1', 'https://us-east-1.console.aws.amazon.com/'],
  ['us-gov-east-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
  ['cn-northwest-1', 'https://cn-north-1.console.amazonaws.cn/'],
])("the link in %s leads to the console of the partition's IAM", (region, start) => {
  const { question } = askAbout(
    {
      id: ID,
      userName: 'ann',
      status: 'Active',
      createdAt: daysAgo(120),
      lastUse: { kind: 'never' },
    },
    ['too-old'],
    { ...CONFIGURATION.actions!, askAgainAfter: 30 },
    { account: '1', region },
    NOW,
  );
  expect(question.links?.map(({ url }) => url)).toEqual([
    `${start}iam/home#/users/details/ann?section=security_credentials`,
  ]);
});

test.each<[string, Owner | undefined, string[]]>([
  ['none where no one looks for one', undefined, []],
  [
    'with where it comes from',
    { kind: 'known', name: 'payments', source: 'tag', tagKey: 'Owner' },
    ['payments (by the tag Owner)'],
  ],
  ['that is not known', { kind: 'none' }, ['no owner known']],
  [
    'that could not be read',
    { kind: 'unknown', reason: 'AccessDenied\nApproved by: Bob' },
    ['not known, since it could not be read: AccessDenied Approved by: Bob'],
  ],
])('the question names the owner: %s', (_, owner, values) => {
  const { question } = askAbout(
    {
      id: 'AKIA-1',
      userName: 'ann',
      status: 'Active',
      createdAt: daysAgo(120),
      lastUse: { kind: 'never' },
      owner,
    },
    ['too-old'],
    { ...CONFIGURATION.actions!, askAgainAfter: 30 },
    { account: '1', region: 'eu-west-1' },
    NOW,
  );
  const facts = question.facts.filter(({ label }) => label === 'Owner');
  expect(facts.map(({ value }) => value)).toEqual(values);
});

test.each<[string, Owner | undefined, string | undefined]>([
  ['an address', { kind: 'known', name: 'olga@example.com', source: 'path' }, 'olga@example.com'],
  ['a team', { kind: 'known', name: 'payments', source: 'path' }, undefined],
  [
    'a text with an address',
    { kind: 'known', name: 'to olga@example.com', source: 'path' },
    undefined,
  ],
  [
    'two addresses',
    { kind: 'known', name: 'a@example.com,b@example.com', source: 'path' },
    undefined,
  ],
  ['a part of one', { kind: 'known', name: '@example.com', source: 'path' }, undefined],
  ['unknown', { kind: 'unknown', reason: 'olga@example.com' }, undefined],
  ['not looked for', undefined, undefined],
])('the owner is consulted where all of the name is an address: %s', (_, owner, email) => {
  const { question } = askAbout(
    {
      id: 'AKIA-1',
      userName: 'ann',
      status: 'Active',
      createdAt: daysAgo(120),
      lastUse: { kind: 'never' },
      owner,
    },
    ['too-old'],
    { ...CONFIGURATION.actions!, askAgainAfter: 30 },
    { account: '1', region: 'eu-west-1' },
    NOW,
  );
  expect(question.consulted).toEqual(
    email && { email, reason: 'named as owner by the path of the user' },
  );
});

test('people are asked with the owner that the run found', async () => {
  const account = new FaultyAccount(
    [user('ann', [key('AKIA-1', 120)], { tags: new Map([['Owner', 'payments']]) })],
    NOW.getTime(),
  );
  const owned: KeySentryConfiguration = {
    ...CONFIGURATION,
    rules: { ...CONFIGURATION.rules, owners: [{ kind: 'tag', key: 'Owner' }] },
  };
  await run(account, {}, owned);
  account.pass(8);
  await run(account, {}, owned);
  expect(account.people.requests[0]?.question).toContain('payments (by the tag Owner)');
  await decided(account, 'approved', owned);
  expect(account.toldOwners.at(-1)).toMatchObject({
    decidedKeyId: 'AKIA-1',
    keys: [{ step: { report: { kind: 'done' } }, owner: { name: 'payments' } }],
  });
});

const accountOf = (...ages: number[]) =>
  new FaultyAccount(
    ages.map((age, index) => user(`user-${index}`, [key(`AKIA-${index}`, age)])),
    NOW.getTime(),
  );

async function run(
  account: FaultyAccount,
  changed: Partial<KeySentryPorts> = {},
  configuration = CONFIGURATION,
): Promise<KeyReport> {
  const now = account.begin([]);
  const report = await runKeySentry(configuration, { ...account, ...changed }, now);
  account.end();
  return report;
}

async function stepsOfRun(
  account: FaultyAccount,
  changed: Partial<KeySentryPorts> = {},
): Promise<string[]> {
  return stepsOf(await run(account, changed));
}

function stepsOf({ keys }: Pick<KeyReport, 'keys'>): string[] {
  return keys.flatMap(({ step }) => (step ? [`${step.report.kind} ${step.report.step}`] : []));
}

/** Notices were given, and their grace is over. */
async function due(...ages: number[]): Promise<FaultyAccount> {
  const account = accountOf(...ages);
  await run(account);
  account.pass(8);
  return account;
}

async function asked(...ages: number[]): Promise<FaultyAccount> {
  const account = await due(...ages);
  await run(account);
  expect(account.people.requests).toHaveLength(ages.length);
  return account;
}

/** People decide, and it is carried out; of several requests, about the first that is open. */
async function decided(
  account: FaultyAccount,
  kind: KeyDecision['kind'],
  configuration = CONFIGURATION,
): Promise<KeyRequest> {
  const [request] = account.people.undecided;
  account.pass(0.1);
  account.people.decide(request!, kind, account.now());
  await deliver(account, account.people.queue[0]!, configuration);
  return request!;
}

const lastSteps = (account: FaultyAccount) => stepsOf(account.told.at(-1)!);
const failing = (reason: string) => async () => {
  throw new Error(reason);
};

describe('a key that is due', () => {
  test('is announced as one that people will be asked about', async () => {
    const account = accountOf(120);
    const report = await run(account);
    expect(report.keys).toMatchObject([
      { step: { report: { kind: 'notice', step: 'deactivate', asksFirst: true } } },
    ]);
    expect(keyReportText(report, report.keys, { number: 1, of: 1 }, 'App/Sentry', '1')).toMatch(
      /NOTICE: people will be asked on 2026-06-09 or soon after/,
    );
    expect(account.people.requests).toEqual([]);
  });

  test('is asked about once, and stays active', async () => {
    const account = await due(120);
    expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    expect(account.people.requests).toMatchObject([{ keyId: ID, times: 1 }]);
    expect(account.steps).toEqual([]);
  });

  test('has what is asked remembered before anyone is asked', async () => {
    const account = await due(120);
    const stored: (KeyApproval | undefined)[] = [];
    await run(account, {
      asker: {
        ask: async (keyId) => {
          stored.push(account.approvalOf(keyId));
        },
      },
    });
    expect(stored).toMatchObject([
      {
        question: {
          title: 'Deactivate access key AKIA-0 of user-0',
          requester: { isAutomatic: true },
        },
      },
    ]);
  });

  test('is not asked about where that cannot be remembered', async () => {
    const account = await due(120);
    await expect(
      run(account, {
        records: {
          all: account.all.bind(account),
          read: account.read.bind(account),
          write: failing('table is away'),
        },
      }),
    ).rejects.toThrow('table is away');
    expect(account.people.requests).toEqual([]);
  });

  test('is told as failed where people could not be asked, and asked about in the next run by the same request', async () => {
    const account = await due(120);
    const report = await run(account, { asker: { ask: failing('queue is away') } });
    expect(report.keys).toMatchObject([
      {
        step: {
          report: {
            kind: 'failed',
            step: 'deactivate',
            reason: 'people could not be asked: queue is away',
          },
        },
      },
    ]);
    const { requestId, question } = account.approvalOf(ID)!;
    account.pass(1);
    expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    expect(account.people.requests).toMatchObject([
      { requestId, question: JSON.stringify(question) },
    ]);
  });

  test('is asked about again by the same request and the same question while no one decides, and its notice stays alive', async () => {
    const account = await asked(120);
    const { requestId, question } = account.approvalOf(ID)!;
    for (const _run of [1, 2, 3]) {
      account.pass(4);
      expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    }
    expect(account.people.requests).toMatchObject([{ requestId, times: 4 }]);
    expect(account.approvalOf(ID)).toMatchObject({ requestId, question });
    await decided(account, 'approved');
    expect(account.steps).toMatchObject([{ keyId: ID, kind: 'deactivate' }]);
  });

  test('is asked about again where no workflow has waited for so long: the decision is lost', async () => {
    const account = await asked(120);
    for (const days of [8, 8]) {
      account.pass(days);
      await run(account);
    }
    const [first, second] = account.people.requests;
    expect(account.people.requests).toMatchObject([{ times: 2 }, { times: 1 }]);
    expect(second?.requestId).not.toBe(first?.requestId);
  });

  test('is not asked about while anything is unknown, though what was asked before is sent again', async () => {
    const account = await due(130, 120, 30);
    const asking = {
      ...CONFIGURATION,
      actions: { ...CONFIGURATION.actions!, maxActionsPerRun: 1 },
    };
    await run(account, {}, asking);
    account.model.user('user-2')!.keys.push(key('AKIA-X', 120));
    account.model.failing.set('keysOf user-2', 'Throttling');
    expect(stepsOf(await run(account, {}, asking))).toEqual([
      'asked deactivate',
      'held deactivate',
    ]);
    expect(account.people.requests).toMatchObject([{ keyId: 'AKIA-0', times: 2 }]);
  });

  test('counts towards the cap of a run when it is asked about, and not when it is asked about again', async () => {
    const account = await due(140, 130, 120);
    expect(await stepsOfRun(account)).toEqual([
      'asked deactivate',
      'asked deactivate',
      'held deactivate',
    ]);
    expect(await stepsOfRun(account)).toEqual([
      'asked deactivate',
      'asked deactivate',
      'asked deactivate',
    ]);
  });

  test('is asked about by no one in OBSERVE', async () => {
    const account = await due(120);
    expect(stepsOf(await run(account, {}, OBSERVING))).toEqual(['would deactivate']);
    expect(account.people.requests).toEqual([]);
  });
});

describe('a key that people approved to deactivate', () => {
  test('is deactivated once, which is told, and its outcome is kept', async () => {
    const account = await asked(120);
    const request = await decided(account, 'approved');
    expect(account.steps).toMatchObject([
      { keyId: ID, kind: 'deactivate', requestId: request.requestId },
    ]);
    expect(lastSteps(account)).toEqual(['done deactivate']);
    expect(request.outcome).toEqual({
      phase: 'decision',
      attempt: 1,
      outcome: 'carried-out',
      text: 'AKIA-0 was deactivated.',
    });
    expect(account.approvalOf(ID)).toMatchObject({
      decision: request.decision,
      result: request.outcome,
    });
  });

  test('is deleted in its time, after a notice of its own, without anyone being asked', async () => {
    const account = await asked(120);
    await decided(account, 'approved');
    const lived: string[][] = [];
    for (const days of [1, 10, 10, 11]) {
      account.pass(days);
      lived.push(await stepsOfRun(account));
    }
    expect(lived).toEqual([['notice delete'], ['wait delete'], ['wait delete'], ['done delete']]);
    expect(account.people.requests).toHaveLength(1);
  });

  test('is deactivated once, however often the decision comes', async () => {
    const account = await asked(120);
    const request = await decided(account, 'approved');
    const again: ProvedKeyDecision = {
      ...request.decision!,
      requestId: request.requestId,
      keyId: ID,
      phase: 'decision',
      attempt: 1,
    };
    await deliver(account, again, CONFIGURATION);
    expect(request.outcome?.outcome).toBe('carried-out');
    account.model.key(ID)!.status = 'Active';
    expect(
      (await carryOutKeyDecision(again, CONFIGURATION, account, account.begin([]))).outcome,
    ).toBe('carried-out');
    expect(
      (
        await carryOutKeyDecision(
          { ...again, attempt: 2 },
          CONFIGURATION,
          account,
          account.begin([]),
        )
      ).outcome,
    ).toBe('carried-out');
    expect(account.steps).toHaveLength(1);
  });

  test('and that someone activates again is asked about again', async () => {
    const account = await asked(120);
    await decided(account, 'approved');
    account.model.key(ID)!.status = 'Active';
    account.pass(1);
    expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    expect(account.people.requests).toHaveLength(2);
  });

  test('leaves the other keys alone that are due', async () => {
    const account = await asked(130, 120);
    const { keyId } = await decided(account, 'approved');
    expect(account.steps.map((step) => step.keyId)).toEqual([keyId]);
    expect(account.people.requests.map(({ times }) => times)).toEqual([1, 1]);
  });

  test.each<[string, (account: FaultyAccount) => void]>([
    [
      'is gone',
      (account) => {
        account.model.user('user-0')!.keys = [];
      },
    ],
    [
      'has no user any more',
      (account) => {
        account.model.users = [];
      },
    ],
    [
      'is inactive',
      (account) => {
        account.model.key(ID)!.status = 'Inactive';
      },
    ],
  ])('and that %s by then is told as conflicting', async (_, change) => {
    const account = await asked(120);
    change(account);
    const { outcome } = await decided(account, 'approved');
    expect(outcome?.outcome).toBe('conflicting');
    expect(outcome?.text).toContain('Nothing was done');
    expect(account.steps).toEqual([]);
  });

  test('and whose user is excluded by then is told as conflicting', async () => {
    const account = await asked(120);
    const excluding = {
      ...CONFIGURATION,
      rules: {
        ...CONFIGURATION.rules,
        excluding: [{ kind: 'user', userName: 'user-0' } as const],
      },
    };
    account.people.decide(account.people.requests[0]!, 'approved', account.now());
    await deliver(account, account.people.queue[0]!, excluding);
    expect(account.people.requests).toMatchObject([{ outcome: { outcome: 'conflicting' } }]);
    expect(account.steps).toEqual([]);
  });

  test.each<[string, string]>([
    ['its keys', 'keysOf user-0'],
    ['its last use', `lastUseOf ${ID}`],
  ])('waits while %s cannot be looked up', async (_, call) => {
    const account = await asked(120);
    const [request] = account.people.undecided;
    account.model.failing.set(call, 'Throttling');
    account.people.decide(request!, 'approved', account.now());
    await expect(deliver(account, account.people.queue[0]!, CONFIGURATION)).rejects.toThrow(
      UnfinishedKeyDecisionError,
    );
    expect([account.steps, request!.outcome]).toEqual([[], undefined]);
    account.model.failing.clear();
    await deliver(account, account.people.queue[0]!, CONFIGURATION);
    expect(request!.outcome?.outcome).toBe('carried-out');
  });

  test('stays as it is where the same decision comes again, after it could not be carried out', async () => {
    const account = await asked(120);
    account.model.key(ID)!.status = 'Inactive';
    const { requestId, decision } = await decided(account, 'approved');
    account.model.key(ID)!.status = 'Active';
    const again: ProvedKeyDecision = {
      ...decision!,
      requestId,
      keyId: ID,
      phase: 'decision',
      attempt: 1,
    };
    expect(
      (await carryOutKeyDecision(again, CONFIGURATION, account, account.begin([]))).outcome,
    ).toBe('conflicting');
    expect(account.steps).toEqual([]);
  });

  test('and that a function has deactivated that ended before it could tell is told by the next run, and still counts as carried out', async () => {
    const account = await asked(120);
    const [request] = account.people.undecided;
    account.people.decide(request!, 'approved', account.now());
    const tell = failing('SNS is away');
    const { requestId, keyId, decision } = request!;
    const approval: ProvedKeyDecision = {
      ...decision!,
      requestId,
      keyId,
      phase: 'decision',
      attempt: 1,
    };
    await expect(
      carryOutKeyDecision(approval, CONFIGURATION, { ...account, tell }, account.begin([])),
    ).rejects.toThrow('SNS is away');
    expect(await stepsOfRun(account)).toEqual(['done deactivate']);
    await deliver(account, account.people.queue[0]!, CONFIGURATION);
    expect(request!.outcome).toMatchObject({
      outcome: 'carried-out',
      text: 'AKIA-0 was deactivated.',
    });
  });

  test('and that was deactivated is told so once it can be told, and not again deactivated where its owner has activated it since', async () => {
    const account = await asked(120);
    const [request] = account.people.undecided;
    account.people.decide(request!, 'approved', account.now());
    const decision = account.people.queue[0]!;
    const silent = { ...account, tell: failing('SNS is away') };
    const proved = carryOutKeyDecision(decision, CONFIGURATION, silent, account.begin([]));
    await expect(proved).rejects.toThrow('SNS is away');
    account.do('toggle', 0);
    await deliver(account, decision, CONFIGURATION);
    expect(request!.outcome).toMatchObject({ outcome: 'carried-out' });
    expect(lastSteps(account)).toEqual(['done deactivate']);
    expect(account.steps).toHaveLength(1);
    // What is written down twice, since it could not be told at first, is one deactivation.
    const [record] = await account.records.all();
    expect(record?.deactivated?.times).toBe(1);
  });

  test("leaves the user's other keys to the runs: no one is asked about them by it", async () => {
    const account = new FaultyAccount(
      [user('user-0', [key('AKIA-0', 130), key('AKIA-1', 120)])],
      NOW.getTime(),
    );
    const one = { ...CONFIGURATION, actions: { ...CONFIGURATION.actions!, maxActionsPerRun: 1 } };
    await run(account, {}, one);
    account.pass(8);
    await run(account, {}, one);
    await decided(account, 'approved', one);
    expect(account.people.requests).toMatchObject([{ keyId: 'AKIA-0' }]);
    expect(account.steps).toMatchObject([{ keyId: 'AKIA-0' }]);
  });

  test('is due by that approval once only', () => {
    const told = { 'too-old': NOW };
    const record: KeyRecord = {
      keyId: ID,
      userName: 'user-0',
      noticeAt: told,
      toldAt: told,
      approval: {
        requestId: 'r1',
        askedAt: NOW,
        question: QUESTION,
        decision: { kind: 'approved', at: NOW },
      },
    };
    const again = { ...record, approval: { ...record.approval!, deactivatedAt: NOW } };
    const owned: AccessKeyWithUse = {
      id: ID,
      userName: 'user-0',
      status: 'Active',
      createdAt: daysAgo(120),
      lastUse: { kind: 'never' },
    };
    const later = new Date(NOW.getTime() + 8 * DAY);
    expect(
      [record, again].map(
        (each) =>
          nextStep(owned, each, CONFIGURATION.actions!, later, { keyId: ID, requestId: 'r1' }).kind,
      ),
    ).toEqual(['due', 'unapproved']);
    for (const approved of [
      { keyId: ID, requestId: 'r2' },
      { keyId: 'AKIA-1', requestId: 'r1' },
    ]) {
      expect(nextStep(owned, record, CONFIGURATION.actions!, later, approved).kind).toBe(
        'unapproved',
      );
    }
  });

  test('and that IAM refuses is told as failed, held by runs, and done when people try again', async () => {
    const account = await asked(120);
    const [request] = account.people.undecided;
    account.people.decide(request!, 'approved', account.now());
    account.refusal = 'AccessDenied';
    await deliver(account, account.people.queue[0]!, CONFIGURATION);
    account.refusal = undefined;
    expect(request!.outcome).toEqual({
      phase: 'decision',
      attempt: 1,
      outcome: 'failed',
      text: 'AccessDenied',
    });
    expect(await stepsOfRun(account)).toEqual(['held deactivate']);
    account.people.retry(request!);
    await deliver(account, account.people.queue[0]!, CONFIGURATION);
    expect(request!.outcome).toMatchObject({ attempt: 2, outcome: 'carried-out' });
    expect(account.steps).toHaveLength(1);
  });

  test('and that no one could deactivate is asked about again after a time', async () => {
    const account = await asked(120);
    account.people.decide(account.people.undecided[0]!, 'approved', account.now());
    account.forge({
      ...account.remembered(ID)!,
      approval: { ...account.approvalOf(ID)!, decision: account.people.requests[0]!.decision },
    });
    for (const days of [10, 10, 9]) {
      account.pass(days);
      expect(await stepsOfRun(account)).toEqual(['held deactivate']);
    }
    account.pass(2);
    expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    expect(account.people.requests).toHaveLength(2);
  });
});

describe('a key that people', () => {
  test('want to keep stays active, and is asked about again after a time', async () => {
    const account = await asked(120);
    const request = await decided(account, 'denied');
    expect(request.outcome).toMatchObject({
      outcome: 'carried-out',
      text: 'The key was left as it is. The first run after 30 days asks again, if it is still due.',
    });
    for (const days of [10, 10, 9]) {
      account.pass(days);
      const report = await run(account);
      expect(report.keys).toMatchObject([
        {
          step: {
            report: {
              kind: 'held',
              reason: 'people denied it on 2026-06-09, and are asked again from 2026-07-09 on',
            },
          },
        },
      ]);
    }
    account.pass(2);
    expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    expect(account.people.requests).toHaveLength(2);
    expect(account.steps).toEqual([]);
  });

  test('want to keep is held with the reason that they gave', async () => {
    const account = await asked(120);
    const [request] = account.people.undecided;
    const denialReason = 'Needed until March';
    account.people.decide(request!, 'denied', account.now(), { denialReason });
    await deliver(account, account.people.queue[0]!, CONFIGURATION);
    account.pass(10);
    const report = await run(account);
    expect(report.keys).toMatchObject([
      { step: { report: { reason: expect.stringContaining('(Needed until March), and are') } } },
    ]);
  });

  test.each(['expired', 'not-asked'] as const)(
    'did not decide about (%s) stays active, and is asked about in the next run',
    async (kind) => {
      const account = await asked(120);
      const request = await decided(account, kind);
      expect(request.outcome).toMatchObject({
        outcome: 'carried-out',
        text: 'The key was left as it is. The next run asks again, if it is still due.',
      });
      account.pass(1);
      expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
      expect(account.people.requests).toHaveLength(2);
      expect(account.steps).toEqual([]);
    },
  );
});

describe('what became of a decision is told as it is', () => {
  const { askAgainAfter: _, ...unasked } = CONFIGURATION.actions!;
  const deployed = {
    'as it was': CONFIGURATION,
    'to observe': OBSERVING,
    'to ask no one': { ...CONFIGURATION, actions: unasked },
    'to report alone': { ...CONFIGURATION, actions: undefined },
  };
  const left = 'The key was left as it is.';
  const reporting =
    'Nothing was done: by now, the sentry is deployed to report keys, and to deactivate none.';
  test.each([
    ['approved', 'as it was', 'AKIA-0 was deactivated.'],
    ['approved', 'to observe', reporting],
    ['approved', 'to ask no one', 'AKIA-0 was deactivated.'],
    ['approved', 'to report alone', reporting],
    ['denied', 'as it was', `${left} The first run after 30 days asks again, if it is still due.`],
    ['denied', 'to observe', left],
    ['denied', 'to ask no one', left],
    ['denied', 'to report alone', left],
    ['expired', 'as it was', `${left} The next run asks again, if it is still due.`],
    ['expired', 'to observe', left],
    ['expired', 'to ask no one', left],
    ['not-asked', 'to report alone', left],
  ] as const)('%s, with the sentry deployed %s', async (kind, how, text) => {
    const account = await asked(120);
    const [request] = account.people.undecided;
    account.people.decide(request!, kind, account.now());
    await deliver(account, account.people.queue[0]!, deployed[how]);
    expect(request!.outcome?.text).toBe(text);
  });

  test('where the sentry remembers no request about the key', async () => {
    const account = await asked(120);
    const decision: ProvedKeyDecision = {
      kind: 'approved',
      at: account.now(),
      requestId: account.people.undecided[0]!.requestId,
      keyId: 'AKIA-9',
      phase: 'decision',
      attempt: 1,
    };
    expect(await carryOutKeyDecision(decision, CONFIGURATION, account, account.begin([]))).toEqual({
      outcome: 'conflicting',
      text: 'Nothing was done: the sentry remembers no request about this key.',
    });
  });
});

describe('people who approved it hear', () => {
  const BY_USE: KeySentryConfiguration = {
    ...CONFIGURATION,
    rules: { ...CONFIGURATION.rules, keys: { ...CONFIGURATION.rules.keys, maxUnusedAge: 40 } },
    actions: { ...CONFIGURATION.actions!, deactivateUnusedAfter: 45 },
  };
  const NOT_DUE =
    'Nothing was done: the key is gone, inactive or not due any more, or its user is excluded by now.';

  /** Of a key that was not used for so many days. */
  async function approvedOf(age: number, unused: number, configuration = BY_USE) {
    const account = new FaultyAccount(
      [user('user-0', [key(ID, age, { usedAt: daysAgo(unused) }), key('AKIA-X', 1)])],
      NOW.getTime(),
    );
    await run(account, {}, configuration);
    account.pass(8);
    await run(account, {}, configuration);
    const [request] = account.people.undecided;
    account.people.decide(request!, 'approved', account.now());
    return { account, request: request!, decision: account.people.queue[0]! };
  }

  test('of no use where they were asked about a key that is too old', async () => {
    const { account, request, decision } = await approvedOf(120, 0);
    account.model.key(ID)!.status = 'Inactive';
    account.model.calls.length = 0;
    await deliver(account, decision, BY_USE);
    expect(request.outcome).toMatchObject({ outcome: 'conflicting', text: NOT_DUE });
    expect(account.model.calls).not.toContain(`lastUseOf ${ID}`);
  });

  test.each<[string, (account: FaultyAccount) => void]>([
    ['is inactive, and was not used since', ({ model }) => (model.key(ID)!.status = 'Inactive')],
    ['is gone', ({ model }) => model.user('user-0')!.keys.shift()],
    [
      'is one that was never used, as IAM says now',
      ({ model }) => {
        model.key(ID)!.status = 'Inactive';
        model.key(ID)!.usedAt = undefined;
      },
    ],
  ])('of no use where the key %s', async (_, change) => {
    const { account, request, decision } = await approvedOf(85, 60);
    change(account);
    await deliver(account, decision, BY_USE);
    expect(request.outcome).toMatchObject({ outcome: 'conflicting', text: NOT_DUE });
  });

  test('of a use, also where the sentry is deployed without that rule by then', async () => {
    const { account, request, decision } = await approvedOf(85, 60);
    account.model.key(ID)!.usedAt = account.now();
    await deliver(account, decision, CONFIGURATION);
    expect(request.outcome).toMatchObject({
      outcome: 'conflicting',
      text: 'Nothing was done: people were asked about a key that is not used, and it was used on 2026-06-09.',
    });
  });

  test('nothing yet where it was used between the look at its keys and the last one', async () => {
    const { account, request, decision } = await approvedOf(85, 60);
    let looks = 0;
    const lastUseOf = async (keyId: string) => {
      looks += 1;
      if (looks === 2) account.model.key(ID)!.usedAt = account.now();
      return account.source.lastUseOf(keyId);
    };
    const ports = { ...account, source: { ...account.source, lastUseOf } };
    const carried = carryOutKeyDecision(decision, BY_USE, ports, account.begin([]));
    await expect(carried).rejects.toThrow(UnfinishedKeyDecisionError);
    await expect(carried).rejects.toThrow('it was used meanwhile, on 2026-06-09');
    expect([account.steps, request.outcome]).toEqual([[], undefined]);
  });

  test('nothing yet where something cannot be looked up, and the log says what', async () => {
    const { account, decision } = await approvedOf(85, 60);
    account.model.failing.set('keysOf user-0', 'Throttling');
    await expect(deliver(account, decision, BY_USE)).rejects.toThrow(
      'access keys of user-0: Throttling',
    );
    account.model.failing.clear();
    account.model.key(ID)!.status = 'Inactive';
    account.model.failing.set(`lastUseOf ${ID}`, 'Throttling');
    await expect(deliver(account, decision, BY_USE)).rejects.toThrow(
      `last use of ${ID}: Throttling`,
    );
  });

  test('of this one key, where others of its user are listed before it', async () => {
    const { account, request, decision } = await approvedOf(120, 0);
    account.model.user('user-0')!.keys.unshift(key('AKIA-OLD', 400));
    await deliver(account, decision, BY_USE);
    expect(request.outcome).toMatchObject({ outcome: 'carried-out' });
    expect(account.steps).toMatchObject([{ keyId: ID }]);
  });

  test('soon: no other user is looked at, and no key that could only be deleted', async () => {
    const { account, decision } = await approvedOf(120, 0);
    account.model.users.push(user('bob', [key('AKIA-BOB', 400)]));
    account.model.user('user-0')!.keys.push(key('AKIA-OFF', 80, { status: 'Inactive' }));
    account.model.calls.length = 0;
    await deliver(account, decision, BY_USE);
    expect(new Set(account.model.calls)).toEqual(
      new Set(['credentialReport', 'keysOf user-0', `lastUseOf ${ID}`]),
    );
  });

  test('that it failed, and the report says who can try again', async () => {
    const { account, request, decision } = await approvedOf(120, 0);
    account.refusal = 'AccessDenied';
    await deliver(account, decision, BY_USE);
    expect(account.told.at(-1)?.keys).toMatchObject([
      { step: { report: { kind: 'failed', requestId: request.requestId } } },
    ]);
  });

  test('what was done, and the report names their request', async () => {
    const { account, request, decision } = await approvedOf(120, 0);
    await deliver(account, decision, BY_USE);
    expect(account.told.at(-1)?.keys).toMatchObject([
      { step: { report: { kind: 'done', requestId: request.requestId } } },
    ]);
  });

  test('by no report that their key is held, or not due any more', async () => {
    const { account, decision } = await approvedOf(120, 0);
    const told = account.told.length;
    account.model.failing.set('keysOf user-0', 'Throttling');
    await expect(deliver(account, decision, BY_USE)).rejects.toThrow();
    account.model.failing.clear();
    account.model.key(ID)!.status = 'Inactive';
    await deliver(account, decision, BY_USE);
    expect(account.told).toHaveLength(told);
  });
});

test('a key whose approval could not be carried out is held, and the report says when people are asked again', async () => {
  const account = await asked(120);
  account.people.decide(account.people.undecided[0]!, 'approved', account.now());
  account.refusal = 'AccessDenied';
  await deliver(account, account.people.queue[0]!, CONFIGURATION);
  const { keys } = await run(account);
  expect(keys).toMatchObject([
    {
      step: {
        report: {
          kind: 'held',
          reason:
            'people approved it on 2026-06-09, and it could not be carried out yet: Slack shows why. They are asked again from 2026-07-09 on',
        },
      },
    },
  ]);
});

describe('a key about which a click waits to be judged when the request ends', () => {
  async function ended(): Promise<[FaultyAccount, KeyRequest]> {
    const account = await asked(120);
    const [request] = account.people.undecided;
    account.people.decide(request!, 'expired', account.now(), { isClickWaiting: true });
    await deliver(account, account.people.queue[0]!, CONFIGURATION);
    expect(request!.outcome).toMatchObject({
      text: 'The key was left as it is. A click from before the end may still count.',
    });
    return [account, request!];
  }

  test('is not asked about again for a day, and deactivated where the click approves it', async () => {
    const [account, request] = await ended();
    account.pass(0.9);
    expect(await stepsOfRun(account)).toEqual(['asked deactivate']);
    expect(account.people.requests).toHaveLength(1);
    request.attempt += 1;
    account.people.decide(request, 'approved', account.now());
    await deliver(account, account.people.queue.at(-1)!, CONFIGURATION);
    expect(request.outcome).toMatchObject({ outcome: 'carried-out', attempt: 2 });
    expect(account.steps).toHaveLength(1);
  });

  test('is asked about again a day later', async () => {
    const [account] = await ended();
    account.pass(1);
    await run(account);
    expect(account.people.requests).toHaveLength(2);
    expect(account.steps).toEqual([]);
  });
});

describe('no authority comes from', () => {
  test('the table: what is written there as approved deactivates nothing in a run', async () => {
    const account = await asked(120);
    const approval = account.approvalOf(ID)!;
    account.forge({
      ...account.remembered(ID)!,
      approval: { ...approval, decision: { kind: 'approved', at: account.now() } },
    });
    for (const days of [0, 10, 10]) {
      account.pass(days);
      expect(await stepsOfRun(account)).toEqual(['held deactivate']);
    }
    expect(account.steps).toEqual([]);
  });

  test('an approval of a request that was replaced by another', async () => {
    const account = await asked(120);
    const old = await decided(account, 'expired');
    account.pass(1);
    await run(account);
    const approval: ProvedKeyDecision = {
      kind: 'approved',
      at: account.now(),
      requestId: old.requestId,
      keyId: ID,
      phase: 'decision',
      attempt: 1,
    };
    expect(await carryOutKeyDecision(approval, CONFIGURATION, account, account.begin([]))).toEqual({
      outcome: 'conflicting',
      text: 'Nothing was done: people were asked again since.',
    });
    expect(account.steps).toEqual([]);
    expect(account.approvalOf(ID)).not.toHaveProperty('decision');
  });

  test.each([
    [
      'another key of the same user, that stands in the table under its request',
      'user-0',
      'AKIA-0',
    ],
    ["a key of a user that stands in the table as the key's own", 'user-1', 'AKIA-1'],
  ])('%s', async (_, userName, victim) => {
    const account = new FaultyAccount(
      [
        user('user-0', [key('AKIA-0', 130), key('AKIA-2', 120)]),
        user('user-1', [key('AKIA-1', 130)]),
      ],
      NOW.getTime(),
    );
    const all = { ...CONFIGURATION, actions: { ...CONFIGURATION.actions!, maxActionsPerRun: 5 } };
    await run(account, {}, all);
    account.pass(8);
    await run(account, {}, all);
    const [approved, other] = [account.remembered('AKIA-2'), account.remembered(victim)];
    const { approval } = approved ?? {};
    account.forge({ ...approved!, userName });
    account.forge({ ...other!, approval: { ...other!.approval!, requestId: approval!.requestId } });
    const request = account.people.request(approval!.requestId)!;
    account.people.decide(request, 'approved', account.now());
    await deliver(account, account.people.queue[0]!, CONFIGURATION).catch(() => undefined);
    expect(account.steps.filter(({ keyId }) => keyId !== 'AKIA-2')).toEqual([]);
  });

  test('an approval of another key', async () => {
    const account = await asked(130, 120);
    const { requestId } = account.approvalOf('AKIA-1')!;
    const approval: ProvedKeyDecision = {
      kind: 'approved',
      at: account.now(),
      requestId,
      keyId: 'AKIA-0',
      phase: 'decision',
      attempt: 1,
    };
    expect(
      (await carryOutKeyDecision(approval, CONFIGURATION, account, account.begin([]))).outcome,
    ).toBe('conflicting');
    expect(account.steps).toEqual([]);
  });
});

test.each([true, false])(
  'a decision deletes nothing, though something is due to be deleted (inactive keys listed: %s)',
  async (includeInactive) => {
    const listing = {
      ...CONFIGURATION,
      rules: { ...CONFIGURATION.rules, keys: { ...CONFIGURATION.rules.keys, includeInactive } },
    };
    const account = new FaultyAccount(
      [user('user-0', [key(ID, 85), key('AKIA-OLD', 200, { status: 'Inactive' })])],
      NOW.getTime(),
    );
    for (const days of [0, 8, 10, 9]) {
      account.pass(days);
      await run(account, {}, listing);
    }
    account.pass(5);
    await decided(account, 'approved', listing);
    expect(account.steps).toMatchObject([{ keyId: ID, kind: 'deactivate' }]);
    await run(account, {}, listing);
    expect(account.steps).toMatchObject([
      { kind: 'deactivate' },
      { keyId: 'AKIA-OLD', kind: 'delete' },
    ]);
  },
);

describe('one fault', () => {
  const CALLS = 12;
  const faults = Array.from({ length: CALLS }, (_, index) => index).flatMap(
    (index): [string, Fate[]][] => {
      const before = Array.from({ length: index }, (): Fate => 'works');
      const rest = Array.from({ length: CALLS }, (): Fate => 'fails');
      return [
        [`at call ${index}`, [...before, 'fails']],
        [`at call ${index}, after it has worked`, [...before, 'fails after it has worked']],
        [`at call ${index}, whose answer is lost`, [...before, 'loses its answer']],
        [`and the end of the function before call ${index}`, [...before, ...rest]],
        [
          `and the end of the function after call ${index}`,
          [...before, 'fails after it has worked', ...rest],
        ],
      ];
    },
  );

  /** No faults any more: runs each day, decisions as they come, and people who approve. */
  async function recover(account: FaultyAccount): Promise<void> {
    for (let day = 0; day < 5; day += 1) {
      for (const decision of [...account.people.queue]) {
        await deliver(account, decision, CONFIGURATION).catch(expectUnfinished);
      }
      await run(account);
      for (const request of account.people.undecided) {
        account.people.decide(request, 'approved', account.now());
      }
      account.pass(1);
    }
  }

  function expectUnfinished(error: unknown): void {
    expect(error).toBeInstanceOf(UnfinishedKeyDecisionError);
  }

  function expectDoneOnce(account: FaultyAccount): void {
    expect(account.steps).toMatchObject([{ keyId: ID, kind: 'deactivate' }]);
    const [step] = account.steps;
    const request = account.people.request(step!.requestId);
    expect(request).toMatchObject({
      keyId: ID,
      decision: { kind: 'approved' },
      outcome: { outcome: 'carried-out' },
    });
    expect(account.isTold(step!)).toBe(true);
    expect(account.people.queue).toEqual([]);
  }

  test.each(faults)(
    '%s while people are asked leaves one question, one approval and one deactivation',
    async (_, fates) => {
      const account = await due(120);
      const now = account.begin(fates);
      await runKeySentry(CONFIGURATION, account, now).catch(() => undefined);
      expect(account.steps).toEqual([]);
      await recover(account);
      expect(account.people.requests).toHaveLength(1);
      expectDoneOnce(account);
    },
  );

  test.each(faults)(
    '%s while an approval is carried out leaves one deactivation, told here and there',
    async (_, fates) => {
      const account = await asked(120);
      const [request] = account.people.undecided;
      account.people.decide(request!, 'approved', account.now());
      await deliver(account, account.people.queue[0]!, CONFIGURATION, fates).catch(() => undefined);
      await recover(account);
      expectDoneOnce(account);
      expect(account.people.requests).toEqual([request]);
    },
  );

  test.each(faults)(
    '%s while a denial is remembered leaves the key active, and no one asked again',
    async (_, fates) => {
      const account = await asked(120);
      const [request] = account.people.undecided;
      account.people.decide(request!, 'denied', account.now());
      await deliver(account, account.people.queue[0]!, CONFIGURATION, fates).catch(() => undefined);
      await recover(account);
      expect([account.steps, account.people.requests]).toEqual([[], [request]]);
      expect(request!.outcome?.outcome).toBe('carried-out');
    },
  );
});

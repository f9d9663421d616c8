import type { LastUse } from '../../../src/access-key/domain/access-key';
import type { KeyRecord } from '../../../src/access-key/domain/key-actions';
import type { KeyReport } from '../../../src/access-key/domain/key-report';
import type { KeyChanger } from '../../../src/access-key/domain/ports';
import {
  type KeySentryConfiguration,
  type KeySentryPorts,
  runKeySentry,
} from '../../../src/access-key/domain/run-key-sentry';
import { daysAgo, key, type KeyInMemory, NOW, user } from '../in-memory/account-in-memory';
import { FaultyAccount } from '../in-memory/faulty-account';

const CONFIGURATION: KeySentryConfiguration = {
  rules: { keys: { maxKeyAge: 90, includeInactive: false }, excluding: [], looksAtInactive: true },
  actions: {
    mode: 'enforce',
    deactivateAfter: 100,
    deactivateUnusedAfter: 45,
    deleteAfterInactive: 30,
    grace: 7,
    maxActionsPerRun: 2,
  },
  tellsWhenNothingFound: false,
};
const ID = 'AKIA-1';
const THROTTLED = async () => {
  throw new Error('Throttling');
};

/** Of the key of ann, told so many days ago, of that step. */
function recordOf(kind: 'too-old' | 'unused' | 'delete', values: Partial<KeyRecord> = {}) {
  const told = { [kind]: daysAgo(8) };
  return { keyId: ID, userName: 'ann', noticeAt: told, toldAt: told, ...values };
}

function accountOf(keys: KeyInMemory[], record: KeyRecord): FaultyAccount {
  const account = new FaultyAccount([user('ann', keys)], NOW.getTime());
  account.forge(record);
  return account;
}

const dueForItsAge = () => accountOf([key(ID, 120)], recordOf('too-old'));
const unused = () => key(ID, 95, { usedAt: daysAgo(60) });
const dueAsUnused = () => accountOf([unused()], recordOf('unused'));
const inactive = () => key(ID, 200, { status: 'Inactive', usedAt: undefined });
const dueForDeletion = () =>
  accountOf([inactive()], recordOf('delete', { inactiveSince: daysAgo(40) }));

async function run(
  account: FaultyAccount,
  changed: Partial<KeySentryPorts> = {},
): Promise<KeyReport> {
  return runKeySentry(CONFIGURATION, { ...account, ...changed }, account.begin([]));
}

function changerOf(account: FaultyAccount, changed: Partial<KeyChanger>): KeyChanger {
  return {
    deactivate: account.deactivate.bind(account),
    delete: account.delete.bind(account),
    ...changed,
  };
}

const stepOf = ({ keys }: KeyReport, id = ID) =>
  keys.find(({ keyId }) => keyId === id)?.step?.report;

describe('a call whose answer does not come', () => {
  test('is told as failed, and is unknown: no other step is taken in that run', async () => {
    const account = accountOf([key(ID, 130), key('AKIA-2', 120)], recordOf('too-old'));
    account.forge({ ...recordOf('too-old'), keyId: 'AKIA-2' });
    const report = await run(account, { changer: changerOf(account, { deactivate: THROTTLED }) });
    expect(stepOf(report)).toEqual({
      kind: 'failed',
      step: 'deactivate',
      reasons: [{ kind: 'too-old', days: 130, noticeAt: daysAgo(8) }],
      reason: 'Throttling',
    });
    expect(stepOf(report, 'AKIA-2')).toMatchObject({ kind: 'held' });
    expect(report.survey.unknowns).toEqual([
      { what: 'what became of AKIA-1 of ann', reason: 'Throttling' },
    ]);
    expect(account.remembered(ID)?.untold).toMatchObject({ step: 'deactivate' });
  });

  test('is told by the next run as what became of it', async () => {
    const account = dueForItsAge();
    const deactivate = async (userName: string, keyId: string) => {
      await account.deactivate(userName, keyId);
      return THROTTLED();
    };
    await run(account, { changer: changerOf(account, { deactivate }) });
    expect(stepOf(await run(account))).toMatchObject({ kind: 'done', step: 'deactivate' });
    expect(account.remembered(ID)?.untold).toBeUndefined();
  });
});

describe('a step that an earlier run has not told', () => {
  const untold = (step: 'deactivate' | 'delete') => ({ step, at: daysAgo(1) }) as const;
  const beside = () => key('AKIA-2', 10);

  test.each([
    ['deactivated where the key is inactive', [inactive()], 'deactivate', 'done'],
    ['deactivated where the key is gone', [], 'deactivate', 'done'],
    ['no deactivation where the key is active', [key(ID, 120)], 'deactivate', 'failed'],
    ['deleted where the key is gone', [], 'delete', 'done'],
    ['no deletion where the key is there', [inactive()], 'delete', 'failed'],
  ] as const)('is %s', async (_, keys, step, kind) => {
    // Another key of the user says nothing of this one.
    const account = accountOf([beside(), ...keys], recordOf('too-old', { untold: untold(step) }));
    const report = await run(account);
    expect(stepOf(report)).toMatchObject({ kind, step });
    expect(account.steps).toEqual([]);
    expect(account.remembered(ID)?.untold).toBeUndefined();
  });

  test('is done where its user is gone', async () => {
    const account = accountOf([], recordOf('too-old', { untold: untold('delete') }));
    account.model.users = [];
    expect(stepOf(await run(account))).toMatchObject({ kind: 'done', step: 'delete' });
  });

  test('says that the key does not show it, and why it was to be', async () => {
    const reasons = [{ kind: 'too-old', days: 119, noticeAt: daysAgo(8) }] as const;
    const account = accountOf(
      [key(ID, 120)],
      recordOf('too-old', { untold: { ...untold('deactivate'), reasons } }),
    );
    expect(stepOf(await run(account))).toEqual({
      kind: 'failed',
      step: 'deactivate',
      reasons,
      reason: 'an earlier run was about to take this step, and the key does not show it',
    });
  });

  test('stays untold while the key cannot be looked at, and nothing else is done', async () => {
    const account = accountOf([key(ID, 10)], recordOf('too-old', { untold: untold('deactivate') }));
    account.model.users.push(user('bob', [key('AKIA-2', 120)]));
    account.forge({ ...recordOf('too-old'), keyId: 'AKIA-2', userName: 'bob' });
    const keysOf = async (name: string) =>
      name === 'ann' ? THROTTLED() : account.source.keysOf(name);
    const report = await run(account, { source: { ...account.source, keysOf } });
    expect(report.survey.unknowns).toContainEqual({
      what: 'what became of AKIA-1 of ann',
      reason: 'Throttling',
    });
    expect(stepOf(report)).toBeUndefined();
    expect(stepOf(report, 'AKIA-2')).toMatchObject({ kind: 'held' });
    expect(account.steps).toEqual([]);
    expect(account.remembered(ID)?.untold).toEqual(untold('deactivate'));
  });
});

describe('on the last look', () => {
  /** `change` comes between the survey and the last look at the keys. */
  async function lastLook(account: FaultyAccount, change: () => unknown): Promise<KeyReport> {
    let looks = 0;
    const keysOf = async (name: string) => {
      looks += 1;
      if (looks === 2) await change();
      return account.source.keysOf(name);
    };
    return run(account, { source: { ...account.source, keysOf } });
  }

  const LOOKS_AGAIN = ': the next run looks again';

  test('a key that someone deactivated is held, and says that it changed', async () => {
    const account = dueAsUnused();
    const report = await lastLook(account, () => {
      account.model.key(ID)!.status = 'Inactive';
    });
    expect(stepOf(report)).toMatchObject({
      kind: 'held',
      step: 'deactivate',
      reason: `it changed since the survey${LOOKS_AGAIN}`,
    });
    expect(report.survey.unknowns).toEqual([]);
    expect(account.steps).toEqual([]);
  });

  test('a key that someone activated is held, and its use is not asked for', async () => {
    const account = dueForDeletion();
    account.model.key(ID)!.usedAt = daysAgo(90);
    const report = await lastLook(account, () => {
      account.model.key(ID)!.status = 'Active';
      account.model.calls.length = 0;
    });
    expect(stepOf(report)).toMatchObject({ reason: `it changed since the survey${LOOKS_AGAIN}` });
    expect(account.model.calls).toEqual(['keysOf ann']);
  });

  test('a key that was never used before, and is used by then, says when', async () => {
    const account = dueForDeletion();
    const report = await lastLook(account, () => {
      account.model.key(ID)!.usedAt = daysAgo(1);
    });
    expect(stepOf(report)).toMatchObject({
      reason: `it was used meanwhile, on 2026-05-31${LOOKS_AGAIN}`,
    });
  });

  test('a key whose user is gone is gone', async () => {
    const account = dueForItsAge();
    const report = await lastLook(account, () => {
      account.model.users = [];
    });
    expect(stepOf(report)).toEqual({ kind: 'gone', step: 'deactivate' });
    expect(report.survey.unknowns).toEqual([]);
  });

  test('a key whose use IAM does not know any more is gone', async () => {
    const account = dueAsUnused();
    let looks = 0;
    const lastUseOf = async (id: string): Promise<LastUse | undefined> => {
      looks += 1;
      return looks === 2 ? undefined : account.source.lastUseOf(id);
    };
    const report = await run(account, { source: { ...account.source, lastUseOf } });
    expect(stepOf(report)).toEqual({ kind: 'gone', step: 'deactivate' });
  });

  test('a look that fails says what it was about', async () => {
    const report = await lastLook(dueForItsAge(), THROTTLED);
    expect(report.survey.unknowns).toEqual([
      { what: 'AKIA-1 of ann, on a last look', reason: 'Throttling' },
    ]);
  });
});

test.each([1, 2])(
  'a key that is gone as it is deactivated was deleted by someone else, however often the call was sent (%i)',
  async (attempts) => {
    const account = dueForItsAge();
    const deactivate = async () => ({ kind: 'gone', attempts }) as const;
    const report = await run(account, { changer: changerOf(account, { deactivate }) });
    expect(stepOf(report)).toEqual({ kind: 'gone', step: 'deactivate' });
    expect(account.remembered(ID)?.untold).toBeUndefined();
  },
);

test('a key that is gone on the one call for its deletion was deleted by someone else', async () => {
  const account = dueForDeletion();
  const answer = async () => ({ kind: 'gone', attempts: 1 }) as const;
  const report = await run(account, { changer: changerOf(account, { delete: answer }) });
  expect(stepOf(report)).toEqual({ kind: 'gone', step: 'delete' });
});

test('a step that no one was asked about names no request', async () => {
  expect(stepOf(await run(dueForItsAge()))).not.toHaveProperty('requestId');
});

test('a run writes nothing down of a key of which nothing is new', async () => {
  const account = accountOf([key(ID, 10)], recordOf('too-old'));
  const written: KeyRecord[] = [];
  const records = {
    all: account.all.bind(account),
    read: account.read.bind(account),
    write: async (record: KeyRecord) => {
      written.push(record);
    },
  };
  await run(account, { records });
  expect(written).toEqual([]);
});

test('OBSERVE tells no step of a key whose last use is unknown', async () => {
  const account = accountOf(
    [unused(), key('AKIA-2', 10)],
    recordOf('unused', { inactiveSince: daysAgo(3) }),
  );
  const unread = async (): Promise<LastUse> => ({ kind: 'unknown', reason: 'Throttling' });
  const observing: KeySentryConfiguration = {
    ...CONFIGURATION,
    actions: { ...CONFIGURATION.actions!, mode: 'observe' },
  };
  account.model.users.push(user('bob', [key('AKIA-3', 200, { status: 'Inactive' })]));
  const report = await runKeySentry(
    observing,
    { ...account, source: { ...account.source, lastUseOf: unread } },
    account.begin([]),
  );
  expect(report.keys.flatMap(({ step }) => step ?? [])).toEqual([]);
});

import fc from 'fast-check';
import { DAY, daysAgo, NOW, user } from './account-in-memory';
import { type Fate, FaultyAccount, type OwnersDeed, type Step } from './faulty-account';
import type { KeyActionRules } from '../../../src/domain/access-key/key-actions';
import { type KeySentryConfiguration, runKeySentry } from '../../../src/domain/access-key/run-key-sentry';

const fates = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('works') },
    { weight: 3, arbitrary: fc.constantFrom<Fate>('fails', 'fails after it has worked', 'toggled before') },
  ),
  { maxLength: 40 },
);

type Event =
  | { readonly kind: 'run'; readonly fates: readonly Fate[] }
  | { readonly kind: 'wait' | 'schedule'; readonly days: number }
  | { readonly kind: 'owner'; readonly deed: OwnersDeed; readonly number: number };

const deeds = fc.constantFrom<OwnersDeed>('toggle', 'toggle', 'use', 'use', 'remove');

const events = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('run' as const), fates: fc.oneof(fc.constant([]), fates) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.double({ min: 0, max: 30, noNaN: true }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('schedule' as const), days: fc.constantFrom(1, 7, 14) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('owner' as const), deed: deeds, number: fc.nat({ max: 5 }) }) },
), { minLength: 5, maxLength: 40 });

const keys = fc.record({
  age: fc.integer({ min: 0, max: 140 }),
  unused: fc.option(fc.integer({ min: 0, max: 140 }), { nil: undefined }),
  status: fc.constantFrom('Active' as const, 'Active' as const, 'Inactive' as const, 'Expired' as const),
});

type RandomKey = typeof keys extends fc.Arbitrary<infer T> ? T : never;

const accounts = fc.array(fc.array(keys, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });

function accountOf(users: readonly (readonly RandomKey[])[]): FaultyAccount {
  return new FaultyAccount(users.map((all, index) => user(`user-${index}`, all.map(({ age, unused, status }, number) => ({
    id: `AKIA-${index}-${number}`,
    status,
    createdAt: daysAgo(age),
    changedAt: daysAgo(age),
    usedAt: unused === undefined ? undefined : daysAgo(Math.min(age, unused)),
  })))), NOW.getTime());
}

const actionRules = fc.record({
  deactivateAfter: fc.integer({ min: 91, max: 120 }),
  deleteAfterInactive: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  grace: fc.constantFrom(1, 7, 14),
  maxActionsPerRun: fc.integer({ min: 1, max: 3 }),
});

function configurationOf(actions: KeyActionRules, mode: 'enforce' | 'observe' = 'enforce'): KeySentryConfiguration {
  return {
    rules: { keys: { maxKeyAge: 90, includeInactive: false }, exemptions: [], looksAtInactive: actions.deleteAfterInactive !== undefined },
    actions: { ...actions, mode },
    tellsWhenNothingFound: false,
  };
}

async function live(account: FaultyAccount, event: Event, configuration: KeySentryConfiguration): Promise<void> {
  if (event.kind === 'wait') account.pass(event.days);
  if (event.kind === 'schedule') account.passSinceRun(event.days);
  if (event.kind === 'owner') account.do(event.deed, event.number);
  if (event.kind !== 'run') return;
  const now = account.begin(event.fates);
  try {
    await runKeySentry(configuration, account, now);
    account.end();
  } catch {
    // Lambda tries again, later: another run.
  }
}

const HOUR = 3_600_000;

/** When a message last said that the step was to come. */
function lastTold({ told }: FaultyAccount, { keyId, kind, at }: Step): number {
  const spoken = told.filter((message) => message.at < at && message.keys.some(({ step }) =>
    step?.keyId === keyId && step.report.step === kind && step.report.kind !== 'done'));
  return Math.max(0, ...spoken.map((message) => message.at.getTime()));
}

const daysBefore = (at: Date, days: number) => at.getTime() - days * DAY;

function expectAllowed({ kind, at, key, noticesAt, seenInactiveSince }: Step, rules: KeyActionRules): void {
  const noticesInTime = noticesAt.filter((noticeAt) => noticeAt.getTime() <= daysBefore(at, rules.grace));
  expect(noticesInTime).not.toEqual([]);
  if (kind === 'deactivate') {
    expect(key.status).toBe('Active');
    expect(key.createdAt.getTime()).toBeLessThan(daysBefore(at, rules.deactivateAfter));
    return;
  }
  expect(key.status).toBe('Inactive');
  expect(rules.deleteAfterInactive).toBeDefined();
  const longEnough = daysBefore(at, rules.deleteAfterInactive ?? Infinity);
  expect(seenInactiveSince?.getTime()).toBeLessThanOrEqual(longEnough);
  expect(noticesInTime.some((noticeAt) => seenInactiveSince && noticeAt >= seenInactiveSince)).toBe(true);
  if (key.usedAt) expect(key.usedAt.getTime()).toBeLessThan(longEnough);
}

test('whatever fails and whoever does what: no step without its notice, its grace and its reason, and none too many', async () => {
  let steps = 0;
  await fc.assert(fc.asyncProperty(accounts, actionRules, events, async (users, rules, history) => {
    const account = accountOf(users);
    for (const event of history) await live(account, event, configurationOf(rules));
    account.steps.forEach((step) => {
      expectAllowed(step, rules);
      expect(lastTold(account, step)).toBeGreaterThanOrEqual(daysBefore(step.at, 14) - HOUR);
    });
    for (const { run } of account.steps) expect(account.steps.filter((step) => step.run === run).length).toBeLessThanOrEqual(rules.maxActionsPerRun);
    steps += account.steps.length;
  }), { numRuns: 3_000 });
  expect(steps).toBeGreaterThan(500);
});

test('each step that was taken is told by a later run that works', async () => {
  await fc.assert(fc.asyncProperty(accounts, actionRules, events, async (users, rules, history) => {
    const account = accountOf(users);
    for (const event of history) await live(account, event, configurationOf(rules));
    await live(account, { kind: 'run', fates: [] }, configurationOf(rules));
    for (const step of account.steps) expect(account.isTold(step)).toBe(true);
  }), { numRuns: 700 });
});

test('in OBSERVE nothing is ever done or remembered', async () => {
  await fc.assert(fc.asyncProperty(accounts, actionRules, events, async (users, rules, history) => {
    const account = accountOf(users);
    for (const event of history) await live(account, event, configurationOf(rules, 'observe'));
    expect(account.steps).toEqual([]);
    expect(await account.all().catch(() => [])).toEqual([]);
  }), { numRuns: 100 });
});

test('without faults old keys do go, in the end', async () => {
  const once = fc.constant<Event[]>([{ kind: 'wait', days: 13 }, { kind: 'run', fates: [] }]);
  await fc.assert(fc.asyncProperty(accounts, actionRules, once, async (users, rules, day) => {
    const account = accountOf(users);
    for (let number = 0; number < 40; number += 1) for (const event of day) await live(account, event, configurationOf(rules));
    const left = account.model.users.flatMap((one) => one.keys).map(({ status }) => status);
    expect(left.filter((status) => status === 'Active')).toEqual([]);
    if (rules.deleteAfterInactive !== undefined) expect(left.filter((status) => status === 'Inactive')).toEqual([]);
  }), { numRuns: 50 });
});

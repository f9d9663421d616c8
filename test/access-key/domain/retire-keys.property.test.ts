import fc from 'fast-check';
import {
  type DeactivationLimits,
  type DeactivationReason,
  isOfUse,
} from '../../../src/access-key/domain/deactivation-reasons';
import type { KeyActionRules } from '../../../src/access-key/domain/key-actions';
import type { KeyDecision } from '../../../src/access-key/domain/key-approval';
import {
  type KeySentryConfiguration,
  runKeySentry,
} from '../../../src/access-key/domain/run-key-sentry';
import { DAY, daysAgo, NOW, user } from '../in-memory/account-in-memory';
import { deliver } from '../in-memory/decision-delivery';
import {
  type Fate,
  FaultyAccount,
  type Notice,
  type OwnersDeed,
  type Step,
} from '../in-memory/faulty-account';

const fates = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('works') },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Fate>(
        'fails',
        'fails after it has worked',
        'loses its answer',
        'toggled before',
      ),
    },
  ),
  { maxLength: 40 },
);

type Event =
  | { readonly kind: 'run'; readonly fates: readonly Fate[] }
  | { readonly kind: 'wait' | 'schedule'; readonly days: number }
  | {
      readonly kind: 'people';
      readonly number: number;
      readonly say: KeyDecision['kind'] | 'try again';
    }
  /**
   * One that is on its way; it stays there where it fails, and comes again where it is sent twice.
   */
  | {
      readonly kind: 'decision';
      readonly number: number;
      readonly twice: boolean;
      readonly fates: readonly Fate[];
    }
  | { readonly kind: 'owner'; readonly deed: OwnersDeed; readonly number: number };

const deeds = fc.constantFrom<OwnersDeed>('toggle', 'toggle', 'use', 'use', 'remove');

const sayings = fc.constantFrom(
  'approved' as const,
  'approved' as const,
  'approved' as const,
  'denied' as const,
  'expired' as const,
  'not-asked' as const,
  'try again' as const,
);

const ownEvents = [
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      fates: fc.oneof(fc.constant([]), fates),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      days: fc.double({ min: 0, max: 30, noNaN: true }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('schedule' as const),
      days: fc.constantFrom(1, 7, 14),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('owner' as const),
      deed: deeds,
      number: fc.nat({ max: 5 }),
    }),
  },
];
const peoplesEvents = [
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('people' as const),
      number: fc.nat({ max: 5 }),
      say: sayings,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('decision' as const),
      number: fc.nat({ max: 5 }),
      twice: fc.boolean(),
      fates: fc.oneof(fc.constant([]), fates),
    }),
  },
];
const events: fc.Arbitrary<Event[]> = fc.array(fc.oneof(...ownEvents), {
  minLength: 5,
  maxLength: 40,
});
const eventsWithPeople: fc.Arbitrary<Event[]> = fc.array(fc.oneof(...ownEvents, ...peoplesEvents), {
  minLength: 20,
  maxLength: 60,
});

const keys = fc.record({
  age: fc.integer({ min: 0, max: 140 }),
  unused: fc.option(fc.integer({ min: 0, max: 140 }), { nil: undefined }),
  status: fc.constantFrom(
    'Active' as const,
    'Active' as const,
    'Inactive' as const,
    'Expired' as const,
  ),
});

type RandomKey = typeof keys extends fc.Arbitrary<infer T> ? T : never;

const accounts = fc.array(fc.array(keys, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 3,
});

function accountOf(users: readonly (readonly RandomKey[])[]): FaultyAccount {
  return new FaultyAccount(
    users.map((all, index) =>
      user(
        `user-${index}`,
        all.map(({ age, unused, status }, number) => ({
          id: `AKIA-${index}-${number}`,
          status,
          createdAt: daysAgo(age),
          changedAt: daysAgo(age),
          usedAt: unused === undefined ? undefined : daysAgo(Math.min(age, unused)),
        })),
      ),
    ),
    NOW.getTime(),
  );
}

const NEVER_USED_GRACE = 30;

const age = fc.integer({ min: 91, max: 120 });
/** Shorter than any age. Some are shorter than a notice lives: a key is unused again before. */
const unusedAge = fc.integer({ min: 2, max: 60 });

/** By age, for not being used, or both; a key that was never used is given longer. */
const limits = fc
  .oneof(
    fc.record({ deactivateAfter: age }),
    fc.record({ deactivateUnusedAfter: unusedAge }),
    fc.record({ deactivateAfter: age, deactivateUnusedAfter: unusedAge }),
  )
  .map((days: DeactivationLimits): DeactivationLimits => {
    const { deactivateUnusedAfter } = days;
    if (deactivateUnusedAfter === undefined) return days;
    return {
      ...days,
      deactivateNeverUsedAfter: Math.max(deactivateUnusedAfter, NEVER_USED_GRACE),
    };
  });

const ownRules = {
  deleteAfterInactive: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  grace: fc.constantFrom(1, 7, 14),
  maxActionsPerRun: fc.integer({ min: 1, max: 3 }),
};
const actionRules = rulesOf(fc.record(ownRules));
const askingRules = rulesOf(fc.record({ ...ownRules, askAgainAfter: fc.constantFrom(1, 10, 30) }));

function rulesOf(others: fc.Arbitrary<KeyActionRules>): fc.Arbitrary<KeyActionRules> {
  return fc.tuple(limits, others).map(([days, rules]) => ({ ...rules, ...days }));
}

const SENTRIES = [
  {
    name: 'one that asks no one',
    rules: actionRules,
    histories: events,
    runs: 1_200,
    leastDeactivated: 120,
  },
  {
    name: 'one that asks',
    rules: askingRules,
    histories: eventsWithPeople,
    runs: 1_200,
    leastDeactivated: 20,
  },
];

function configurationOf(
  actions: KeyActionRules,
  mode: 'enforce' | 'observe' = 'enforce',
): KeySentryConfiguration {
  return {
    rules: {
      keys: {
        maxKeyAge: 90,
        // At the most what it is deactivated after; it may be listed long before.
        maxUnusedAge: actions.deactivateUnusedAfter && Math.min(actions.deactivateUnusedAfter, 40),
        neverUsedGrace: actions.deactivateNeverUsedAfter && NEVER_USED_GRACE,
        includeInactive: false,
      },
      excluding: [],
      looksAtInactive: actions.deleteAfterInactive !== undefined,
    },
    actions: { ...actions, mode },
    tellsWhenNothingFound: false,
  };
}

async function live(
  account: FaultyAccount,
  event: Event,
  configuration: KeySentryConfiguration,
): Promise<void> {
  if (event.kind === 'wait') account.pass(event.days);
  if (event.kind === 'schedule') account.passSinceRun(event.days);
  if (event.kind === 'owner') account.do(event.deed, event.number);
  if (event.kind === 'people') decide(account, event);
  if (event.kind === 'decision') await carryOut(account, event, configuration);
  if (event.kind !== 'run') return;
  const now = account.begin(event.fates);
  try {
    await runKeySentry(configuration, account, now);
    account.end();
  } catch {
    // Lambda tries again, later: another run.
  }
}

function decide(account: FaultyAccount, { number, say }: Extract<Event, { kind: 'people' }>): void {
  const { people } = account;
  const { requests, undecided } = people;
  const open = say === 'try again' ? requests : undecided;
  const request = open[number % Math.max(1, open.length)];
  if (!request) return;
  if (say === 'try again') people.retry(request);
  else people.decide(request, say, account.now());
}

async function carryOut(
  account: FaultyAccount,
  { number, twice, fates: each }: Extract<Event, { kind: 'decision' }>,
  configuration: KeySentryConfiguration,
): Promise<void> {
  const { queue } = account.people;
  const decision = queue[number % Math.max(1, queue.length)];
  if (!decision) return;
  if (twice) queue.push(decision);
  try {
    await deliver(account, decision, configuration, each);
    account.end();
  } catch {
    // It stays in its queue.
  }
}

const HOUR = 3_600_000;

/** When a message last said that the step was to come. */
function lastTold({ told }: FaultyAccount, { keyId, kind, at }: Step): number {
  const spoken = told.filter(
    (message) =>
      message.at < at &&
      message.keys.some(
        ({ step }) =>
          step?.keyId === keyId && step.report.step === kind && step.report.kind !== 'done',
      ),
  );
  return Math.max(0, ...spoken.map((message) => message.at.getTime()));
}

const daysBefore = (at: Date, days: number) => at.getTime() - days * DAY;

function expectAllowed(step: Step, rules: KeyActionRules): void {
  const { kind, at, key, notices, seenInactiveSince } = step;
  const noticesInTime = notices.filter(
    (notice) => notice.at.getTime() <= daysBefore(at, rules.grace),
  );
  if (kind === 'deactivate') {
    expect(key.status).toBe('Active');
    const reasons = noticesInTime.flatMap((notice) =>
      notice.reasons.filter((reason) => isGood(reason, notice, step, rules)),
    );
    expect(reasons).not.toEqual([]);
    return;
  }
  expect(key.status).toBe('Inactive');
  expect(rules.deleteAfterInactive).toBeDefined();
  const longEnough = daysBefore(at, rules.deleteAfterInactive ?? Infinity);
  expect(seenInactiveSince?.getTime()).toBeLessThanOrEqual(longEnough);
  expect(noticesInTime.some((notice) => seenInactiveSince && notice.at >= seenInactiveSince)).toBe(
    true,
  );
  if (key.usedAt) expect(key.usedAt.getTime()).toBeLessThan(longEnough);
}

/**
 * Whether a notice counts for a deactivation: its reason holds, and, where it is that the key is
 * not used, has held ever since the notice, and the sentry has not deactivated it in between.
 */
function isGood(
  reason: DeactivationReason,
  notice: Notice,
  { at, key: { createdAt, usedAt }, deactivatedAt }: Step,
  { deactivateAfter, deactivateUnusedAfter, deactivateNeverUsedAfter }: KeyActionRules,
): boolean {
  const isSince = (time: Date, days = Infinity) => time.getTime() < daysBefore(at, days);
  if (reason === 'too-old') return isSince(createdAt, deactivateAfter);
  if (deactivatedAt && deactivatedAt > notice.at) return false;
  if (reason === 'never-used') return !usedAt && isSince(createdAt, deactivateNeverUsedAfter);
  return (
    usedAt !== undefined &&
    isSince(usedAt, deactivateUnusedAfter) &&
    usedAt.getTime() < daysBefore(notice.at, deactivateUnusedAfter ?? Infinity)
  );
}

/**
 * By the approval of what was asked about this very key, and given before; and where people were
 * told that it is not used, it was not used since.
 */
function expectApproved({ keyId, at, key, requestId }: Step, { people }: FaultyAccount): void {
  const request = people.request(requestId);
  if (request?.reasons.some(isOfUse) && key.usedAt) {
    expect(request.reasons).not.toContain('never-used');
    expect(key.usedAt.getTime()).toBeLessThan(request.askedAt.getTime());
  }
  expect(request).toMatchObject({ keyId, decision: { kind: 'approved' } });
  expect(request!.decision!.at.getTime()).toBeGreaterThanOrEqual(request!.askedAt.getTime());
  expect(request!.decision!.at.getTime()).toBeLessThanOrEqual(at.getTime());
}

describe.each<(typeof SENTRIES)[number]>(SENTRIES)(
  '$name:',
  ({ rules: anyRules, histories, runs, leastDeactivated }) => {
    test('whatever fails and no matter who does what: no step without its notice, its grace and its reason, and none too many', async () => {
      let deactivated = 0;
      await fc.assert(
        fc.asyncProperty(
          accounts,
          anyRules,
          histories,
          async (users, rules: KeyActionRules, history) => {
            const account = accountOf(users);
            for (const event of history) await live(account, event, configurationOf(rules));
            const deactivations = account.steps.filter(({ kind }) => kind === 'deactivate');
            if (rules.askAgainAfter !== undefined) {
              deactivations.forEach((step) => expectApproved(step, account));
            }
            account.steps.forEach((step) => {
              expectAllowed(step, rules);
              expect(lastTold(account, step)).toBeGreaterThanOrEqual(
                daysBefore(step.at, 14) - HOUR,
              );
            });
            const acts = [...account.steps, ...account.asks];
            for (const { run } of acts) {
              expect(acts.filter((act) => act.run === run).length).toBeLessThanOrEqual(
                rules.maxActionsPerRun,
              );
            }
            deactivated += deactivations.length;
          },
        ),
        { numRuns: runs },
      );
      expect(deactivated).toBeGreaterThan(leastDeactivated);
    });

    test('each step that was taken is told by a later run that works', async () => {
      await fc.assert(
        fc.asyncProperty(
          accounts,
          anyRules,
          histories,
          async (users, rules: KeyActionRules, history) => {
            const account = accountOf(users);
            for (const event of history) await live(account, event, configurationOf(rules));
            await live(account, { kind: 'run', fates: [] }, configurationOf(rules));
            for (const step of account.steps) expect(account.isTold(step)).toBe(true);
          },
        ),
        { numRuns: runs / 4 },
      );
    });

    test('without faults old keys do go, in the end', async () => {
      const day: Event[] = [
        { kind: 'wait', days: 13 },
        { kind: 'run', fates: [] },
      ];
      await fc.assert(
        fc.asyncProperty(accounts, anyRules, async (users, rules: KeyActionRules) => {
          const account = accountOf(users);
          for (let number = 0; number < 40; number += 1) {
            for (const event of day) await live(account, event, configurationOf(rules));
            await approveAll(account, configurationOf(rules));
          }
          const left = account.model.users.flatMap((one) => one.keys).map(({ status }) => status);
          expect(left.filter((status) => status === 'Active')).toEqual([]);
          if (rules.deleteAfterInactive !== undefined) {
            expect(left.filter((status) => status === 'Inactive')).toEqual([]);
          }
        }),
        { numRuns: 50 },
      );
    });
  },
);

async function approveAll(
  account: FaultyAccount,
  configuration: KeySentryConfiguration,
): Promise<void> {
  for (const request of account.people.undecided) {
    account.people.decide(request, 'approved', account.now());
  }
  for (const decision of [...account.people.queue]) await deliver(account, decision, configuration);
}

test('in OBSERVE nothing is ever done or remembered', async () => {
  await fc.assert(
    fc.asyncProperty(accounts, actionRules, events, async (users, rules, history) => {
      const account = accountOf(users);
      for (const event of history) await live(account, event, configurationOf(rules, 'observe'));
      expect(account.steps).toEqual([]);
      expect(await account.all().catch(() => [])).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

import fc from 'fast-check';
import type { ReportRow } from '../../../src/access-key/domain/credential-report';
import type { FindingClass, KeyRules } from '../../../src/access-key/domain/key-rules';
import {
  HOUR,
  type KeyInMemory,
  NOW,
  rowOf,
  type UserInMemory,
} from '../in-memory/account-in-memory';

const OLDEST_HOURS = 24 * 130;

/** All in hours before now. */
const keyHistories = fc.record({
  created: fc.integer({ min: 0, max: OLDEST_HOURS }),
  changed: fc.integer({ min: 0, max: OLDEST_HOURS }),
  used: fc.option(fc.integer({ min: 0, max: OLDEST_HOURS }), { nil: undefined }),
  status: fc.constantFrom(
    'Active' as const,
    'Active' as const,
    'Inactive' as const,
    'Expired' as const,
  ),
  goneSinceReport: fc.boolean(),
});

const userHistories = fc.record({
  olderThanKeys: fc.integer({ min: 0, max: 200 }),
  keys: fc.array(keyHistories, { maxLength: 3 }),
  excludedBy: fc.constantFrom('nothing', 'nothing', 'nothing', 'name', 'path', 'group'),
});

export interface RandomAccount {
  /** As it is now. */
  readonly users: UserInMemory[];
  /** As it was when the report was made, up to four hours ago. */
  readonly rows: ReportRow[];
}

export const randomAccounts = fc
  .tuple(fc.array(userHistories, { maxLength: 5 }), fc.integer({ min: 0, max: 4 }))
  .map(([histories, reportAge]): RandomAccount => {
    const users = histories.map((history, index) => userOf(history, `user-${index}`, reportAge));
    const inReport = users.filter(({ now: { createdAt } }) => createdAt <= hoursAgo(reportAge));
    return {
      users: users.map(({ now }) => now),
      rows: inReport.map(({ before }) => rowOf(before)),
    };
  });

type UserHistory = typeof userHistories extends fc.Arbitrary<infer T> ? T : never;
type KeyHistory = UserHistory['keys'][number];

function userOf({ olderThanKeys, keys, excludedBy }: UserHistory, name: string, reportAge: number) {
  // A third key takes a place in the report only once another has left it, which is then seen in
  // the next report.
  const histories = keys.map((one) => ({
    ...one,
    goneSinceReport: one.goneSinceReport && keys.length < 3,
  }));
  const user = {
    name: excludedBy === 'name' ? `excluded-${name}` : name,
    path: excludedBy === 'path' ? '/robots/old/' : '/people/',
    createdAt: hoursAgo(olderThanKeys + Math.max(0, ...keys.map(({ created }) => created))),
    groups: excludedBy === 'group' ? ['excluded'] : [],
    tags: new Map<string, string>(),
  };
  const id = (index: number) => `AKIA-${name}-${index}`;
  return {
    now: {
      ...user,
      keys: histories.flatMap((one, index) =>
        one.goneSinceReport ? [] : [keyNow(one, id(index))],
      ),
    },
    before: {
      ...user,
      keys: histories.flatMap((one, index) =>
        one.created < reportAge ? [] : [keyBefore(one, id(index), reportAge)],
      ),
    },
  };
}

function keyNow({ created, changed, used, status }: KeyHistory, id: string): KeyInMemory {
  return {
    id,
    status,
    createdAt: hoursAgo(created),
    changedAt: hoursAgo(Math.min(created, changed)),
    usedAt: used === undefined ? undefined : hoursAgo(Math.min(created, used)),
  };
}

/** What was done since the report is not in it: a key that was changed since had another status. */
function keyBefore(history: KeyHistory, id: string, reportAge: number): KeyInMemory {
  const { created, changed, used = Infinity } = history;
  const now = keyNow(history, id);
  const changedSince = Math.min(created, changed) < reportAge;
  return {
    ...now,
    ...(changedSince && {
      status: now.status === 'Active' ? 'Inactive' : 'Active',
      changedAt: hoursAgo(created),
    }),
    usedAt: Math.min(created, used) < reportAge ? undefined : now.usedAt,
  };
}

function hoursAgo(hours: number): Date {
  return new Date(NOW.getTime() - hours * HOUR);
}

const days = fc.integer({ min: 1, max: 120 });

export const randomRules = fc
  .record({
    maxKeyAge: fc.integer({ min: 2, max: 120 }),
    warn: fc.option(fc.integer({ min: 1, max: 119 }), { nil: undefined }),
    maxUnusedAge: fc.option(days, { nil: undefined }),
    neverUsedGrace: fc.option(days, { nil: undefined }),
    includeInactive: fc.boolean(),
  })
  .map(({ warn, ...rules }): KeyRules => ({
    ...rules,
    warnBefore: warn === undefined ? undefined : Math.min(warn, rules.maxKeyAge - 1),
  }));

/** What the issue says, in the plainest words, and with every key's true dates. */
export function expectedClasses(key: KeyInMemory, rules: KeyRules): FindingClass[] {
  const age = (NOW.getTime() - key.createdAt.getTime()) / (24 * HOUR);
  const unused = key.usedAt && (NOW.getTime() - key.usedAt.getTime()) / (24 * HOUR);
  if (key.status !== 'Active' && !rules.includeInactive) return [];
  const classes: FindingClass[] = [];
  if (age > rules.maxKeyAge) {
    classes.push('too-old');
  } else if (rules.warnBefore !== undefined && age > rules.maxKeyAge - rules.warnBefore) {
    classes.push('soon-too-old');
  }
  if (rules.maxUnusedAge !== undefined && unused !== undefined && unused > rules.maxUnusedAge) {
    classes.push('unused');
  }
  if (rules.neverUsedGrace !== undefined && unused === undefined && age > rules.neverUsedGrace) {
    classes.push('never-used');
  }
  return classes;
}

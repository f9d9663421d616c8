import { DAY_MS } from './key-sandbox';
import type { NewAccessKey, NewUser } from '../../../sandbox/emulator/iam-users';
import type { RootUser } from '../../../sandbox/proxy/iam-gaps/iam-gaps';

/** Whom the tests' sentries leave alone. */
export const EXCLUDED = {
  user: 'left,alone=by@name',
  path: '/robots,"of\'/<all>&kinds~/',
  group: 'robots',
  tag: 'keep keys/until',
  tagDays: 90,
};

/** Never on a threshold: some seconds go by between the making of the users and the run. */
const AGES = [0.1, 1.1, 29.9, 30.1, 44.9, 45.1, 75.9, 76.1, 89.9, 90.1, 100.1, 180.1, 365.1, 399.9];
const USED_DAYS_AGO = [undefined, undefined, 0.5, 3, 44.9, 45.1, 200];
const NAME_ENDS = ['', ',x', '+a=b', '@example.com', '._-', ',,', '_Zz09=,.@-+'];
/** From ! to ~. */
const ALL_PATH_CHARACTERS = String.fromCharCode(
  ...Array.from({ length: 0x7e - 0x20 }, (_, index) => 0x21 + index),
);
const PATHS = [
  '/',
  '/',
  '/team/',
  '/robots/',
  `/${ALL_PATH_CHARACTERS}/`,
  '/user/:user/',
  EXCLUDED.path,
  `${EXCLUDED.path}deep/`,
];
const STATUSES = ['Active', 'Active', 'Active', 'Inactive', 'Expired'] as const;
const KEY_COUNTS = [0, 0, 1, 1, 1, 1, 2, 2, 2, 3];

/** The same for the same seed. */
function generator(seed: number): <T>(choices: readonly T[]) => T {
  let state = seed;
  return (choices) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return choices[Math.floor((state / 2 ** 32) * choices.length)]!;
  };
}

export function daysBefore(now: Date, days: number): Date {
  return new Date(Math.floor((now.getTime() - days * DAY_MS) / 1000) * 1000);
}

/** Users of every kind that matters, and one for each way to be excluded. */
export function generatedUsers(count: number, now: Date): NewUser[] {
  const pick = generator(20_260_310);
  const day = (days: number) => new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
  const tagValues = [
    day(-1),
    day(0),
    day(30),
    day(EXCLUDED.tagDays),
    day(EXCLUDED.tagDays + 1),
    day(3000),
    'forever',
    '2026-02-31',
    `${day(30)}T00:00`,
    '',
  ];
  const users = Array.from({ length: count }, (_, index): NewUser => {
    const idOf = (slot: number) => `AKIA${String(index * 10 + slot).padStart(16, '0')}`;
    const keys = Array.from({ length: pick(KEY_COUNTS) }, (_each, slot) =>
      generatedKey(idOf(slot), pick, now),
    );
    const oldest = Math.min(now.getTime(), ...keys.map(({ createdAt }) => createdAt.getTime()));
    return {
      name: `user-${index}${pick(NAME_ENDS)}`,
      path: pick(PATHS),
      createdAt: daysBefore(new Date(oldest), pick([0, 0, 10, 1000])),
      groups: pick([[], [], [], ['people'], [EXCLUDED.group, 'people']]),
      tags: pick([{}, {}, { other: day(30) }, { [EXCLUDED.tag]: pick(tagValues) }]),
      keys,
    };
  });
  const old = (id: string): NewAccessKey => ({
    id: id.padEnd(20, '0'),
    status: 'Active',
    createdAt: daysBefore(now, 300),
  });
  const named = { name: EXCLUDED.user, createdAt: daysBefore(now, 500), keys: [old('AKIANAMED')] };
  const alike = {
    name: `${EXCLUDED.user}d`,
    createdAt: daysBefore(now, 500),
    keys: [old('AKIAALIKE')],
  };
  return [...users, named, alike];
}

function generatedKey(id: string, pick: <T>(choices: readonly T[]) => T, now: Date): NewAccessKey {
  const age = pick(AGES);
  const usedAgo = pick(USED_DAYS_AGO);
  const isChangedYesterday = pick([true, false, false]) && age > 1;
  return {
    id,
    status: pick(STATUSES),
    createdAt: daysBefore(now, age),
    ...(isChangedYesterday && { changedAt: daysBefore(now, 1) }),
    ...(usedAgo !== undefined &&
      usedAgo < age && {
        lastUsed: {
          at: daysBefore(now, usedAgo),
          service: pick(['s3', 'sts']),
          region: 'eu-west-1',
        },
      }),
  };
}

export interface PlainRules {
  readonly maxKeyAge: number;
  readonly warnBefore?: number;
  readonly maxUnusedAge?: number;
  readonly neverUsedGrace?: number;
  readonly includeInactive?: boolean;
}

/** What has to be listed, as plainly as it can be said: all that a message tells of each key. */
export function expectedKeys(
  users: readonly NewUser[],
  root: RootUser,
  rules: PlainRules,
  now: Date,
) {
  const ofUsers = users
    .filter((user) => !isExcluded(user, now))
    .flatMap(({ name, keys }) => keys.map((key) => ({ keyId: key.id, userName: name, key })));
  const ofRoot = root.keys.map(({ isActive, lastRotatedAt, lastUsed }) => ({
    keyId: undefined,
    userName: '<root_account>',
    root: true,
    key: { status: isActive ? 'Active' : 'Inactive', createdAt: lastRotatedAt, lastUsed } as const,
  }));
  return [...ofUsers, ...ofRoot]
    .map(({ key, ...of }) => ({
      ...of,
      status: key.status,
      createdAt: key.createdAt.toISOString(),
      ageInDays: Math.floor((now.getTime() - key.createdAt.getTime()) / DAY_MS),
      lastUsed: key.lastUsed
        ? { kind: 'used', ...key.lastUsed, at: key.lastUsed.at.toISOString() }
        : { kind: 'never' },
      classes: expectedClasses(key, rules, now),
    }))
    .filter(({ classes }) => classes.length > 0);
}

function expectedClasses(
  { status, createdAt, lastUsed }: Omit<NewAccessKey, 'id'>,
  rules: PlainRules,
  now: Date,
): string[] {
  if (status !== 'Active' && !rules.includeInactive) return [];
  const age = (now.getTime() - createdAt.getTime()) / DAY_MS;
  const unused = lastUsed && (now.getTime() - lastUsed.at.getTime()) / DAY_MS;
  return [
    ...(age > rules.maxKeyAge ? ['too-old'] : []),
    ...(rules.warnBefore && age > rules.maxKeyAge - rules.warnBefore && age <= rules.maxKeyAge
      ? ['soon-too-old']
      : []),
    ...(rules.maxUnusedAge && unused !== undefined && unused > rules.maxUnusedAge
      ? ['unused']
      : []),
    ...(rules.neverUsedGrace && unused === undefined && age > rules.neverUsedGrace
      ? ['never-used']
      : []),
  ];
}

export function isExcluded(user: NewUser, now: Date): boolean {
  return exclusionsOf(user, now).length > 0;
}

/** All ways in which the user is excluded. */
export function exclusionsOf(
  { name, path = '/', groups = [], tags = {} }: NewUser,
  now: Date,
): string[] {
  return [
    ...(name === EXCLUDED.user ? ['user'] : []),
    ...(path.startsWith(EXCLUDED.path) ? ['path'] : []),
    ...(groups.includes(EXCLUDED.group) ? ['group'] : []),
    ...(tagExcludes(tags[EXCLUDED.tag], now) ? ['tag'] : []),
  ];
}

/** To the end of the day, in UTC. */
export function tagExcludes(value: string | undefined, now: Date): boolean {
  const days = Array.from({ length: EXCLUDED.tagDays + 1 }, (_, ahead) =>
    new Date(now.getTime() + ahead * DAY_MS).toISOString().slice(0, 10),
  );
  return value !== undefined && days.includes(value);
}

import { type AccessKey, daysBetween, type LastUse } from './access-key';
import { filledSlots, ROOT_USER } from './credential-report';
import type { Exclusion } from './exclusion';
import { classify, type FindingClass, type KeyRules } from './key-rules';
import { type AccessKeySource, lastUseOfSlot, type Survey, type SurveyedUser } from './survey';
import { reasonOf } from '../../shared/domain/failure/failure';

/** One key of an account, listed or not; or a user whose keys could not be looked up. */
export interface InventoryKey {
  readonly userName: string;
  /** The root user's keys have none to be had. */
  readonly keyId?: string;
  /** Undefined where the user's keys could not be looked up. */
  readonly found?: {
    readonly status: AccessKey['status'];
    readonly createdAt: Date;
    readonly ageInDays: number;
    readonly lastUse: LastUse;
    /** Those it would be listed with, were its user not excluded. */
    readonly classes: readonly FindingClass[];
  };
  /** In words: which exclusion its user falls under. */
  readonly excludedBy?: string;
  readonly exclusionReason?: string;
  /** Why its user's keys, or their use, are not known. */
  readonly problem?: string;
}

/** Whether there is time for one more look-up. */
export type HasTime = () => boolean;

/** So that the time is looked at before each call, and not for all of them at once. */
const USERS_AT_ONCE = 12;

export interface InventoryPorts {
  readonly source: Pick<AccessKeySource, 'keysOf' | 'lastUseOf'>;
  readonly hasTime: HasTime;
}

/**
 * All keys of all users, those of excluded ones as well. What the survey has looked up is not asked
 * again. A look-up that fails here costs its row alone: nothing is decided by the inventory.
 */
export async function takeInventory(
  survey: Survey,
  rules: KeyRules,
  ports: InventoryPorts,
): Promise<InventoryKey[]> {
  const known: Known = {
    keys: groupedByUser(survey.seen),
    lastUses: new Map(survey.keys.map(({ id, lastUse }) => [id, lastUse])),
    exclusions: exclusionTexts(survey),
    at: survey.at,
    rules,
  };
  const users = survey.users.filter(
    ({ row }) => filledSlots(row).length > 0 || known.keys.has(row.userName),
  );
  const keys = new Map<SurveyedUser, InventoryKey[]>();
  const waiting = users.values();
  const takeTurns = async () => {
    for (const user of waiting) {
      keys.set(user, isRoot(user) ? rootKeys(user, known) : await keysOf(user, known, ports));
    }
  };
  await Promise.all(Array.from({ length: USERS_AT_ONCE }, takeTurns));
  return users.flatMap((user) => keys.get(user) ?? []);
}

function isRoot({ row }: SurveyedUser): boolean {
  return row.userName === ROOT_USER;
}

interface Known {
  readonly keys: ReadonlyMap<string, readonly AccessKey[]>;
  readonly lastUses: ReadonlyMap<string, LastUse>;
  readonly exclusions: ReadonlyMap<string, ExclusionText>;
  readonly at: Date;
  readonly rules: KeyRules;
}

type ExclusionText = Pick<InventoryKey, 'excludedBy' | 'exclusionReason'>;

function groupedByUser(keys: readonly AccessKey[]): Map<string, AccessKey[]> {
  const byUser = new Map<string, AccessKey[]>();
  keys.forEach((key) => {
    const others = byUser.get(key.userName);
    if (others) others.push(key);
    else byUser.set(key.userName, [key]);
  });
  return byUser;
}

function exclusionTexts({ users, tagUses }: Survey): Map<string, ExclusionText> {
  const byTag = tagUses
    .filter(({ ignoredBecause }) => ignoredBecause === undefined)
    .map(({ userName, tagKey, value, reason }): [string, ExclusionText] => [
      userName,
      { excludedBy: `the tag ${tagKey} until ${value}`, exclusionReason: reason },
    ]);
  const others = users.flatMap(({ row, excludedBy }): [string, ExclusionText][] =>
    excludedBy
      ? [
          [
            row.userName,
            { excludedBy: exclusionInWords(excludedBy), exclusionReason: excludedBy.reason },
          ],
        ]
      : [],
  );
  return new Map([...byTag, ...others]);
}

function exclusionInWords(exclusion: Exclusion): string {
  switch (exclusion.kind) {
    case 'user':
      return 'the name of the user';
    case 'path':
      return `the path ${exclusion.path}`;
    case 'group':
      return `the group ${exclusion.groupName}`;
    case 'tag':
      return `the tag ${exclusion.key}`;
  }
}

async function keysOf(
  { row: { userName } }: SurveyedUser,
  known: Known,
  ports: InventoryPorts,
): Promise<InventoryKey[]> {
  const user = { userName, ...known.exclusions.get(userName) };
  try {
    const listed =
      known.keys.get(userName) ?? (await inTime(ports, async () => ports.source.keysOf(userName)));
    const keys = await Promise.all(
      (listed ?? []).map(async (key) => withUse(key, await useOf(key, known, ports), known)),
    );
    return keys.map((key) => ({ ...user, ...key }));
  } catch (error) {
    return [{ ...user, problem: `its keys could not be looked up: ${reasonOf(error)}` }];
  }
}

/** A key that is gone by now was there a moment ago, and is still a row. */
async function useOf({ id }: AccessKey, known: Known, ports: InventoryPorts): Promise<LastUse> {
  const lastUse = known.lastUses.get(id);
  if (lastUse) return lastUse;
  try {
    return (
      (await inTime(ports, async () => ports.source.lastUseOf(id))) ?? {
        kind: 'unknown',
        reason: 'the key is gone by now',
      }
    );
  } catch (error) {
    return { kind: 'unknown', reason: reasonOf(error) };
  }
}

function withUse(
  { id, userName, status, createdAt }: AccessKey,
  lastUse: LastUse,
  { at, rules }: Known,
): InventoryKey {
  return {
    userName,
    keyId: id,
    found: {
      status,
      createdAt,
      ageInDays: daysBetween(createdAt, at),
      lastUse,
      classes: classify({ status, createdAt }, lastUse, rules, at),
    },
    ...(lastUse.kind === 'unknown' && { problem: `its last use is unknown: ${lastUse.reason}` }),
  };
}

function rootKeys({ row }: SurveyedUser, { at, rules }: Known): InventoryKey[] {
  return filledSlots(row).map((slot): InventoryKey => {
    const status = slot.active ? 'Active' : 'Inactive';
    const createdAt = slot.lastChangedAt ?? row.createdAt;
    const lastUse = lastUseOfSlot(slot);
    const classes = classify({ status, createdAt }, lastUse, rules, at);
    const ageInDays = daysBetween(createdAt, at);
    return { userName: row.userName, found: { status, createdAt, ageInDays, lastUse, classes } };
  });
}

async function inTime<T>({ hasTime }: InventoryPorts, lookUp: () => Promise<T>): Promise<T> {
  if (!hasTime()) throw new Error('no time was left for it in this run');
  return lookUp();
}

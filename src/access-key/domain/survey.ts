import { type AccessKey, type AccessKeyWithUse, daysBetween, type LastUse } from './access-key';
import {
  filledSlots,
  type KeySlot,
  mayMatter,
  pathOf,
  type ReportRow,
  ROOT_USER,
  showsLateUse,
} from './credential-report';
import { type Exclusion, judgeTag, type TagExclusion } from './exclusion';
import {
  ageClasses,
  classify,
  dependsOnUse,
  type FindingClass,
  isConsidered,
  type KeyRules,
} from './key-rules';
import {
  dependsOnTags,
  NO_OWNER,
  type Owner,
  ownerOf,
  type OwnerRule,
  type UserTags,
} from './owner';
import { reasonOf } from '../../shared/domain/failure/failure';

/**
 * IAM, as far as it is read. What does not exist (any more) is undefined; what fails throws: it is
 * never "nothing there".
 */
export interface AccessKeySource {
  credentialReport(): Promise<ReportRow[]>;
  keysOf(userName: string): Promise<AccessKey[] | undefined>;
  lastUseOf(keyId: string): Promise<LastUse | undefined>;
  membersOf(groupName: string): Promise<string[] | undefined>;
  tagsOf(userName: string): Promise<ReadonlyMap<string, string> | undefined>;
}

export interface SurveyRules {
  readonly keys: KeyRules;
  readonly excluding: readonly Exclusion[];
  /** Whether the use of inactive keys matters, since they may be deleted. */
  readonly looksAtInactive: boolean;
  /** Absent: no one looks for owners. */
  readonly owners?: readonly OwnerRule[];
}

/**
 * One key that is listed. The root user's have no id to be had, and only the time of their last
 * change.
 */
export interface Finding {
  readonly keyId?: string;
  readonly userName: string;
  readonly status: AccessKey['status'];
  readonly createdAt: Date;
  readonly ageInDays: number;
  readonly lastUse: LastUse;
  readonly classes: readonly FindingClass[];
  /** Of its user; absent where the sentry looks for none. */
  readonly owner?: Owner;
}

export interface TagUse {
  readonly userName: string;
  readonly tagKey: string;
  readonly value: string;
  /** Why users may carry it, as the app says; only where it excludes the user. */
  readonly reason?: string;
  /** Why the tag does not exclude the user; undefined where it does. */
  readonly ignoredBecause?: string;
}

export interface Unknown {
  readonly what: string;
  readonly reason: string;
}

/** A user, or the root user, as the credential report has it. */
export interface SurveyedUser {
  readonly row: ReportRow;
  /** By name, path or group. Tags are read only where something would be listed or done. */
  readonly excludedBy?: Exclusion;
}

/** The result of one look at the account. */
export interface Survey {
  readonly at: Date;
  readonly userCount: number;
  readonly users: readonly SurveyedUser[];
  readonly findings: readonly Finding[];
  /** The keys of all users who are not excluded, as far as they were looked up with their use. */
  readonly keys: readonly AccessKeyWithUse[];
  /** All keys that were listed by IAM, also those of which nothing more was asked. */
  readonly seen: readonly AccessKey[];
  readonly tagUses: readonly TagUse[];
  /** The things that could not be looked up. With any of these the survey is incomplete. */
  readonly unknowns: readonly Unknown[];
}

type UserSurvey = Pick<Survey, 'findings' | 'keys' | 'seen' | 'tagUses' | 'unknowns'>;

const NOTHING: UserSurvey = { findings: [], keys: [], seen: [], tagUses: [], unknowns: [] };

export async function surveyAccount(
  source: AccessKeySource,
  rules: SurveyRules,
  now: Date,
): Promise<Survey> {
  const [rows, excluded] = await Promise.all([
    source.credentialReport(),
    excludedNames(source, rules.excluding),
  ]);
  const surveyed = rows.map((row) => surveyedUser(row, rules.excluding, excluded.byName));
  const users = surveyed.filter(({ row }) => row.userName !== ROOT_USER);
  const toLookUp = users.filter(
    ({ row, excludedBy }) => mayMatter(row, rules.keys, now) && !excludedBy,
  );
  const surveys = await Promise.all(toLookUp.map(({ row }) => surveyUser(row, source, rules, now)));
  const root = rows
    .filter(({ userName }) => userName === ROOT_USER)
    .flatMap((row) => rootFindings(row, rules.keys, now))
    .map((finding) => ({ ...finding, ...(rules.owners && { owner: NO_OWNER }) }));
  return {
    at: now,
    userCount: users.length,
    users: surveyed,
    findings: [...root, ...surveys.flatMap(({ findings }) => findings)],
    keys: surveys.flatMap(({ keys }) => keys),
    seen: surveys.flatMap(({ seen }) => seen),
    tagUses: surveys.flatMap(({ tagUses }) => tagUses),
    unknowns: [...excluded.unknowns, ...surveys.flatMap(({ unknowns }) => unknowns)],
  };
}

interface ExcludedNames {
  readonly byName: ReadonlyMap<string, Exclusion>;
  readonly unknowns: readonly Unknown[];
}

async function excludedNames(
  source: AccessKeySource,
  excluding: readonly Exclusion[],
): Promise<ExcludedNames> {
  const groups = excluding.filter((exclusion) => exclusion.kind === 'group');
  const members = await Promise.all(
    groups.map((group) =>
      attempt(`members of the group ${group.groupName}`, async () => {
        const names = await source.membersOf(group.groupName);
        // Whom it was meant to spare is not known any more, and must not be guessed.
        if (!names) {
          throw new Error(
            'there is no such group: take it out of "excluding", or name the right one',
          );
        }
        return names.map((name): [string, Exclusion] => [name, group]);
      }),
    ),
  );
  const named = excluding.flatMap((exclusion): [string, Exclusion][] =>
    exclusion.kind === 'user' ? [[exclusion.userName, exclusion]] : [],
  );
  return {
    byName: new Map([...members.flatMap(({ value }) => value ?? []), ...named]),
    unknowns: members.flatMap(({ unknowns }) => unknowns),
  };
}

/** No exclusion means the root user. */
function surveyedUser(
  row: ReportRow,
  excluding: readonly Exclusion[],
  byName: ReadonlyMap<string, Exclusion>,
): SurveyedUser {
  if (row.userName === ROOT_USER) return { row };
  const excludedBy =
    byName.get(row.userName) ??
    excluding.find(
      (exclusion) => exclusion.kind === 'path' && pathOf(row).startsWith(exclusion.path),
    );
  return excludedBy ? { row, excludedBy } : { row };
}

async function surveyUser(
  row: ReportRow,
  source: AccessKeySource,
  rules: SurveyRules,
  now: Date,
): Promise<UserSurvey> {
  const listed = await attempt(`access keys of ${row.userName}`, () => source.keysOf(row.userName));
  const keys = listed.value ?? [];
  const looked = await Promise.all(
    keys.map((key) => surveyKey({ key, row, keyCount: keys.length }, source, rules, now)),
  );
  const survey: UserSurvey = {
    findings: looked.flatMap(({ findings }) => findings),
    keys: looked.flatMap(({ keys: withUse }) => withUse),
    seen: keys,
    tagUses: [],
    unknowns: [...listed.unknowns, ...looked.flatMap(({ unknowns }) => unknowns)],
  };
  if (survey.findings.length === 0 && survey.keys.length === 0) return survey;
  return withTags(row, survey, source, rules, now);
}

/** A key, beside its user's row in the credential report and the number of the user's keys. */
interface ListedKey {
  readonly key: AccessKey;
  readonly row: ReportRow;
  readonly keyCount: number;
}

async function surveyKey(
  { key, row, keyCount }: ListedKey,
  source: AccessKeySource,
  { keys: rules, looksAtInactive }: SurveyRules,
  now: Date,
): Promise<UserSurvey> {
  const mayBeDeleted = looksAtInactive && key.status === 'Inactive';
  if (!isConsidered(key, rules) && !mayBeDeleted) return NOTHING;
  const useMatters = dependsOnUse(key, rules, now) && !showsLateUse(row, keyCount, rules, now);
  if (!useMatters && !mayBeDeleted && ageClasses(key, rules, now).length === 0) return NOTHING;

  const look = await attempt(`last use of ${key.id} of ${key.userName}`, () =>
    source.lastUseOf(key.id),
  );
  if (!look.value && look.unknowns.length === 0) return NOTHING;
  const lastUse: LastUse = look.value ?? {
    kind: 'unknown',
    reason: look.unknowns.map(({ reason }) => reason).join(),
  };
  const classes = classify(key, lastUse, rules, now);
  const finding: Finding = {
    ...key,
    keyId: key.id,
    ageInDays: daysBetween(key.createdAt, now),
    lastUse,
    classes,
  };
  return {
    findings: classes.length > 0 ? [finding] : [],
    keys: [{ ...key, lastUse }],
    seen: [],
    tagUses: [],
    unknowns: look.unknowns,
  };
}

/**
 * Asked only where something would be listed or done. Whom tags exclude must be known; for want of
 * an owner alone, the survey lacks nothing else.
 */
async function withTags(
  row: ReportRow,
  survey: UserSurvey,
  source: AccessKeySource,
  { excluding, owners }: SurveyRules,
  now: Date,
): Promise<UserSurvey> {
  const { userName } = row;
  const user = { userName, path: pathOf(row) };
  const owned = (tagged: UserTags) =>
    owners ? withOwner(survey, ownerOf(user, owners, tagged)) : survey;
  const byTag = excluding.filter((exclusion) => exclusion.kind === 'tag');
  if (byTag.length === 0) {
    if (!dependsOnTags(user, owners ?? [])) return owned(NO_TAGS);
    if (!isReported(survey)) return survey;
  }
  const tags = await attempt(`tags of ${userName}`, () => source.tagsOf(userName));
  if (!tags.value) {
    const [unread] = tags.unknowns;
    if (!unread) return NOTHING;
    const unknowns = byTag.length > 0 ? [...survey.unknowns, ...tags.unknowns] : survey.unknowns;
    return { ...owned({ kind: 'unread', reason: unread.reason }), unknowns };
  }
  const values = tags.value;
  const tagUses = byTag.flatMap((exclusion) =>
    tagUse(userName, exclusion, values.get(exclusion.key), now),
  );
  const isExcludedByTag = tagUses.some(({ ignoredBecause }) => ignoredBecause === undefined);
  return isExcludedByTag
    ? { ...NOTHING, seen: survey.seen, tagUses, unknowns: survey.unknowns }
    : { ...owned({ kind: 'read', values }), tagUses };
}

/**
 * Keys that are not listed are deleted at the most, and then they are inactive; or they are held,
 * since their last use is unknown.
 */
function isReported({ findings, keys }: UserSurvey): boolean {
  return (
    findings.length > 0 ||
    keys.some(({ status, lastUse }) => status === 'Inactive' || lastUse.kind === 'unknown')
  );
}

const NO_TAGS: UserTags = { kind: 'read', values: new Map() };

function withOwner(survey: UserSurvey, owner: Owner): UserSurvey {
  return {
    ...survey,
    findings: survey.findings.map((finding) => ({ ...finding, owner })),
    keys: survey.keys.map((key) => ({ ...key, owner })),
  };
}

function tagUse(
  userName: string,
  exclusion: TagExclusion,
  value: string | undefined,
  now: Date,
): TagUse[] {
  if (value === undefined) return [];
  const verdict = judgeTag(value, exclusion, now);
  return [
    {
      userName,
      tagKey: exclusion.key,
      value,
      ...(verdict.excluded
        ? exclusion.reason !== undefined && { reason: exclusion.reason }
        : { ignoredBecause: verdict.reason }),
    },
  ];
}

/** The report is all that can be had of the root user's keys. */
function rootFindings(row: ReportRow, rules: KeyRules, now: Date): Finding[] {
  return filledSlots(row).flatMap((slot) => {
    const createdAt = slot.lastChangedAt ?? row.createdAt;
    const status = slot.active ? 'Active' : 'Inactive';
    const lastUse = lastUseOfSlot(slot);
    const classes = classify({ status, createdAt }, lastUse, rules, now);
    if (classes.length === 0) return [];
    return [
      {
        userName: ROOT_USER,
        status,
        createdAt,
        ageInDays: daysBetween(createdAt, now),
        lastUse,
        classes,
      },
    ];
  });
}

export function lastUseOfSlot({
  lastUsedAt: at,
  lastUsedService: service,
  lastUsedRegion: region,
  isLastUseUnknown,
}: KeySlot): LastUse {
  if (at) return { kind: 'used', at, service, region };
  return isLastUseUnknown
    ? { kind: 'unknown', reason: 'IAM has no information' }
    : { kind: 'never' };
}

interface Attempt<T> {
  readonly value?: T;
  readonly unknowns: readonly Unknown[];
}

/** A look-up that fails leaves something unknown, and must not stop the others. */
async function attempt<T>(what: string, lookUp: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await lookUp(), unknowns: [] };
  } catch (error) {
    return { unknowns: [{ what, reason: reasonOf(error) }] };
  }
}

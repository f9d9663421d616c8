import type { AccountReport, GoneKey, KeyReport, ReportChanges, ReportedKey } from './key-report';
import { isComplete } from './key-report';
import type { FindingClass } from './key-rules';
import type { StepReport } from './key-step';
import { plainText } from '../../shared/domain/notification/plain-text';

/** A key as the last report had it. */
export interface ToldKey {
  readonly accountId: string;
  /** Of a key of the root user: when it was created or last changed. */
  readonly name: string;
  readonly keyId?: string;
  readonly userName: string;
  /** When a report first listed it, without a break since; undefined where it only took a step. */
  readonly since?: Date;
  readonly classes: readonly FindingClass[];
  /** In short: which step it was about to take, or why it was held. */
  readonly step?: string;
}

/** What SNS last accepted. */
export interface LastReport {
  readonly at: Date;
  /** When the last weekly report was due, whether or not there was anything to tell. */
  readonly weeklyAt?: Date;
  readonly keys: readonly ToldKey[];
}

/** How a report compares with the one before. */
export interface Compared {
  readonly accounts: readonly AccountReport[];
  /** Undefined for the first report. */
  readonly changes?: ReportChanges;
  readonly toRemember: readonly ToldKey[];
  /** Whether anything is listed, gone, or to come that the last report did not say. */
  readonly isChanged: boolean;
  /** Kinds of steps that the last report did not have so. */
  readonly newSteps: readonly StepReport['kind'][];
}

/** Accounts with their reports, and those of which nothing could be read. */
export interface AccountsLookedAt {
  readonly accounts: readonly AccountReport[];
  readonly unread: readonly { readonly accountId: string }[];
}

/**
 * Of accounts that were not read, or not completely, what was listed is remembered as it was: that
 * a key is gone is never guessed. What was listed in an account that is looked at no more is gone.
 */
export function compareReports(
  { accounts, unread }: AccountsLookedAt,
  last: LastReport | undefined,
  now: Date,
): Compared {
  const before = new Map((last?.keys ?? []).map((key) => [fullName(key), key]));
  const told = accounts.flatMap(({ accountId, report }) =>
    report.keys.map((key) => ({ key, told: toldKey(accountId, key, before, now) })),
  );
  const present = new Set(told.map((one) => fullName(one.told)));
  const missing = (last?.keys ?? []).filter((key) => !present.has(fullName(key)));
  const complete = new Map(
    accounts
      .filter(({ report }) => isComplete(report))
      .map(({ accountId, report }) => [accountId, report]),
  );
  const lookedAt = new Set([...accounts, ...unread].map(({ accountId }) => accountId));
  const isKept = ({ accountId }: ToldKey) => lookedAt.has(accountId) && !complete.has(accountId);
  const gone = missing
    .filter((key) => !isKept(key) && key.since && !wasOver(key))
    .map((key) => goneKey(key, complete.get(key.accountId)));
  const kept = missing.filter(isKept);
  const marks = new Map(
    told.map((one) => [one.key, { since: one.told.since, isNew: isNew(one.told, before) }]),
  );
  return {
    accounts: accounts.map((account) => marked(account, marks, last !== undefined)),
    ...(last && { changes: { lastAt: last.at, gone } }),
    toRemember: [...told.map((one) => one.told), ...kept],
    newSteps: told.flatMap(({ key, told: one }) =>
      key.step && isOtherStep({ key, told: one }, before) ? [key.step.report.kind] : [],
    ),
    isChanged:
      gone.length > 0 || told.some((one) => isNew(one.told, before) || isOtherStep(one, before)),
  };
}

type ByName = ReadonlyMap<string, ToldKey>;

function fullName({ accountId, name }: Pick<ToldKey, 'accountId' | 'name'>): string {
  return `${accountId}/${name}`;
}

function toldKey(accountId: string, key: ReportedKey, before: ByName, now: Date): ToldKey {
  const { keyId, userName, finding, step } = key;
  const name = keyId ?? `${userName} ${finding?.createdAt.toISOString()}`;
  return {
    accountId,
    name,
    keyId,
    userName,
    ...(finding && { since: before.get(fullName({ accountId, name }))?.since ?? now }),
    classes: finding?.classes ?? [],
    ...(step && { step: stepInShort(step.report) }),
  };
}

const OVER = 'over:';

/**
 * That it is still to come is no news, and neither is another day on which it is due. It is stored
 * as it is here, so that the next run compares the same text.
 */
export function stepInShort(report: StepReport): string {
  const kind = report.kind === 'notice' || report.kind === 'wait' ? 'to come' : report.kind;
  const reason = 'reason' in report ? ` ${plainText(report.reason, 100)}` : '';
  const isOver = kind === 'done' || kind === 'gone';
  return isOver ? `${OVER} ${kind} ${report.step}` : `${kind} ${report.step}${reason}`;
}

/** The last report has said itself what became of it. */
function wasOver({ step }: ToldKey): boolean {
  return step?.startsWith(OVER) ?? false;
}

/** Listed for the first time, or for one reason more. */
function isNew(key: ToldKey, before: ByName): boolean {
  if (!key.since) return false;
  const known = before.get(fullName(key));
  return !known?.since || key.classes.some((one) => !known.classes.includes(one));
}

function isOtherStep({ key, told }: KeyToTell, before: ByName): boolean {
  return key.step?.report.kind === 'notice' || told.step !== before.get(fullName(told))?.step;
}

interface KeyToTell {
  readonly key: ReportedKey;
  readonly told: ToldKey;
}

function marked(
  { accountId, report }: AccountReport,
  marks: ReadonlyMap<ReportedKey, { readonly since?: Date; readonly isNew: boolean }>,
  hasBefore: boolean,
): AccountReport {
  const keys = report.keys.map((key): ReportedKey => {
    const { since, isNew: isNewOne = false } = marks.get(key) ?? {};
    return since ? { ...key, listed: { since, isNew: isNewOne && hasBefore } } : key;
  });
  return { accountId, report: { ...report, keys } };
}

/** Without a report its account is looked at no more. */
function goneKey({ accountId, keyId, userName }: ToldKey, report?: KeyReport): GoneKey {
  const gone = { accountId, keyId, userName };
  const why = report ? whyGone(gone, report.survey) : 'its account is not looked at any more';
  return why === undefined ? gone : { ...gone, why };
}

/** As far as the survey shows it. */
function whyGone(
  { keyId, userName }: Pick<GoneKey, 'keyId' | 'userName'>,
  { users, seen, tagUses }: KeyReport['survey'],
): string | undefined {
  const tag = tagUses.find((use) => use.userName === userName && use.ignoredBecause === undefined);
  if (tag) return `its user is excluded by the tag ${tag.tagKey} until ${tag.value}`;
  const user = users.find(({ row }) => row.userName === userName);
  if (user?.excludedBy) return 'its user is excluded now';
  if (users.length > 0 && !user) return 'its user is gone';
  const key = seen.find(({ id }) => id === keyId);
  if (key) return key.status === 'Active' ? 'it is within the limits now' : 'it is inactive now';
  return seen.some((one) => one.userName === userName) ? 'it was deleted' : undefined;
}

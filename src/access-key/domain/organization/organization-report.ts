import type { AccountAnswer, AccountKeys, KeyRun, UnreadAccount } from './key-run';
import type { HubAccounts } from './ports';
import { accountIn } from '../../../organization/domain/member-accounts';
import { chunksOf } from '../../../shared/domain/chunks';
import { accountText } from '../../../shared/domain/notification/account-text';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { Severity } from '../../../shared/domain/notification/severity';
import {
  changesIn,
  countByClass,
  type DirectMessageCounts,
  isWorthTelling,
  type OwnerCount,
  type PlacedKey,
  type ReportChanges,
  type ReportedKey,
  reportSeverity,
} from '../key-report';
import type { FindingClass } from '../key-rules';
import { countByOwner, groupByOwner, type OwnerGroup } from '../owner-groups';
import { directMessageCounts, messagedOwners } from '../owner-message';

/** What a run found in all accounts: the worst first. */
export interface OrganizationReport {
  readonly runId: string;
  readonly at: Date;
  readonly accounts: readonly AccountKeys[];
  readonly unread: readonly UnreadAccount[];
  /** Listed keys that are in no part. Each of them was announced as an event. */
  readonly omitted: number;
  /** Undefined where no last report is remembered. */
  readonly changes?: ReportChanges;
  /** Of all keys; absent where the sentry looks for none. */
  readonly owners?: readonly OwnerCount[];
  /** Absent where owners get no direct messages. */
  readonly directMessages?: DirectMessageCounts;
}

export interface AccountPart {
  readonly accountId: string;
  readonly keys: readonly ReportedKey[];
  readonly maxKeyAge: number;
  /** Of all keys of the account. */
  readonly toRemember: AccountKeys['toRemember'];
}

/** One message of a report. */
export interface OrganizationPart {
  readonly number: number;
  readonly of: number;
  readonly accounts: readonly AccountPart[];
  readonly unread: readonly UnreadAccount[];
  /** In the first part alone. */
  readonly owners?: OrganizationReport['owners'];
  /** In the first part alone. */
  readonly directMessages?: DirectMessageCounts;
  /** As this part tells them. */
  readonly changes?: ReportChanges;
}

const KEYS_PER_PART = 80;

/** Id and cause of one take some 90 bytes of a message, and all are named. */
const UNREAD_PER_PART = 1_000;

/** Keys that take a step are always told, since a notice counts from its message on. */
const MOST_KEYS_WITHOUT_STEP = 1_000;

export function organizationReport(
  run: KeyRun,
  answers: readonly AccountAnswer[],
): OrganizationReport {
  const inTime = answers.filter(
    ({ answeredAt }) => !run.closedAt || answeredAt.getTime() <= run.closedAt.getTime(),
  );
  const answerOf = new Map(inTime.map((answer) => [answer.accountId, answer]));
  const accounts = inTime.filter((answer) => answer.kind === 'looked').sort(worstFirst);
  const unanswered = run.asked.flatMap((accountId): UnreadAccount[] => {
    const answer = answerOf.get(accountId);
    if (!answer) return [{ accountId, cause: 'NO_ANSWER' }];
    return answer.kind === 'unread' ? [answer] : [];
  });
  const suspended = run.suspended.map((accountId): UnreadAccount => ({
    accountId,
    cause: 'SUSPENDED',
  }));
  const withoutStep = accounts
    .flatMap(({ report }) => report.keys)
    .filter(({ step }) => !step).length;
  return {
    runId: run.id,
    at: run.startedAt,
    accounts,
    unread: [...unanswered, ...suspended],
    omitted: Math.max(0, withoutStep - MOST_KEYS_WITHOUT_STEP),
    ...(isOwned(accounts) && { owners: countByOwner(keysByOwner(accounts)) }),
  };
}

/** One owner's keys in all accounts together. */
export function keysByOwner(accounts: readonly AccountKeys[]): OwnerGroup<PlacedKey>[] {
  return groupByOwner(
    accounts.flatMap(({ accountId, report }) => report.keys.map((key) => ({ ...key, accountId }))),
  );
}

/** With how many owners hear by direct message, which the report itself says. */
export function withDirectMessages(report: OrganizationReport): OrganizationReport {
  const owners = messagedOwners(keysByOwner(report.accounts), report.at);
  return { ...report, directMessages: directMessageCounts(owners) };
}

function isOwned(accounts: readonly AccountKeys[]): boolean {
  return accounts.some(({ report }) => report.keys.some(({ owner }) => owner));
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

function worstFirst(one: AccountKeys, other: AccountKeys): number {
  return (
    RANK[reportSeverity(one.report)] - RANK[reportSeverity(other.report)] ||
    other.report.keys.length - one.report.keys.length ||
    one.accountId.localeCompare(other.accountId)
  );
}

/** A suspended account is named where there is something to tell, and is no news by itself. */
export function isOrganizationWorthTelling({ accounts, unread }: OrganizationReport): boolean {
  return (
    unread.some(({ cause }) => cause !== 'SUSPENDED') ||
    accounts.some(({ report, barredBy }) => isWorthTelling(report) || barredBy !== undefined)
  );
}

/** The same report always has the same parts, and at least one. */
export function partsOf({
  accounts,
  unread,
  owners,
  directMessages,
  changes,
}: OrganizationReport): OrganizationPart[] {
  let left = MOST_KEYS_WITHOUT_STEP;
  const told = accounts.flatMap((account) =>
    account.report.keys.flatMap((key) => {
      if (key.step) return [{ account, key }];
      left -= 1;
      return left >= 0 ? [{ account, key }] : [];
    }),
  );
  const keys = chunksOf(told, KEYS_PER_PART);
  const notRead = chunksOf(unread, UNREAD_PER_PART);
  const parts = Math.max(1, keys.length, notRead.length);
  return Array.from({ length: parts }, (_, index) => ({
    number: index + 1,
    of: parts,
    accounts: byAccount(keys[index] ?? []),
    unread: notRead[index] ?? [],
    ...(index === 0 && owners && { owners }),
    ...(index === 0 && directMessages && { directMessages }),
    changes: changesIn(changes, { number: index + 1 }),
  }));
}

function byAccount(
  told: readonly { readonly account: AccountKeys; readonly key: ReportedKey }[],
): AccountPart[] {
  const keysOf = new Map<AccountKeys, ReportedKey[]>();
  told.forEach(({ account, key }) => {
    keysOf.set(account, [...(keysOf.get(account) ?? []), key]);
  });
  return [...keysOf].map(([{ accountId, report, toRemember }, keys]) => ({
    accountId,
    keys,
    maxKeyAge: report.maxKeyAge,
    toRemember,
  }));
}

/** What is said in each part of a report. */
interface Summary {
  readonly severity: Severity;
  readonly counts: Readonly<Record<FindingClass, number>>;
  readonly keys: number;
  /** Accounts that have some. */
  readonly listed: number;
  /** Look-ups that failed, and accounts of which nothing is known. */
  readonly unknowns: number;
}

/** Thousands of accounts are gone through once, and not for each part again. */
const summaries = new WeakMap<OrganizationReport, Summary>();

function summaryOf(report: OrganizationReport): Summary {
  const known = summaries.get(report);
  if (known) return known;
  const { accounts, unread } = report;
  const summary = {
    severity: severityOf(report),
    counts: countsOf(accounts),
    keys: accounts.reduce((total, account) => total + account.report.keys.length, 0),
    listed: accounts.filter((account) => account.report.keys.length > 0).length,
    unknowns:
      accounts.reduce((total, account) => total + account.report.survey.unknowns.length, 0) +
      unread.filter(({ cause }) => cause !== 'SUSPENDED').length,
  };
  summaries.set(report, summary);
  return summary;
}

export function organizationSeverity(report: OrganizationReport): Severity {
  return summaryOf(report).severity;
}

function severityOf({ accounts, unread }: OrganizationReport): Severity {
  if (unread.some(({ cause }) => cause !== 'SUSPENDED')) return 'high';
  const severities = accounts.map(({ report }) => reportSeverity(report));
  if (severities.includes('high')) return 'high';
  return severities.includes('medium') ? 'medium' : 'low';
}

export function organizationCounts(report: OrganizationReport): Summary['counts'] {
  return summaryOf(report).counts;
}

function countsOf(accounts: readonly AccountKeys[]): Summary['counts'] {
  const counts = accounts.map(({ report }) => countByClass(report));
  const sum = (name: FindingClass) => counts.reduce((total, one) => total + one[name], 0);
  return {
    'too-old': sum('too-old'),
    'soon-too-old': sum('soon-too-old'),
    unused: sum('unused'),
    'never-used': sum('never-used'),
  };
}

/** Look-ups that failed, and accounts of which nothing is known. */
export function unknownCount(report: OrganizationReport): number {
  return summaryOf(report).unknowns;
}

export function keyCount(report: OrganizationReport): Pick<Summary, 'keys' | 'listed'> {
  return summaryOf(report);
}

/** How an account is named. */
export function nameOf(accountId: string, { list, warnings }: HubAccounts): string {
  const account = accountIn(list, accountId);
  const warning = warnings[accountId];
  const name = accountText(accountId, account);
  return warning === undefined ? name : `${name}, which ${plainText(warning)}`;
}

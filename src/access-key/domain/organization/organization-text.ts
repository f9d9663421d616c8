import type { AccountKeys, UnreadAccount } from './key-run';
import {
  keyCount,
  nameOf,
  organizationCounts,
  type OrganizationPart,
  type OrganizationReport,
  organizationSeverity,
  unknownCount,
} from './organization-report';
import type { HubAccounts } from './ports';
import { counted } from '../../../shared/domain/notification/counted';
import { plainText, subjectLine } from '../../../shared/domain/notification/plain-text';
import { goneLines } from '../changes-text';
import { CLASS_TEXT, countByClass, dateText, type KeyReport } from '../key-report';
import { ADVICE, keyLines, NOT_SEEN, tagLines } from '../key-report-text';
import type { FindingClass } from '../key-rules';
import { directMessageLines, keyLinesByOwner, ownerCountLines } from '../owner-text';

export function organizationSubject(report: OrganizationReport, part: OrganizationPart): string {
  const severity = organizationSeverity(report).toUpperCase();
  const number = part.of > 1 ? ` (${part.number} of ${part.of})` : '';
  return subjectLine(`[${severity}] ${headline(report)}${number}`);
}

/** "12 access keys in 3 of 40 accounts: 8 too old, 4 unused - 2 accounts NOT READ". */
function headline(report: OrganizationReport): string {
  const { accounts, unread } = report;
  const { keys, listed } = keyCount(report);
  const all = accounts.length + unread.length;
  const found =
    keys === 0
      ? `No access key to list in ${counted(accounts.length, 'account')} of ${all}`
      : `${counted(keys, 'access key')} in ${listed} of ${counted(all, 'account')}${classesText(organizationCounts(report))}`;
  const notRead = unread.length > 0 ? ` - ${counted(unread.length, 'account')} NOT READ` : '';
  const incomplete = notRead === '' && unknownCount(report) > 0 ? ' - INCOMPLETE' : '';
  return `${found}${notRead}${incomplete}`;
}

function classesText(counts: Readonly<Record<FindingClass, number>>): string {
  const texts = Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${number} ${CLASS_TEXT[name as FindingClass]}`);
  return texts.length > 0 ? `: ${texts.join(', ')}` : '';
}

/** `most`: so many accounts are described; the others are named or counted. */
export interface TextLimits {
  readonly sentry: string;
  readonly most: number;
}

export function organizationText(
  report: OrganizationReport,
  part: OrganizationPart,
  accounts: HubAccounts,
  { sentry, most }: TextLimits,
): string {
  const isFirst = part.number === 1;
  const hasKeys = part.accounts.length > 0;
  return [
    `${headline(report)}, on ${dateText(report.at)}.${part.of > 1 ? ` Part ${part.number} of ${part.of}.` : ''}`,
    '',
    ...unreadLines(report, part, accounts, most),
    ...(isFirst ? accountLines(report.accounts, accounts, most) : []),
    ...ownerCountLines(part.owners, most),
    ...directMessageLines(part.directMessages),
    ...part.accounts.flatMap(({ accountId, keys, maxKeyAge }) => [
      `Account ${nameOf(accountId, accounts)}:`,
      '',
      ...keyLinesByOwner(keys, (key) => keyLines(key, maxKeyAge)),
    ]),
    ...(report.omitted > 0
      ? [
          `${counted(report.omitted, 'listed key')} more are left out here, for the length of the messages: each of them was an event.`,
          '',
        ]
      : []),
    ...goneLines(part.changes, (id) => nameOf(id, accounts), most),
    ...(hasKeys ? ADVICE : []),
    NOT_SEEN,
    `Sent by the sentry ${sentry}.`,
  ].join('\n');
}

const CAUSE_TEXT: Readonly<Record<UnreadAccount['cause'], string>> = {
  ROLE_REFUSES: 'it does not let the hub in',
  SCP_DENIES: 'a policy of the organization denies it',
  FAILED: 'the look at it failed',
  NO_ANSWER: 'it was not looked at in time',
  SUSPENDED: 'it is suspended or closed, and AWS takes no calls there',
};

/** Every one of them, since a key may be there. */
function unreadLines(
  report: OrganizationReport,
  { number, unread }: OrganizationPart,
  accounts: HubAccounts,
  most: number,
): string[] {
  if (unread.length === 0) return [];
  const all = `${counted(report.unread.length, 'account')} could NOT be read: no one knows what keys are there.`;
  const rest = unread.slice(most).map(({ accountId, cause }) => `${accountId} (${cause})`);
  return [
    number === 1 ? all : 'More accounts that could NOT be read:',
    ...unread.slice(0, most).map((account) => unreadLine(account, accounts)),
    ...(rest.length > 0 ? [`- and ${rest.join(', ')}`] : []),
    '',
  ];
}

function unreadLine({ accountId, cause, reason }: UnreadAccount, accounts: HubAccounts): string {
  const because = reason === undefined ? '' : `: ${plainText(reason)}`;
  return `- ${nameOf(accountId, accounts)}: ${cause}, ${CAUSE_TEXT[cause]}${because}`;
}

function accountLines(all: readonly AccountKeys[], accounts: HubAccounts, most: number): string[] {
  const told = all.filter(isWorthALine);
  if (told.length === 0) return [];
  const more = told.length - most;
  return [
    'By account:',
    ...told
      .slice(0, most)
      .flatMap(({ accountId, report, barredBy }) => [
        `- ${nameOf(accountId, accounts)}: ${counted(report.keys.length, 'key')} of ${counted(report.survey.userCount, 'user')}${classesText(countByClass(report))}`,
        ...(barredBy === undefined ? [] : [`  ${plainText(barredBy)}`]),
        ...unknownLines(report),
        ...tagLines(report.survey.tagUses).map((line) => (line === '' ? line : `  ${line}`)),
      ]),
    ...(more > 0 ? [`… and ${counted(more, 'account')} more`] : []),
    '',
  ];
}

export function isWorthALine({ report, barredBy }: AccountKeys): boolean {
  const { unknowns, tagUses } = report.survey;
  return report.keys.length + unknowns.length + tagUses.length > 0 || barredBy !== undefined;
}

const MOST_UNKNOWNS = 5;

function unknownLines({ survey: { unknowns } }: KeyReport): string[] {
  if (unknowns.length === 0) return [];
  const more = unknowns.length - MOST_UNKNOWNS;
  return [
    `  INCOMPLETE: ${counted(unknowns.length, 'look-up')} failed, so keys may be missing here, and no further key of the account was deactivated or deleted.`,
    ...unknowns
      .slice(0, MOST_UNKNOWNS)
      .map(({ what, reason }) => `  - ${plainText(what)}: ${plainText(reason)}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

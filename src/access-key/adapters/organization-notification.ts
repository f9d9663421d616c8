import {
  changesInMessage,
  type Cut,
  goneInMessage,
  keyInMessage,
  MAX_CHARACTERS_OF_OTHERS,
  ownerCounts,
  shortChanges,
  shortCounts,
  shortKey,
} from './key-notification';
import {
  largestThatFits,
  type Notification,
} from '../../shared/adapters/notification/sns-notifications';
import { plainText } from '../../shared/domain/notification/plain-text';
import {
  type AccountInMessage,
  MOST_ACCOUNTS_IN_MESSAGE,
  ORGANIZATION_KEY_MESSAGE_VERSION,
  type OrganizationKeyReportMessage,
  type UnreadAccountInMessage,
} from '../contracts/organization-key-message';
import { countByClass, isComplete } from '../domain/key-report';
import type { AccountKeys, UnreadAccount } from '../domain/organization/key-run';
import {
  nameOf,
  organizationCounts,
  type OrganizationPart,
  type OrganizationReport,
  organizationSeverity,
  unknownCount,
} from '../domain/organization/organization-report';
import {
  isWorthALine,
  organizationSubject,
  organizationText,
} from '../domain/organization/organization-text';
import type { HubAccounts } from '../domain/organization/ports';

/** One part of the report on all accounts, with as many accounts described as fit. */
export function organizationNotification(
  report: OrganizationReport,
  part: OrganizationPart,
  accounts: HubAccounts,
  sentry: string,
): Notification {
  return largestThatFits(MOST_ACCOUNTS_IN_MESSAGE, (most) => {
    const cut: Cut = (text) =>
      plainText(text, Math.max(1, Math.min(MAX_CHARACTERS_OF_OTHERS, most)));
    const short = {
      ...part,
      accounts: part.accounts.map((account) => ({
        ...account,
        keys: account.keys.map((key) => shortKey(key, cut)),
      })),
      owners: shortCounts(part.owners, cut),
      changes: shortChanges(part.changes, cut),
    };
    const named = { ...accounts, warnings: shortWarnings(accounts.warnings, cut) };
    const message = messageOf(report, short, named, { sentry, most });
    return {
      subject: organizationSubject(report, part),
      json: JSON.stringify(message),
      text: organizationText(report, short, named, { sentry, most }),
      severity: message.severity,
      type: message.type,
    };
  });
}

function shortWarnings(warnings: HubAccounts['warnings'], cut: Cut): HubAccounts['warnings'] {
  return Object.fromEntries(Object.entries(warnings).map(([id, warning]) => [id, cut(warning)]));
}

function messageOf(
  report: OrganizationReport,
  part: OrganizationPart,
  accounts: HubAccounts,
  { sentry, most }: { readonly sentry: string; readonly most: number },
): OrganizationKeyReportMessage {
  const isFirst = part.number === 1;
  const told = isFirst ? report.accounts.filter(isWorthALine) : [];
  return {
    version: ORGANIZATION_KEY_MESSAGE_VERSION,
    type: 'organization-access-key-report',
    sentry,
    severity: organizationSeverity(report),
    at: report.at.toISOString(),
    part: part.number,
    parts: part.of,
    complete: unknownCount(report) === 0,
    accountsRead: report.accounts.length,
    counts: organizationCounts(report),
    ...changesInMessage(part.changes, most, ({ accountId, ...gone }) => ({
      account: accountId,
      ...goneInMessage(gone),
    })),
    unread: part.unread.map((account, index) => unreadAccount(account, accounts, index < most)),
    accounts: told.slice(0, most).map((one) => readAccount(one, accounts)),
    accountsOmitted: Math.max(0, told.length - most),
    keys: part.accounts.map(({ accountId, keys }) => ({
      account: accountId,
      accountName: nameOf(accountId, accounts),
      keys: keys.map(keyInMessage),
    })),
    keysOmitted: report.omitted,
    ...ownerCounts(part.owners, most),
    ...(part.directMessages && { directMessages: part.directMessages }),
  };
}

function unreadAccount(
  { accountId, cause, reason }: UnreadAccount,
  accounts: HubAccounts,
  isDescribed: boolean,
): UnreadAccountInMessage {
  if (!isDescribed) return { account: accountId, cause };
  return {
    account: accountId,
    cause,
    accountName: nameOf(accountId, accounts),
    ...(reason !== undefined && { reason: plainText(reason) }),
  };
}

function readAccount(
  { accountId, report, barredBy }: AccountKeys,
  accounts: HubAccounts,
): AccountInMessage {
  return {
    account: accountId,
    accountName: nameOf(accountId, accounts),
    complete: isComplete(report),
    userCount: report.survey.userCount,
    counts: countByClass(report),
    ...(barredBy !== undefined && { barredBy }),
  };
}

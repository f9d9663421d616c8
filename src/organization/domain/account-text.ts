import type { OrganizationAccount } from './member-accounts';
import { plainText } from '../../shared/domain/notification/plain-text';

/** Sentences of the user's own, by account. */
export type AccountWarnings = Readonly<Record<string, string>>;

/** How an account is named wherever people read of it: name, id, and its warning. */
export function accountText(
  accountId: string,
  account: OrganizationAccount | undefined,
  warnings: AccountWarnings,
): string {
  const name = account ? `${plainText(account.name)} (${accountId})` : accountId;
  const warning = warnings[accountId];
  return warning === undefined ? name : `${name}, which ${plainText(warning)}`;
}

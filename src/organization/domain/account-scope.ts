import { isBelow, type OrganizationAccount } from './member-accounts';

/** Some of a hub's accounts: those that are named, and those in the units that are named. */
export interface AccountScope {
  readonly accounts?: readonly string[];
  /** Ids of roots and units, with all that is below them. */
  readonly units?: readonly string[];
}

/** Whether an account is meant; unknown as long as no one knows its unit. */
export type Reach = 'within' | 'outside' | 'unknown';

export function reachOf(
  { accounts = [], units = [] }: AccountScope,
  accountId: string,
  account: OrganizationAccount | undefined,
): Reach {
  if (accounts.includes(accountId)) return 'within';
  if (units.length === 0) return 'outside';
  if (!account?.path) return 'unknown';
  return isBelow(account.path, units) ? 'within' : 'outside';
}

/** Whether any account or unit is named: an order that names none is for all. */
export function isNarrow({ accounts = [], units = [] }: AccountScope): boolean {
  return accounts.length + units.length > 0;
}

/** As part of a sentence: "account 111122223333 and units ou-a, ou-b". */
export function scopeText({ accounts = [], units = [] }: AccountScope): string {
  const parts = [listText('account', accounts), listText('unit', units)];
  return parts.filter((part) => part !== undefined).join(' and ');
}

function listText(noun: string, ids: readonly string[]): string | undefined {
  if (ids.length === 0) return undefined;
  return `${noun}${ids.length > 1 ? 's' : ''} ${ids.join(', ')}`;
}

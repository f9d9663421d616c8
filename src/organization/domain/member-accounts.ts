/** As AWS Organizations writes them. */
export const ACCOUNT_STATES = [
  'PENDING_ACTIVATION',
  'ACTIVE',
  'SUSPENDED',
  'PENDING_CLOSURE',
  'CLOSED',
] as const;

export type AccountState = (typeof ACCOUNT_STATES)[number];

/** An account, as AWS Organizations lists it. */
export interface OrganizationAccount {
  readonly id: string;
  readonly name: string;
  readonly state: AccountState;
  /** Its place in the organization: ids, the outermost first, as in o-1/r-1/ou-1/ou-2/. */
  readonly path: string;
}

/** The accounts that a hub is for. */
export type AccountSelection =
  | {
      readonly kind: 'organization';
      /** Ids of roots and units, with all that is below them; none: the whole organization. */
      readonly units: readonly string[];
      readonly excluding: readonly string[];
    }
  | { readonly kind: 'accounts'; readonly accountIds: readonly string[] };

/** All that is known of the accounts. */
export interface AccountList {
  readonly readAt: Date;
  readonly accounts: readonly OrganizationAccount[];
}

/** Lists are never changed, and each is asked about every account, or every place, of it. */
const indexes = new WeakMap<AccountList, ReadonlyMap<string, OrganizationAccount>>();

/** The account, as the list has it. Undefined: it has no such account, or there is no list. */
export function accountIn(
  list: AccountList | undefined,
  accountId: string,
): OrganizationAccount | undefined {
  return list && indexOf(list).get(accountId);
}

function indexOf(list: AccountList): ReadonlyMap<string, OrganizationAccount> {
  const known = indexes.get(list);
  if (known) return known;
  const index = new Map(list.accounts.map((account) => [account.id, account]));
  indexes.set(list, index);
  return index;
}

/** Why an account is one of the hub's members, or is none. */
export type Membership =
  | { readonly kind: 'member'; readonly account?: OrganizationAccount }
  | { readonly kind: 'suspended'; readonly account: OrganizationAccount }
  | { readonly kind: 'left-out'; readonly account: OrganizationAccount }
  | { readonly kind: 'unknown' };

/**
 * Where the accounts are named one by one, the list of the organization only adds their names to
 * them.
 */
export function membershipOf(
  accountId: string,
  selection: AccountSelection,
  list: AccountList | undefined,
): Membership {
  const account = accountIn(list, accountId);
  if (selection.kind === 'accounts') {
    if (!selection.accountIds.includes(accountId)) return { kind: 'unknown' };
    if (account && isClosing(account)) return { kind: 'suspended', account };
    return { kind: 'member', ...(account && { account }) };
  }
  if (!account || isOfUnknownUnit(account, selection)) return { kind: 'unknown' };
  if (!isMeant(account, selection)) return { kind: 'left-out', account };
  return { kind: isClosing(account) ? 'suspended' : 'member', account };
}

/** The members that the hub looks at by itself, suspended ones included. */
export function memberIds(selection: AccountSelection, list: AccountList | undefined): string[] {
  if (selection.kind === 'accounts') return [...selection.accountIds];
  return (list?.accounts ?? [])
    .filter((account) => isMeant(account, selection))
    .map(({ id }) => id);
}

/**
 * The list to go by after a reading: one that lacks the hub's own account is no list of its
 * organization, and drops no one. Neither does one that does not tell in which unit an account is,
 * as where it was moved while the units were read: then it is where it was.
 */
export function listAfter(
  known: AccountList | undefined,
  read: AccountList,
  hubAccountId: string,
): AccountList | undefined {
  if (!isOfHub(read, hubAccountId)) return known;
  if (read.accounts.every(({ path }) => path !== '')) return read;
  const accounts = read.accounts.map((account) =>
    account.path === '' ? { ...account, path: accountIn(known, account.id)?.path ?? '' } : account,
  );
  return { readAt: read.readAt, accounts };
}

export function isOfHub(list: AccountList, hubAccountId: string): boolean {
  return accountIn(list, hubAccountId) !== undefined;
}

/** Of an account that is closed, AWS takes no calls. */
function isClosing({ state }: OrganizationAccount): boolean {
  return state !== 'ACTIVE' && state !== 'PENDING_ACTIVATION';
}

function isMeant(
  { id, path }: OrganizationAccount,
  { units, excluding }: Extract<AccountSelection, { kind: 'organization' }>,
): boolean {
  if (excluding.includes(id)) return false;
  return units.length === 0 || isBelow(path, units);
}

/** It may be one of those that are meant: the next list shows it. */
function isOfUnknownUnit(
  { id, path }: OrganizationAccount,
  { units, excluding }: Extract<AccountSelection, { kind: 'organization' }>,
): boolean {
  return path === '' && units.length > 0 && !excluding.includes(id);
}

/** Whether the path leads through one of these units. */
export function isBelow(path: string, units: readonly string[]): boolean {
  const above = path.split('/');
  return units.some((unit) => above.includes(unit));
}

import { plainText } from './plain-text';

/** What is known of an account beside its id. */
export interface AccountDescription {
  /** Chosen in the account itself: it proves nothing. */
  readonly name?: string;
  /** The ids of what the account is in, the outermost first, as in o-1/r-1/ou-1/ou-2/. */
  readonly path?: string;
  /** The user's own words on it, such as "holds the payment systems". */
  readonly warning?: string;
}

/** The same in messages for machines, beside the account's id. */
export interface AccountFields {
  readonly accountName?: string;
  /** The ids of organization, root and units that it is in, the outermost first. */
  readonly accountPath?: string;
  readonly accountWarning?: string;
}

/** One line about an account. */
export interface AccountFact {
  readonly label: string;
  readonly value: string;
}

/** AWS takes no longer names, ids of six units make no longer path, and a hub no longer warning. */
export const MOST_ACCOUNT_CHARACTERS = { name: 50, path: 420, warning: 200 } as const;

/** In the subject of a message, more of a name would leave no room for what has happened. */
const MOST_SUBJECT_CHARACTERS = 25;

/**
 * How an account is named wherever people read of it. The id comes first: anyone who may name an
 * account can give it the name and id of another.
 */
export function accountText(accountId: string, { name }: AccountDescription = {}): string {
  const shown = name && plainText(name, MOST_ACCOUNT_CHARACTERS.name);
  return shown ? `${accountId} (${shown})` : accountId;
}

/** For subjects and titles, where other lines have the id. */
export function accountInTitle(accountId: string, { name }: AccountDescription): string {
  return (name && plainText(name, MOST_SUBJECT_CHARACTERS)) || accountId;
}

/** The warning has a line of its own, before all others. */
export function accountFacts(
  accountId: string,
  region: string | undefined,
  account: AccountDescription = {},
): AccountFact[] {
  const { accountPath, accountWarning } = accountFields(account);
  const where = region ? `, Region ${region}` : '';
  return [
    ...(accountWarning ? [{ label: 'WARNING', value: accountWarning }] : []),
    { label: 'Account', value: `${accountText(accountId, account)}${where}` },
    ...(accountPath ? [{ label: 'Unit path', value: accountPath }] : []),
  ];
}

/** What is not known is left out. */
export function accountFields({ name, path, warning }: AccountDescription = {}): AccountFields {
  const { name: mostName, path: mostPath, warning: mostWarning } = MOST_ACCOUNT_CHARACTERS;
  return {
    ...(name && { accountName: plainText(name, mostName) }),
    ...(path && { accountPath: plainText(path, mostPath) }),
    ...(warning && { accountWarning: plainText(warning, mostWarning) }),
  };
}

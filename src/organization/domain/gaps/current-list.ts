import { type AccountList, isOfHub, listAfter } from '../member-accounts';

export interface CurrentList {
  readonly list: AccountList | undefined;
  /** The list of accounts could not be read, or was none: the last one holds. */
  readonly listFailure?: unknown;
}

/** `readAccounts`: undefined where no organization lists the accounts. */
export async function currentList(
  known: AccountList | undefined,
  hubAccountId: string,
  readAccounts: (() => Promise<AccountList>) | undefined,
): Promise<CurrentList> {
  if (!readAccounts) return { list: known };
  try {
    const read = await readAccounts();
    const list = listAfter(known, read, hubAccountId);
    if (isOfHub(read, hubAccountId)) return { list };
    const listFailure = new Error(
      `The list of accounts has ${read.accounts.length} accounts, and the hub's own is not among them.`,
    );
    return { list, listFailure };
  } catch (listFailure) {
    return { list: known, listFailure };
  }
}

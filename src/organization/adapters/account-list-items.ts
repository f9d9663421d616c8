import { type CoverageItem, type CoverageItemKey, valueOf } from './coverage-item';
import { accountsSchema } from './coverage-schemas';
import { chunksOf } from '../../shared/domain/chunks';
import { ACCOUNTS_PARTITION, ACCOUNTS_PER_ITEM } from '../contracts/coverage-items';
import type { AccountList } from '../domain/member-accounts';

/**
 * Beside those of the list before: a reader that comes while they are written finds one of the two
 * whole.
 */
export function accountListItems({
  readAt,
  accounts,
}: AccountList): (CoverageItemKey & { readonly value: unknown })[] {
  const parts = accounts.length === 0 ? [[]] : chunksOf(accounts, ACCOUNTS_PER_ITEM);
  return parts.map((part, index) => ({
    pk: ACCOUNTS_PARTITION,
    sk: `${readAt.toISOString()}#${String(index).padStart(4, '0')}`,
    value: { readAt, accounts: part, parts: parts.length },
  }));
}

export function isOfEarlierList({ sk }: Pick<CoverageItemKey, 'sk'>, { readAt }: AccountList) {
  return sk < readAt.toISOString();
}

/** The latest list of which all parts are there: half a list drops no one. */
export function accountListIn(items: readonly CoverageItem[]): AccountList | undefined {
  const parts = items
    .filter(({ pk }) => pk.S === ACCOUNTS_PARTITION)
    .map((item) => valueOf(item, accountsSchema));
  const latestFirst = parts.map(({ readAt }) => readAt.getTime()).sort((one, other) => other - one);
  for (const time of new Set(latestFirst)) {
    const ofList = parts.filter(({ readAt }) => readAt.getTime() === time);
    if (ofList.length === ofList[0]?.parts) {
      return { readAt: new Date(time), accounts: ofList.flatMap(({ accounts }) => accounts) };
    }
  }
  return undefined;
}

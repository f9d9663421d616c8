import { accountIn, type AccountList } from './member-accounts';
import { isSamePlace, type Place } from './place';
import type { AccountDescription } from '../../shared/domain/notification/account-text';

/** Sentences of the user's own, by account. */
export type AccountWarnings = Readonly<Record<string, string>>;

/** A place of a hub, as people are told of it. */
export interface DescribedPlace extends Place {
  readonly account: AccountDescription;
  /** False of the hub's own place, where a sentry keeps and asks as it does without a hub. */
  readonly isMember: boolean;
}

export function describedAccount(
  accountId: string,
  list: AccountList | undefined,
  warnings: AccountWarnings,
): AccountDescription {
  const account = accountIn(list, accountId);
  const warning = warnings[accountId];
  return {
    ...(account?.name && { name: account.name }),
    ...(account?.path && { path: account.path }),
    ...(warning !== undefined && { warning }),
  };
}

export function describedPlace(
  place: Place,
  own: Place,
  account: AccountDescription,
): DescribedPlace {
  return {
    accountId: place.accountId,
    region: place.region,
    account,
    isMember: !isSamePlace(place, own),
  };
}

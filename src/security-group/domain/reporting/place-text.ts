import type { DescribedPlace } from '../../../organization/domain/described-place';
import {
  type AccountFact,
  accountFacts,
  type AccountFields,
  accountFields,
  accountInTitle,
  accountText,
} from '../../../shared/domain/notification/account-text';

// Without a hub there is one place, and no words about it.

/** " in payments": for the subject of an e-mail. */
export function inTitle(place: DescribedPlace | undefined): string {
  return place ? ` in ${accountInTitle(place.accountId, place.account)}` : '';
}

/** " in 111122223333 (payments)": for a sentence. */
export function inText(place: DescribedPlace | undefined): string {
  return place ? ` in ${accountText(place.accountId, place.account)}` : '';
}

/** Lines for people; each label is followed by its value. */
export function placeFacts({ accountId, region, account }: DescribedPlace): AccountFact[] {
  return accountFacts(accountId, region, account);
}

export interface PlaceFields extends AccountFields {
  readonly account?: string;
  readonly region?: string;
}

/** For machines. */
export function placeFields(place: DescribedPlace | undefined): PlaceFields {
  if (!place) return {};
  const { accountId, region, account } = place;
  return { account: accountId, region, ...accountFields(account) };
}

/** A line of an e-mail, with the values of all lines below each other. */
export function factLine({ label, value }: AccountFact): string {
  return `${`${label}:`.padEnd(12)}${value}`;
}

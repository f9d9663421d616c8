import { isKnownLater, refuseListKnownLater } from '../../shared/constructs/known-later';
import { ACCOUNT_ID, UNIT_ID } from '../contracts/place-names';
import type { AccountSelection } from '../domain/member-accounts';

/** Properties of a selection of accounts out of an organization. */
export interface OrganizationAccountsProps {
  /**
   * Ids of organizational units or roots, such as ou-abcd-12345678, each with all that is below it.
   * Throws if the list is empty or an id is malformed.
   *
   * @default - the whole organization
   */
  readonly units?: string[];

  /**
   * Ids of accounts to leave out, of twelve digits. Throws if an id is malformed.
   *
   * @default - none
   */
  readonly excluding?: string[];
}

/** The accounts that a hub watches. */
export class MemberAccounts {
  /**
   * The accounts of the hub's organization, those that join later included. The hub must be in the
   * organization's management account, or in one that is a delegated administrator of any service:
   * AWS lists the accounts to no one else.
   */
  public static organization(props: OrganizationAccountsProps = {}): MemberAccounts {
    const { units, excluding = [] } = props;
    if (units) checkedUnits('MemberAccounts.organization()', { units });
    refuseListKnownLater(
      'MemberAccounts.organization({ excluding }) got',
      excluding,
      'write its ids out, such as ["111122223333"]',
    );
    excluding.forEach((id) => checkAccount('MemberAccounts.organization({ excluding })', id));
    return new MemberAccounts({
      kind: 'organization',
      units: [...new Set(units ?? [])],
      excluding: [...new Set(excluding)],
    });
  }

  /**
   * Accounts one by one. They need not be in an organization.
   *
   * @param accountIds at least one, of twelve digits. Throws if the list is empty or an id is
   * malformed.
   */
  public static accounts(accountIds: string[]): MemberAccounts {
    checkedAccounts('MemberAccounts.accounts', accountIds);
    return new MemberAccounts({ kind: 'accounts', accountIds: [...new Set(accountIds)] });
  }

  /** @internal */
  public readonly _selection: AccountSelection;

  private constructor(selection: AccountSelection) {
    this._selection = selection;
  }
}

/** Throws if there are none, or one has an id that no unit has. */
export function checkedUnits(where: string, { units }: { readonly units: string[] }): string[] {
  if (units.length === 0) {
    throw new Error(`${where}: "units" is empty: name at least one, such as "ou-abcd-12345678".`);
  }
  refuseListKnownLater(
    `${where}: "units" is`,
    units,
    'write its ids out, such as ["ou-abcd-12345678"]',
  );
  const malformed = units.find((id) => !isKnownLater(id) && !UNIT_ID.test(id));
  if (malformed !== undefined) {
    throw new Error(
      `${where}: "${malformed}" is no id of an organizational unit: write one such as "ou-abcd-12345678", or a root such as "r-abcd".`,
    );
  }
  return units;
}

/** Throws if there are none, or one has an id that no account has. */
export function checkedAccounts(method: string, accountIds: string[]): string[] {
  if (accountIds.length === 0) {
    throw new Error(
      `${method}() got an empty list: name at least one account, as in ${method}(["111122223333"]).`,
    );
  }
  refuseListKnownLater(
    `${method}() got`,
    accountIds,
    `write its ids out, as in ${method}(["111122223333"])`,
  );
  accountIds.forEach((id) => checkAccount(`${method}()`, id));
  return accountIds;
}

/** Whether the hub of these accounts is certain not to watch this one. */
export function isLeftOut(id: string, selection: AccountSelection): boolean {
  if (isKnownLater(id)) return false;
  return selection.kind === 'organization'
    ? selection.excluding.includes(id)
    : !selection.accountIds.some((one) => isKnownLater(one) || one === id);
}

function checkAccount(where: string, id: string): void {
  if (isKnownLater(id) || ACCOUNT_ID.test(id)) return;
  throw new Error(`${where}: "${id}" is no account id: write twelve digits, in quotes.`);
}

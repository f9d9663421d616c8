import { checkedAccounts, checkedUnits } from '../../organization/constructs/member-accounts';
import type { AccountScope as NamedAccounts } from '../../organization/domain/account-scope';

/** Some of the accounts that a hub watches. */
export class AccountScope {
  /**
   * Accounts one by one.
   *
   * @param accountIds at least one, of twelve digits. Throws if the list is empty or an id is
   * malformed.
   */
  public static accounts(accountIds: string[]): AccountScope {
    const accounts = checkedAccounts('AccountScope.accounts', accountIds);
    return new AccountScope({ accounts: [...new Set(accounts)] });
  }

  /**
   * Units of the organization, each with all that is below it, accounts that come there later
   * included. The hub's accounts must be those of an organization.
   *
   * @param unitIds at least one id of an organizational unit or root, such as ou-abcd-12345678.
   * Throws if the list is empty or an id is malformed.
   */
  public static units(unitIds: string[]): AccountScope {
    const units = checkedUnits('AccountScope.units()', { units: unitIds });
    return new AccountScope({ units: [...new Set(units)] });
  }

  /** @internal */
  public readonly _accounts: NamedAccounts;

  private constructor(accounts: NamedAccounts) {
    this._accounts = accounts;
  }
}

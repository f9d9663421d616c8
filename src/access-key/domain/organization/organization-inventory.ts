import type { OrganizationReport } from './organization-report';
import type { AccountInventory } from '../inventory-csv';
import type { InventoryKey } from '../key-inventory';

/** The inventories of all accounts of a run, with a line for each account that has none. */
export function organizationInventory(
  { accounts, unread }: OrganizationReport,
  inventories: ReadonlyMap<string, readonly InventoryKey[]>,
): AccountInventory[] {
  const read = accounts.map(({ accountId, report }) => ({
    accountId,
    report,
    keys: inventories.get(accountId) ?? [
      { userName: '', problem: 'no inventory of the account was taken in this run' },
    ],
  }));
  const notRead = unread.map(({ accountId, cause, reason }) => ({
    accountId,
    keys: [{ userName: '', problem: reason === undefined ? cause : `${cause}: ${reason}` }],
  }));
  return [...read, ...notRead].sort((one, other) => one.accountId.localeCompare(other.accountId));
}

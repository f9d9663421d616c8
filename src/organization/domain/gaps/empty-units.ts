import type { Expectation } from './find-gaps';
import type { AccountList, AccountSelection } from '../member-accounts';

/** The choice of a hub, and what its sentries say. */
interface Choice {
  readonly selection: AccountSelection;
  readonly expected: Expectation;
}

/**
 * Units that are named and in which the hub knows no account. A wrong id is well formed, too, and
 * what it should hold back or let through is not: no one would notice.
 */
export function emptyUnits(
  { selection, expected }: Choice,
  list: AccountList | undefined,
): readonly string[] {
  if (!list || list.accounts.some(({ path }) => path === '')) return [];
  const chosen = selection.kind === 'organization' ? selection.units : [];
  const inUse = new Set(list.accounts.flatMap(({ path }) => path.split('/')));
  return [...new Set([...chosen, ...(expected.units ?? [])])].filter((unit) => !inUse.has(unit));
}

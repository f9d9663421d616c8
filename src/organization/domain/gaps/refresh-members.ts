import type { CoverageStore } from './coverage-store';
import { currentList } from './current-list';
import type { CoveragePorts, WatchedOrganization } from './watch-coverage';
import { memberIds } from '../member-accounts';

export type RefreshPorts = Pick<CoveragePorts, 'readAccounts' | 'lookAt'> & {
  readonly store: Pick<CoverageStore, 'read' | 'rememberList'>;
};

/**
 * Reads who is a member, and has those looked at that the hub has not seen yet: someone waits for
 * them. No place is judged: that is for the next run. Throws where the list cannot be read.
 */
export async function refreshMembers(
  { selection, hubAccountId }: Pick<WatchedOrganization, 'selection' | 'hubAccountId'>,
  { store, readAccounts, lookAt }: RefreshPorts,
): Promise<readonly string[]> {
  const { list: known, places } = await store.read();
  const { list, listFailure } = await currentList(known, hubAccountId, readAccounts);
  if (listFailure !== undefined) throw listFailure;
  if (list) await store.rememberList(list);
  const seen = new Set(places.flatMap(({ place, look }) => (look ? place.accountId : [])));
  const joined = memberIds(selection, list).filter((accountId) => !seen.has(accountId));
  await lookAt(joined.map((accountId) => ({ accountId, knownRegions: [] })));
  return joined;
}

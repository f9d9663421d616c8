import type { Candidates } from './view-groups';
import { isCounted } from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import { isSelected, isSelectedById } from '../groups/monitored-groups';
import type { GroupLedger, GroupRecord, ReleaseReason } from '../ledger/ledger';
import { remembersMembership } from '../policies/configuration-for';
import type { SentryConfiguration } from '../policies/sentry-configuration';

export interface ReleasedGroup {
  readonly group: GroupRecord;
  readonly reason: ReleaseReason;
}

/** What a look means for groups that were adopted. */
export interface Releases {
  readonly released: readonly ReleasedGroup[];
  /** Lacking in this look for the first time, or there again. */
  readonly changed: readonly GroupRecord[];
}

/**
 * One look that lacks a group can be wrong: only the second in a row releases it. Where its
 * existence could not be asked for, the look says nothing of it.
 */
export function releasesIn(
  watched: readonly GroupRecord[],
  { existing, notFound, selections }: Candidates,
  configuration: SentryConfiguration,
  now: Date,
): Releases {
  const details = new Map(existing.map((group) => [group.id, group]));
  const unknown = new Set(notFound.map(({ group }) => group.id));
  const released: ReleasedGroup[] = [];
  const changed: GroupRecord[] = [];
  for (const record of watched.filter(({ groupId }) => !unknown.has(groupId))) {
    const found = details.get(record.groupId);
    const reason = whyLacking(record, found, configuration);
    if (reason === undefined) {
      if (record.unseenSince) changed.push(seenAgain(record));
    } else if (isDecidedById(record, configuration) || (record.unseenSince && !selections.length)) {
      released.push({ group: record, reason });
    } else if (!record.unseenSince) {
      changed.push({ ...record, unseenSince: now });
    }
  }
  return { released, changed };
}

function whyLacking(
  record: GroupRecord,
  found: Candidates['existing'][number] | undefined,
  configuration: SentryConfiguration,
): ReleaseReason | undefined {
  const { monitoredGroups, digests } = configuration;
  const byId = isSelectedById(record.groupId, monitoredGroups);
  if (!found) return byId === false ? 'not-chosen' : 'deleted';
  const isChosen =
    byId ??
    (isSelected(found, monitoredGroups) ||
      record.selection === digests.selection ||
      isRemembered(record, found, configuration));
  return isChosen ? undefined : 'not-chosen';
}

/** Whether a deployment that changes the selection still means it by the tags that it has had. */
function isRemembered(
  { tags }: GroupRecord,
  found: GroupDetails,
  configuration: SentryConfiguration,
): boolean {
  const { monitoredGroups } = configuration;
  return remembersMembership(configuration) && isCounted(found, monitoredGroups, tags);
}

/** No look can be wrong about what a deployment says of the very id. */
function isDecidedById(
  { groupId }: GroupRecord,
  { monitoredGroups }: SentryConfiguration,
): boolean {
  return isSelectedById(groupId, monitoredGroups) === false;
}

function seenAgain(record: GroupRecord): GroupRecord {
  const { unseenSince: _since, isDeletionTold: _told, ...rest } = record;
  return rest;
}

const LOOKED_FOR = 24 * 60 * 60_000;

/** Whether to look for the group: one that was released as gone is looked for a while longer. */
export function mayBeThere({ releasedAt, releasedFor }: GroupRecord, now: Date): boolean {
  if (releasedAt === undefined) return true;
  return releasedFor === 'deleted' && now.getTime() - releasedAt.getTime() < LOOKED_FOR;
}

/** A group that is there was never gone: what the ledger has of it counts as before. */
export function isReturned({ record }: GroupLedger): boolean {
  return record?.releasedAt !== undefined && record.releasedFor === 'deleted';
}

export function returned(record: GroupRecord): GroupRecord {
  const { releasedAt: _at, releasedFor: _reason, ...rest } = seenAgain(record);
  return rest;
}

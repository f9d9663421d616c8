import type { Ports } from './ports';
import type { GroupReading } from './read-group';
import type { Call } from '../changes/change';
import { countTags } from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import { LedgerConflictError } from '../ledger/ledger-store';
import { newRecord } from '../ledger/new-record';
import { entranceOf, type PlaceRecord, watchedFrom } from '../ledger/place-record';
import { decisiveTags } from '../policies/configuration-for';
import type { SentryConfiguration } from '../policies/sentry-configuration';

interface Watching {
  readonly sentry: { readonly configuration: SentryConfiguration; readonly ports: BirthPorts };
  /** As it holds for the group. */
  readonly own: SentryConfiguration;
}

type BirthPorts = Pick<Ports, 'ledger' | 'clock'>;

/**
 * A group that was made since the sentry looked at its place is judged from birth: it is watched
 * from now on, and nothing in it is adopted. Of any other, its creation says nothing.
 */
export async function watchedFromBirth(
  reading: GroupReading,
  group: GroupDetails,
  creation: Call,
  { sentry: { configuration, ports }, own }: Watching,
): Promise<GroupReading> {
  if (reading.ledger.record) return reading;
  const { ledger, clock } = ports;
  const place = await ledger.placeRecord();
  if (!place || !isNewTo(place, group, creation.time, configuration)) return reading;
  const tags = countTags(undefined, group, decisiveTags(configuration));
  const record = {
    ...newRecord(group, own, clock.now()),
    ...(tags && { tags }),
    madeBy: creation.eventId,
  };
  try {
    await ledger.writeRecord(record);
    return { ...reading, ledger: { ...reading.ledger, record } };
  } catch (error) {
    if (!(error instanceof LedgerConflictError)) throw error;
    return { ...reading, ledger: await ledger.read(group.id) };
  }
}

function isNewTo(
  place: PlaceRecord,
  group: GroupDetails,
  madeAt: Date,
  { monitoredGroups }: SentryConfiguration,
): boolean {
  const since = watchedFrom(entranceOf(group, place, monitoredGroups, madeAt));
  return since !== undefined && madeAt > since;
}

import type { Ports } from './ports';
import type { GroupReading } from './read-group';
import type { Call } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import { LedgerConflictError } from '../ledger/ledger-store';
import { newRecord } from '../ledger/new-record';
import { entranceOf, type PlaceRecord, watchedFrom } from '../ledger/place-record';
import type { SentryConfiguration } from '../policies/sentry-configuration';

/**
 * A group that was made since the sentry looked at its place is judged from birth: it is watched
 * from now on, and nothing in it is adopted. Of any other, its creation says nothing.
 */
export async function watchedFromBirth(
  reading: GroupReading,
  group: GroupDetails,
  creation: Call,
  configuration: SentryConfiguration,
  { ledger, clock }: Pick<Ports, 'ledger' | 'clock'>,
): Promise<GroupReading> {
  if (reading.ledger.record) return reading;
  const place = await ledger.placeRecord();
  if (!place || !isNewTo(place, group, creation.time, configuration)) return reading;
  const record = {
    ...newRecord(group, configuration, clock.now()),
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

import type { GroupView } from './group-view';
import type { Clock } from '../../../shared/domain/clock';
import type { GroupDetails } from '../groups/group';
import { afterAbsence } from '../learning/absent-events';
import { confirmGrants, endReplaced, type EventHistory } from '../learning/event-history';
import { type Grant, isAdopted, type LedgerEntry } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';

export interface ConfirmingPorts {
  readonly history: EventHistory;
  readonly clock: Clock;
  /** When the latest of the sentry's own dry runs in the event history was made. */
  lastHeartbeat(): Promise<Date | undefined>;
}

/** An entry of the ledger, as the event history has it now. */
export interface LookedUpEntry {
  readonly group: GroupDetails;
  readonly entry: LedgerEntry;
  /** Grants that no history has confirmed in a day: they end with the next look. */
  readonly unconfirmed: readonly Grant[];
}

/** CloudTrail answers two look-ups a second. */
const LOOKED_UP_PER_RUN = 40;

/**
 * Asks the event history for grants that rest on an event; some in each run. Those that it confirms
 * become ground for putting back, those that it refutes end. Gives what has changed.
 */
export async function lookUpGrants(
  views: readonly GroupView[],
  { trustedActors }: SentryConfiguration,
  { history, clock, lastHeartbeat }: ConfirmingPorts,
): Promise<LookedUp> {
  const open = someOf(openEntries(views));
  if (open.length === 0) return { entries: [] };
  const found: LookedUpEntry[] = [];
  let asked = 0;
  const look = async ({ group, entry }: OpenEntry, heartbeat: Date | undefined) => {
    const absent = { at: clock.now(), ...(heartbeat && { lastHeartbeat: heartbeat }) };
    const known = await endReplaced(entry, history, trustedActors, absent.at);
    return confirmGrants(known, group.id, history, trustedActors, (grant) =>
      afterAbsence(grant, absent),
    );
  };
  try {
    const heartbeat = await lastHeartbeat();
    for (const one of open) {
      found.push(...changed(one, await look(one, heartbeat), clock.now()));
      asked += 1;
    }
    return { entries: found };
  } catch (failure) {
    // A history that cannot be asked has nothing either: no one must stand for good because of it.
    const rest = open.slice(asked).map((one) => unasked(one, clock.now()));
    return { entries: [...found, ...rest.flat()], failure };
  }
}

export interface LookedUp {
  readonly entries: readonly LookedUpEntry[];
  /** Why some could not be looked up. */
  readonly failure?: unknown;
}

function unasked(one: OpenEntry, at: Date): LookedUpEntry[] {
  const grants = one.entry.grants.map((grant) =>
    isOpen(grant) ? afterAbsence(grant, { at }) : grant,
  );
  return changed(one, { ...one.entry, grants }, at);
}

function changed({ group, entry }: OpenEntry, lookedUp: LedgerEntry, at: Date): LookedUpEntry[] {
  if (JSON.stringify(lookedUp) === JSON.stringify(entry)) return [];
  return [{ group, ...withoutRefuted(lookedUp, entry, at) }];
}

type OpenEntry = Pick<LookedUpEntry, 'group' | 'entry'>;

/** The latest first. */
function openEntries(views: readonly GroupView[]): OpenEntry[] {
  return views
    .filter(({ ledger }) => isAdopted(ledger))
    .flatMap(({ details: group, ledger: { entries } }) =>
      [...entries.values()]
        .filter(({ grants, replacedBy }) => replacedBy || grants.some(isOpen))
        .map((entry) => ({ group, entry })),
    )
    .sort((a, b) => latestGrant(b.entry) - latestGrant(a.entry));
}

/** Half of them the latest, half the oldest: neither must keep the other from being looked up. */
function someOf(open: readonly OpenEntry[]): readonly OpenEntry[] {
  if (open.length <= LOOKED_UP_PER_RUN) return open;
  return [...open.slice(0, LOOKED_UP_PER_RUN / 2), ...open.slice(-LOOKED_UP_PER_RUN / 2)];
}

function isOpen({ eventId, confirmed }: Grant): boolean {
  return eventId !== undefined && !confirmed;
}

function latestGrant({ grants }: LedgerEntry): number {
  return Math.max(...grants.map(({ since }) => since.getTime()));
}

/**
 * A grant that the history refutes does not count. Without another grant the rule is unexplained,
 * and waits to be answered like any other.
 */
function withoutRefuted(
  entry: LedgerEntry,
  before: LedgerEntry,
  now: Date,
): Pick<LookedUpEntry, 'entry' | 'unconfirmed'> {
  const grants = entry.grants.filter(({ confirmed }) => confirmed !== false);
  const reported = before.grants.flatMap(({ reportedAt, eventId }) => (reportedAt ? eventId : []));
  const unconfirmed = grants.filter(
    ({ reportedAt, eventId }) => reportedAt && !reported.includes(eventId),
  );
  return grants.length > 0 || grants.length === entry.grants.length
    ? { entry: { ...entry, grants }, unconfirmed }
    : { entry: { ...entry, grants, unexplainedSince: now }, unconfirmed };
}

import { adopt, type Adoption, adoptionCause } from './adoption';
import { type ConfirmingPorts, type LookedUpEntry, lookUpGrants } from './confirm-grants';
import type { GroupView } from './group-view';
import { surveyGroup } from './survey-groups';
import type { GroupDetails } from '../groups/group';
import { isSelected, isSelectedById } from '../groups/monitored-groups';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import type { GroupRecord } from '../ledger/ledger';
import { type Ledger, type LedgerChange, LedgerConflictError } from '../ledger/ledger-store';
import { isPaused, type Pause, type SentryConfiguration } from '../policies/sentry-configuration';
import { ruleKey } from '../rules/rule';

export interface ReconcileReport {
  readonly at: Date;
  readonly groupCount: number;
  readonly adoptions: readonly Adoption[];
  /**
   * Groups that are not watched any more, since they do not exist, or since a deployment chose
   * others.
   */
  readonly released: readonly ReleasedGroup[];
  /** Groups with differences that are due. */
  readonly due: readonly string[];
  /** Due were so many groups that nothing was done in any of them. */
  readonly isBraked: boolean;
  /** Entries that rest on events which nothing has confirmed in a day. */
  readonly unconfirmed: readonly LookedUpEntry[];
  readonly pause?: Pause;
}

export interface ReleasedGroup {
  readonly group: GroupRecord;
  readonly reason: 'deleted' | 'not-chosen';
}

export interface ReconcilePorts extends ConfirmingPorts {
  readonly groups: SecurityGroups;
  readonly ledger: Ledger;
  readonly sentry: string;
  /** Rules of many groups at once, by group id; a group without rules is not among them. */
  rulesOfAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupRules>>;
  tell(report: ReconcileReport): Promise<void>;
  /** Has the groups judged, one by one, by the function that acts. */
  pointTo(groupIds: readonly string[]): Promise<void>;
}

const NO_GROUP_RULES: GroupRules = { rules: [], unreadableRuleIds: [] };

/** Compares all monitored groups with the ledger; acts upon none of them itself. */
export async function reconcileGroups(
  configuration: SentryConfiguration,
  ports: ReconcilePorts,
): Promise<ReconcileReport> {
  const { ledger, clock } = ports;
  const watched = (await ledger.records()).filter(({ releasedAt }) => releasedAt === undefined);
  const existing = await candidates(watched, configuration, ports.groups);
  const released = releasedGroups(watched, existing, configuration);
  const leaving = new Set(released.map(({ group }) => group.groupId));
  const monitored = existing.filter(
    (group) => !leaving.has(group.id) && isMonitored(group, watched, configuration),
  );
  const { views, failures } = await viewsOf(monitored, ports);
  const now = clock.now();

  const adoptions = views.flatMap((view) => {
    const cause = adoptionCause(view.ledger, configuration);
    return cause ? [adopt(view, cause, configuration, ports.sentry, now)] : [];
  });
  const surveys = views
    .filter((view) => adoptionCause(view.ledger, configuration) === undefined)
    .map((view) => ({
      id: view.details.id,
      ...surveyGroup(view.group, view.ledger, view.prefixLists, configuration, now),
    }));
  const found = surveys.filter((survey) => survey.due.length > 0).map(({ id }) => id);
  const due = [...found, ...adoptions.filter(respondsTo).map(({ group }) => group.id)];
  const report: ReconcileReport = {
    at: now,
    groupCount: monitored.length,
    adoptions,
    released,
    due,
    isBraked: isTooMany(due.length, monitored.length, configuration),
    unconfirmed: [],
    ...(isPaused(configuration, now) && { pause: configuration.pause }),
  };
  // Told first: what is accepted without a word is accepted for no one.
  if (adoptions.length > 0 || released.length > 0 || report.isBraked || report.pause) {
    await ports.tell(report);
  }
  await remember(report, surveys, ports);
  if (due.length > 0 && !report.isBraked && !report.pause) await ports.pointTo(due);
  // What the function that acts is about to write must not be written here as well.
  const isWritten = (groupId: string) =>
    due.includes(groupId) ||
    surveys.some(({ id, changes }) => id === groupId && changes.length > 0);
  const inPeace = views.filter(({ details }) => !isWritten(details.id));
  await confirmGrantsOf(inPeace, report, configuration, ports);
  if (failures.length > 0) {
    throw new AggregateError(
      failures,
      `The ledger of ${failures.length} groups could not be read: ${failures.map(String).join(' ')}`,
    );
  }
  return report;
}

/** Rules that violate, and that the user wants answered, are left without a grant. */
function respondsTo({ changes }: Adoption): boolean {
  return changes.some(
    (change) => change.kind === 'put' && change.entry.unexplainedSince !== undefined,
  );
}

/** A handful is never too many: of three groups, one is a third. */
const ALWAYS_ALLOWED = 3;

function isTooMany(due: number, monitored: number, { brake }: SentryConfiguration): boolean {
  return due > Math.max(ALWAYS_ALLOWED, brake * monitored);
}

/** Groups that exist and are chosen now, and those that were adopted and may be watched still. */
async function candidates(
  watched: readonly GroupRecord[],
  { monitoredGroups }: SentryConfiguration,
  groups: SecurityGroups,
): Promise<GroupDetails[]> {
  const chosen = await Promise.all(
    monitoredGroups.include.map((selector) => groups.find(selector)),
  );
  const found = new Map(chosen.flat().map((group) => [group.id, group]));
  const others = watched.map(({ groupId }) => groupId).filter((groupId) => !found.has(groupId));
  const adopted = others.length > 0 ? await groups.find({ kind: 'ids', groupIds: others }) : [];
  return [...found.values(), ...adopted];
}

function isMonitored(
  group: GroupDetails,
  watched: readonly GroupRecord[],
  { monitoredGroups }: SentryConfiguration,
): boolean {
  return (
    isSelectedById(group.id, monitoredGroups) ??
    (watched.some(({ groupId }) => groupId === group.id) || isSelected(group, monitoredGroups))
  );
}

function releasedGroups(
  watched: readonly GroupRecord[],
  existing: readonly GroupDetails[],
  { monitoredGroups, digests }: SentryConfiguration,
): ReleasedGroup[] {
  return watched.flatMap((group): ReleasedGroup[] => {
    const details = existing.find(({ id }) => id === group.groupId);
    if (!details) return [{ group, reason: 'deleted' }];
    const isChosen =
      isSelectedById(details.id, monitoredGroups) ??
      (isSelected(details, monitoredGroups) || group.selection === digests.selection);
    return isChosen ? [] : [{ group, reason: 'not-chosen' }];
  });
}

interface Views {
  readonly views: readonly GroupView[];
  /** Why some groups could not be looked at. They keep no one from the others. */
  readonly failures: readonly unknown[];
}

async function viewsOf(
  monitored: readonly GroupDetails[],
  { ledger, groups, rulesOfAll }: ReconcilePorts,
): Promise<Views> {
  const ids = monitored.map(({ id }) => id);
  const [rules, ledgers] = await Promise.all([
    rulesOfAll(ids),
    Promise.allSettled(ids.map((id) => ledger.read(id))),
  ]);
  const listIds = new Set(
    [...rules.values()].flatMap((group) =>
      group.rules.flatMap(({ peer }) => (peer.kind === 'prefixList' ? [peer.prefixListId] : [])),
    ),
  );
  const prefixLists = await groups.prefixLists([...listIds]);
  const views = monitored.flatMap((details, index) => {
    const read = ledgers[index];
    return read?.status === 'fulfilled'
      ? [
          {
            details,
            group: rules.get(details.id) ?? NO_GROUP_RULES,
            ledger: read.value,
            prefixLists,
          },
        ]
      : [];
  });
  return {
    views,
    failures: ledgers.flatMap((read): unknown[] =>
      read.status === 'rejected' ? [read.reason] : [],
    ),
  };
}

async function remember(
  { adoptions, released, at }: ReconcileReport,
  surveys: readonly { readonly id: string; readonly changes: readonly LedgerChange[] }[],
  ports: ReconcilePorts,
): Promise<void> {
  const { ledger } = ports;
  await Promise.all([
    ...surveys
      .filter(({ changes }) => changes.length > 0)
      .map(({ id, changes }) => leftToNextRun(ledger.write(id, changes))),
    ...adoptions.map(({ group, changes, record }) =>
      leftToNextRun(remembered(group.id, changes, record, ports)),
    ),
    ...released.map(({ group }) => ledger.writeRecord({ ...group, releasedAt: at })),
  ]);
}

/**
 * A rule that was reverted while the group was being adopted must not stay in the ledger as
 * accepted.
 */
async function remembered(
  groupId: string,
  changes: readonly LedgerChange[],
  record: GroupRecord,
  { ledger, groups }: ReconcilePorts,
): Promise<void> {
  await ledger.write(groupId, changes);
  await ledger.writeRecord(record);
  const [{ rules }, { entries }] = await Promise.all([
    groups.rulesOf(groupId),
    ledger.read(groupId),
  ]);
  const standing = new Set(rules.map(ruleKey));
  const adopted = changes.filter(
    ({ kind, entry }) => kind === 'put' && !standing.has(ruleKey(entry.rule)),
  );
  await ledger.write(
    groupId,
    adopted.flatMap(({ entry }): LedgerChange[] => {
      const gone = entries.get(ruleKey(entry.rule));
      return gone ? [{ kind: 'remove', entry: gone }] : [];
    }),
  );
}

/** While reconcile looked, an event was handled: the group is looked at again in the next run. */
async function leftToNextRun(writing: Promise<void>): Promise<void> {
  return writing.catch((error: unknown) => {
    if (!(error instanceof LedgerConflictError)) throw error;
  });
}

/** What ends with the next look is reported before. */
async function confirmGrantsOf(
  views: readonly GroupView[],
  report: ReconcileReport,
  configuration: SentryConfiguration,
  ports: ReconcilePorts,
): Promise<void> {
  const lookedUp = await lookUpGrants(views, configuration, ports);
  const unconfirmed = lookedUp.filter((one) => one.unconfirmed.length > 0);
  if (unconfirmed.length > 0) {
    await ports.tell({
      ...report,
      adoptions: [],
      released: [],
      due: [],
      isBraked: false,
      unconfirmed,
    });
  }
  for (const { group, entry } of lookedUp) {
    await leftToNextRun(ports.ledger.write(group.id, [{ kind: 'put', entry }]));
  }
}

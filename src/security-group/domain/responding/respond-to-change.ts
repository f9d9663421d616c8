import { respondToDeletion, respondToTags } from './membership';
import type { Surroundings } from './ports';
import { type GroupReading, readGroup } from './read-group';
import { respondInGroup } from './respond-in-group';
import type { Target } from './target';
import { UnfinishedError } from './unfinished-error';
import { isOwnCall, isTrusted, type OwnIdentity } from '../changes/actor';
import type { Call, Change, NamedGroup } from '../changes/change';
import { NO_RULES } from '../changes/named-rules';
import type { GroupDetails } from '../groups/group';
import { isSelected, isSelectedById } from '../groups/monitored-groups';
import type { GroupFilter } from '../groups/security-groups';
import type { Hints } from '../judging/situation';
import { type GroupLedger, isAdopted } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { ChangeReport } from '../reporting/change-report';

/** What came of an event, group by group. */
export interface Responses {
  /** No report: there was nothing to tell. */
  readonly reports: readonly ChangeReport[];
  /** Why groups could not be judged or answered to the end; what was done in the others is done. */
  readonly failures: readonly unknown[];
}

const NOTHING: Responses = { reports: [], failures: [] };

/**
 * Judges a change, takes back what violates, and tells, group by group. The configuration is loaded
 * only where there is something to judge; the group is read meanwhile, since a rule stands open.
 */
export async function respondToChange(
  change: Change,
  configuration: () => Promise<SentryConfiguration>,
  surroundings: Surroundings,
): Promise<Responses> {
  if (change.errorCode || isOwnRevoke(change, surroundings.own)) return NOTHING;
  const { subject } = change;
  if (subject.kind === 'group' && subject.group.id !== undefined) {
    return respondInNamedGroup(subject.group.id, change, configuration(), surroundings);
  }
  const known = await configuration();
  switch (subject.kind) {
    case 'group':
      return respondInFoundGroups(
        nameFilter(subject.group),
        change,
        () => hintsOf(change, known),
        known,
        surroundings,
      );
    case 'group-created':
      return respondInFoundGroups(
        nameFilter(subject.group),
        change,
        allAddedBy(change, known),
        known,
        surroundings,
      );
    case 'vpc-created':
      return respondInFoundGroups(
        { kind: 'vpc', vpcId: subject.vpcId },
        change,
        allAddedBy(change, known),
        known,
        surroundings,
      );
    case 'prefix-list':
      return respondInFoundGroups(
        subject,
        change,
        listChangedBy(change, subject.prefixListId, known),
        known,
        surroundings,
      );
    case 'group-deleted':
      return together([respondToDeletion(change, subject.group, known, surroundings)]);
    case 'tags':
      return together(
        subject.groupIds.map((groupId) =>
          respondToTags(groupId, change, subject.tagKeys, known, surroundings),
        ),
      );
  }
}

/**
 * What the sentry has taken away can be nothing that it should put back. All else is judged like
 * anybody's, its own role or not.
 */
function isOwnRevoke({ eventName, actor }: Call, own: OwnIdentity): boolean {
  return eventName.startsWith('RevokeSecurityGroup') && isOwnCall(actor, own);
}

async function respondInNamedGroup(
  groupId: string,
  change: Change,
  configuration: Promise<SentryConfiguration>,
  surroundings: Surroundings,
): Promise<Responses> {
  const [known, reading] = await Promise.all([configuration, readGroup(groupId, surroundings)]);
  const isMeant =
    isSelectedById(groupId, known.monitoredGroups) ??
    (isAdopted(reading.ledger) || (await isSelectedByDetails(groupId, known, surroundings)));
  if (!isMeant) return NOTHING;
  return together([
    respondInGroup(targetOf(groupId, change, reading, hintsOf(change, known)), known, surroundings),
  ]);
}

async function isSelectedByDetails(
  groupId: string,
  { monitoredGroups }: SentryConfiguration,
  { groups }: Surroundings,
): Promise<boolean> {
  const found = await groups.find({ kind: 'ids', groupIds: [groupId] });
  return found.some((group) => isSelected(group, monitoredGroups));
}

async function respondInFoundGroups(
  filter: GroupFilter,
  change: Change,
  hints: HintsOf,
  configuration: SentryConfiguration,
  surroundings: Surroundings,
): Promise<Responses> {
  const found = await surroundings.groups.find(filter);
  return together(
    found.map(async (details) => {
      const reading = await readGroup(details.id, surroundings);
      if (!isMonitored(details, reading.ledger, configuration)) return undefined;
      return respondInGroup(
        { ...targetOf(details.id, change, reading, hints(reading)), details },
        configuration,
        surroundings,
      );
    }),
  );
}

/** What the event says of a group, as it is found. */
type HintsOf = (reading: GroupReading) => Hints;

/**
 * By tag, once is for ever: whoever may tag a group must not be able to take it from under the
 * sentry's eyes.
 */
function isMonitored(
  details: GroupDetails,
  ledger: GroupLedger,
  { monitoredGroups }: SentryConfiguration,
): boolean {
  return (
    isSelectedById(details.id, monitoredGroups) ??
    (isAdopted(ledger) || isSelected(details, monitoredGroups))
  );
}

function targetOf(groupId: string, change: Change, reading: GroupReading, hints: Hints): Target {
  return {
    groupId,
    eventId: change.eventId,
    call: change,
    explainedBy: 'event',
    reading,
    hints,
    notices: [],
  };
}

function nameFilter({ id, name }: NamedGroup): GroupFilter {
  return id === undefined ? { kind: 'name', name: name ?? '' } : { kind: 'ids', groupIds: [id] };
}

export function hintsOf(change: Change, { trustedActors }: SentryConfiguration): Hints {
  return { ...change.rules, byTrustedActor: isTrusted(change.actor, trustedActors) };
}

/**
 * A group comes with rules of its own, for which there is no event. Of one that was adopted, its
 * creation says nothing any more.
 */
function allAddedBy(change: Change, configuration: SentryConfiguration): HintsOf {
  return ({ group: { rules }, ledger }) => ({
    ...hintsOf(change, configuration),
    ...NO_RULES,
    present: isAdopted(ledger) ? [] : rules,
  });
}

/**
 * Rules that name the list let other traffic through than before, though none of them was touched.
 */
function listChangedBy(
  change: Change,
  prefixListId: string,
  configuration: SentryConfiguration,
): HintsOf {
  return ({ group: { rules } }) => ({
    ...NO_RULES,
    // A trusted actor's change of a list is no ground to accept the rules that name it.
    described: rules
      .filter(({ peer }) => peer.kind === 'prefixList' && peer.prefixListId === prefixListId)
      .map((rule) => ({ rule })),
    byTrustedActor: hintsOf(change, configuration).byTrustedActor,
    changedPrefixListId: prefixListId,
  });
}

export async function together(
  responses: readonly Promise<ChangeReport | undefined>[],
): Promise<Responses> {
  const settled = await Promise.allSettled(responses);
  return {
    reports: settled.flatMap((result) =>
      result.status === 'fulfilled' ? (result.value ?? []) : reportOf(result.reason),
    ),
    failures: settled.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    ),
  };
}

function reportOf(reason: unknown): ChangeReport[] {
  return reason instanceof UnfinishedError && reason.report ? [reason.report] : [];
}

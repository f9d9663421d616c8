import { answerEvent } from './answer-event';
import { respondToDeletion, respondToTags } from './membership';
import type { Ports } from './ports';
import { type GroupReading, readGroup } from './read-group';
import type { Sentry } from './sentry';
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

/** The results of an event, group by group. */
export interface Responses {
  /** No report: there was nothing to say. */
  readonly reports: readonly ChangeReport[];
  /** Why groups could not be judged or answered to the end; what was done in the others is done. */
  readonly failures: readonly unknown[];
}

const NOTHING: Responses = { reports: [], failures: [] };

/**
 * Judges a change, reverts what violates, and reports, group by group. The configuration is loaded
 * only where there is something to judge; the group is read meanwhile, since a rule stands open.
 */
export async function respondToChange(
  change: Change,
  configuration: () => Promise<SentryConfiguration>,
  ports: Ports,
): Promise<Responses> {
  if (change.errorCode || isOwnRevoke(change, ports.own)) return NOTHING;
  const { subject } = change;
  if (subject.kind === 'group' && subject.group.id !== undefined) {
    return respondInNamedGroup(subject.group.id, change, configuration(), ports);
  }
  const known = await configuration();
  const sentry = { configuration: known, ports };
  const inFound = (filter: GroupFilter, hints: HintsOf) =>
    respondInFoundGroups(filter, change, hints, sentry);
  switch (subject.kind) {
    case 'group':
      return inFound(nameFilter(subject.group), () => hintsOf(change, known));
    case 'group-created':
      return inFound(nameFilter(subject.group), allAddedBy(change, known));
    case 'vpc-created':
      return inFound({ kind: 'vpc', vpcId: subject.vpcId }, allAddedBy(change, known));
    case 'prefix-list':
      return inFound(subject, listChangedBy(change, subject.prefixListId, known));
    case 'group-deleted':
      return together([respondToDeletion(change, subject.group, sentry)]);
    case 'tags':
      return together(
        subject.groupIds.map((groupId) => respondToTags(groupId, change, subject.tagKeys, sentry)),
      );
  }
}

/**
 * A rule that the sentry has revoked can be none that it should put back. All else is judged like
 * anyone's, its own role or not.
 */
function isOwnRevoke({ eventName, actor }: Call, own: OwnIdentity): boolean {
  return eventName.startsWith('RevokeSecurityGroup') && isOwnCall(actor, own);
}

async function respondInNamedGroup(
  groupId: string,
  change: Change,
  configuration: Promise<SentryConfiguration>,
  ports: Ports,
): Promise<Responses> {
  const [known, reading] = await Promise.all([configuration, readGroup(groupId, ports)]);
  const isMeant =
    isSelectedById(groupId, known.monitoredGroups) ??
    (isAdopted(reading.ledger) || (await isSelectedByDetails(groupId, known, ports)));
  if (!isMeant) return NOTHING;
  return together([
    answerEvent(targetOf(groupId, change, reading, hintsOf(change, known)), {
      configuration: known,
      ports,
    }),
  ]);
}

async function isSelectedByDetails(
  groupId: string,
  { monitoredGroups }: SentryConfiguration,
  { groups }: Ports,
): Promise<boolean> {
  const found = await groups.find({ kind: 'ids', groupIds: [groupId] });
  return found.some((group) => isSelected(group, monitoredGroups));
}

async function respondInFoundGroups(
  filter: GroupFilter,
  change: Change,
  hints: HintsOf,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const found = await ports.groups.find(filter);
  return together(
    found.map(async (details) => {
      const reading = await readGroup(details.id, ports);
      if (!isMonitored(details, reading.ledger, configuration)) return undefined;
      return answerEvent(
        { ...targetOf(details.id, change, reading, hints(reading)), details },
        sentry,
      );
    }),
  );
}

/** Gives the event's hints about a group, as it is found. */
type HintsOf = (reading: GroupReading) => Hints;

/**
 * By tag, once is for ever: anyone who may tag a group must not be able to take it from under the
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

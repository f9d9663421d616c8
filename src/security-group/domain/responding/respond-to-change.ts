import { answerEvent } from './answer-event';
import { answerOverwritten } from './answer-overwritten';
import { GROUPS_AT_ONCE } from '../at-once';
import { watchedFromBirth } from './birth';
import {
  type EventHints,
  defaultGroupMadeBy,
  groupMadeBy,
  hintsOf,
  type HintsOf,
  listChangedBy,
} from './event-hints';
import {
  type Configurations,
  endUnanswered,
  giveBackLate,
  type LeaseAhead,
  leaseAhead,
} from './lease-ahead';
import { respondToDeletion, respondToTags } from './membership';
import type { Ports } from './ports';
import { type GroupReading, readGroup } from './read-group';
import { respondInGroup } from './respond-to-differences';
import { joined, NOTHING, type Responses, together } from './responses';
import type { Sentry } from './sentry';
import { sentryIn } from './sentry-in';
import type { Target } from './target';
import { isOwnCall, type OwnIdentity } from '../changes/actor';
import type { Call, Change, ChangeSubject, NamedGroup } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import { isSelected, isSelectedById } from '../groups/monitored-groups';
import { DEFAULT_GROUP } from '../groups/rules-of-new-group';
import type { GroupFilter } from '../groups/security-groups';
import { overwrittenRules } from '../judging/situation';
import { isDue, waitingSince } from '../learning/waiting';
import { type GroupLedger, isAdopted } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { Notice } from '../reporting/change-report';
import type { PrefixList } from '../rules/prefix-list';
import { inTurns } from '../turns';

/**
 * Judges a change, reverts what violates, and reports, group by group. The configuration is loaded
 * only where there is something to judge; the group is read meanwhile, since a rule stands open.
 */
export async function respondToChange(
  change: Change,
  configurations: Configurations,
  ports: Ports,
): Promise<Responses> {
  if (change.errorCode || isOwnRevoke(change, ports.own)) return NOTHING;
  const { subject } = change;
  if (subject.kind === 'group' && subject.group.id !== undefined) {
    return respondInNamedGroup(subject.group.id, change, configurations, ports);
  }
  const known = await configurations.current();
  const sentry = { configuration: known, ports };
  const inFound = (filter: GroupFilter, hintsIn: (group: GroupDetails) => HintsOf) =>
    respondInFoundGroups(filter, change, hintsIn, sentry);
  switch (subject.kind) {
    case 'group':
      return inFound(nameFilter(subject.group), ({ name }) => () => ({
        hints: hintsOf(change, known, name),
      }));
    case 'group-created':
      return inFound(nameFilter(subject.group), (group) => groupMadeBy(change, group, known));
    case 'vpc-created':
      return inFound({ kind: 'vpc', vpcId: subject.vpcId }, (group) =>
        defaultGroupMadeBy(change, group, known),
      );
    case 'prefix-list': {
      const { prefixListId } = subject;
      const list = await listAsItIs(prefixListId, ports);
      const hints = listChangedBy({ ...subject, change, ...(list && { list }) }, known);
      return inFound({ kind: 'prefix-list', prefixListId }, () => hints);
    }
    case 'group-deleted':
      return together([subject.group], async (group) => respondToDeletion(change, group, sentry));
    case 'tags':
      return respondToTagged(subject, change, sentry);
  }
}

async function respondToTagged(
  { groupIds, tagKeys, tags }: Extract<ChangeSubject, { kind: 'tags' }>,
  change: Change,
  sentry: Sentry,
): Promise<Responses> {
  return together(groupIds, async (groupId) =>
    respondToTags({ groupId, change, tagKeys, ...(tags && { tags }) }, sentry),
  );
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
  { last, current }: Configurations,
  ports: Ports,
): Promise<Responses> {
  const knowing = current();
  const guess = last ? Promise.resolve(last) : knowing;
  const leasing = guess.then(async (known) => leaseAhead(groupId, change, known, ports));
  try {
    const [configuration, reading, ahead] = await Promise.all([
      knowing,
      readGroup(groupId, ports),
      leasing,
    ]);
    return await respondInReadGroup({ groupId, change, reading, ahead }, { configuration, ports });
  } catch (error) {
    await giveBackLate(leasing, ports);
    throw error;
  }
}

/** A group that an event names, as it was read, under the lease that was taken meanwhile. */
interface ReadGroup {
  readonly groupId: string;
  readonly change: Change;
  readonly reading: GroupReading;
  readonly ahead?: LeaseAhead;
}

async function respondInReadGroup(
  { groupId, change, reading, ahead }: ReadGroup,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const { ledger } = reading;
  const isMeant =
    isSelectedById(groupId, configuration.monitoredGroups) ??
    (isAdopted(ledger) || (await isSelectedByDetails(groupId, configuration, ports)));
  if (!isMeant) {
    await endUnanswered(ahead, { eventId: change.eventId, groupId }, ports);
    return NOTHING;
  }
  const hints = hintsOf(change, configuration, ledger.record?.name);
  const target = { ...targetOf(groupId, change, reading, { hints }), ...(ahead && { ahead }) };
  return respondToTarget(target, await sentryIn({ id: groupId, ledger }, sentry));
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
  hintsIn: (group: GroupDetails) => HintsOf,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const groups = await ports.groups.find(filter);

  const respondIn = async (details: GroupDetails): Promise<Responses> => {
    const found = await readGroup(details.id, ports);
    const { ledger } = found;
    if (!isMonitored(details, ledger, configuration)) return NOTHING;
    const own = await sentryIn({ id: details.id, details, ledger }, sentry);
    const reading = isBirthOf(details, change)
      ? await watchedFromBirth(found, details, change, { sentry, own: own.configuration })
      : found;
    const target = targetOf(details.id, change, reading, hintsIn(details)(reading));
    const isBorn = isBirthOf(details, change) && isMadeBy(change, reading);
    const notices = isBorn && own.configuration.policies.length === 0 ? [NO_POLICY] : [];
    return respondToTarget({ ...target, details, notices }, own);
  };
  const responses = await inTurns(groups, GROUPS_AT_ONCE, async (details) =>
    unlessItFails(respondIn(details)),
  );
  return joined(responses);
}

const NO_POLICY: Notice = {
  severity: 'medium',
  text: 'The group was made, and no policy is for it: nothing in it is judged.',
};

function isMadeBy({ eventId }: Change, { ledger: { record } }: GroupReading): boolean {
  return record?.madeBy === eventId;
}

/** With a VPC, its default group is made; others that it has by now have events of their own. */
function isBirthOf({ name }: GroupDetails, { subject }: Change): boolean {
  return (
    subject.kind === 'group-created' || (subject.kind === 'vpc-created' && name === DEFAULT_GROUP)
  );
}

async function unlessItFails(responding: Promise<Responses>): Promise<Responses> {
  return responding.catch((error: unknown) => ({ reports: [], failures: [error] }));
}

/**
 * First with what the event wrote, then with what it points to; and with what changes so often that
 * no event finds it as it was written, once it has waited long enough.
 */
async function respondToTarget(target: Target, sentry: Sentry): Promise<Responses> {
  const { groupId, call } = target;
  const written = await together([target], async (one) => answerEvent(one, sentry));
  const others = await answerOverwritten(target, sentry);
  const due = isWaitOver(target, sentry) ? await respondInGroup(groupId, call, sentry) : NOTHING;
  return joined([written, others, due]);
}

/** By the list of what has waited before this event. */
function isWaitOver(
  { hints, reading: { group, ledger } }: Target,
  { configuration, ports }: Sentry,
): boolean {
  return overwrittenRules(group, hints).some((rule) =>
    isDue(waitingSince(rule, ledger), ports.clock.now(), configuration.settleMilliseconds),
  );
}

/** Where the list cannot be read, the event is answered as if all of it were the event's. */
async function listAsItIs(
  prefixListId: string,
  { groups }: Ports,
): Promise<PrefixList | undefined> {
  const lists = await groups.prefixLists([prefixListId]);
  return lists.get(prefixListId);
}

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

function targetOf(
  groupId: string,
  change: Change,
  reading: GroupReading,
  { hints, otherIds }: EventHints,
): Target {
  return {
    groupId,
    eventId: change.eventId,
    call: change,
    explainedBy: 'event',
    reading,
    hints,
    ...(otherIds && { otherIds }),
    notices: [],
  };
}

function nameFilter({ id, name }: NamedGroup): GroupFilter {
  return id === undefined ? { kind: 'name', name: name ?? '' } : { kind: 'ids', groupIds: [id] };
}

import { answerEvent } from './answer-event';
import type { Ports } from './ports';
import type { Sentry } from './sentry';
import type { Target } from './target';
import { isTrusted } from '../changes/actor';
import type { Change, NamedGroup } from '../changes/change';
import { NO_RULES } from '../changes/named-rules';
import {
  type CountedTags,
  countTagsAfter,
  decideTags,
  distinctTags,
  hasTag,
  isCounted,
  settledTags,
} from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import {
  decisiveTagKeys,
  isSelected,
  isSelectedById,
  keysThatExclude,
  type MonitoredGroups,
} from '../groups/monitored-groups';
import { EMPTY_LEDGER, type GroupLedger, isAdopted } from '../ledger/ledger';
import { rewriteRecord } from '../ledger/rewrite';
import {
  decisiveTags,
  isFor,
  remembersMembership,
  tagsOfQuestions,
} from '../policies/configuration-for';
import type { Policy } from '../policies/policy';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { ChangeReport, Notice } from '../reporting/change-report';
import type { RuleTag } from '../rules/rule';

/** A deleted group takes its rules with it: reported, no matter who did it. */
export async function respondToDeletion(
  change: Change,
  { id }: NamedGroup,
  sentry: Sentry,
): Promise<ChangeReport | undefined> {
  const { configuration, ports } = sentry;
  // Deleted by its name, the group can be found no more: reconcile tells of it.
  if (id === undefined) return undefined;
  const ledger = await ports.ledger.read(id);
  if (!(isSelectedById(id, configuration.monitoredGroups) ?? isAdopted(ledger))) return undefined;
  const report = await answerEvent(targetOf({ id, ledger }, change, [DELETED]), sentry);
  const [remaining] = await ports.groups.find({ kind: 'ids', groupIds: [id] });
  if (!remaining) await noteDeletion(id, ports);
  return report;
}

/** A call that changed tags of a group. */
export interface TagChange {
  readonly groupId: string;
  readonly change: Change;
  /** None: all. */
  readonly tagKeys: readonly string[];
  readonly tags?: readonly RuleTag[];
}

/**
 * Membership by tag is sticky, and so is which policies hold: who may tag a group must not be able
 * to take it from under the sentry's eyes, or to weaken what holds for it.
 */
export async function respondToTags(
  tagChange: TagChange,
  sentry: Sentry,
): Promise<ChangeReport | undefined> {
  const { groupId, change } = tagChange;
  const { configuration, ports } = sentry;
  const { monitoredGroups, policies, trustedActors } = configuration;
  const selections = policies.flatMap(({ appliesTo }) => appliesTo ?? []);
  const isDecisive =
    [monitoredGroups, ...selections].some((one) => touches(tagChange, one)) ||
    tagsOfQuestions(configuration).some(({ key }) => isNamed(tagChange, key));
  if (!isDecisive) return undefined;
  const ledger = await ports.ledger.read(groupId);
  if (!isAdopted(ledger)) return undefined;
  const [details] = await ports.groups.find({ kind: 'ids', groupIds: [groupId] });
  if (!details) return undefined;
  const isTrustedCall = isTrusted(change.actor, trustedActors);
  const counted = tagsAfter(ledger.record?.tags, details, tagChange, isTrustedCall, configuration);
  const isLost = touches(tagChange, monitoredGroups) && !isSelected(details, monitoredGroups);
  const isReleased =
    isTrustedCall && isLost && isExplained(details, tagChange, counted, configuration);
  const notices = isReleased
    ? [RELEASED]
    : [
        ...(isLost ? [STILL_WATCHED] : []),
        ...policyNotices({ tagChange, details, before: ledger.record?.tags, counted }, policies),
        ...routeNotices({ tagChange, details, counted }, configuration),
      ];
  const known = { id: groupId, ledger, details };
  const report =
    notices.length > 0 ? await answerEvent(targetOf(known, change, notices), sentry) : undefined;
  if (isReleased) await releaseGroup(groupId, ports);
  else await keepTags(tagChange, details, isTrustedCall, sentry);
  return report;
}

/** Whether the call may have changed tags that the selection goes by. */
function touches(tagChange: TagChange, selection: MonitoredGroups): boolean {
  return decisiveTagKeys(selection).some((key) => isNamed(tagChange, key));
}

function isNamed({ tagKeys }: TagChange, key: string): boolean {
  return tagKeys.length === 0 || tagKeys.includes(key);
}

function tagsAfter(
  known: CountedTags | undefined,
  details: GroupDetails,
  { change, tagKeys, tags }: TagChange,
  isTrustedCall: boolean,
  configuration: SentryConfiguration,
): CountedTags | undefined {
  const decisive = decisiveTags(configuration);
  if (!isTrustedCall) return countTagsAfter(known, details, decisive, { keys: tagKeys });
  return decideTags(known, details, decisive, {
    keys: tagKeys,
    ...(tags && { tags }),
    at: change.time,
  });
}

/**
 * A trusted actor's call releases the group only where it is that call which did: others may have
 * changed tags before.
 */
function isExplained(
  details: GroupDetails,
  { tagKeys }: TagChange,
  counted: CountedTags | undefined,
  configuration: SentryConfiguration,
): boolean {
  const { monitoredGroups } = configuration;
  if (tagKeys.length === 0) return true;
  if (keysThatExclude(details, monitoredGroups).every((key) => tagKeys.includes(key))) return true;
  return remembersMembership(configuration) && !isCounted(details, monitoredGroups, counted);
}

interface TagsInQuestion {
  readonly tagChange: TagChange;
  readonly details: GroupDetails;
  /** As they counted before the call, and after it. */
  readonly before: CountedTags | undefined;
  readonly counted: CountedTags | undefined;
}

/** Policies that end with the call, and those that hold though it would have them end. */
function policyNotices(
  { tagChange: { tagKeys }, details, before, counted }: TagsInQuestion,
  policies: readonly Policy[],
): Notice[] {
  const unmeant = policies.filter(
    ({ appliesTo }) => appliesTo !== undefined && !isSelected(details, appliesTo),
  );
  const touched = unmeant.filter(
    ({ appliesTo }) =>
      tagKeys.length === 0 ||
      (appliesTo && keysThatExclude(details, appliesTo).some((key) => tagKeys.includes(key))),
  );
  const held = touched.filter((policy) => isFor(policy, details, counted));
  const ended = unmeant.filter(
    (policy) => isFor(policy, details, before) && !isFor(policy, details, counted),
  );
  const isUncovered =
    ended.length > 0 && policies.every((policy) => !isFor(policy, details, counted));
  return [
    ...(held.length > 0 ? [stillHolding(held)] : []),
    ...(ended.length > 0 ? [endedBy(ended)] : []),
    ...(isUncovered ? [UNCOVERED] : []),
  ];
}

/** Who would be asked by the tags that the call may have changed, and is not. */
function routeNotices(
  { tagChange, details, counted }: Omit<TagsInQuestion, 'before'>,
  { workflows }: SentryConfiguration,
): Notice[] {
  const tags = distinctTags(workflows.flatMap(({ routeTags = [] }) => routeTags));
  const touched = tags.filter(({ key }) => isNamed(tagChange, key));
  const settled = counted ? settledTags(counted, touched) : [];
  const isOther = (tag: RuleTag) => hasTag(details.tags ?? [], tag) !== hasTag(settled, tag);
  return touched.some(isOther) ? [ASKED_AS_BEFORE] : [];
}

function stillHolding(policies: readonly Policy[]): Notice {
  return {
    severity: 'high',
    text: `By its tags the group would be without ${namesOf(policies)}. Tags decide that only where a trusted actor or an operator changes them: what held for the group still holds.`,
  };
}

function endedBy(policies: readonly Policy[]): Notice {
  return {
    severity: 'medium',
    text: `A trusted actor changed the tags of the group: from now on it is without ${namesOf(policies)}.`,
  };
}

const UNCOVERED: Notice = {
  severity: 'high',
  text: 'No policy is for the group any more: nothing in it is judged.',
};

function namesOf(policies: readonly Policy[]): string {
  return `the ${policies.length > 1 ? 'policies' : 'policy'} ${policies.map(({ name = '' }) => name).join(', ')}`;
}

/** Someone else may have written the record in between. */
async function keepTags(
  tagChange: TagChange,
  details: GroupDetails,
  isTrustedCall: boolean,
  { configuration, ports }: Sentry,
): Promise<void> {
  await rewriteRecord(tagChange.groupId, ports.ledger, (record) => {
    const tags = tagsAfter(record.tags, details, tagChange, isTrustedCall, configuration);
    return tags === record.tags ? undefined : { ...record, ...(tags && { tags }) };
  });
}

const DELETED: Notice = { severity: 'high', text: 'The monitored group was deleted.' };
const STILL_WATCHED: Notice = {
  severity: 'high',
  text: 'By its tags the group would not be watched any more. Tags decide that only where a trusted actor or an operator changes them: it is still watched.',
};
const ASKED_AS_BEFORE: Notice = {
  severity: 'medium',
  text: 'By its tags other people would be asked about the group. Tags decide that only where a trusted actor changes them: the same people are asked as before.',
};
const RELEASED: Notice = {
  severity: 'medium',
  text: 'A trusted actor changed the tags of the group: it is not watched any more.',
};

interface KnownGroup {
  readonly id: string;
  readonly ledger: GroupLedger;
  readonly details?: GroupDetails;
}

/** Nothing is judged: the notice is all that is reported. */
function targetOf(
  { id, ledger: { record, repeats }, details }: KnownGroup,
  change: Change,
  notices: readonly Notice[],
): Target {
  return {
    groupId: id,
    eventId: change.eventId,
    call: change,
    explainedBy: 'event',
    ...(details && { details }),
    reading: {
      ledger: { ...EMPTY_LEDGER, record, repeats },
      group: { rules: [], unreadableRuleIds: [] },
    },
    hints: { ...NO_RULES, byTrustedActor: false },
    notices,
  };
}

/** An event may be made up, and a look be wrong: reconcile releases it when it is gone for good. */
async function noteDeletion(groupId: string, { ledger, clock }: Ports): Promise<void> {
  await rewriteRecord(groupId, ledger, (record) =>
    record.releasedAt
      ? undefined
      : { ...record, unseenSince: record.unseenSince ?? clock.now(), isDeletionTold: true },
  );
}

/** Its grants are kept for its return. */
async function releaseGroup(groupId: string, { ledger, clock }: Ports): Promise<void> {
  await rewriteRecord(groupId, ledger, (record) => ({
    ...record,
    releasedAt: clock.now(),
    releasedFor: 'not-chosen',
  }));
}

import { answerEvent } from './answer-event';
import type { Ports } from './ports';
import type { Sentry } from './sentry';
import type { Target } from './target';
import { isTrusted } from '../changes/actor';
import type { Change, NamedGroup } from '../changes/change';
import { NO_RULES } from '../changes/named-rules';
import type { GroupDetails } from '../groups/group';
import {
  decisiveTagKeys,
  isSelected,
  isSelectedById,
  keysThatExclude,
} from '../groups/monitored-groups';
import { EMPTY_LEDGER, type GroupLedger, isAdopted } from '../ledger/ledger';
import { rewriteRecord } from '../ledger/rewrite';
import type { ChangeReport, Notice } from '../reporting/change-report';

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
  const report = await answerEvent(targetOf({ id, ledger }, change, DELETED), sentry);
  const [remaining] = await ports.groups.find({ kind: 'ids', groupIds: [id] });
  if (!remaining) await noteDeletion(id, ports);
  return report;
}

/**
 * Membership by tag is sticky: who may tag a group must not be able to take it from under the
 * sentry's eyes.
 */
export async function respondToTags(
  groupId: string,
  change: Change,
  tagKeys: readonly string[],
  sentry: Sentry,
): Promise<ChangeReport | undefined> {
  const { configuration, ports } = sentry;
  const { monitoredGroups, trustedActors } = configuration;
  const decisive = decisiveTagKeys(monitoredGroups);
  if (tagKeys.length > 0 && !tagKeys.some((key) => decisive.includes(key))) return undefined;
  const ledger = await ports.ledger.read(groupId);
  if (!isAdopted(ledger)) return undefined;
  const [details] = await ports.groups.find({ kind: 'ids', groupIds: [groupId] });
  if (!details || isSelected(details, monitoredGroups)) return undefined;
  // A trusted actor's call releases the group only where it is that call which did: others may have
  // changed tags before.
  const isExplained =
    tagKeys.length === 0 ||
    keysThatExclude(details, monitoredGroups).every((key) => tagKeys.includes(key));
  const isReleased = isExplained && isTrusted(change.actor, trustedActors);
  const target = targetOf(
    { id: groupId, ledger, details },
    change,
    isReleased ? RELEASED : STILL_WATCHED,
  );
  const report = await answerEvent(target, sentry);
  if (isReleased) await releaseGroup(groupId, ports);
  return report;
}

const DELETED: Notice = { severity: 'high', text: 'The monitored group was deleted.' };
const STILL_WATCHED: Notice = {
  severity: 'high',
  text: 'By its tags the group would not be watched any more. Tags decide that only where a trusted actor or an operator changes them: it is still watched.',
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
  notice: Notice,
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
    notices: [notice],
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

import { respondInGroup, type Surroundings } from './respond-in-group';
import { isTrusted } from '../changes/actor';
import { type Change, type NamedGroup, NO_RULES } from '../changes/change';
import {
  decisiveTagKeys,
  isSelected,
  isSelectedById,
  keysThatExclude,
} from '../groups/monitored-groups';
import { EMPTY_LEDGER, type GroupLedger, isAdopted } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { ChangeReport, GroupDetails, Notice } from '../reporting/change-report';

/** A deleted group takes its rules with it: told, whoever did it. */
export async function respondToDeletion(
  change: Change,
  { id }: NamedGroup,
  configuration: SentryConfiguration,
  surroundings: Surroundings,
): Promise<ChangeReport | undefined> {
  // Deleted by its name, the group can be found no more: reconcile tells of it.
  if (id === undefined) return undefined;
  const ledger = await surroundings.ledger.read(id);
  if (!(isSelectedById(id, configuration.monitoredGroups) ?? isAdopted(ledger))) return undefined;
  const report = await tellOf(
    id,
    ledger,
    change,
    { severity: 'high', text: 'The monitored group was deleted.' },
    configuration,
    surroundings,
  );
  // One that still shows keeps its grants: reconcile releases it when it is gone.
  const [remaining] = await surroundings.groups.find({ kind: 'ids', groupIds: [id] });
  if (!remaining) await releaseGroup(ledger, id, surroundings);
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
  configuration: SentryConfiguration,
  surroundings: Surroundings,
): Promise<ChangeReport | undefined> {
  const { monitoredGroups, trustedActors } = configuration;
  const decisive = decisiveTagKeys(monitoredGroups);
  if (tagKeys.length > 0 && !tagKeys.some((key) => decisive.includes(key))) return undefined;
  const ledger = await surroundings.ledger.read(groupId);
  if (!isAdopted(ledger)) return undefined;
  const [details] = await surroundings.groups.find({ kind: 'ids', groupIds: [groupId] });
  if (!details || isSelected(details, monitoredGroups)) return undefined;
  // A trusted actor's call releases the group only where it is that call which did: others may have
  // changed tags before.
  const isExplained =
    tagKeys.length === 0 ||
    keysThatExclude(details, monitoredGroups).every((key) => tagKeys.includes(key));
  const isReleased = isExplained && isTrusted(change.actor, trustedActors);
  if (!isReleased) {
    return tellOf(groupId, ledger, change, STILL_WATCHED, configuration, surroundings, details);
  }
  const report = await tellOf(
    groupId,
    ledger,
    change,
    RELEASED,
    configuration,
    surroundings,
    details,
  );
  await releaseGroup(ledger, groupId, surroundings);
  return report;
}

const STILL_WATCHED: Notice = {
  severity: 'high',
  text: 'By its tags the group would not be watched any more. Tags decide that only where a trusted actor or an operator changes them: it is still watched.',
};
const RELEASED: Notice = {
  severity: 'medium',
  text: 'A trusted actor changed the tags of the group: it is not watched any more.',
};

async function tellOf(
  groupId: string,
  { record, repeats }: GroupLedger,
  change: Change,
  notice: Notice,
  configuration: SentryConfiguration,
  surroundings: Surroundings,
  details?: GroupDetails,
): Promise<ChangeReport | undefined> {
  const reading = {
    ledger: { ...EMPTY_LEDGER, record, repeats },
    group: { rules: [], unreadableRuleIds: [] },
  };
  return respondInGroup(
    {
      groupId,
      eventId: change.eventId,
      call: change,
      explainedBy: 'event',
      ...(details && { details }),
      reading,
      hints: { ...NO_RULES, byTrustedActor: false },
      notices: [notice],
    },
    configuration,
    surroundings,
  );
}

async function releaseGroup(
  { record, entries }: GroupLedger,
  groupId: string,
  { ledger, clock }: Surroundings,
): Promise<void> {
  if (!record) return;
  await ledger.write(
    groupId,
    [...entries.values()].map((entry) => ({ kind: 'remove', entry })),
  );
  await ledger.writeRecord({ ...record, releasedAt: clock.now() });
}

import { ruleValues, violationInMessage } from './change-notification';
import { plainText } from '../../shared/domain/notification/plain-text';
import {
  CHANGE_MESSAGE_VERSION,
  type DisabledPolicyInMessage,
  type ExclusionEndInMessage,
  type GroupInMessage,
  type PauseInMessage,
  type ReconcileMessage,
  type UnconfirmedRuleInMessage,
} from '../contracts/change-message';
import type { GroupDetails } from '../domain/groups/group';
import type { Disabling } from '../domain/policies/policy';
import type { Pause } from '../domain/policies/sentry-configuration';
import type { Adoption } from '../domain/reconciling/adoption';
import type { LookedUpEntry } from '../domain/reconciling/confirm-grants';
import type { Doubts } from '../domain/reconciling/doubts';
import type { ExclusionEnd } from '../domain/reconciling/exclusion-ends';
import type { ReconcileReport } from '../domain/reconciling/reconcile-report';
import {
  reconcileSeverity,
  reconcileSubject,
  reconcileText,
} from '../domain/reconciling/reconcile-text';
import type { Announcement } from '../domain/reporting/announcement';
import { placeFields } from '../domain/reporting/place-text';

/** Of each kind of thing, at most `maxItems` are listed. */
export function reconcileNotification(
  report: ReconcileReport,
  sentry: string,
  maxItems: number,
): Announcement {
  const message = reconcileMessage(report, sentry, maxItems);
  return {
    subject: reconcileSubject(report),
    json: JSON.stringify(message),
    text: reconcileText(report, sentry, maxItems),
    severity: message.severity,
    type: message.type,
    isRepeat: false,
  };
}

function reconcileMessage(
  report: ReconcileReport,
  sentry: string,
  maxItems: number,
): ReconcileMessage {
  const { adoptions, released, returned, notAdoptedYet, due, pause, refusedPause, doubts } = report;
  const { disablings, endedDisablings, exclusionEnds } = report;
  return {
    version: CHANGE_MESSAGE_VERSION,
    type: 'security-group-reconcile',
    sentry,
    ...placeFields(report.place),
    severity: reconcileSeverity(report),
    time: report.at.toISOString(),
    groups: report.groupCount,
    adopted: violatingFirst(adoptions)
      .slice(0, maxItems)
      .map((adoption) => adoptedInMessage(adoption, maxItems)),
    adoptedOmitted: Math.max(0, adoptions.length - maxItems),
    released: released
      .slice(0, maxItems)
      .map(({ group, reason }) => ({ group: recordInMessage(group), reason })),
    ...(returned.length > 0 && {
      returned: returned.slice(0, maxItems).map(recordInMessage),
    }),
    ...(notAdoptedYet && {
      notAdoptedYet: {
        groups: notAdoptedYet.groups.slice(0, maxItems).map(groupInMessage),
        reason: plainText(notAdoptedYet.reason),
      },
    }),
    due: due.slice(0, maxItems),
    braked: report.isBraked,
    ...doubtsInMessage(doubts, maxItems),
    ...(report.unconfirmed.length > 0 && {
      unconfirmed: report.unconfirmed.slice(0, maxItems).map(unconfirmedInMessage),
    }),
    ...(pause && { pause: pauseInMessage(pause) }),
    ...(refusedPause && { refusedPause: pauseInMessage(refusedPause) }),
    ...(disablings.length > 0 && { disabledPolicies: disablings.map(disablingInMessage) }),
    ...(endedDisablings.length > 0 && { enabledPolicies: endedDisablings.map(disablingInMessage) }),
    ...(exclusionEnds.length > 0 && {
      exclusionEnds: exclusionEnds.slice(0, maxItems).map(exclusionEndInMessage),
    }),
  };
}

function recordInMessage({ groupId: id, name, vpcId }: ReconcileReport['returned'][number]) {
  return { id, name, vpcId };
}

function disablingInMessage({
  policy,
  since,
  until,
  reason,
  by,
}: Disabling): DisabledPolicyInMessage {
  return { policy, since: since.toISOString(), until: until.toISOString(), reason, by };
}

function exclusionEndInMessage({
  policy,
  exclusion: { groupId, rule, reason, until },
  isOver,
}: ExclusionEnd): ExclusionEndInMessage {
  return {
    policy,
    groupId,
    ...ruleValues(rule),
    reason: plainText(reason),
    until: until.toISOString(),
    isOver,
  };
}

function unconfirmedInMessage({
  group: { id, name, vpcId },
  entry: { rule },
  unconfirmed,
}: LookedUpEntry): UnconfirmedRuleInMessage {
  return {
    group: { id, name, vpcId },
    ruleId: rule.id,
    ...ruleValues(rule),
    eventIds: unconfirmed.flatMap(({ eventId }) => eventId ?? []),
  };
}

function violatingFirst(adoptions: readonly Adoption[]): Adoption[] {
  return [...adoptions].sort((a, b) => b.violating.length - a.violating.length);
}

/** What there is none of is left out. */
function doubtsInMessage(
  { lists, rules, groups, selections, peers }: Doubts,
  maxItems: number,
): Pick<
  ReconcileMessage,
  'notJudged' | 'unreadLists' | 'unreadRules' | 'notLookedUp' | 'doubtfulPeers'
> {
  return {
    ...(groups.length > 0 && {
      notJudged: groups.slice(0, maxItems).map(({ group, reason }) => ({
        group: groupInMessage(group),
        reason: plainText(reason),
      })),
      notJudgedOmitted: Math.max(0, groups.length - maxItems),
    }),
    ...(lists.length > 0 && {
      unreadLists: lists.slice(0, maxItems).map((list) => ({
        prefixListId: list.id,
        reason: plainText(list.reason),
        rules: list.rules.slice(0, maxItems).map(({ group, rule }) => ({
          group: groupInMessage(group),
          ruleId: rule.id,
          ...ruleValues(rule),
        })),
        rulesOmitted: Math.max(0, list.rules.length - maxItems),
      })),
      unreadListsOmitted: Math.max(0, lists.length - maxItems),
    }),
    ...(rules.length > 0 && {
      unreadRules: rules.slice(0, maxItems).map(({ group, ruleIds }) => ({
        group: groupInMessage(group),
        ruleIds: ruleIds.slice(0, maxItems),
      })),
    }),
    ...(peers.length > 0 && {
      doubtfulPeers: peers.slice(0, maxItems).map((one) => ({
        peer: plainText(one.peer),
        reason: plainText(one.reason),
        rules: one.rules.length,
      })),
    }),
    ...(selections.length > 0 && {
      notLookedUp: selections.slice(0, maxItems).map(({ selection, reason }) => ({
        selection: plainText(selection),
        reason: plainText(reason),
      })),
    }),
  };
}

function groupInMessage({ id, name, vpcId }: GroupDetails): GroupInMessage {
  return { id, name, vpcId };
}

function adoptedInMessage(
  { group, cause, ruleCount, newRules, isUncovered, violating, changes }: Adoption,
  maxItems: number,
): ReconcileMessage['adopted'][number] {
  return {
    group: { id: group.id, name: group.name, vpcId: group.vpcId },
    cause,
    rules: ruleCount,
    ...(newRules.length > 0 && { newRules: newRules.length }),
    ...(isUncovered && { uncovered: true as const }),
    violating: violating.slice(0, maxItems).map(({ rule, violations }) => ({
      ruleId: rule.id,
      ...ruleValues(rule),
      violations: violations.map(violationInMessage),
      accepted: changes.some(
        (change) =>
          change.kind === 'put' && change.entry.rule === rule && change.entry.grants.length > 0,
      ),
    })),
  };
}

function pauseInMessage({ until, ...pause }: Pause): PauseInMessage {
  return { ...pause, until: until.toISOString() };
}

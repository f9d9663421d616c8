import { ruleValues, violationInMessage } from './change-notification';
import {
  CHANGE_MESSAGE_VERSION,
  type ReconcileMessage,
  type UnconfirmedRuleInMessage,
} from '../contracts/change-message';
import type { Adoption } from '../domain/reconciling/adoption';
import type { LookedUpEntry } from '../domain/reconciling/confirm-grants';
import type { ReconcileReport } from '../domain/reconciling/reconcile-groups';
import {
  reconcileSeverity,
  reconcileSubject,
  reconcileText,
} from '../domain/reconciling/reconcile-text';
import type { Announcement } from '../domain/reporting/announcement';

/** Of each kind of thing, at most `maxItems` are listed. */
export function reconcileNotification(
  report: ReconcileReport,
  sentry: string,
  maxItems: number,
): Announcement {
  const { adoptions, released, due, pause } = report;
  const message: ReconcileMessage = {
    version: CHANGE_MESSAGE_VERSION,
    type: 'security-group-reconcile',
    sentry,
    severity: reconcileSeverity(report),
    time: report.at.toISOString(),
    groups: report.groupCount,
    adopted: violatingFirst(adoptions)
      .slice(0, maxItems)
      .map((adoption) => adoptedInMessage(adoption, maxItems)),
    adoptedOmitted: Math.max(0, adoptions.length - maxItems),
    released: released
      .slice(0, maxItems)
      .map(({ group: { groupId: id, name, vpcId }, reason }) => ({
        group: { id, name, vpcId },
        reason,
      })),
    due: due.slice(0, maxItems),
    braked: report.isBraked,
    ...(report.unconfirmed.length > 0 && {
      unconfirmed: report.unconfirmed.slice(0, maxItems).map(unconfirmedInMessage),
    }),
    ...(pause && {
      pause: { until: pause.until.toISOString(), reason: pause.reason, by: pause.by },
    }),
  };
  return {
    subject: reconcileSubject(report),
    json: JSON.stringify(message),
    text: reconcileText(report, sentry, maxItems),
    severity: message.severity,
    type: message.type,
    isRepeat: false,
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

function adoptedInMessage(
  { group, cause, ruleCount, violating, changes }: Adoption,
  maxItems: number,
): ReconcileMessage['adopted'][number] {
  return {
    group: { id: group.id, name: group.name, vpcId: group.vpcId },
    cause,
    rules: ruleCount,
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

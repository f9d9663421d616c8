import type { AdoptionCause } from './adoption';
import type { ReconcileReport } from './reconcile-groups';
import { plainText, subjectLine } from '../../../shared/domain/notification/plain-text';
import type { Severity } from '../../../shared/domain/notification/severity';
import { groupText } from '../reporting/report-text';
import { ruleText } from '../rules/rule-text';

export function reconcileSeverity({
  isBraked,
  adoptions,
  released,
  pause,
  unconfirmed,
}: ReconcileReport): Severity {
  if (isBraked) return 'critical';
  if (
    pause ||
    unconfirmed.length > 0 ||
    released.some(({ reason }) => reason === 'deleted') ||
    adoptions.some(({ violating }) => violating.length > 0)
  ) {
    return 'high';
  }
  return released.length > 0 || adoptions.some(({ cause }) => cause !== 'first-contact')
    ? 'medium'
    : 'low';
}

export function reconcileSubject(report: ReconcileReport): string {
  return subjectLine(
    `[${reconcileSeverity(report).toUpperCase()}] ${headlines(report).join('; ')}`,
  );
}

function headlines({
  isBraked,
  due,
  adoptions,
  released,
  pause,
  unconfirmed,
}: ReconcileReport): string[] {
  const violating = adoptions.reduce((sum, adoption) => sum + adoption.violating.length, 0);
  return [
    ...(isBraked ? [`${due.length} groups differ from the ledger: nothing was done`] : []),
    ...(pause ? [`the sentry is paused until ${pause.until.toISOString()}`] : []),
    ...(unconfirmed.length > 0
      ? [`${unconfirmed.length} rules rest on events that CloudTrail's event history does not have`]
      : []),
    ...(adoptions.length > 0
      ? [
          `${adoptions.length} security groups adopted, ${violating} of their rules violate a policy`,
        ]
      : []),
    ...(released.length > 0 ? [`${released.length} security groups are not watched any more`] : []),
  ];
}

/** The body of an e-mail, with at most `maxRules` rules in it. */
export function reconcileText(report: ReconcileReport, sentry: string, maxRules: number): string {
  const { isBraked, due, groupCount, pause, released } = report;
  return [
    `${headlines(report).join('; ')}.`,
    '',
    ...(isBraked
      ? [
          `Of ${groupCount} monitored groups, ${due.length} have differences that no event explains. So many at once are more likely a fault than so many intruders, so nothing was done.`,
          'Look at them, accept what is right with the operator\'s function, and raise "reconcileBrake" if the rest shall be reverted:',
          ...due.slice(0, maxRules).map((id) => `- ${id}`),
          '',
        ]
      : []),
    ...(pause
      ? [
          `Paused by ${plainText(pause.by)}, because: ${plainText(pause.reason)}. Violations are reported, and answered after the pause.`,
          '',
        ]
      : []),
    ...unconfirmedLines(report, maxRules),
    ...adoptionLines(report, maxRules),
    ...released.map(
      ({ group, reason }) =>
        `- ${groupText(group.groupId, group.name)} is not watched any more: ${RELEASE_TEXT[reason]}`,
    ),
    ...(released.length > 0 ? [''] : []),
    `Told by the sentry ${sentry}.`,
  ].join('\n');
}

function unconfirmedLines({ unconfirmed }: ReconcileReport, maxRules: number): string[] {
  if (unconfirmed.length === 0) return [];
  return [
    "For a day, CloudTrail's event history has had nothing of the calls on which these rules rest: it is out, or someone made the events up. With the next run they are answered like rules that no event explains. If they are right, accept them with the operator's function:",
    ...unconfirmed
      .slice(0, maxRules)
      .map(
        ({ group, entry: { rule }, unconfirmed: grants }) =>
          `- ${groupText(group.id, group.name)}: ${ruleText(rule)}${rule.id ? ` (${plainText(rule.id)})` : ''}, by event ${grants.map(({ eventId, by }) => `${plainText(eventId ?? '')} of ${plainText(by)}`).join(', ')}`,
      ),
    ...(unconfirmed.length > maxRules
      ? [`… and ${unconfirmed.length - maxRules} more rules.`]
      : []),
    '',
  ];
}

const RELEASE_TEXT = {
  deleted: 'it does not exist.',
  'not-chosen': 'a deployment chose other groups.',
};

const CAUSE_TEXT: Readonly<Record<AdoptionCause, string>> = {
  'first-contact': 'seen for the first time',
  'came-back': 'watched again',
  'enforced-now': 'from OBSERVE to ENFORCE',
  'other-policies': 'the policies have changed',
};

function adoptionLines({ adoptions }: ReconcileReport, maxRules: number): string[] {
  if (adoptions.length === 0) return [];
  const violating = adoptions.flatMap(({ group, violating: rules, changes }) =>
    rules.map(({ rule, violations }) => {
      const isLeft = changes.some(
        (change) =>
          change.kind === 'put' && change.entry.rule === rule && change.entry.grants.length > 0,
      );
      return `- ${groupText(group.id, group.name)}: ${ruleText(rule)}${rule.id ? ` (${plainText(rule.id)})` : ''}: ${violations.map(({ reason }) => reason).join('; ')}. ${isLeft ? 'It is accepted as it stands.' : 'It is answered as the policy says.'}`;
    }),
  );
  return [
    'The rules that stand in these groups are recorded as accepted; from now on what is added is judged:',
    ...adoptions
      .slice(0, maxRules)
      .map(
        ({ group, cause, ruleCount }) =>
          `- ${groupText(group.id, group.name)}: ${ruleCount} rules (${CAUSE_TEXT[cause]})`,
      ),
    ...(adoptions.length > maxRules ? [`… and ${adoptions.length - maxRules} more groups.`] : []),
    '',
    ...(violating.length > 0
      ? ['Of these rules, some violate a policy:', ...violating.slice(0, maxRules)]
      : []),
    ...(violating.length > maxRules ? [`… and ${violating.length - maxRules} more rules.`] : []),
    ...(violating.length > 0 ? [''] : []),
  ];
}

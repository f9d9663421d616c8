import type { Adoption, AdoptionCause } from './adoption';
import { firstOf, groupsText, type News, section } from './news';
import type { ReconcileReport } from './reconcile-report';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { Severity } from '../../../shared/domain/notification/severity';
import { groupText } from '../reporting/report-text';
import { namedRuleText } from '../rules/rule-text';

export function unconfirmedNews({ unconfirmed }: ReconcileReport, most: number): News | undefined {
  if (unconfirmed.length === 0) return undefined;
  const rules = unconfirmed.map(
    ({ group, entry: { rule }, unconfirmed: grants }) =>
      `- ${groupText(group.id, group.name)}: ${namedRuleText(rule)}, by event ${grants.map(({ eventId, by }) => `${plainText(eventId ?? '')} of ${plainText(by)}`).join(', ')}`,
  );
  return {
    severity: 'high',
    headlines: [
      `${unconfirmed.length} rules rest on events that CloudTrail's event history does not have`,
    ],
    lines: [
      "For a day, CloudTrail's event history has had nothing of the calls on which these rules rest: it is out, or someone made the events up. A later run ends their grants; then they are answered like rules that no event explains. If they are right, accept them with the operator's function:",
      ...firstOf(rules, most, 'rules.'),
      '',
    ],
  };
}

const CAUSE_TEXT: Readonly<Record<AdoptionCause, string>> = {
  'first-contact': 'seen for the first time',
  'came-back': 'watched again',
  'enforced-now': 'from OBSERVE to ENFORCE',
  'other-policies': 'the policies have changed',
};

function adoptedText(groups: number, violating: number): string {
  const whose = groups === 1 ? 'its' : 'their';
  const violate = violating === 1 ? 'violates' : 'violate';
  return `${groupsText(groups, 'adopted')}, ${violating} of ${whose} rules ${violate} a policy`;
}

export function adoptionNews({ adoptions }: ReconcileReport, most: number): News | undefined {
  if (adoptions.length === 0) return undefined;
  const violating = adoptions.flatMap(violatingLines);
  const uncovered = adoptions.filter(({ isUncovered }) => isUncovered);
  return {
    severity: adoptionSeverity(adoptions),
    headlines: [
      adoptedText(adoptions.length, violating.length),
      ...(uncovered.length > 0
        ? [`no policy is for ${uncovered.length} of the security groups`]
        : []),
    ],
    lines: [
      'The rules that stand in these groups are recorded as accepted; from now on what is added is judged:',
      ...firstOf(adoptions.map(adoptionLine), most, 'groups.'),
      '',
      ...section(
        'No policy is for these groups, so nothing in them is judged. Name them in "appliesTo" of a policy, or leave them out of "monitoredGroups":',
        uncovered.map(({ group }) => `- ${groupText(group.id, group.name)}`),
        most,
      ),
      ...(violating.length > 0
        ? ['Of these rules, some violate a policy:', ...firstOf(violating, most, 'rules.'), '']
        : []),
    ],
  };
}

function adoptionSeverity(adoptions: readonly Adoption[]): Severity {
  if (adoptions.some(({ violating }) => violating.length > 0)) return 'high';
  const isNoted = ({ cause, isUncovered }: Adoption) => isUncovered || cause !== 'first-contact';
  return adoptions.some(isNoted) ? 'medium' : 'low';
}

function adoptionLine({ group, cause, ruleCount, newRules }: Adoption): string {
  const newer =
    newRules.length > 0
      ? `. Of these, ${newRules.length} are newer than the last look at the groups, and are answered as the policies say`
      : '';
  return `- ${groupText(group.id, group.name)}: ${ruleCount} rules (${CAUSE_TEXT[cause]})${newer}`;
}

function violatingLines({ group, violating, changes }: Adoption): string[] {
  return violating.map(({ rule, violations }) => {
    const isLeft = changes.some(
      (change) =>
        change.kind === 'put' && change.entry.rule === rule && change.entry.grants.length > 0,
    );
    const reasons = violations.map(({ reason }) => reason).join('; ');
    return `- ${groupText(group.id, group.name)}: ${namedRuleText(rule)}: ${reasons}. ${isLeft ? 'It is accepted as it stands.' : 'It is answered as the policy says.'}`;
  });
}

const RELEASE_TEXT = {
  deleted: 'it does not exist, or belongs to another account.',
  'not-chosen': 'a deployment chose other groups.',
};

const LOG_HAS_ALL = 'The log of the function has all of them.';

export function releaseNews(
  { released, returned }: ReconcileReport,
  most: number,
): News | undefined {
  if (released.length + returned.length === 0) return undefined;
  const gone = released.map(
    ({ group, reason }) =>
      `- ${groupText(group.groupId, group.name)} is not watched any more: ${RELEASE_TEXT[reason]}`,
  );
  const back = returned.map(
    ({ groupId, name }) =>
      `- ${groupText(groupId, name)} is there again: what the sentry knew of its rules counts as before.`,
  );
  return {
    severity: released.some(({ reason }) => reason === 'deleted') ? 'high' : 'medium',
    headlines: [
      ...(gone.length > 0
        ? [groupsText(gone.length, 'is not watched any more', 'are not watched any more')]
        : []),
      ...(back.length > 0 ? [groupsText(back.length, 'is there again', 'are there again')] : []),
    ],
    lines: [
      ...firstOf(gone, most, `groups are not watched any more. ${LOG_HAS_ALL}`),
      ...firstOf(back, most, `groups are there again. ${LOG_HAS_ALL}`),
      '',
    ],
  };
}

/** Groups that cannot be adopted yet. */
export function waitingNews({ notAdoptedYet }: ReconcileReport, most: number): News | undefined {
  if (!notAdoptedYet) return undefined;
  const { groups, reason } = notAdoptedYet;
  return {
    severity: 'medium',
    headlines: [groupsText(groups.length, 'cannot be adopted yet')],
    lines: section(
      `CloudTrail's event history cannot be asked what is new in these groups: ${plainText(reason)}. They are adopted once it can. Until then, only what events name in them is judged:`,
      groups.map(({ id, name }) => `- ${groupText(id, name)}`),
      most,
    ),
  };
}

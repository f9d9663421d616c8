import type { AdoptionCause } from './adoption';
import { doubtfulGroupIds, type DoubtfulList, type Doubts, isInDoubt } from './doubts';
import type { ReconcileReport } from './reconcile-groups';
import { plainText, subjectLine } from '../../../shared/domain/notification/plain-text';
import type { Severity } from '../../../shared/domain/notification/severity';
import { groupText } from '../reporting/report-text';
import { ruleText } from '../rules/rule-text';

export function reconcileSeverity({
  isBraked,
  adoptions,
  released,
  returned,
  notAsked,
  pause,
  refusedPause,
  disablings,
  endedDisablings,
  unconfirmed,
  doubts,
}: ReconcileReport): Severity {
  if (isBraked) return 'critical';
  if (
    pause ||
    refusedPause ||
    disablings.length > 0 ||
    unconfirmed.length > 0 ||
    isInDoubt(doubts) ||
    released.some(({ reason }) => reason === 'deleted') ||
    adoptions.some(({ violating }) => violating.length > 0)
  ) {
    return 'high';
  }
  return released.length > 0 ||
    returned.length > 0 ||
    notAsked !== undefined ||
    endedDisablings.length > 0 ||
    adoptions.some(({ cause }) => cause !== 'first-contact')
    ? 'medium'
    : 'low';
}

export function reconcileSubject(report: ReconcileReport): string {
  return subjectLine(
    `[${reconcileSeverity(report).toUpperCase()}] ${headlines(report).join('; ')}`,
  );
}

function headlines(report: ReconcileReport): string[] {
  const { isBraked, adoptions, released, returned, notAsked, pause, refusedPause } = report;
  const { disablings, endedDisablings, doubts, unconfirmed } = report;
  const violating = adoptions.reduce((sum, adoption) => sum + adoption.violating.length, 0);
  return [
    ...(isBraked ? [`${brakedText(report)}: nothing was done`] : []),
    ...(pause ? [`the sentry is paused until ${pause.until.toISOString()}`] : []),
    ...(refusedPause ? ['a pause of more than seven days is not obeyed'] : []),
    ...disablings.map(
      ({ policy, until }) => `the policy ${policy} is disabled until ${until.toISOString()}`,
    ),
    ...endedDisablings.map(({ policy }) => `the policy ${policy} is in force again`),
    ...(unconfirmed.length > 0
      ? [`${unconfirmed.length} rules rest on events that CloudTrail's event history does not have`]
      : []),
    ...(adoptions.length > 0
      ? [
          `${adoptions.length} security groups adopted, ${violating} of their rules violate a policy`,
        ]
      : []),
    ...(released.length > 0 ? [`${released.length} security groups are not watched any more`] : []),
    ...(returned.length > 0 ? [`${returned.length} security groups are there again`] : []),
    ...(notAsked ? [`${notAsked.groups.length} security groups cannot be adopted yet`] : []),
    ...doubtHeadlines(doubts),
  ];
}

function brakedText({ due, doubts }: ReconcileReport): string {
  const doubtful = doubtfulGroupIds(doubts).size;
  return doubtful > due.length
    ? `${doubtful} groups cannot be judged in full`
    : `${due.length} groups differ from the ledger`;
}

function doubtHeadlines({ lists, rules, groups, selections }: Doubts): string[] {
  const unread = rules.reduce((sum, { ruleIds }) => sum + ruleIds.length, 0);
  return [
    ...(groups.length > 0 ? [`${groups.length} security groups were not judged`] : []),
    ...(lists.length > 0 ? [`the entries of ${lists.length} prefix lists cannot be judged`] : []),
    ...(unread > 0 ? [`${unread} rules cannot be read`] : []),
    ...(selections.length > 0 ? ['new groups may be missed'] : []),
  ];
}

/** The body of an e-mail, with at most `maxRules` rules in it. */
export function reconcileText(report: ReconcileReport, sentry: string, maxRules: number): string {
  const { isBraked, due, groupCount, pause } = report;
  return [
    `${headlines(report).join('; ')}.`,
    '',
    ...(isBraked
      ? [
          `Of ${groupCount} monitored groups, ${due.length} have differences that no event explains, and ${doubtfulGroupIds(report.doubts).size} cannot be judged in full. So many at once are more likely a fault than so many intruders, so nothing was done.`,
          ...(due.length > 0
            ? [
                'Look at them, accept what is right with the operator\'s function, and raise "reconcileBrake" if the rest shall be reverted:',
                ...due.slice(0, maxRules).map((id) => `- ${id}`),
              ]
            : ['Mend what is listed below. The next run tries again.']),
          '',
        ]
      : []),
    ...(pause
      ? [
          `Paused by ${plainText(pause.by)}, because: ${plainText(pause.reason)}. Violations are reported, and answered after the pause.`,
          '',
        ]
      : []),
    ...refusedPauseLines(report),
    ...disablingLines(report),
    ...unconfirmedLines(report, maxRules),
    ...adoptionLines(report, maxRules),
    ...releasedLines(report, maxRules),
    ...notAskedLines(report, maxRules),
    ...doubtLines(report, maxRules),
    `Sent by the sentry ${sentry}.`,
  ].join('\n');
}

function disablingLines({ disablings, endedDisablings }: ReconcileReport): string[] {
  const lines = [
    ...disablings.map(
      ({ policy, until, by, reason }) =>
        `The policy ${policy} is disabled until ${until.toISOString()} by ${plainText(by)}, because: ${plainText(reason)}. What violates it is reported, and left until then.`,
    ),
    ...endedDisablings.map(
      ({ policy, since, until, by }) =>
        `The policy ${policy}, which ${plainText(by)} had disabled since ${since.toISOString()}, is in force again since ${until.toISOString()}. What still violates it is answered by the next runs of reconcile.`,
    ),
  ];
  return lines.length > 0 ? [...lines, ''] : [];
}

function refusedPauseLines({ refusedPause }: ReconcileReport): string[] {
  if (!refusedPause) return [];
  const { until, by, reason } = refusedPause;
  return [
    `The parameter asks for a pause until ${until.toISOString()}, by ${plainText(by)}, because: ${plainText(reason)}. That is longer than an operator may order, so someone wrote it past the operator's function: the sentry goes on acting. Find out who it was from CloudTrail (PutParameter), and have the operator's function resume.`,
    '',
  ];
}

function releasedLines({ released, returned }: ReconcileReport, maxGroups: number): string[] {
  const gone = released.map(
    ({ group, reason }) =>
      `- ${groupText(group.groupId, group.name)} is not watched any more: ${RELEASE_TEXT[reason]}`,
  );
  const back = returned.map(
    ({ groupId, name }) =>
      `- ${groupText(groupId, name)} is there again: what the sentry knew of its rules counts as before.`,
  );
  return [
    ...firstOf(gone, maxGroups, 'groups are not watched any more'),
    ...firstOf(back, maxGroups, 'groups are there again'),
    ...(released.length + returned.length > 0 ? [''] : []),
  ];
}

function firstOf(lines: readonly string[], most: number, ofOthers: string): string[] {
  const others = lines.length - most;
  if (others <= 0) return [...lines];
  const rest = `… and ${others} more ${ofOthers}. The log of the function has all of them.`;
  return [...lines.slice(0, most), rest];
}

function unconfirmedLines({ unconfirmed }: ReconcileReport, maxRules: number): string[] {
  if (unconfirmed.length === 0) return [];
  return [
    "For a day, CloudTrail's event history has had nothing of the calls on which these rules rest: it is out, or someone made the events up. A later run ends their grants; then they are answered like rules that no event explains. If they are right, accept them with the operator's function:",
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
  deleted: 'it does not exist, or belongs to another account.',
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
        ({ group, cause, ruleCount, newRules }) =>
          `- ${groupText(group.id, group.name)}: ${ruleCount} rules (${CAUSE_TEXT[cause]})${newRules.length > 0 ? `. Of these, ${newRules.length} are newer than the last look at the groups, and are answered as the policies say` : ''}`,
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

function notAskedLines({ notAsked }: ReconcileReport, maxItems: number): string[] {
  return section(
    `CloudTrail's event history cannot be asked what is new in these groups: ${plainText(notAsked?.reason ?? '')}. They are adopted once it can. Until then, only what events name in them is judged:`,
    (notAsked?.groups ?? []).map(({ id, name }) => `- ${groupText(id, name)}`),
    maxItems,
  );
}

/** Of each kind of doubt, at most `maxItems` lines. */
function doubtLines({ doubts }: ReconcileReport, maxItems: number): string[] {
  const { groups, lists, rules, selections } = doubts;
  return [
    ...section(
      'These groups were not judged in this run. The next run tries again; if it says the same, see the log of the function:',
      groups.map(
        ({ group, reason }) => `- ${groupText(group.id, group.name)}: ${plainText(reason)}`,
      ),
      maxItems,
    ),
    ...section(
      'No policy can answer for what these prefix lists let through. Have the owner share them again, or have the rules name a list of this account, or the ranges themselves; revoke the rules that no one needs:',
      lists.flatMap((list) => listLines(list, maxItems)),
      maxItems,
    ),
    ...section(
      'These rules cannot be read, and were not judged. Look at them, and report it to the maintainers:',
      rules.map(
        ({ group, ruleIds }) =>
          `- ${groupText(group.id, group.name)}: ${ruleIds
            .slice(0, maxItems)
            .map((id) => plainText(id))
            .join(', ')}`,
      ),
      maxItems,
    ),
    ...section(
      'These could not be looked up, so that groups which are new among them are not adopted yet:',
      selections.map(({ selection, reason }) => `- ${plainText(selection)}: ${plainText(reason)}`),
      maxItems,
    ),
  ];
}

function section(heading: string, lines: readonly string[], maxLines: number): string[] {
  if (lines.length === 0) return [];
  const omitted = lines.length - maxLines;
  return [
    heading,
    ...lines.slice(0, maxLines),
    ...(omitted > 0 ? [`… and ${omitted} more lines.`] : []),
    '',
  ];
}

function listLines({ id, reason, rules }: DoubtfulList, maxRules: number): string[] {
  return [
    `- ${plainText(id)}: ${plainText(reason)}. It is named by:`,
    ...rules
      .slice(0, maxRules)
      .map(
        ({ group, rule }) =>
          `  - ${groupText(group.id, group.name)}: ${ruleText(rule)}${rule.id ? ` (${plainText(rule.id)})` : ''}`,
      ),
    ...(rules.length > maxRules ? [`  - … and ${rules.length - maxRules} more rules.`] : []),
  ];
}

import {
  type ChangeReport,
  countOutcomes,
  hasFailures,
  noticesToTell,
  secondsOpen,
  severityOf,
  worstFirst,
} from './change-report';
import { disputeHeadline, disputeParagraph } from './dispute-text';
import type { Outcome, RuleOutcome } from './outcome';
import { factLine, inText, inTitle, placeFacts } from './place-text';
import { plainText, subjectLine } from '../../../shared/domain/notification/plain-text';
import { type Actor, nameInWords } from '../changes/actor';
import { namedRuleText, ruleText } from '../rules/rule-text';

/** The subject of an e-mail: what is worst comes first, since the rest may be cut. */
export function reportSubject(report: ChangeReport): string {
  const severity = severityOf(report).toUpperCase();
  const [first] = worstFirst(report.rules);
  const [dispute] = report.disputes;
  const group = `${report.group.id}${inTitle(report.place)}`;
  if (dispute) {
    return subjectLine(
      `[${severity}] ${group}: ${ruleText(dispute.rule)}: ${disputeHeadline(dispute, report.lookedAt)}`,
    );
  }
  if (!first) {
    return subjectLine(
      `[${severity}] ${group}: ${report.notices.map(({ text }) => text).join(' ')}`,
    );
  }
  const others = report.rules.length > 1 ? ` and ${report.rules.length - 1} more` : '';
  return subjectLine(
    `[${severity}] ${group}: ${ruleText(first.rule)}${others}: ${headline(report)}`,
  );
}

/** The body of an e-mail, with at most `maxRules` rules in it. */
export function reportText(report: ChangeReport, sentry: string, maxRules: number): string {
  const { call, group, place, rules } = report;
  const shown = worstFirst(rules)
    .slice(0, maxRules)
    .map((rule) => ruleParagraph(rule, report));
  const disputesLeft = report.disputes.length - maxRules;
  return [
    `Security group ${groupText(group.id, group.name)}${inText(place)} was changed${rules.length > 0 ? `: ${headline(report)}` : ''}.${report.disputes.length > 0 ? ' A rule of it is in dispute.' : ''}`,
    '',
    fact('Group', `${groupText(group.id, group.name)}${group.vpcId ? ` in ${group.vpcId}` : ''}`),
    ...(place
      ? placeFacts(place).map(factLine)
      : [fact('Account', `${call.accountId}, Region ${call.region}`)]),
    ...callFacts(report),
    fact('Severity', severityOf(report)),
    '',
    ...report.disputes
      .slice(0, maxRules)
      .flatMap((dispute) => disputeParagraph(dispute, report.lookedAt)),
    ...(disputesLeft > 0 ? [`… and ${disputesLeft} more rules in dispute.`, ''] : []),
    ...shown.flat(),
    ...(rules.length > maxRules ? [moreRulesText(rules.length - maxRules), ''] : []),
    ...noticesToTell(report.notices).flatMap(({ text }) => [text, '']),
    ...closingLines(report),
    `Sent by the sentry ${sentry}.`,
  ].join('\n');
}

function moreRulesText(count: number): string {
  return `… and ${count} more rules, which do not fit into this message. The log of the sentry's function has all of them, by their ids.`;
}

function callFacts({ call, explainedBy, pointedToBy }: ChangeReport): string[] {
  if (pointedToBy) {
    return [
      fact('Changed by', 'not known yet: the event of the call that wrote this has not come'),
      fact(
        'Found',
        `with CloudTrail event ${pointedToBy.eventId}, ${pointedToBy.eventName} of ${pointedToBy.time.toISOString()}, which is about the same rule and wrote other values`,
      ),
    ];
  }
  if (explainedBy === 'nothing') {
    return [
      fact('Changed by', "not known: neither an event nor CloudTrail's event history explains it"),
      fact(
        'Found',
        `when the groups were compared with the ledger, since ${call.time.toISOString()}`,
      ),
    ];
  }
  return [
    fact('Changed by', actorText(call.actor)),
    fact('From', call.sourceAddress ?? 'an address that the event does not name'),
    fact('When', call.time.toISOString()),
    fact(
      'Call',
      `${call.eventName}, CloudTrail event ${call.eventId}${explainedBy === 'event-history' ? ', found in the event history' : ''}`,
    ),
  ];
}

const OUTCOME_TEXT: Readonly<Record<Outcome['kind'], string>> = {
  failed: 'could NOT be reverted',
  'not-restorable': 'could NOT be put back',
  'would-revert': 'left in place, would be reverted',
  kept: 'left in place, as the policy says',
  reverted: 'reverted',
  'already-gone': 'already gone',
};

/**
 * "reverted"; or, where it is not the same for all rules, "1 left in place, as the policy says, 2
 * reverted".
 */
function headline(report: ChangeReport): string {
  const counts = countOutcomes(report);
  if (
    report.rules.every(({ change, outcome }) => change === 'removed' && outcome.kind === 'kept')
  ) {
    return 'removed';
  }
  if (counts.length === 1) return counts.map(([kind]) => OUTCOME_TEXT[kind]).join();
  return counts.map(([kind, count]) => `${count} ${OUTCOME_TEXT[kind]}`).join(', ');
}

function ruleParagraph(
  { rule, change, restored, violations, outcome }: RuleOutcome,
  report: ChangeReport,
): string[] {
  return [
    `- ${namedRuleText(rule)}${CHANGE_TEXT[change]}`,
    ...(rule.description ? [`  described as "${plainText(rule.description)}"`] : []),
    ...violations.map(({ reason }) => `  Why: ${reason}.`),
    `  Done: ${outcomeText({ change, outcome, restored, rule }, report)}`,
    '',
  ];
}

const CHANGE_TEXT = {
  added: '',
  modified: ', modified',
  described: ', given a new description',
  removed: ', removed',
};

function outcomeText(
  { change, outcome, restored }: Pick<RuleOutcome, 'rule' | 'change' | 'outcome' | 'restored'>,
  report: ChangeReport,
): string {
  const seconds = secondsOpen(report);
  switch (outcome.kind) {
    case 'reverted':
      return revertedText(change, restored, seconds);
    case 'already-gone':
      return 'nothing. It was already gone: someone was quicker, or has given the rule other values since.';
    case 'kept':
      return change === 'removed'
        ? 'nothing but this message. The rule is not put back, and needs a trusted actor to come back.'
        : 'nothing but this message, as the policy says. The rule stands.';
    case 'would-revert':
      return outcome.until
        ? `nothing: the sentry is paused${outcome.pausedIn ? ` in ${outcome.pausedIn}` : ''} until ${outcome.until.toISOString()}, and looks at it again then.`
        : 'nothing: the sentry only observes. In ENFORCE mode this would be reverted.';
    case 'not-restorable':
      return `NOT put back: ${plainText(outcome.reason)}.`;
    case 'failed':
      return `FAILED, ${change === 'removed' ? 'the rule is still missing' : 'the rule still stands'} after ${seconds} s: ${plainText(outcome.reason)}. ${outcome.byMember ? 'It cannot be done until someone changes that.' : 'It is tried again.'}`;
  }
}

function revertedText(
  change: RuleOutcome['change'],
  restored: RuleOutcome['restored'],
  seconds: number,
): string {
  if (change === 'removed') return 'put back, as the ledger holds it.';
  if (!restored) return `reverted. It stood open for about ${seconds} s.`;
  if (change === 'described') {
    return `described again as ${restored.description ? `"${plainText(restored.description)}"` : 'nothing'}.`;
  }
  return `reverted to ${ruleText(restored)}. The other values stood for about ${seconds} s.`;
}

function closingLines(report: ChangeReport): string[] {
  const repeats =
    report.repeats > 0
      ? [`The same was reverted ${report.repeats} times more since it was last reported.`, '']
      : [];
  if (hasFailures(report)) {
    return [
      ...repeats,
      'Look at the group now: until a later message says otherwise, it is not as it should be.',
      '',
    ];
  }
  if (
    !report.rules.some(
      ({ outcome, change }) =>
        outcome.kind === 'reverted' && (change === 'added' || change === 'modified'),
    )
  ) {
    return repeats;
  }
  return [
    ...repeats,
    'Revoking a rule does not cut connections that were made while it stood: look for them.',
    '',
  ];
}

/** A session name is chosen by the one who assumed the role, so the role is named with it. */
function actorText(actor: Actor): string {
  const role = actor.roleArn ? `, role ${actor.roleArn}` : '';
  const through = actor.invokedBy ? `, through ${actor.invokedBy}` : '';
  return `${nameInWords(actor)}${role}${through}`;
}

export function groupText(id: string, name?: string): string {
  return name ? `${id} (${plainText(name)})` : id;
}

function fact(label: string, value: string): string {
  return factLine({ label, value: plainText(value) });
}

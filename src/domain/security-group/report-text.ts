import { type ChangeReport, countOutcomes, hasFailures, secondsOpen, severityOf, worstFirst } from './change-report';
import type { Outcome, RuleOutcome } from './outcome';
import { ruleText } from './rule-text';
import type { Actor } from '../actor/actor';
import { plainText, subjectLine } from '../notification/plain-text';

/** The subject of an e-mail: what is worst comes first, since the rest may be cut. */
export function reportSubject(report: ChangeReport): string {
  const severity = severityOf(report).toUpperCase();
  const [first] = worstFirst(report.rules);
  if (!first) return subjectLine(`[${severity}] ${report.group.id}: a change that could not be read in full`);
  const others = report.rules.length > 1 ? ` and ${report.rules.length - 1} more` : '';
  return subjectLine(`[${severity}] ${report.group.id}: ${ruleText(first.rule)}${others}: ${headline(report)}`);
}

/** The body of an e-mail, with at most `maxRules` rules in it. */
export function reportText(report: ChangeReport, sentry: string, maxRules: number): string {
  const { change, group, rules } = report;
  const shown = worstFirst(rules).slice(0, maxRules).map((rule) => ruleParagraph(rule, report));
  return [
    `Security group ${groupText(group.id, group.name)} was changed: ${headline(report)}.`,
    '',
    fact('Group', `${groupText(group.id, group.name)}${group.vpcId ? ` in ${group.vpcId}` : ''}`),
    fact('Account', `${change.accountId}, Region ${change.region}`),
    fact('Changed by', actorText(change.actor)),
    fact('From', change.sourceAddress ?? 'an address that the event does not name'),
    fact('When', change.time.toISOString()),
    fact('Call', `${change.eventName}, CloudTrail event ${change.eventId}`),
    fact('Severity', severityOf(report)),
    '',
    ...shown.flat(),
    ...(rules.length > maxRules ? [`… and ${rules.length - maxRules} more rules.`, ''] : []),
    ...(report.doubt ? [report.doubt, ''] : []),
    ...closingLines(report),
    `Told by the sentry ${sentry}.`,
  ].join('\n');
}

const OUTCOME_TEXT: Readonly<Record<Outcome['kind'], string>> = {
  'failed': 'could NOT be taken back',
  'kept': 'left in place, as the policy says',
  'reverted': 'taken back',
  'already-gone': 'already gone',
};

/** "taken back"; or, where it is not the same for all rules, "1 left in place, as the policy says, 2 taken back". */
function headline(report: ChangeReport): string {
  const counts = countOutcomes(report);
  if (counts.length === 0) return 'judged as it stands';
  if (counts.length === 1) return counts.map(([kind]) => OUTCOME_TEXT[kind]).join();
  return counts.map(([kind, count]) => `${count} ${OUTCOME_TEXT[kind]}`).join(', ');
}

function ruleParagraph({ rule, violations, outcome }: RuleOutcome, report: ChangeReport): string[] {
  return [
    `- ${ruleText(rule)}${rule.id ? ` (${plainText(rule.id)})` : ''}`,
    ...(rule.description ? [`  described as "${plainText(rule.description)}"`] : []),
    ...violations.map(({ reason }) => `  Why: ${reason}.`),
    `  Done: ${outcomeText(outcome, report)}`,
    '',
  ];
}

function outcomeText(outcome: Outcome, report: ChangeReport): string {
  const seconds = secondsOpen(report);
  switch (outcome.kind) {
    case 'reverted': return `reverted. It stood open for about ${seconds} s.`;
    case 'already-gone': return report.tries > 1
      ? 'nothing now. The rule is gone: an earlier try of the sentry may have taken it back.'
      : 'nothing. The rule was already gone: a second delivery of the event, or somebody was quicker.';
    case 'kept': return 'nothing but this message, as the policy says. The rule stands.';
    case 'failed': return `FAILED, the rule still stands after ${seconds} s: ${plainText(outcome.reason)}. It is tried again.`;
  }
}

function closingLines(report: ChangeReport): string[] {
  if (hasFailures(report)) return ['Look at the group now: until a later message says otherwise, the rule is open.', ''];
  if (!report.rules.some(({ outcome }) => outcome.kind === 'reverted')) return [];
  return ['Revoking a rule does not cut connections that were made while it stood: look for them.', ''];
}

/** A session name is chosen by whoever assumed the role, so the role is named with it. */
function actorText(actor: Actor): string {
  const who = actor.arn ?? actor.userName ?? `an identity of type ${actor.type}`;
  const role = actor.roleArn ? `, role ${actor.roleArn}` : '';
  const through = actor.invokedBy ? `, through ${actor.invokedBy}` : '';
  return `${who}${role}${through}`;
}

function groupText(id: string, name?: string): string {
  return name ? `${id} (${plainText(name)})` : id;
}

function fact(label: string, value: string): string {
  return `${`${label}:`.padEnd(12)}${plainText(value)}`;
}

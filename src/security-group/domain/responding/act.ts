import { outcomeUnanswered, answerJudgements, outcomeOf, isAnswered } from './answer-judgements';
import type { Answered, After } from './answer-judgements';
import type { Case } from './case';
import { lookUntil } from './read-group';
import type { Clock } from '../../../shared/domain/clock';
import { reasonOf } from '../../../shared/domain/failure/failure';
import type { SecurityGroups, GroupRules } from '../groups/security-groups';
import { isAbout, type Judgement } from '../judging/judgement';
import { entryOf } from '../ledger/ledger';
import { isPaused } from '../policies/sentry-configuration';
import type { Outcome, RuleOutcome } from '../reporting/outcome';
import { isSameRule, ruleKey } from '../rules/rule';

/** The traces of earlier tries at the same case. */
export interface EarlierTries {
  /**
   * An earlier try meant to do this, and the state does not ask for it any more. It is reported,
   * and not done again.
   */
  readonly earlier: readonly Judgement[];
  readonly intended: (judgement: Judgement) => boolean;
}

/** The outcomes, rule by rule, and the group as it stood then. */
export interface Acted {
  readonly outcomes: readonly RuleOutcome[];
  readonly after: GroupRules;
}

export async function act(
  { target: { groupId }, situation, judgements, sentry: { configuration, ports } }: Case,
  { earlier, intended }: EarlierTries,
): Promise<Acted> {
  const { groups, clock } = ports;
  if (configuration.mode === 'OBSERVE' || isPaused(configuration, clock.now())) {
    const pause = configuration.mode === 'OBSERVE' ? undefined : configuration.pause;
    const outcomes = judgements.map((judgement) =>
      ruleOutcome(judgement, outcomeUnanswered(judgement, pause), situation.group),
    );
    return { outcomes, after: situation.group };
  }
  const answered = await answerJudgements(groupId, judgements, groups);
  const after = areAllShown(answered)
    ? { group: withoutRevoked(situation.group, answered) }
    : await lookAfter(groupId, answered, groups, clock);
  const group = 'group' in after ? after.group : situation.group;
  const done = earlier.filter((judgement) => isAnswered(judgement, group));
  const answers = answered
    .filter(({ judgement }) => !done.some((one) => isAbout(judgement, one)))
    .map((one) =>
      ruleOutcome(one.judgement, outcomeOf(one, after, intended(one.judgement)), group),
    );
  const doneBefore = done.map((judgement) =>
    ruleOutcome(judgement, earlierOutcome(judgement, group), group),
  );
  return { outcomes: [...answers, ...doneBefore], after: group };
}

/**
 * A restored rule gets another id, under which the event history confirms nothing any more. So what
 * it has confirmed is written down before: a try that dies after the act would take it with it.
 */
export async function withGroundsKept(one: Case): Promise<Case> {
  const { judgements, situation, sentry } = one;
  const { groupId, reading } = one.target;
  const confirmed = judgements
    .filter(({ present, verdict }) => !present && verdict === 'restore')
    .flatMap(({ rule }) => entryOf(rule, situation.ledger) ?? [])
    .filter((entry) => entry !== entryOf(entry.rule, reading.ledger));
  if (confirmed.length === 0) return one;
  await sentry.ports.ledger.write(
    groupId,
    confirmed.map((entry) => ({ kind: 'put', entry })),
  );
  const written = confirmed.map(
    (entry) => [ruleKey(entry.rule), { ...entry, revision: entry.revision + 1 }] as const,
  );
  const entries = new Map([...situation.ledger.entries, ...written]);
  return { ...one, situation: { ...situation, ledger: { ...situation.ledger, entries } } };
}

/** An earlier try has done it; or was only to tell of it, and may have died before it did. */
function earlierOutcome(judgement: Judgement, group: GroupRules): Outcome {
  if (judgement.verdict !== 'keep' && judgement.verdict !== 'ask') return { kind: 'reverted' };
  const present = group.rules.some((standing) => isSameRule(judgement.rule, standing));
  return outcomeOf({ judgement: { ...judgement, present } }, { group }, false);
}

/** Also where nothing was to be done. */
function areAllShown(answered: readonly Answered[]): boolean {
  return answered.every(
    ({ answer }) => answer === undefined || (answer.kind === 'done' && answer.isShown),
  );
}

/** Only a revoke is shown by its answer. */
function withoutRevoked(
  { rules, unreadableRuleIds }: GroupRules,
  answered: readonly Answered[],
): GroupRules {
  const revoked = answered
    .filter(({ answer }) => answer)
    .flatMap(({ judgement }) => judgement.rule.id ?? []);
  return {
    rules: rules.filter(({ id = '' }) => !revoked.includes(id)),
    unreadableRuleIds: unreadableRuleIds.filter((id) => !revoked.includes(id)),
  };
}

async function lookAfter(
  groupId: string,
  answered: readonly Answered[],
  groups: SecurityGroups,
  clock: Clock,
): Promise<After> {
  const acted = answered
    .filter(({ answer }) => answer !== undefined)
    .map(({ judgement }) => judgement);
  try {
    const first = await groups.rulesOf(groupId);
    return {
      group: await lookUntil(groupId, first, groups, clock, (group) =>
        acted.every((judgement) => isAnswered(judgement, group)),
      ),
    };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

/** That it is as before is said of what is seen to be so only. */
export function ruleOutcome(
  { rule, change, violations, restored }: Judgement,
  outcome: Outcome,
  after: GroupRules,
): RuleOutcome {
  const isRestored =
    restored && after.rules.some((standing) => ruleKey(standing) === ruleKey(restored));
  return {
    rule,
    change,
    violations,
    outcome,
    ...(restored && (isRestored || outcome.kind === 'would-revert') && { restored }),
  };
}

import type { Clock } from '../clock';
import type { Change } from './change';
import type { ChangeReport, GroupDetails } from './change-report';
import { judge, type Judgement } from './judge';
import type { Outcome, RuleOutcome } from './outcome';
import type { Policy } from './policy';
import { isSameRule, type Rule } from './rule';
import { isOwnCall, isTrusted, type OwnIdentity, type TrustedActor } from '../actor/actor';

/** What a sentry watches, and by what it judges. */
export interface SentryConfiguration {
  readonly monitoredGroupIds: readonly string[];
  readonly policies: readonly Policy[];
  readonly trustedActors: readonly TrustedActor[];
}

export interface GroupState {
  readonly details: GroupDetails;
  readonly rules: readonly Rule[];
  /** Rules that stand there and cannot be read, by id. They must not hide the others, nor be taken for gone. */
  readonly unreadableRuleIds: readonly string[];
}

export type RevokeAnswer =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'refused'; readonly reason: string };

/** EC2, as the sentry needs it. A read that fails throws: it is never "nothing there". */
export interface SecurityGroups {
  /** The group with its rules, or undefined where it does not exist. */
  look(groupId: string): Promise<GroupState | undefined>;
  /** Of the given groups, those that exist. */
  find(groupIds: readonly string[]): Promise<GroupDetails[]>;
  revoke(groupId: string, rule: Rule): Promise<RevokeAnswer>;
}

export interface Surroundings {
  readonly groups: SecurityGroups;
  readonly clock: Clock;
  readonly own: OwnIdentity;
  /** Which try at the event this is, from 1. */
  readonly tries: number;
}

/** What came of a change, group by group. */
export interface JudgedGroups {
  readonly reports: readonly ChangeReport[];
  /** Why groups could not be judged; the reports of the others are to be told all the same. */
  readonly failures: readonly unknown[];
}

/** Describe can lag behind a change for a moment. */
const LOOK_AGAIN_AFTER = [150, 350, 700];

/** Judges a change, takes back what violates, and reports group by group. No report: there is nothing to tell. */
export async function respondToChange(
  change: Change, configuration: SentryConfiguration, surroundings: Surroundings,
): Promise<JudgedGroups> {
  if (change.errorCode || isOwnCall(change.actor, surroundings.own)) return { reports: [], failures: [] };
  const groupIds = await groupsOf(change, configuration, surroundings.groups);
  const settled = await Promise.allSettled(groupIds.map((id) => respondInGroup(id, change, configuration, surroundings)));
  return {
    reports: settled.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : [])),
    failures: settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])),
  };
}

/** A call in a default VPC may name its group by name only: then the monitored groups of that name are meant. */
async function groupsOf(change: Change, { monitoredGroupIds }: SentryConfiguration, groups: SecurityGroups): Promise<readonly string[]> {
  const { id, name } = change.group;
  if (id) return monitoredGroupIds.includes(id) ? [id] : [];
  const existing = await groups.find(monitoredGroupIds);
  return existing.filter((group) => group.name === name).map((group) => group.id);
}

async function respondInGroup(
  groupId: string, change: Change, { policies, trustedActors }: SentryConfiguration, { groups, clock, tries }: Surroundings,
): Promise<ChangeReport | undefined> {
  const hints = {
    namedRules: change.addedRules,
    namesAllRules: change.namesAllRules,
    byTrustedActor: isTrusted(change.actor, trustedActors),
  };
  const judgeState = (state: GroupState | undefined) => judge(state?.rules ?? [], policies, hints);

  const before = await lookUntil(groupId, groups, clock, (state) => judgeState(state).filter(isViolating).every(({ present }) => present));
  const violating = judgeState(before).filter(isViolating);
  const answers = await revokeAll(groupId, violating, groups);
  const after = await lookAfter(groupId, [...answers.keys()], before, groups, clock);

  const doubt = doubtAbout(change, before, policies);
  if (violating.length === 0 && !doubt) return undefined;
  return {
    change,
    group: before?.details ?? { id: groupId },
    rules: violating.map((judgement) => ruleOutcome(judgement, answers.get(judgement.rule), after)),
    ...(doubt && { doubt }),
    lookedAt: clock.now(),
    tries,
  };
}

function isViolating(judgement: Judgement): boolean {
  return judgement.violations.length > 0;
}

async function lookUntil(
  groupId: string, groups: SecurityGroups, clock: Clock, isSettled: (state: GroupState | undefined) => boolean,
): Promise<GroupState | undefined> {
  let state = await groups.look(groupId);
  for (const milliseconds of LOOK_AGAIN_AFTER) {
    if (isSettled(state)) return state;
    await clock.pause(milliseconds);
    state = await groups.look(groupId);
  }
  return state;
}

/** The group after the revokes; or why it could not be looked at again, which must not keep them from being told. */
type After = { readonly state: GroupState | undefined } | { readonly failure: string };

async function lookAfter(
  groupId: string, revoked: readonly Rule[], before: GroupState | undefined, groups: SecurityGroups, clock: Clock,
): Promise<After> {
  if (revoked.length === 0) return { state: before };
  try {
    return { state: await lookUntil(groupId, groups, clock, (state) => !revoked.some((rule) => stands(rule, state))) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Rule by rule, so that one that EC2 refuses does not keep the others open. A rule that Describe does not show is revoked
 * by its id all the same: Describe can lag for longer than anybody waits, and only "not found" proves that it is gone.
 */
async function revokeAll(groupId: string, violating: readonly Judgement[], groups: SecurityGroups): Promise<Map<Rule, RevokeAnswer>> {
  const rules = violating.filter(({ rule, present, verdict }) => verdict === 'revoke' && (present || rule.id)).map(({ rule }) => rule);
  const answers = await Promise.all(rules.map((rule) => groups.revoke(groupId, rule)));
  return new Map(rules.map((rule, index) => [rule, answers[index]!]));
}

function stands(rule: Rule, state: GroupState | undefined): boolean {
  if (!state) return false;
  return state.rules.some((present) => isSameRule(rule, present)) || state.unreadableRuleIds.some((id) => id === rule.id);
}

function ruleOutcome({ rule, violations, verdict, present }: Judgement, answer: RevokeAnswer | undefined, after: After): RuleOutcome {
  if (verdict === 'keep') return { rule, violations, outcome: { kind: present ? 'kept' : 'already-gone' } };
  return { rule, violations, outcome: outcomeOf(answer, rule, after) };
}

/** What is true now counts, not what EC2 answered. */
function outcomeOf(answer: RevokeAnswer | undefined, rule: Rule, after: After): Outcome {
  if ('failure' in after) {
    if (answer?.kind === 'not-found') return { kind: 'already-gone' };
    return { kind: 'failed', reason: `the group could not be looked at afterwards: ${after.failure}` };
  }
  if (!stands(rule, after.state)) return { kind: answer?.kind === 'revoked' ? 'reverted' : 'already-gone' };
  if (answer?.kind === 'refused') return { kind: 'failed', reason: answer.reason };
  return { kind: 'failed', reason: 'EC2 took the call, but still shows the rule' };
}

function doubtAbout({ namesAllRules }: Change, state: GroupState | undefined, policies: readonly Policy[]): string | undefined {
  const doubts = [
    ...(namesAllRules ? [] : [doubtAboutEvent(state, policies)]),
    ...(state?.unreadableRuleIds.length ? [`These rules of the group cannot be read, and were not judged: ${state.unreadableRuleIds.join(', ')}.`] : []),
  ];
  return doubts.length > 0 ? doubts.join(' ') : undefined;
}

function doubtAboutEvent(state: GroupState | undefined, policies: readonly Policy[]): string {
  const standing = state ? `it holds ${state.rules.length} rules now` : 'it does not exist any more';
  const locked = policies.some(({ baseline }) => baseline.kind === 'locked');
  return [
    `The event does not name the added rules in a form that can be read, so the group was judged as it stands: ${standing}.`,
    'Forbidden traffic got its response.',
    ...(locked ? ['The group is locked, but which of its rules are new cannot be told: look at it.'] : []),
  ].join(' ');
}

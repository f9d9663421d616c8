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
}

/** Describe can lag behind a change for a moment. */
const LOOK_AGAIN_AFTER = [150, 350, 700];

/** Judges a change, takes back what violates, and reports group by group. No report: there is nothing to tell. */
export async function respondToChange(
  change: Change, configuration: SentryConfiguration, surroundings: Surroundings,
): Promise<ChangeReport[]> {
  if (change.errorCode || isOwnCall(change.actor, surroundings.own)) return [];
  const groupIds = await groupsOf(change, configuration, surroundings.groups);
  const reports = await Promise.all(groupIds.map((id) => respondInGroup(id, change, configuration, surroundings)));
  return reports.filter((report) => report !== undefined);
}

/** A record that names no group by id can mean any monitored group: those of its name, if it gives one, or else all. */
async function groupsOf(change: Change, { monitoredGroupIds }: SentryConfiguration, groups: SecurityGroups): Promise<readonly string[]> {
  const { id, name } = change.group;
  if (id) return monitoredGroupIds.includes(id) ? [id] : [];
  if (!name) return monitoredGroupIds;
  const existing = await groups.find(monitoredGroupIds);
  return existing.filter((group) => group.name === name).map((group) => group.id);
}

async function respondInGroup(
  groupId: string, change: Change, { policies, trustedActors }: SentryConfiguration, { groups, clock }: Surroundings,
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
  const revoked = [...answers.keys()];
  const after = revoked.length === 0 ? before : await lookUntil(groupId, groups, clock, (state) => !revoked.some((rule) => stands(rule, state)));

  const doubt = change.namesAllRules ? undefined : doubtAbout(before, policies);
  if (violating.length === 0 && !doubt) return undefined;
  return {
    change,
    group: after?.details ?? before?.details ?? { id: groupId },
    rules: violating.map((judgement) => ruleOutcome(judgement, answers.get(judgement.rule), after)),
    ...(doubt && { doubt }),
    lookedAt: clock.now(),
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

/** Rule by rule, so that one that EC2 refuses does not keep the others open. */
async function revokeAll(groupId: string, violating: readonly Judgement[], groups: SecurityGroups): Promise<Map<Rule, RevokeAnswer>> {
  const rules = violating.filter(({ present, verdict }) => present && verdict === 'revoke').map(({ rule }) => rule);
  const answers = await Promise.all(rules.map((rule) => groups.revoke(groupId, rule)));
  return new Map(rules.map((rule, index) => [rule, answers[index]!]));
}

function stands(rule: Rule, state: GroupState | undefined): boolean {
  return state?.rules.some((present) => isSameRule(rule, present)) ?? false;
}

function ruleOutcome(judgement: Judgement, answer: RevokeAnswer | undefined, after: GroupState | undefined): RuleOutcome {
  const { rule, violations } = judgement;
  return { rule, violations, outcome: outcomeOf(judgement, answer, stands(rule, after)) };
}

/** What is true now counts, not what EC2 answered. */
function outcomeOf({ present, verdict }: Judgement, answer: RevokeAnswer | undefined, standsStill: boolean): Outcome {
  if (!present) return { kind: 'already-gone' };
  if (verdict === 'keep') return { kind: 'kept' };
  if (!standsStill) return { kind: answer?.kind === 'revoked' ? 'reverted' : 'already-gone' };
  if (answer?.kind === 'refused') return { kind: 'failed', reason: answer.reason };
  return { kind: 'failed', reason: 'EC2 took the call, but still shows the rule' };
}

function doubtAbout(state: GroupState | undefined, policies: readonly Policy[]): string {
  const standing = state ? `it holds ${state.rules.length} rules now` : 'it does not exist any more';
  const locked = policies.some(({ baseline }) => baseline.kind === 'locked');
  return [
    `The event does not name the added rules in a form that can be read, so the group was judged as it stands: ${standing}.`,
    'Forbidden traffic got its response.',
    ...(locked ? ['The group is locked, but which of its rules are new cannot be told: look at it.'] : []),
  ].join(' ');
}

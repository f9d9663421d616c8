import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isSameId } from './group-reference';
import { readableText } from './readable-text';
import type { RuleExclusion } from './rule-exclusion';
import { arePartsApart } from './selectors';
import { otherPlace } from '../../shared/constructs/same-place';
import { lastDay } from '../../shared/domain/last-day';
import { type GroupPart, type MonitoredGroups, partsOf } from '../domain/groups/monitored-groups';
import { bareViolations } from '../domain/judging/violations';
import type { Baseline, Policy } from '../domain/policies/policy';
import { isOver, type RuleExclusion as Exclusion } from '../domain/policies/rule-exclusion';
import type { TrafficPattern } from '../domain/policies/traffic-pattern';
import type { Peer } from '../domain/rules/rule';
import { ruleText } from '../domain/rules/rule-text';

/** What exclusions of a policy are held against. */
export interface ExcludingPolicy {
  readonly scope: Construct;
  /** The groups that the policy is for. */
  readonly groups: MonitoredGroups;
  readonly policy: Policy;
  readonly isInHub: boolean;
  readonly now: Date;
}

/** Throws for exclusions that would do nothing; warns of one that ends in the far future. */
export function checkedExclusions(
  excluding: readonly RuleExclusion[] | undefined,
  about: ExcludingPolicy,
): Pick<Policy, 'excluding'> {
  if (!excluding) return {};
  if (excluding.length === 0) {
    throw new Error(
      `${about.scope.node.path}: "excluding" of a policy is an empty list and would leave no rule out: name one, as in [RuleExclusion.ingress(group, { … })], or write no "excluding".`,
    );
  }
  excluding.forEach((one, index) => {
    const specification = one._specification;
    const earlier = excluding.slice(0, index).map(({ _specification }) => _specification);
    const fault =
      whyTwice(specification, earlier) ??
      whyNotWatched(one, about) ??
      whyNoViolation(specification, about.policy) ??
      whyOver(specification, about.now);
    if (fault !== undefined) {
      throw new Error(
        readableText(
          `${about.scope.node.path}: "excluding" of a policy has ${ruleText(specification.rule)} of ${specification.groupId}, ${fault}`,
        ),
      );
    }
    warnOfFarEnd(specification, about);
  });
  return { excluding: excluding.map(({ _specification }) => _specification) };
}

function whyTwice(exclusion: Exclusion, earlier: readonly Exclusion[]): string | undefined {
  return earlier.some((other) => isSameExclusion(exclusion, other))
    ? 'twice, which leaves it open which reason and end count: write it once.'
    : undefined;
}

function isSameExclusion(one: Exclusion, other: Exclusion): boolean {
  const values = ({ direction, protocol, fromPort, toPort }: Exclusion['rule']) =>
    [direction, protocol, fromPort, toPort].join();
  return (
    isSameId(one.groupId, other.groupId) &&
    values(one.rule) === values(other.rule) &&
    isSamePeer(one.rule.peer, other.rule.peer)
  );
}

function isSamePeer(one: Peer, other: Peer): boolean {
  if (one.kind === 'securityGroup') {
    return other.kind === 'securityGroup' && isSameId(one.groupId, other.groupId);
  }
  if (one.kind === 'prefixList') {
    return other.kind === 'prefixList' && isSameId(one.prefixListId, other.prefixListId);
  }
  return one.kind === other.kind && one.cidr === other.cidr;
}

function whyNotWatched(
  { _specification: { groupId }, _environment: environment }: RuleExclusion,
  { scope, groups, isInHub }: ExcludingPolicy,
): string | undefined {
  if (isSurelyOutside(groupId, groups)) {
    return 'a group that the policy is not for, so this would do nothing: name a group that the sentry watches, or add this one to "monitoredGroups".';
  }
  return environment && otherPlace(scope, environment) && !isInHub
    ? 'a group in another account or Region, which the sentry does not watch: write the exclusion in the sentry there.'
    : undefined;
}

/** Of what tags a group has, and of ids that only the deployment knows, nothing is certain. */
function isSurelyOutside(groupId: string, groups: MonitoredGroups): boolean {
  const group: GroupPart = { include: [{ kind: 'ids', groupIds: [groupId] }], exclude: [] };
  return partsOf(groups).every((part) => arePartsApart(group, part));
}

function whyNoViolation({ rule, groupId }: Exclusion, policy: Policy): string | undefined {
  if (policy.baseline.kind === 'locked') return undefined;
  const judged = {
    groupId,
    policies: [{ ...policy, baseline: asFarAsKnown(rule, policy.baseline) }],
    prefixLists: new Map(),
    now: new Date(0),
  };
  return bareViolations(rule, judged).length === 0
    ? `which the policy (${policy.name ?? policy.baseline.kind}) allows anyway, so this would do nothing: take it out.`
    : undefined;
}

/**
 * What a list holds, and whether two ids are of one group, is known at deployment only: until then,
 * only the other values can show that a policy does not forbid the rule. What `allowOnly` allows it
 * surely allows.
 */
function asFarAsKnown({ peer }: Exclusion['rule'], baseline: Baseline): Baseline {
  if (baseline.kind !== 'forbid') return baseline;
  if (peer.kind !== 'prefixList' && peer.kind !== 'securityGroup') return baseline;
  const patterns = baseline.patterns.flatMap(({ peers, ...pattern }): TrafficPattern[] => {
    const mayMean =
      !peers || peer.kind === 'prefixList' || peers.some(({ kind }) => kind === peer.kind);
    return mayMean ? [pattern] : [];
  });
  return { kind: 'forbid', patterns };
}

function whyOver(exclusion: Exclusion, now: Date): string | undefined {
  const { until } = exclusion;
  return until && isOver(exclusion, now)
    ? `until ${lastDay(until)}, which is over: take the exclusion out, or write a later day.`
    : undefined;
}

const YEAR_MILLISECONDS = 366 * 24 * 3_600_000;

function warnOfFarEnd({ until, rule, groupId }: Exclusion, { scope, now }: ExcludingPolicy): void {
  if (!until || until.getTime() - now.getTime() <= YEAR_MILLISECONDS) return;
  Annotations.of(scope).addWarningV2(
    'cdk-sentries:exclusionEndsFarAhead',
    readableText(
      `"excluding" of a policy leaves ${ruleText(rule)} of ${groupId} alone until ${lastDay(until)}, more than a year ahead, when no one may remember why: ` +
        'write an earlier day, or acknowledge this warning.',
    ),
  );
}

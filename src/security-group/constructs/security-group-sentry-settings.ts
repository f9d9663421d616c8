import { Duration, Lazy, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { checkedExclusions } from './checked-exclusions';
import { type EmptyingSettings, emptyingRoleArns } from './default-group-restriction';
import { ExistingViolations } from './existing-violations';
import type { MonitoredGroup, MonitoredGroups } from './monitored-groups';
import { refuseUselessGroups } from './policy-groups';
import { sensitiveTagsOf } from './question-tags';
import { scopeInHub } from './scope-in-hub';
import type { SecurityGroupPolicy, SecurityGroupSentryProps } from './security-group-sentry-props';
import { trustedActorsOf } from './trusted-actors';
import { refuseUselessPolicies } from './useless-policies';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import { checkedSeconds, type DurationRange } from '../../shared/constructs/checked-duration';
import { otherPlace } from '../../shared/constructs/same-place';
import { daysApart } from '../../shared/constructs/schedule-days';
import { SentryMode } from '../../shared/constructs/sentry-mode';
import type { PoliciesParameter } from '../contracts/sentry-parameters';
import {
  type MonitoredGroups as GroupSelection,
  selectorsOf,
} from '../domain/groups/monitored-groups';
import type { Policy } from '../domain/policies/policy';

/** A role takes ten managed policies, one for each statement of 50 groups. */
const MOST_GROUPS = 500;

/** An event takes minutes now and then, CloudTrail's event history up to a quarter of an hour. */
const SETTLE_RANGE: DurationRange = { least: Duration.minutes(1), most: Duration.days(1) };
const REPEAT_RANGE: DurationRange = { least: Duration.minutes(1), most: Duration.days(7) };

export interface SecurityGroupSentrySettings {
  readonly monitoredGroups: GroupSelection;
  readonly emptying: EmptyingSettings;
  /** How the groups are judged, as the handlers read it. Workflows are known later. */
  readonly judging: Omit<PoliciesParameter, 'version' | 'workflows' | 'policies'> & {
    readonly policies: readonly Policy[];
  };
  readonly reconcileSchedule: events.Schedule;
}

/** The props with their defaults. Throws for values that cannot work. */
export function securityGroupSentrySettings(
  scope: Construct,
  props: SecurityGroupSentryProps,
): SecurityGroupSentrySettings {
  const monitoredGroups = checkedGroups(scope, props.monitoredGroups);
  const policies = checkedPolicies(scope, props, monitoredGroups);
  refuseUselessGroups(scope.node.path, monitoredGroups, policies);
  refuseUselessPolicies(scope.node.path, policies);
  const emptying = {
    groups: monitoredGroups,
    policies,
    namedRoleArns: (props.trustedActors ?? []).flatMap((actor) => actor._emptyingRoleArns),
  };
  refuseUselessEmptying(scope, emptying);
  return {
    monitoredGroups,
    emptying,
    judging: {
      policies,
      trustedActors: trustedActorsOf(scope, props, monitoredGroups),
      // VPCs may be made after the sentry.
      emptyingRoleArns: Lazy.list(
        { produce: () => emptyingRoleArns(scope, emptying) },
        { omitEmpty: true },
      ),
      mode: props.mode ?? SentryMode.ENFORCE,
      ...observing(scope, props),
      ...sensitiveTagsOf(scope.node.path, props),
      existingViolations: checkedExisting(scope, props.existingViolations, policies),
      settleSeconds: checkedSeconds(
        props.settleTime ?? Duration.minutes(15),
        `${scope.node.path}: "settleTime"`,
        SETTLE_RANGE,
      ),
      repeatWindowSeconds: checkedSeconds(
        props.repeatWindow ?? Duration.hours(1),
        `${scope.node.path}: "repeatWindow"`,
        REPEAT_RANGE,
      ),
      brake: checkedBrake(scope, props.reconcileBrake ?? 0.25),
    },
    reconcileSchedule: checkedSchedule(
      scope,
      props.reconcileSchedule ?? events.Schedule.rate(Duration.hours(1)),
    ),
  };
}

/** In a group that is not locked, anyone may remove rules. */
function refuseUselessEmptying(
  scope: Construct,
  { policies, namedRoleArns }: EmptyingSettings,
): void {
  const isLocked = policies.some(({ baseline }) => baseline.kind === 'locked');
  if (namedRoleArns.length === 0 || isLocked) return;
  throw new Error(
    `${scope.node.path}: "trustedActors" has Actor.emptyingDefaultGroups or emptyingDefaultGroupOf, which does nothing without a locked policy: leave it out, or add SecurityGroupBaseline.locked().`,
  );
}

/** What stands when a group is adopted is answered by policies that are not locked, if at all. */
function checkedExisting(
  scope: Construct,
  existing: ExistingViolations = ExistingViolations.REPORT,
  policies: readonly Policy[],
): ExistingViolations {
  const isAnswered = policies.some(
    ({ baseline, response }) => baseline.kind !== 'locked' && response !== 'notifyOnly',
  );
  if (existing === ExistingViolations.REPORT || isAnswered) return existing;
  throw new Error(
    `${scope.node.path}: "existingViolations" is RESPOND and does nothing: a locked policy accepts what it finds, and ChangeResponse.notifyOnly() leaves it. ` +
      'Leave it out, or add a policy with forbid() or allowOnly() that reverts or asks.',
  );
}

function checkedGroups(scope: Construct, groups: MonitoredGroups): GroupSelection {
  const ids = selectorsOf(groups._selection).flatMap((selector) =>
    selector.kind === 'ids' ? selector.groupIds : [],
  );
  if (ids.length > MOST_GROUPS) {
    throw new Error(
      `${scope.node.path}: ${ids.length} groups are more than one role can hold rights for: write several sentries, of up to ${MOST_GROUPS} each.`,
    );
  }
  return groupsHere(scope, groups);
}

function groupsHere(scope: Construct, groups: MonitoredGroups): GroupSelection {
  groups._constructs.forEach((group) => refuseOtherPlace(scope, 'group', group));
  return groups._selection;
}

/** Events stay in their account and Region. */
function refuseOtherPlace(
  scope: Construct,
  what: 'group' | 'VPC',
  { environment, path }: Omit<MonitoredGroup, 'id'>,
): void {
  const other = otherPlace(scope, environment);
  if (!other) return;
  throw new Error(
    `${scope.node.path}: the ${what} ${path} is in the ${other.place} ${other.theirs}, the sentry in ${other.own}: ${ELSEWHERE[what]}`,
  );
}

const ELSEWHERE = {
  group: 'events stay where they happen, so write a sentry in a stack there.',
  VPC: 'it cannot be looked up from here, so write its ranges in place of TrafficPeer.vpc(), as in TrafficPeer.ipRange("10.0.0.0/16").',
} as const;

/** A VPC is looked up by the sentry's own role, which sees none of other places or of members. */
function refuseVpcs(scope: Construct, { baseline }: SecurityGroupPolicy, hub?: SentryHub): void {
  for (const { node, env } of baseline._vpcs) {
    if (hub) {
      throw new Error(
        `${scope.node.path}: a policy names ${node.path} by TrafficPeer.vpc(), which means nothing in the other accounts of a hub: write its ranges, as in TrafficPeer.ipRange("10.0.0.0/16"), or a sentry without "hub".`,
      );
    }
    refuseOtherPlace(scope, 'VPC', { environment: env, path: node.path });
  }
}

/** Not written where the sentry observes nowhere, or everywhere. */
function observing(
  scope: Construct,
  { observeIn, mode, hub }: SecurityGroupSentryProps,
): Pick<PoliciesParameter, 'observeIn'> {
  if (!observeIn) return {};
  const where = `${scope.node.path}: "observeIn"`;
  if (mode === SentryMode.OBSERVE) {
    throw new Error(
      `${where} says where the sentry only observes, and with SentryMode.OBSERVE it does so everywhere: leave one of the two out.`,
    );
  }
  return { observeIn: scopeInHub({ where, scope: observeIn, hub }) };
}

function checkedPolicies(
  scope: Construct,
  { policies, hub }: SecurityGroupSentryProps,
  groups: GroupSelection,
): Policy[] {
  if (policies.length === 0) {
    throw new Error(
      `${scope.node.path}: "policies" is empty, so nothing would be judged: write at least one, such as ` +
        '{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }.',
    );
  }
  const names = policies.flatMap(({ name }) => name ?? []);
  names.forEach((name, index) => refuseName(scope, name, names.slice(0, index)));
  policies.forEach((policy) => refuseVpcs(scope, policy, hub));
  const where = `${scope.node.path}: "appliesIn" of a policy`;
  const about = { scope, groups, isInHub: hub !== undefined, now: new Date() };
  return policies.map((policy) => ({
    ...policyOf(policy),
    ...(policy.appliesTo && { appliesTo: groupsHere(scope, policy.appliesTo) }),
    ...(policy.appliesIn && { appliesIn: scopeInHub({ where, scope: policy.appliesIn, hub }) }),
    ...checkedExclusions(policy.excluding, {
      ...about,
      groups: policy.appliesTo?._selection ?? groups,
      policy: policyOf(policy),
    }),
  }));
}

function refuseName(scope: Construct, name: string, earlier: readonly string[]): void {
  if (!/^[a-z0-9-]{1,40}$/.test(name)) {
    throw new Error(
      `${scope.node.path}: a policy is called "${name}": write up to 40 small letters, digits and hyphens, such as "no-open-ssh".`,
    );
  }
  if (earlier.includes(name)) {
    throw new Error(
      `${scope.node.path}: two policies are called "${name}": an operator could not tell which one to disable, so give them names of their own.`,
    );
  }
}

function policyOf({ baseline, response, name }: SecurityGroupPolicy): Policy {
  const workflow = response._workflow;
  return {
    ...(name !== undefined && { name }),
    baseline: baseline._specification,
    response: response._response,
    ...(workflow && {
      asking: { workflow: workflow.node.path, whenUnanswered: response._whenUnanswered },
    }),
  };
}

function checkedBrake(scope: Construct, share: number): number {
  if (Token.isUnresolved(share) || (share > 0 && share <= 1)) return share;
  throw new Error(
    `${scope.node.path}: "reconcileBrake" is ${share}: write a share of the groups, above 0 and up to 1, such as 0.25.`,
  );
}

function checkedSchedule(scope: Construct, schedule: events.Schedule): events.Schedule {
  if ((daysApart(schedule)?.most ?? 0) <= 1) return schedule;
  throw new Error(
    `${scope.node.path}: "reconcileSchedule" is ${schedule.expressionString}: write a schedule of one run a day or more, or lost events stay unseen.`,
  );
}

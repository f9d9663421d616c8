import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';
import { isSameId } from './group-reference';
import { readableText } from './readable-text';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { isKnownLater } from '../../shared/constructs/known-later';
import { informAtSynth } from '../../shared/constructs/late-advice';
import { referredBy } from '../../shared/constructs/referred-by';
import { withPeers } from '../domain/policies/peers-in-doubt';
import type { Policy } from '../domain/policies/policy';
import type { PeerPattern } from '../domain/policies/traffic-pattern';

/** What synth could not judge of the app, and why. */
export interface NotJudged {
  readonly place: IConstruct;
  /** As part of a sentence: "its values". */
  readonly what: string;
}

const NOT_JUDGED = 'cdk-sentries:rulesNotJudged';

/** More would hide the rest of what synth says. */
const MOST_NAMED = 10;

/** One summary, and no line for each rule. */
export function tellNotJudged(sentry: Construct, found: readonly NotJudged[]): void {
  const all = [...new Set(found.map(({ place, what }) => `${place.node.path} (${what})`))];
  if (all.length === 0) return;
  const others = all.length - MOST_NAMED;
  const named = `${all.slice(0, MOST_NAMED).join('; ')}${others > 0 ? `; and ${others} more` : ''}`;
  informAtSynth(
    sentry,
    NOT_JUDGED,
    readableText(
      `Not all that the app gives to monitored groups could be judged at synth. The sentry judges it once a deployment makes it: ${named}.`,
    ),
  );
}

const RULE_TYPES = [
  ec2.CfnSecurityGroup.CFN_RESOURCE_TYPE_NAME,
  ec2.CfnSecurityGroupIngress.CFN_RESOURCE_TYPE_NAME,
  ec2.CfnSecurityGroupEgress.CFN_RESOURCE_TYPE_NAME,
];

/** Groups and rules whose properties the CDK does not know by name. */
export function rawResources(constructs: readonly IConstruct[]): NotJudged[] {
  return constructs
    .filter((construct) => CfnResource.isCfnResource(construct))
    .filter(
      (resource) =>
        RULE_TYPES.includes(resource.cfnResourceType) &&
        !(
          isInstanceOf(resource, ec2.CfnSecurityGroup) ||
          isInstanceOf(resource, ec2.CfnSecurityGroupIngress) ||
          isInstanceOf(resource, ec2.CfnSecurityGroupEgress)
        ),
    )
    .map((place) => ({ place, what: 'a CfnResource without named properties' }));
}

/** The policies as synth knows them: a range that only the deployment knows is in doubt. */
export function asKnownAtSynth(policy: Policy): Policy {
  return withPeers(policy, (peer) =>
    peer.kind === 'ipRange' && isKnownLater(peer.cidr)
      ? [{ ...peer, doubt: 'only the deployment knows it' }]
      : [peer],
  );
}

/**
 * The policies where a rule names a group by this id: two ids may be of the same group, and only
 * the deployment knows. `certain` gives the violations of which that leaves no doubt, `possible`
 * all that there may be.
 */
export function policiesForGroup(policies: readonly Policy[], groupId: string) {
  const withSame = (policy: Policy, isSame: (other: string) => boolean) =>
    withPeers(policy, (peer): PeerPattern[] => [
      peer.kind === 'securityGroup' && isSame(peer.groupId) ? { ...peer, groupId } : peer,
    ]);
  const surely = (policy: Policy) => withSame(policy, (other) => isSameId(other, groupId));
  const perhaps = (policy: Policy) => withSame(policy, (other) => mayBeSame(other, groupId));
  const allows = ({ baseline }: Policy) => baseline.kind === 'allowOnly';
  return {
    certain: policies.map((policy) => (allows(policy) ? perhaps(policy) : surely(policy))),
    possible: policies.map((policy) => (allows(policy) ? surely(policy) : perhaps(policy))),
  };
}

function mayBeSame(one: string, other: string): boolean {
  if (isSameId(one, other)) return true;
  const [target, otherTarget] = [one, other].map(referredBy);
  if (target && otherTarget) return target === otherTarget;
  return [one, other].some((id) => isKnownLater(id) || !id.startsWith('sg-'));
}

import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { isSameId } from './group-reference';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { referredBy } from '../../shared/constructs/referred-by';
import type { Policy } from '../domain/policies/policy';
import type { RuleExclusion } from '../domain/policies/rule-exclusion';
import { type Peer, type Rule, ruleKey } from '../domain/rules/rule';

/** The policies that judge a rule of the app: all but those that exclude it. */
export function policiesThatJudge(
  rule: Rule,
  place: IConstruct,
  policies: readonly Policy[],
): readonly Policy[] {
  return policies.filter(
    ({ excluding = [] }) => !excluding.some((exclusion) => isOf(exclusion, rule, place)),
  );
}

function isOf(exclusion: RuleExclusion, rule: Rule, place: IConstruct): boolean {
  const excluded = { ...exclusion.rule, peer: asWrittenAt(place, exclusion.rule.peer) };
  const standing = { ...rule, peer: asWrittenAt(place, rule.peer) };
  return isIn(exclusion.groupId, place) && ruleKey(excluded) === ruleKey(standing);
}

function isIn(groupId: string, place: IConstruct): boolean {
  if (isInstanceOf(place, ec2.CfnSecurityGroup)) return referredBy(groupId) === place;
  const isRule =
    isInstanceOf(place, ec2.CfnSecurityGroupIngress) ||
    isInstanceOf(place, ec2.CfnSecurityGroupEgress);
  return isRule && place.groupId !== undefined && isSameId(place.groupId, groupId);
}

/** An id is a token where a construct gives it; where a rule is inline, it is resolved. */
function asWrittenAt(place: IConstruct, peer: Peer): Peer {
  const resolved = (id: string) => {
    const text: unknown = Stack.of(place).resolve(id);
    return typeof text === 'string' ? text : JSON.stringify(text);
  };
  if (peer.kind === 'securityGroup') return { kind: peer.kind, groupId: resolved(peer.groupId) };
  if (peer.kind === 'prefixList') {
    return { kind: peer.kind, prefixListId: resolved(peer.prefixListId) };
  }
  return peer;
}

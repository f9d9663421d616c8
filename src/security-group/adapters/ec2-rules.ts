import type {
  IpPermission,
  SecurityGroupRule,
  SecurityGroupRuleRequest,
  Tag,
} from '@aws-sdk/client-ec2';
import type { GroupRules } from '../domain/groups/security-groups';
import { canonicalRule, type Peer, type Rule, type RuleTag } from '../domain/rules/rule';

export function groupRules(described: readonly SecurityGroupRule[]): GroupRules {
  const rules = described.map((rule) => ({
    id: rule.SecurityGroupRuleId ?? 'without id',
    rule: describedRule(rule),
  }));
  return {
    rules: rules.flatMap(({ rule }) => rule ?? []),
    unreadableRuleIds: rules.flatMap(({ id, rule }) => (rule ? [] : [id])),
  };
}

/** Undefined where the peer is of a kind that is not known here. */
function describedRule(described: SecurityGroupRule): Rule | undefined {
  return canonicalRule({
    id: described.SecurityGroupRuleId,
    direction: described.IsEgress ? 'egress' : 'ingress',
    protocol: described.IpProtocol ?? '',
    fromPort: described.FromPort,
    toPort: described.ToPort,
    ipRange: described.CidrIpv4 ?? described.CidrIpv6,
    prefixListId: described.PrefixListId,
    groupId: described.ReferencedGroupInfo?.GroupId,
    groupOwnerId: described.ReferencedGroupInfo?.UserId,
    ownerId: described.GroupOwnerId,
    description: described.Description,
    tags: ruleTags(described.Tags),
  });
}

export function ruleTags(tags: readonly Tag[] | undefined): RuleTag[] {
  return (tags ?? []).flatMap(({ Key: key, Value: value }) =>
    key === undefined ? [] : [{ key, value: value ?? '' }],
  );
}

export function ruleRequest(rule: Rule): SecurityGroupRuleRequest {
  return {
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...requestedPeer(rule.peer),
    Description: rule.description,
  };
}

/** The call has no place for the account of a group. */
function requestedPeer(peer: Peer): SecurityGroupRuleRequest {
  switch (peer.kind) {
    case 'ipv4':
      return { CidrIpv4: peer.cidr };
    case 'ipv6':
      return { CidrIpv6: peer.cidr };
    case 'prefixList':
      return { PrefixListId: peer.prefixListId };
    case 'securityGroup':
      return { ReferencedGroupId: peer.groupId };
  }
}

/** With the one peer only: the client turns empty lists into a request that EC2 refuses. */
export function permission({ protocol, fromPort, toPort, peer, description }: Rule): IpPermission {
  return {
    IpProtocol: protocol,
    FromPort: fromPort,
    ToPort: toPort,
    ...permittedPeer(peer, description),
  };
}

function permittedPeer(peer: Peer, description: string | undefined): IpPermission {
  const described = description === undefined ? {} : { Description: description };
  switch (peer.kind) {
    case 'ipv4':
      return { IpRanges: [{ CidrIp: peer.cidr, ...described }] };
    case 'ipv6':
      return { Ipv6Ranges: [{ CidrIpv6: peer.cidr, ...described }] };
    case 'prefixList':
      return { PrefixListIds: [{ PrefixListId: peer.prefixListId, ...described }] };
    case 'securityGroup':
      return {
        UserIdGroupPairs: [
          { GroupId: peer.groupId, ...(peer.ownerId && { UserId: peer.ownerId }), ...described },
        ],
      };
  }
}

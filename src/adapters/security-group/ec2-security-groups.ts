import {
  DescribeSecurityGroupsCommand,
  type EC2Client,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { chunksOf } from '../../domain/chunks';
import type { GroupDetails } from '../../domain/security-group/change-report';
import type { GroupState, RevokeAnswer, SecurityGroups } from '../../domain/security-group/respond-to-change';
import { canonicalRule, type Rule } from '../../domain/security-group/rule';

/** EC2 takes at most 200 values in one filter. */
const GROUPS_PER_FILTER = 200;

const NOT_FOUND = ['InvalidPermission.NotFound', 'InvalidSecurityGroupRuleId.NotFound', 'InvalidGroup.NotFound'];

export class Ec2SecurityGroups implements SecurityGroups {
  constructor(private readonly client: EC2Client) {}

  async look(groupId: string): Promise<GroupState | undefined> {
    const [details, described] = await Promise.all([this.details(groupId), this.rules(groupId)]);
    if (!details) return undefined;
    const rules = described.map((rule) => ({ id: rule.SecurityGroupRuleId ?? 'without id', rule: describedRule(rule) }));
    return {
      details,
      rules: rules.flatMap(({ rule }) => rule ?? []),
      unreadableRuleIds: rules.flatMap(({ id, rule }) => (rule ? [] : [id])),
    };
  }

  async find(groupIds: readonly string[]): Promise<GroupDetails[]> {
    const found = await Promise.all(chunksOf(groupIds, GROUPS_PER_FILTER).map((ids) => this.findChunk(ids)));
    return found.flat();
  }

  async revoke(groupId: string, rule: Rule): Promise<RevokeAnswer> {
    if (!rule.id) return { kind: 'refused', reason: 'EC2 shows the rule without an id, so it cannot be revoked by one' };
    const input = { GroupId: groupId, SecurityGroupRuleIds: [rule.id] };
    try {
      await (rule.direction === 'ingress'
        ? this.client.send(new RevokeSecurityGroupIngressCommand(input))
        : this.client.send(new RevokeSecurityGroupEgressCommand(input)));
      return { kind: 'revoked' };
    } catch (error) {
      if (hasName(error, NOT_FOUND)) return { kind: 'not-found' };
      return { kind: 'refused', reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    }
  }

  private async details(groupId: string): Promise<GroupDetails | undefined> {
    try {
      const { SecurityGroups: groups } = await this.client.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }));
      return groups?.flatMap(groupDetails)[0];
    } catch (error) {
      if (hasName(error, ['InvalidGroup.NotFound'])) return undefined;
      throw error;
    }
  }

  private async rules(groupId: string): Promise<SecurityGroupRule[]> {
    const filter = [{ Name: 'group-id', Values: [groupId] }];
    const rules: SecurityGroupRule[] = [];
    for await (const page of paginateDescribeSecurityGroupRules({ client: this.client, pageSize: 1000 }, { Filters: filter })) {
      rules.push(...(page.SecurityGroupRules ?? []));
    }
    return rules;
  }

  private async findChunk(groupIds: readonly string[]): Promise<GroupDetails[]> {
    const filter = [{ Name: 'group-id', Values: [...groupIds] }];
    const found: GroupDetails[] = [];
    for await (const page of paginateDescribeSecurityGroups({ client: this.client }, { Filters: filter })) {
      found.push(...(page.SecurityGroups ?? []).flatMap(groupDetails));
    }
    return found;
  }
}

function groupDetails({ GroupId: id, GroupName: name, VpcId: vpcId }: SecurityGroup): GroupDetails[] {
  return id ? [{ id, name, vpcId }] : [];
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
  });
}

function hasName(error: unknown, names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

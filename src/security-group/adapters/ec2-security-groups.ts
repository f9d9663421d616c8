import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  type EC2Client,
  type Filter,
  ModifySecurityGroupRulesCommand,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { answered } from './ec2-answers';
import { filtersOf, VALUES_PER_FILTER } from './ec2-filters';
import { Ec2PrefixLists } from './ec2-prefix-lists';
import { groupRules, permission, ruleRequest, ruleTags } from './ec2-rules';
import { chunksOf } from '../../shared/domain/chunks';
import type { GroupDetails } from '../domain/groups/group';
import type {
  ActAnswer,
  GroupFilter,
  GroupRules,
  SecurityGroups,
} from '../domain/groups/security-groups';
import type { PrefixLists } from '../domain/rules/prefix-list';
import { type Rule, type RuleTag, tagsToGive } from '../domain/rules/rule';
import { inTurns } from '../domain/turns';

const ITEMS_PER_PAGE = 1000;

/** With 50 tags each, a page of rules takes some 20 MB; EC2 would give 1,000. */
const RULES_PER_PAGE = 250;

/**
 * The security groups of one account. In a shared VPC, EC2 also shows those of other owners: it
 * refuses every change to them, and their events are in other accounts.
 */
export class Ec2SecurityGroups implements SecurityGroups {
  constructor(
    private readonly client: EC2Client,
    private readonly accountId: string,
  ) {}

  async rulesOf(groupId: string): Promise<GroupRules> {
    return groupRules(await this.describeRules([groupId], (rule) => rule));
  }

  /** By group id, without tags; a group without rules is not among them. */
  async rulesOfAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupRules>> {
    const byGroup = new Map<string, SecurityGroupRule[]>();
    const described = await inTurns(chunksOf(groupIds, VALUES_PER_FILTER), 1, async (ids) =>
      this.describeRules(ids, ({ Tags: _tags, ...rule }) => rule),
    );
    for (const rule of described.flat()) {
      const group = byGroup.get(rule.GroupId ?? '');
      if (group) group.push(rule);
      else byGroup.set(rule.GroupId ?? '', [rule]);
    }
    return new Map([...byGroup].map(([groupId, rules]) => [groupId, groupRules(rules)]));
  }

  async find(filter: GroupFilter): Promise<GroupDetails[]> {
    const found = await Promise.all(
      filtersOf(filter).map((filters) => this.describeGroups(filters)),
    );
    return [...new Map(found.flat().map((group) => [group.id, group])).values()];
  }

  async prefixLists(ids: readonly string[]): Promise<PrefixLists> {
    return new Ec2PrefixLists(this.client).read(ids);
  }

  async revoke(groupId: string, rule: Rule): Promise<ActAnswer> {
    if (!rule.id) {
      return {
        kind: 'refused',
        reason: 'EC2 shows the rule without an id, so it cannot be revoked by one',
      };
    }
    const input = { GroupId: groupId, SecurityGroupRuleIds: [rule.id] };
    return answered(
      groupId,
      rule.direction === 'ingress'
        ? this.client.send(new RevokeSecurityGroupIngressCommand(input))
        : this.client.send(new RevokeSecurityGroupEgressCommand(input)),
      ({ RevokedSecurityGroupRules: revoked = [] }) =>
        revoked.some(({ SecurityGroupRuleId: id }) => id === rule.id),
    );
  }

  async modify(groupId: string, ruleId: string, to: Rule): Promise<ActAnswer> {
    return answered(
      groupId,
      this.client.send(
        new ModifySecurityGroupRulesCommand({
          GroupId: groupId,
          SecurityGroupRules: [{ SecurityGroupRuleId: ruleId, SecurityGroupRule: ruleRequest(to) }],
        }),
      ),
    );
  }

  async authorize(groupId: string, rule: Rule): Promise<ActAnswer> {
    const tags = tagsToGive(rule).map(({ key, value }) => ({ Key: key, Value: value }));
    const input = {
      GroupId: groupId,
      IpPermissions: [permission(rule)],
      ...(tags.length > 0 && {
        TagSpecifications: [{ ResourceType: 'security-group-rule' as const, Tags: tags }],
      }),
    };
    return answered(
      groupId,
      rule.direction === 'ingress'
        ? this.client.send(new AuthorizeSecurityGroupIngressCommand(input))
        : this.client.send(new AuthorizeSecurityGroupEgressCommand(input)),
    );
  }

  async tag(_groupId: string, ruleId: string, { key, value }: RuleTag): Promise<void> {
    await this.client.send(
      new CreateTagsCommand({ Resources: [ruleId], Tags: [{ Key: key, Value: value }] }),
    );
  }

  /** `keep`: of what each page says, so that the rest does not stand in memory with the next. */
  private async describeRules(
    groupIds: string[],
    keep: (rule: SecurityGroupRule) => SecurityGroupRule,
  ): Promise<SecurityGroupRule[]> {
    const filters = [{ Name: 'group-id', Values: groupIds }];
    const rules: SecurityGroupRule[] = [];
    for await (const page of paginateDescribeSecurityGroupRules(
      { client: this.client, pageSize: RULES_PER_PAGE },
      { Filters: filters },
    )) {
      const own = (page.SecurityGroupRules ?? []).filter((rule) => this.isOwn(rule.GroupOwnerId));
      rules.push(...own.map(keep));
    }
    return rules;
  }

  private async describeGroups(filters: Filter[]): Promise<GroupDetails[]> {
    const found: GroupDetails[] = [];
    const asked = filters.length > 0 ? { Filters: filters } : {};
    for await (const page of paginateDescribeSecurityGroups(
      { client: this.client, pageSize: ITEMS_PER_PAGE },
      asked,
    )) {
      const own = (page.SecurityGroups ?? []).filter((group) => this.isOwn(group.OwnerId));
      found.push(...own.flatMap(groupDetails));
    }
    return found;
  }

  private isOwn(ownerId: string | undefined): boolean {
    return ownerId === undefined || ownerId === this.accountId;
  }
}

function groupDetails({
  GroupId: id,
  GroupName: name,
  VpcId: vpcId,
  Tags: tags,
}: SecurityGroup): GroupDetails[] {
  return id ? [{ id, name, vpcId, tags: ruleTags(tags) }] : [];
}

import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  type EC2Client,
  EC2ServiceException,
  type Filter,
  type IpPermission,
  type ManagedPrefixList,
  ModifySecurityGroupRulesCommand,
  paginateDescribeManagedPrefixLists,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateGetManagedPrefixListEntries,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  type SecurityGroupRule,
  type SecurityGroupRuleRequest,
  type Tag,
} from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import { isThrottled } from '../../shared/adapters/aws/failure-kind';
import { chunksOf } from '../../shared/domain/chunks';
import { reasonOf } from '../../shared/domain/failure/failure';
import type { GroupDetails } from '../domain/groups/group';
import type {
  ActAnswer,
  GroupFilter,
  GroupRules,
  SecurityGroups,
} from '../domain/groups/security-groups';
import { parseIpRange } from '../domain/rules/ip-range';
import {
  type ListDoubt,
  notDescribed,
  type PrefixList,
  type PrefixLists,
} from '../domain/rules/prefix-list';
import {
  canonicalRule,
  type Peer,
  type Rule,
  type RuleTag,
  tagsToGive,
} from '../domain/rules/rule';
import { inTurns } from '../domain/turns';

/** EC2 takes at most 200 values in one filter. */
const VALUES_PER_FILTER = 200;

const ITEMS_PER_PAGE = 1000;

/** With 50 tags each, a page of rules takes some 20 MB; EC2 would give 1,000. */
const RULES_PER_PAGE = 250;

/** Of prefix lists and of their entries EC2 gives fewer a page. */
const LISTS_PER_PAGE = 100;

/** More at once would wait for each other's connections, and be given up. */
const LISTS_READ_AT_ONCE = 10;

const LIST_NOT_FOUND = ['InvalidPrefixListID.NotFound', 'InvalidPrefixListId.NotFound'];
const GROUP_NOT_FOUND = 'InvalidGroup.NotFound';
const RULE_NOT_FOUND = ['InvalidPermission.NotFound', 'InvalidSecurityGroupRuleId.NotFound'];

/** No later try with the same values can do better, unless someone changes something else. */
const IMPOSSIBLE = [
  ...LIST_NOT_FOUND,
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'InvalidPermission.Malformed',
  'InvalidGroupId.Malformed',
  'InvalidGroup.Malformed',
  'InvalidPrefixListId.Malformed',
];

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

  /** Never fails: a list that cannot be read is in doubt, and costs no other one. */
  async prefixLists(ids: readonly string[]): Promise<PrefixLists> {
    const limit = pLimit(LISTS_READ_AT_ONCE);
    const described = await Promise.all(
      chunksOf(ids, VALUES_PER_FILTER).map((chunk) => this.describeLists(chunk)),
    );
    const read = await Promise.all(
      described.flatMap(({ lists }) => lists.map((list) => limit(() => this.prefixList(list)))),
    );
    const all = [...described.flatMap(({ unread }) => unread), ...read.flat()];
    return new Map(all.map((list) => [list.id, list]));
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

  async tag(ruleId: string, { key, value }: RuleTag): Promise<void> {
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

  /**
   * By a filter, as one id that is not there would make EC2 refuse them all. A value that EC2 takes
   * for none is looked for by halves.
   */
  private async describeLists(ids: string[]): Promise<DescribedLists> {
    const lists: ManagedPrefixList[] = [];
    try {
      for await (const page of paginateDescribeManagedPrefixLists(
        { client: this.client, pageSize: LISTS_PER_PAGE },
        { Filters: [{ Name: 'prefix-list-id', Values: ids }] },
      )) {
        lists.push(...(page.PrefixLists ?? []));
      }
      return { lists, unread: [] };
    } catch (error) {
      if (ids.length > 1 && isAboutValues(error)) {
        const halves = await Promise.all(
          chunksOf(ids, Math.ceil(ids.length / 2)).map((half) => this.describeLists(half)),
        );
        return {
          lists: halves.flatMap((half) => half.lists),
          unread: halves.flatMap((half) => half.unread),
        };
      }
      const others = ids.filter((id) => !lists.some((list) => list.PrefixListId === id));
      return { lists, unread: notDescribed(others, reasonOf(error)) };
    }
  }

  /** None where the list went in between. */
  private async prefixList(described: ManagedPrefixList): Promise<PrefixList[]> {
    const { PrefixListId: id, OwnerId: owner, State: state } = described;
    if (!id) return [];
    const entries = await this.lastEntries(id, described);
    if (!entries) return [];
    const { version, cidrs, failure } = entries;
    const ranges = cidrs.map((cidr) => ({ cidr, range: parseIpRange(cidr) }));
    const strange = ranges.flatMap(({ cidr, range }) => (range ? [] : [cidr]));
    const doubt = doubtAbout(failure, strange);
    return [
      {
        id,
        isAwsManaged: owner === 'AWS',
        ...(version !== undefined && { version }),
        cidrs: ranges.flatMap(({ range }) => range?.cidr ?? []),
        ...(state?.endsWith('-in-progress') && { isChanging: true }),
        ...(doubt && { doubt }),
      },
    ];
  }

  /**
   * The entries of the version that EC2 tells, whatever came later. Where that one is not complete,
   * and EC2 refuses it, those of the version before. Undefined where the list is not there.
   */
  private async lastEntries(
    id: string,
    { Version: version = 0, State: state }: ManagedPrefixList,
  ): Promise<EntriesRead | undefined> {
    const last = await this.entries(id, version || undefined);
    if (!isRefused(last) || !state || state.endsWith('-complete') || version <= 1) return last;
    const before = await this.entries(id, version - 1);
    return before && !isRefused(before) ? before : last;
  }

  private async entries(id: string, version: number | undefined): Promise<EntriesRead | undefined> {
    const cidrs: string[] = [];
    try {
      for await (const { Entries: page } of paginateGetManagedPrefixListEntries(
        { client: this.client, pageSize: LISTS_PER_PAGE },
        { PrefixListId: id, ...(version !== undefined && { TargetVersion: version }) },
      )) {
        cidrs.push(...(page ?? []).map(({ Cidr: cidr }) => cidr ?? ''));
      }
      return { version, cidrs };
    } catch (error) {
      if (hasName(error, LIST_NOT_FOUND)) return undefined;
      return { version, cidrs, failure: { error } };
    }
  }
}

interface DescribedLists {
  readonly lists: readonly ManagedPrefixList[];
  /** Those that EC2 could not be asked about. */
  readonly unread: readonly PrefixList[];
}

interface EntriesRead {
  readonly version: number | undefined;
  /** As EC2 writes them, as far as they came. */
  readonly cidrs: readonly string[];
  /** Why there may be more. */
  readonly failure?: { readonly error: unknown };
}

/** Nothing came of it, and another version may be answered. */
function isRefused(read: EntriesRead | undefined): boolean {
  return read?.failure !== undefined && !isUnavailable(read.failure.error);
}

/** How many strange entries are quoted. */
const ENTRIES_QUOTED = 3;

function doubtAbout(
  failure: EntriesRead['failure'],
  strange: readonly string[],
): ListDoubt | undefined {
  if (failure) return { kind: 'not-read', reason: reasonOf(failure.error) };
  if (strange.length === 0) return undefined;
  const quoted = strange.slice(0, ENTRIES_QUOTED).map((entry) => `"${entry.slice(0, 60)}"`);
  return {
    kind: 'not-understood',
    reason: `${strange.length} of its entries are no ranges of addresses, such as ${quoted.join(', ')}`,
  };
}

/** Several mean several calls, and all that they find; an empty one means all groups. */
function filtersOf(filter: GroupFilter): Filter[][] {
  switch (filter.kind) {
    case 'ids':
      return chunksOf(filter.groupIds, VALUES_PER_FILTER).map((ids) => [
        { Name: 'group-id', Values: ids },
      ]);
    case 'tag':
      return [[{ Name: `tag:${filter.key}`, Values: [literally(filter.value)] }]];
    case 'vpc':
      return [[{ Name: 'vpc-id', Values: [filter.vpcId] }]];
    case 'all':
      return [[]];
    case 'name':
      return [[{ Name: 'group-name', Values: [literally(filter.name)] }]];
    case 'prefix-list':
      return ['ip-permission.prefix-list-id', 'egress.ip-permission.prefix-list-id'].map((name) => [
        { Name: name, Values: [filter.prefixListId] },
      ]);
  }
}

/** In filters, these stand for other characters. */
function literally(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}

function groupDetails({
  GroupId: id,
  GroupName: name,
  VpcId: vpcId,
  Tags: tags,
}: SecurityGroup): GroupDetails[] {
  return id ? [{ id, name, vpcId, tags: ruleTags(tags) }] : [];
}

function groupRules(described: readonly SecurityGroupRule[]): GroupRules {
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

function ruleTags(tags: readonly Tag[] | undefined): RuleTag[] {
  return (tags ?? []).flatMap(({ Key: key, Value: value }) =>
    key === undefined ? [] : [{ key, value: value ?? '' }],
  );
}

function ruleRequest(rule: Rule): SecurityGroupRuleRequest {
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
function permission({ protocol, fromPort, toPort, peer, description }: Rule): IpPermission {
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

async function answered(groupId: string, call: Promise<unknown>): Promise<ActAnswer> {
  try {
    await call;
    return { kind: 'done' };
  } catch (error) {
    return failedAnswer(groupId, error);
  }
}

function failedAnswer(groupId: string, error: unknown): ActAnswer {
  const reason = reasonOf(error);
  if (hasName(error, RULE_NOT_FOUND)) return { kind: 'not-found', ...attemptsOf(error) };
  if (hasName(error, ['InvalidPermission.Duplicate'])) {
    return { kind: 'already-present', ...attemptsOf(error) };
  }
  // It is the group itself that is gone, or else the one that the rule names.
  if (hasName(error, [GROUP_NOT_FOUND])) {
    return reason.includes(groupId) ? { kind: 'not-found' } : { kind: 'impossible', reason };
  }
  if (hasName(error, IMPOSSIBLE)) return { kind: 'impossible', reason };
  return { kind: isUnavailable(error) ? 'unavailable' : 'refused', reason };
}

/** Where the client has sent the call more than once. */
function attemptsOf(error: unknown): { readonly attempts?: number } {
  const { attempts = 1 } = error instanceof EC2ServiceException ? error.$metadata : {};
  return attempts > 1 ? { attempts } : {};
}

/** A call whose error has no status never reached EC2, or its answer was lost. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof EC2ServiceException)) return true;
  return isThrottled(error) || (error.$metadata.httpStatusCode ?? 500) >= 500;
}

/** With fewer values, or others, the call may do. */
function isAboutValues(error: unknown): boolean {
  return error instanceof EC2ServiceException && error.name.startsWith('Invalid');
}

function hasName(error: unknown, names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
